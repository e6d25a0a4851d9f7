//! Values that are in memory already: attributes of netCDF-4.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::{
    Array, ChargedVec, Chunk, ChunkPlan, Context, DType, Dims, Error, ErrorKind, Extent, Place,
    Region, Result, Scratch, shape_of,
};

use crate::data::resolve;
use crate::header::Piece;
use crate::{Attribute, Dataset, Header};

/// Where they are.
enum Bytes {
    Header(Arc<Header>, Piece),
    /// Read now, as they were too long to be kept.
    Own(ChargedVec<u8>),
}

impl Bytes {
    fn of(dataset: &Dataset, attribute: Attribute<'_>) -> Result<Self> {
        if let Some(piece) = attribute.rec().and_then(|rec| rec.value) {
            return Ok(Self::Header(dataset.shared_header(), piece));
        }
        if let Some(store) = dataset.store() {
            return store.values(attribute).map(Self::Own);
        }
        Err(Error::new(ErrorKind::Unsupported, "values of the attribute were too long to be kept"))
    }

    fn get(&self) -> &[u8] {
        match self {
            Self::Header(header, piece) => header.bytes(*piece),
            Self::Own(bytes) => bytes,
        }
    }
}

/// The values of an attribute as one chunk.
pub(super) struct HeldPlan {
    cx: Context,
    bytes: Bytes,
    array: Array,
    extents: Vec<Extent>,
    nothing: bool,
    entry: usize,
}

impl HeldPlan {
    /// Of what `region` picks.
    pub(super) fn new(
        dataset: &Dataset,
        attribute: Attribute<'_>,
        array: Array,
        entry: usize,
        region: &Region,
    ) -> Result<Self> {
        let bytes = Bytes::of(dataset, attribute)?;
        let wanted = resolve(region, &array.shape)?;
        let nothing = wanted.is_none();
        let extents = wanted.unwrap_or_default();
        let cx = dataset.context().clone();
        Ok(Self { cx, bytes, array, extents, nothing, entry })
    }

    fn is_nothing(&self) -> bool {
        self.nothing || self.extents.iter().any(|e| e.count == 0)
    }
}

/// The bytes of the first element, by its type.
fn element_len(dtype: &DType, bytes: &[u8]) -> Option<usize> {
    if let Some(size) = dtype.size() {
        return Some(size);
    }
    let count = || {
        let (len, _) = bytes.split_first_chunk::<4>()?;
        usize::try_from(u32::from_ne_bytes(*len)).ok()
    };
    match dtype {
        DType::Str | DType::Ref => count()?.checked_add(4),
        DType::Vlen(of) => (0..count()?)
            .try_fold(4usize, |at, _| at.checked_add(element_len(of, bytes.get(at..)?)?)),
        DType::Array(of, dims) => (0..dims.elements()?)
            .try_fold(0usize, |at, _| at.checked_add(element_len(of, bytes.get(at..)?)?)),
        DType::Struct(members) => members.iter().try_fold(0usize, |at, member| {
            at.checked_add(element_len(&member.dtype, bytes.get(at..)?)?)
        }),
        _ => None,
    }
}

impl ChunkPlan for HeldPlan {
    fn len(&self) -> usize {
        usize::from(!self.is_nothing())
    }

    fn array(&self) -> Option<Array> {
        Some(Array { shape: shape_of(&self.extents), ..self.array.clone() })
    }

    fn place(&self, index: usize) -> Option<Place> {
        (index < self.len()).then(|| Place {
            entry: self.entry,
            origin: Dims::filled(self.extents.len(), 0),
            shape: shape_of(&self.extents),
        })
    }

    fn read(&self, index: usize, _scratch: &mut Scratch) -> Result<Chunk> {
        if index >= self.len() {
            return Err(Error::new(ErrorKind::Request, format!("chunk {index} of {}", self.len())));
        }
        let bytes = self.bytes.get();
        // values stand in one row at most
        let extent =
            self.extents.first().copied().unwrap_or(Extent { start: 0, count: 1, step: 1 });
        let picked = |at: u64| {
            let past = at.checked_sub(extent.start)?;
            (past.checked_rem(extent.step)? == 0 && past.checked_div(extent.step)? < extent.count)
                .then_some(())
        };
        let walk = || {
            let mut rest = bytes;
            (0u64..).map_while(move |at| {
                let len = element_len(&self.array.dtype, rest)?;
                let (element, behind) = rest.split_at_checked(len)?;
                rest = behind;
                (len > 0 || at == 0).then_some((at, element))
            })
        };
        let wanted = || walk().filter(|(at, _)| picked(*at).is_some());
        let last = extent.start.saturating_add(extent.count.saturating_mul(extent.step));
        let len = wanted()
            .take_while(|(at, _)| *at < last)
            .fold(0usize, |n, (_, e)| n.saturating_add(e.len()));
        let mut buf = self.cx.buf(len)?;
        let mut to = &mut buf[..];
        for (_, element) in wanted().take_while(|(at, _)| *at < last) {
            let Some((now, rest)) = std::mem::take(&mut to).split_at_mut_checked(element.len())
            else {
                break;
            };
            now.copy_from_slice(element);
            to = rest;
        }
        let origin = self.extents.iter().map(|e| e.start).collect();
        Chunk::new(self.entry, origin, shape_of(&self.extents), self.array.dtype.clone(), buf)
    }
}
