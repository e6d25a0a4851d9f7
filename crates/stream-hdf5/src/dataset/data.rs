//! Who reads a dataset's data: this crate by itself, the library, or the readers of a virtual dataset's sources.

use std::sync::Arc;

use stream_core::{Error, ErrorKind, Request, Result};

use super::{Data, Dataset, Fill, Layout};
use crate::library::Slabs;
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
    let way = dataset.way();
    let path = dataset.object().path();
    let opened = match way {
        Way::Own => own(dataset, entry, request),
        Way::Library => by_library(dataset, entry, request),
        Way::Virtual => {
            Err(Error::new(ErrorKind::Unsupported, "virtual dataset: its sources are not followed"))
        }
    };
    opened.map_err(|error| error.in_entry(path))
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

    /// All that is needed to read its data without the library.
    fn stored(&self) -> Result<Stored> {
        let none = || Error::new(ErrorKind::Unsupported, "element: not of fixed size");
        let file = self.object.file();
        let (offset_size, length_size) = file.sizes();
        let fill = match self.fill()? {
            Fill::Value(values) => Some(values.bytes().to_vec()),
            _ => None,
        };
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
}

fn own(dataset: &Dataset, entry: usize, request: &Request) -> Result<Data> {
    let stored = dataset.stored()?;
    let cx = dataset.object().file().context();
    let layout = Arc::new(storage::locate(cx, &stored)?);
    if let storage::Layout::Other(_) = &*layout {
        return by_library(dataset, entry, request);
    }
    let plan = storage::plan(cx, &stored, &layout, entry, request)?;
    Ok(Data { plan, way: Way::Own, missing: Vec::new() })
}

fn by_library(dataset: &Dataset, entry: usize, request: &Request) -> Result<Data> {
    let object = dataset.object();
    let again = object.file().object_at(object.address(), object.path())?.into_dataset()?;
    let plan = Arc::new(Slabs::new(Arc::new(again), entry, request)?);
    Ok(Data { plan, way: Way::Library, missing: Vec::new() })
}
