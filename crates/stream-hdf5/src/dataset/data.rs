//! Who reads a dataset's data: this crate by itself, the library, or the readers of a virtual dataset's sources.

use std::sync::Arc;

use stream_core::{ChunkPlan, Context, DType, Dims, Error, ErrorKind, Request, Result};

use super::{Data, Dataset, Fill, Layout};
use crate::library::Slabs;
use crate::mapped::{self, Mapped, Want};
use crate::storage::{self, Stored};

/// Who reads data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// This crate: positioned reads, decoded on any thread.
    Own,
    /// libhdf5, behind its lock.
    Library,
    /// The readers of other datasets.
    Virtual,
}

pub(super) fn open(dataset: &Dataset, entry: usize, request: &Request) -> Result<Data> {
    let path = dataset.object().path();
    let opened = Prepared::new(dataset).and_then(|prepared| {
        let missing = match &prepared.reads {
            Reads::Mapped { mapped, want } => mapped.absent(want, request)?,
            _ => Vec::new(),
        };
        let plan = prepared.plan(entry, request)?;
        Ok(Data { plan, way: prepared.way(), missing })
    });
    opened.map_err(|error| error.in_entry(path))
}

/// A dataset whose data was located, ready to plan any region of it.
#[derive(Debug)]
pub(crate) struct Prepared {
    shape: Dims,
    dtype: DType,
    chunk: Option<Dims>,
    reads: Reads,
}

#[derive(Debug)]
enum Reads {
    Own { cx: Context, stored: Box<Stored>, layout: Arc<storage::Layout> },
    Library(Arc<Dataset>),
    Mapped { mapped: Arc<Mapped>, want: Box<Want> },
}

impl Prepared {
    /// Locates the data of `dataset`: reads its chunk index. Sources of a virtual one are not opened yet.
    pub(crate) fn new(dataset: &Dataset) -> Result<Self> {
        let reads = match dataset.way() {
            Way::Own => own(dataset)?,
            Way::Library => Reads::Library(again(dataset)?),
            Way::Virtual => of_sources(dataset)?,
        };
        let chunk = match dataset.layout() {
            Layout::Chunked { chunk, .. } => Some(chunk.clone()),
            _ => None,
        };
        let shape = dataset.shape().unwrap_or_else(|| [0].into());
        Ok(Self { shape, dtype: dataset.dtype(), chunk, reads })
    }

    /// Its extents; `[0]` for a null dataspace.
    pub(crate) fn shape(&self) -> &Dims {
        &self.shape
    }

    /// What its elements are once read.
    pub(crate) fn dtype(&self) -> &DType {
        &self.dtype
    }

    /// The extents of its chunks.
    pub(crate) fn chunk(&self) -> Option<&Dims> {
        self.chunk.as_ref()
    }

    /// Which sources of it are missing, if it is virtual; an error where its own data is.
    pub(crate) fn missing(&self) -> Result<Vec<String>> {
        match &self.reads {
            Reads::Mapped { mapped, want } => mapped.absent(want, &Request::default()),
            _ => self.plan(0, &Request::default()).map(|_| Vec::new()),
        }
    }

    fn way(&self) -> Way {
        match &self.reads {
            Reads::Own { .. } => Way::Own,
            Reads::Library(_) => Way::Library,
            Reads::Mapped { .. } => Way::Virtual,
        }
    }

    /// The chunks that `request` wants.
    pub(crate) fn plan(&self, entry: usize, request: &Request) -> Result<Arc<dyn ChunkPlan>> {
        match &self.reads {
            Reads::Own { cx, stored, layout } => storage::plan(cx, stored, layout, entry, request),
            Reads::Library(dataset) => Ok(Arc::new(Slabs::new(dataset.clone(), entry, request)?)),
            Reads::Mapped { mapped, want } => mapped::plan(mapped, want, entry, request),
        }
    }
}

impl Dataset {
    /// Who reads its data.
    pub fn way(&self) -> Way {
        if matches!(self.layout, Layout::Virtual(_)) {
            return Way::Virtual;
        }
        match self.stored_filters() {
            Some(filters) if storage::missing_filter(&filters, self.datatype.size).is_none() => {
                Way::Own
            }
            _ => Way::Library,
        }
    }

    /// Its filters in the words of `storage`; `None` when its elements are not of fixed size.
    fn stored_filters(&self) -> Option<Vec<storage::Filter>> {
        self.datatype.element()?;
        let filter = |f: &super::Filter| storage::Filter {
            id: f.id,
            flags: f.flags,
            values: f.values.clone(),
        };
        Some(self.filters.iter().map(filter).collect())
    }

    /// Tells where contiguous data lies by the object header. Behind a user block the library's own answer counts the block once
    /// or twice, by the version of the superblock.
    pub(super) fn place_behind_user_block(&mut self) {
        let file = self.object.file();
        if file.base() == 0 || !matches!(self.layout, Layout::Contiguous { address: Some(_) }) {
            return;
        }
        let located = self.stored().and_then(|stored| storage::locate(file.context(), &stored));
        if let Ok(storage::Layout::Contiguous(span)) = located {
            self.layout = Layout::Contiguous { address: Some(span.offset) };
        }
    }

    /// Bytes that its chunks take in the file; `None` where only the library can tell.
    pub(super) fn size_of_chunks(&self) -> Option<u64> {
        let stored = self.stored().ok()?;
        match storage::locate(self.object.file().context(), &stored).ok()? {
            storage::Layout::Chunked(table) => Some(table.storage_size()),
            storage::Layout::Unallocated => Some(0),
            _ => None,
        }
    }

    /// All that is needed to read its data without the library.
    fn stored(&self) -> Result<Stored> {
        let none = || Error::new(ErrorKind::Unsupported, "element: not of fixed size");
        let file = self.object.file();
        let (offset_size, length_size) = file.sizes();
        let fill = self.fill_bytes()?;
        let shape = self.shape().unwrap_or_else(|| [0].into());
        let max_shape = match self.max_shape() {
            [] => shape.clone(),
            most => most.iter().map(|n| n.unwrap_or(u64::MAX)).collect(),
        };
        Ok(Stored {
            header: self.object.address(),
            base: file.base(),
            offset_size,
            length_size,
            shape,
            max_shape,
            dtype: self.dtype(),
            element: self.datatype.element().ok_or_else(none)?,
            filters: self.stored_filters().ok_or_else(none)?,
            fill,
            external: match &self.layout {
                Layout::External(files) => files.clone(),
                _ => Vec::new(),
            },
        })
    }

    fn fill_bytes(&self) -> Result<Option<Vec<u8>>> {
        Ok(match self.fill()? {
            Fill::Value(values) => Some(values.bytes().to_vec()),
            _ => None,
        })
    }
}

fn own(dataset: &Dataset) -> Result<Reads> {
    let stored = Box::new(dataset.stored()?);
    let cx = dataset.object().file().context().clone();
    let layout = Arc::new(storage::locate(&cx, &stored)?);
    if let storage::Layout::Other(_) = &*layout {
        return Ok(Reads::Library(again(dataset)?));
    }
    Ok(Reads::Own { cx, stored, layout })
}

/// Another opening of a dataset, for what the library reads.
fn again(dataset: &Dataset) -> Result<Arc<Dataset>> {
    let object = dataset.object();
    let again = object.file().object_at(object.address(), object.path())?.into_dataset()?;
    Ok(Arc::new(again))
}

fn of_sources(dataset: &Dataset) -> Result<Reads> {
    let none = || {
        let message = "virtual dataset: elements of variable length";
        Error::new(ErrorKind::Unsupported, message)
    };
    let mapped = dataset.mapped.clone().ok_or_else(none)?;
    let dtype = dataset.dtype();
    let packed = dtype.size().ok_or_else(none)?;
    let want = Want {
        cx: dataset.object().file().context().clone(),
        path: dataset.object().path().into(),
        shape: dataset.shape().unwrap_or_else(|| [0].into()),
        packed,
        dtype,
        fill: dataset.fill_bytes()?.filter(|fill| fill.len() == packed),
    };
    Ok(Reads::Mapped { mapped, want: Box::new(want) })
}
