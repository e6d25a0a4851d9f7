//! Data that only libhdf5 reads: elements of variable length, references, filters that are known to it alone.
//!
//! Slabs of bounded size, one at a time behind the library's lock, packed outside of it. What the library allocates for parts of
//! variable length is reserved as it asks for it, and refused where the budget has no more.

use std::sync::Arc;

use stream_core::{
    Array, ChargedVec, Chunk, ChunkPlan, Context, DType, Dims, Error, ErrorKind, Extent, Form,
    Place, Request, Result, Scratch, shape_of,
};

use crate::dataset::{Dataset, Layout};
use crate::slabs::Boxes;
use crate::values::Packer;

/// What an element of variable length is taken to need, when slabs are sized: its own bytes and as many again and more.
const GROWTH: usize = 4;

/// The slabs of a dataset's region.
pub(crate) struct Slabs {
    dataset: Arc<Dataset>,
    cx: Context,
    entry: usize,
    dtype: DType,
    extents: Vec<Extent>,
    slabs: Boxes,
    length: usize,
    /// What the library needs beside the elements: a chunk before and after each filter.
    chunk_bytes: u64,
}

impl Slabs {
    /// The slabs of what `request` wants of `dataset`.
    ///
    /// # Errors
    /// `Request` for a region or a form that does not fit, `Unsupported` for filters that the library has not.
    pub(crate) fn new(dataset: Arc<Dataset>, entry: usize, request: &Request) -> Result<Self> {
        if request.form == Form::Bytes {
            let message = "form: elements that libhdf5 reads have no bytes of their own";
            return Err(Error::new(ErrorKind::Request, message));
        }
        if let Layout::External(_) = dataset.layout() {
            // the library would open whatever is named
            let message = "external files: elements of this type are not read from them";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let file = dataset.object().file();
        file.call(|library, _| library.has_filters(&dataset.creation))?;
        let cx = file.context().clone();
        let whole = dataset.shape().unwrap_or_else(|| Dims::from([0]));
        let extents = request.region.resolve(&whole)?;
        let shape = shape_of(&extents);
        let size = request.chunk_size.unwrap_or_else(|| cx.chunk_size());
        let fixed = dataset.datatype().is_fixed();
        let element = dataset.datatype().size.saturating_mul(if fixed { 1 } else { GROWTH });
        let most = size.checked_div(element).unwrap_or(1).max(1);
        let (slabs, chunk_bytes) = match dataset.layout() {
            Layout::Chunked { chunk, .. } => {
                let bytes = chunk
                    .elements()
                    .and_then(|n| n.checked_mul(u64::try_from(dataset.datatype().size).ok()?));
                let bytes = bytes.unwrap_or(u64::MAX).saturating_mul(2);
                (Boxes::new(chunk, shape, most), bytes)
            }
            _ => (Boxes::new(&Dims::filled(shape.len(), 1), shape, most), 0),
        };
        // what is not stored cannot be verified
        let nothing = cx.switched_on("verify") && dataset.storage_size() == 0;
        let length = if nothing { 0 } else { slabs.len() };
        let dtype = dataset.dtype();
        Ok(Self { dataset, cx, entry, dtype, extents, slabs, length, chunk_bytes })
    }
}

impl ChunkPlan for Slabs {
    fn len(&self) -> usize {
        self.length
    }

    fn array(&self) -> Option<Array> {
        Some(Array::new(self.dtype.clone(), self.slabs.shape().clone()))
    }

    fn place(&self, index: usize) -> Option<Place> {
        let (origin, shape) = self.slabs.get(index)?;
        Some(Place { entry: self.entry, origin, shape })
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        let Some(Place { entry, origin, shape }) = self.place(index) else {
            return Err(Error::new(ErrorKind::Request, format!("chunk {index} of {}", self.len())));
        };
        let dataset = &*self.dataset;
        let path = dataset.object().path();
        let file = dataset.object().file();
        let start: Dims = (self.extents.iter().zip(origin.iter()))
            .map(|(extent, &at)| extent.start.saturating_add(at.saturating_mul(extent.step)))
            .collect();
        let step: Dims = self.extents.iter().map(|extent| extent.step).collect();
        let elements = shape.elements().and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX);
        let size = elements.saturating_mul(dataset.datatype().size);
        let _library = self.cx.budget().reserve(self.chunk_bytes.saturating_add(CONVERSION))?;
        let stored = scratch.bytes(&self.cx, size)?;
        // what the library leaves untouched must not be taken for a pointer
        stored.fill(0);
        let mut packed = ChargedVec::new(self.cx.budget());
        file.call(|library, _| {
            let selection = library.select_elements(&dataset.object().id, &start, &step, &shape)?;
            let its_type = &dataset.its_type;
            library.read_elements(
                &dataset.object().id,
                its_type,
                &selection,
                self.cx.budget(),
                stored,
                &mut |stored| Packer::new(file).elements(dataset.datatype(), stored, &mut packed),
            )
        })
        .map_err(|error| error.in_entry(path))?;
        let mut buf = self.cx.buf(packed.len())?;
        buf.copy_from_slice(&packed);
        Chunk::new(entry, start, shape, self.dtype.clone(), buf)
    }
}

/// The library's buffers for conversion and background: 1 MiB each.
const CONVERSION: u64 = 2 << 20;
