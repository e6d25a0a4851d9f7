//! Values that were read whole: attributes, fill values.

mod convert;
mod fields;
mod pack;
mod visit;

use stream_core::{ChargedVec, DType, Dims, Result};

use crate::datatype::{Class, Datatype, Pad};
use crate::file::File;

pub(crate) use pack::Packer;
pub(crate) use visit::element_length;
pub use visit::{Leaf, Step};

/// Elements in memory: packed, in the machine's byte order, as in a [`Chunk`](stream_core::Chunk). Charged.
#[derive(Debug)]
pub struct Values {
    dtype: DType,
    shape: Option<Dims>,
    /// How texts of fixed length fill their field.
    pad: Option<Pad>,
    bytes: ChargedVec<u8>,
}

/// Fills a buffer with elements as they lie in the library's memory.
type Fill<'a> = &'a dyn Fn(&mut [u8]) -> Result<()>;
/// Gives back what such elements point to.
type Reclaim<'a> = &'a dyn Fn(&mut [u8]);

impl Values {
    /// Reads all elements of `shape` through `fill`. A null dataspace has none.
    pub(crate) fn read(
        file: &File,
        datatype: &Datatype,
        shape: Option<Dims>,
        fill: Fill<'_>,
        reclaim: Reclaim<'_>,
    ) -> Result<Self> {
        let cx = file.context();
        let dtype = datatype.to_dtype();
        let mut bytes = ChargedVec::new(cx.budget());
        let count = shape.as_ref().map_or(Some(0), |shape| shape.elements());
        let count = count.and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX);
        if count > 0 {
            let size = count.saturating_mul(datatype.size);
            let mut stored = cx.buf(size)?;
            // what the library leaves untouched must not be taken for a pointer
            stored.fill(0);
            fill(&mut stored)?;
            let packed = Packer::new(file).elements(datatype, &stored, &mut bytes);
            if datatype.has_vlen() {
                reclaim(&mut stored);
            }
            packed?;
        }
        Ok(Self { dtype, shape, pad: pad(datatype), bytes })
    }

    /// What an element is.
    pub fn dtype(&self) -> &DType {
        &self.dtype
    }

    /// The extents, none for a scalar; `None` for a null dataspace.
    pub fn shape(&self) -> Option<&Dims> {
        self.shape.as_ref()
    }

    /// The packed elements.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Shows every part of every element in order.
    ///
    /// # Errors
    /// What `see` gives.
    pub fn visit<'a>(&'a self, see: &mut dyn FnMut(Step<'a>) -> Result<()>) -> Result<()> {
        visit::elements(&self.dtype, &self.bytes, self.pad, see)
    }

    /// The only element, if that is a text.
    pub fn text(&self) -> Option<String> {
        let mut texts = self.texts()?.into_iter();
        let only = texts.next()?;
        texts.next().is_none().then_some(only)
    }

    /// All elements, if they are texts. Bytes that are not UTF-8 are replaced.
    pub fn texts(&self) -> Option<Vec<String>> {
        if !matches!(self.dtype, DType::Str | DType::StrN(_)) {
            return None;
        }
        let mut texts = Vec::new();
        let seen = self.visit(&mut |step| {
            if let Step::Leaf(Leaf::Text(text)) = step {
                texts.push(String::from_utf8_lossy(text).into_owned());
            }
            Ok(())
        });
        seen.is_ok().then_some(texts)
    }

    /// All elements, if they are integers or named values, those inside of arrays and sequences too.
    pub fn integers(&self) -> Option<Vec<i128>> {
        self.leaves(|leaf| match leaf {
            Leaf::Int(n) => Some(n),
            _ => None,
        })
    }

    /// All elements, if they are real numbers, those inside of arrays and sequences too.
    pub fn floats(&self) -> Option<Vec<f64>> {
        self.leaves(|leaf| match leaf {
            // beyond 2^53 an integer becomes the nearest double
            Leaf::Int(n) => Some(n as f64),
            Leaf::Float(x) => Some(x),
            _ => None,
        })
    }

    /// The paths of all references, in order, wherever they stand in the elements; empty texts for references to nothing.
    pub fn references(&self) -> Vec<String> {
        let mut paths = Vec::new();
        let see = &mut |step: Step<'_>| {
            if let Step::Leaf(Leaf::Reference(path)) = step {
                paths.push(path.to_owned());
            }
            Ok(())
        };
        // seeing gives no error, and packed values of our own making none either
        let _ = self.visit(see);
        paths
    }

    fn leaves<T>(&self, take: impl Fn(Leaf<'_>) -> Option<T>) -> Option<Vec<T>> {
        let mut taken = Vec::new();
        let mut others = false;
        let seen = self.visit(&mut |step| {
            if let Step::Leaf(leaf) = step {
                match take(leaf) {
                    Some(value) => taken.push(value),
                    None => others = true,
                }
            }
            Ok(())
        });
        (seen.is_ok() && !others).then_some(taken)
    }
}

/// How the texts of a type fill their field.
fn pad(datatype: &Datatype) -> Option<Pad> {
    match &datatype.class {
        Class::String(text) => Some(text.pad),
        Class::Array { of, .. } | Class::Vlen(of) => pad(of),
        Class::Compound(members) => members.iter().find_map(|m| pad(&m.datatype)),
        _ => None,
    }
}
