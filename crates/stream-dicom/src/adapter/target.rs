//! What an entry's data is, and where.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::{ChunkPlan, Context, Error, ErrorKind, Form, Request, Result};

use super::{frames, native, values};
use crate::{Element, ElementKind, ItemPath, Options, PixelData, Reader};

/// The data of one element.
pub(super) enum Target {
    Pixels(Box<PixelData>),
    /// Bytes of a source whose first byte has position `base`.
    Value {
        cx: Context,
        base: u64,
        offset: u64,
        length: u64,
    },
}

impl Target {
    /// The data of the element that the reader stands on; `None` for sequences and items.
    pub(super) fn of(reader: &Reader, element: &Element) -> Option<Self> {
        if let Some(pixels) = reader.pixel_data() {
            return Some(Self::Pixels(Box::new(pixels.clone())));
        }
        let (cx, base) = reader.value_source(element);
        let length = u64::from(element.length()?);
        (element.kind() == ElementKind::Value && length > 0).then(|| Self::Value {
            cx,
            base,
            offset: element.value_offset(),
            length,
        })
    }

    pub(super) fn context(&self) -> &Context {
        match self {
            Self::Pixels(pixels) => &pixels.cx,
            Self::Value { cx, .. } => cx,
        }
    }

    /// The chunks of the data as `request` wants it.
    pub(super) fn plan(
        self,
        entry: usize,
        request: &Request,
        chunk: usize,
    ) -> Result<Arc<dyn ChunkPlan>> {
        let region = &request.region;
        match self {
            Self::Value { cx, base, offset, length } => {
                no_decoder_needed(request.form)?;
                Ok(Arc::new(values::Values::new(cx, base, offset, length, entry, region, chunk)?))
            }
            Self::Pixels(pixels) if pixels.is_encapsulated() => match request.form {
                Form::Decoded => frames::decoded(*pixels, entry, region),
                Form::Scaled => Err(Error::new(
                    ErrorKind::Request,
                    "encapsulated pixel data has no numbers to scale; ask for it decoded",
                )),
                _ => Ok(Arc::new(frames::Encoded::new(*pixels, entry, region)?)),
            },
            Self::Pixels(pixels) => {
                let layout = pixels.layout().filter(|l| native::shape(l).is_some());
                match layout.filter(|_| request.form != Form::Bytes) {
                    Some(layout) => {
                        Ok(Arc::new(native::Native::new(*pixels, layout, entry, request, chunk)?))
                    }
                    None => {
                        let (offset, length) =
                            (pixels.value_offset(), pixels.length().unwrap_or(0));
                        let (cx, base) = (pixels.cx, pixels.base);
                        Ok(Arc::new(values::Values::new(
                            cx, base, offset, length, entry, region, chunk,
                        )?))
                    }
                }
            }
        }
    }
}

fn no_decoder_needed(form: Form) -> Result<()> {
    match form {
        Form::Scaled => Err(Error::new(ErrorKind::Request, "only pixel data has numbers to scale")),
        _ => Ok(()),
    }
}

/// Walks over the file anew until the element of `path` comes.
pub(super) fn find(reader: &Reader, path: &ItemPath) -> Result<Option<Target>> {
    let options = Options::default().with_value_limit(256).with_max_depth(reader.max_depth());
    let cx = reader.context().clone();
    let mut element = Element::new(&cx);
    let mut walk = Reader::with_options(cx, options)?;
    while walk.read_element(&mut element)? {
        if element.is_at(path) {
            return Ok(Target::of(&walk, &element));
        }
    }
    Ok(None)
}
