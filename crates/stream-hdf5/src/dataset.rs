//! Datasets: what they are, and their data.

mod data;
mod layout;

use std::fmt;
use std::sync::Arc;

use stream_core::memory::Reservation;
use stream_core::{ChunkPlan, DType, Dims, Error, Request, Result};

use crate::datatype::Datatype;
use crate::ffi::{Charge, Extent, FillValue, Id};
use crate::mapped::{Chain, Mapped};
use crate::object::{Object, ObjectKind};
use crate::values::Values;

pub(crate) use data::Prepared;
pub use data::Way;
pub use layout::{Filter, Layout, Mapping};

/// An open dataset.
pub struct Dataset {
    pub(crate) its_type: Id,
    pub(crate) creation: Id,
    pub(crate) object: Object,
    datatype: Datatype,
    extent: Extent,
    layout: Layout,
    filters: Vec<Filter>,
    fill: FillValue,
    /// Of a virtual one.
    mapped: Option<Arc<Mapped>>,
    _charge: Option<Reservation>,
}

/// A dataset before it has its object.
struct Facts {
    its_type: Id,
    creation: Id,
    datatype: Datatype,
    extent: Extent,
    layout: Layout,
    filters: Vec<Filter>,
    fill: FillValue,
    mapped: Option<Arc<Mapped>>,
    charge: Option<Reservation>,
}

impl Facts {
    fn of(self, object: Object) -> Dataset {
        let Self { its_type, creation, datatype, extent, .. } = self;
        let Self { layout, filters, fill, mapped, charge: _charge, .. } = self;
        Dataset {
            its_type,
            creation,
            object,
            datatype,
            extent,
            layout,
            filters,
            fill,
            mapped,
            _charge,
        }
    }
}

/// What elements hold that were never written.
#[derive(Debug)]
pub enum Fill {
    /// Nothing that is defined: zeros are given.
    Undefined,
    /// Zeros, as nothing else was said.
    Default,
    /// This value: one element.
    Value(Box<Values>),
}

impl Object {
    /// The object as a dataset.
    ///
    /// # Errors
    /// `Unrecognized` for another kind of object, `Malformed`, `OverBudget`, and what the source says.
    pub fn into_dataset(self) -> Result<Dataset> {
        self.expect(ObjectKind::Dataset)?;
        Dataset::open(self).map_err(|(_, error)| error)
    }
}

impl Dataset {
    /// Opens it; on failure the object is given back.
    pub(crate) fn open(object: Object) -> Result<Self, (Box<Object>, Error)> {
        Self::open_in(object, &Chain::default())
    }

    /// Opens it as a source of the virtual datasets in `chain`.
    pub(crate) fn open_in(object: Object, chain: &Chain) -> Result<Self, (Box<Object>, Error)> {
        match Self::facts(&object, chain) {
            Ok(facts) => {
                let mut dataset = facts.of(object);
                dataset.place_behind_user_block();
                Ok(dataset)
            }
            Err(error) => {
                let error = error.in_entry(object.path());
                Err((Box::new(object), error))
            }
        }
    }

    fn facts(object: &Object, chain: &Chain) -> Result<Facts> {
        let file = &object.file;
        let mut charge = Charge::new(file.context().budget());
        let raw = file.call(|library, _| {
            let its_type = library.dataset_type(&object.id)?;
            let datatype = library.describe(&its_type, &mut charge)?;
            let extent = library.extent(&library.dataset_space(&object.id)?)?;
            let creation = library.dataset_creation(&object.id)?;
            let layout = library.layout(&object.id, &creation, &extent)?;
            let filters = library.filters(&creation)?;
            let fill = library.fill_kind(&creation)?;
            Ok::<_, Error>((its_type, datatype, extent, creation, layout, filters, fill))
        });
        let (its_type, datatype, mut extent, creation, layout, filters, fill) = raw?;
        let filters = filters.into_iter().map(Filter::from).collect();
        let layout = Layout::new(file, &creation, layout, &mut charge)?;
        let mapped = match &layout {
            Layout::Virtual(mappings) => {
                let mut scalar = Dims::new();
                let shape = match &mut extent {
                    Extent::Simple { shape, .. } => shape,
                    _ => &mut scalar,
                };
                Some(Arc::new(Mapped::new(object, chain, mappings, shape)?))
            }
            _ => None,
        };
        let charge = charge.take();
        Ok(Facts { its_type, creation, datatype, extent, layout, filters, fill, mapped, charge })
    }

    /// The object again, without what was asked of it.
    pub(crate) fn into_object(self) -> Object {
        self.object
    }

    /// The object that it is: its path, address and attributes.
    pub fn object(&self) -> &Object {
        &self.object
    }

    /// What its elements are, as stored.
    pub fn datatype(&self) -> &Datatype {
        &self.datatype
    }

    /// What its elements are once read.
    pub fn dtype(&self) -> DType {
        self.datatype.to_dtype()
    }

    /// Its extents, none for a scalar; `None` for a null dataspace, which has no elements. Those of a virtual one reach along
    /// unlimited axes as far as its sources do now.
    pub fn shape(&self) -> Option<Dims> {
        match &self.extent {
            Extent::Null => None,
            Extent::Scalar => Some(Dims::new()),
            Extent::Simple { shape, .. } => Some(shape.clone()),
        }
    }

    /// How far each axis may grow; `None` without bound.
    pub fn max_shape(&self) -> &[Option<u64>] {
        match &self.extent {
            Extent::Simple { most, .. } => most,
            _ => &[],
        }
    }

    /// Sources that could not be opened although its extents depend on them.
    pub fn missing(&self) -> &[String] {
        self.mapped.as_ref().map_or(&[], |mapped| mapped.missing())
    }

    /// Where its data stands.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The filters its chunks went through, in the order of writing.
    pub fn filters(&self) -> &[Filter] {
        &self.filters
    }

    /// Bytes that its data takes in the file, 0 where nothing was written. Of a chunked one the whole index is read, by this crate where
    /// it can and the budget allows, without chunks that lie outside of the array; else by the library, which counts those too and
    /// is slow where few of many chunks are stored.
    pub fn storage_size(&self) -> u64 {
        let by_library =
            || self.object.file.call(|library, _| library.storage_size(&self.object.id));
        match self.layout {
            Layout::Chunked { .. } => self.size_of_chunks().unwrap_or_else(by_library),
            _ => by_library(),
        }
    }

    /// What elements hold that were never written.
    ///
    /// # Errors
    /// `OverBudget`, `Malformed`.
    pub fn fill(&self) -> Result<Fill> {
        match self.fill {
            FillValue::Undefined => return Ok(Fill::Undefined),
            FillValue::Default => return Ok(Fill::Default),
            FillValue::Defined => {}
        }
        let file = &self.object.file;
        let read = |bytes: &mut [u8]| {
            file.call(|library, _| library.fill_value(&self.creation, &self.its_type, bytes))
        };
        let reclaim = |bytes: &mut [u8]| {
            file.call(|library, _| {
                if let Ok(one) = library.simple(&[1]) {
                    library.reclaim(&self.its_type, &one, bytes);
                }
            });
        };
        let value = Values::read(file, &self.datatype, Some(Dims::new()), &read, &reclaim)?;
        Ok(Fill::Value(Box::new(value)))
    }

    /// Its data as `request` wants it, by chunks, as the `entry`-th entry of the request. Chunked data gives a chunk for each stored
    /// one, other data slabs of about the request's or the context's chunk size.
    ///
    /// A virtual one opens all sources that the region needs once, to say which are missing; reading keeps the last four files open.
    ///
    /// The plan keeps the file open, and the dataset's index, charged. What only libhdf5 reads takes another opening of the dataset.
    ///
    /// # Errors
    /// `Request` for a region or form that does not fit, `Unsupported` for a filter that nobody here knows and for external files that
    /// are not opened, `Malformed`, `OverBudget`, and what the source says.
    pub fn data(&self, entry: usize, request: &Request) -> Result<Data> {
        data::open(self, entry, request)
    }
}

/// A dataset's data, ready to be read.
pub struct Data {
    /// Its chunks, from any thread.
    pub plan: Arc<dyn ChunkPlan>,
    /// Who reads them.
    pub way: Way,
    /// Which sources of a virtual dataset cannot be read, and why: a chunk that has elements of theirs is an error.
    pub missing: Vec<String>,
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Data")
            .field("way", &self.way)
            .field("missing", &self.missing)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dataset")
            .field("path", &self.object.path())
            .field("datatype", &self.datatype)
            .field("extent", &self.extent)
            .field("layout", &self.layout)
            .field("filters", &self.filters)
            .finish_non_exhaustive()
    }
}
