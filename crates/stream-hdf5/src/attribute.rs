//! Attributes: short data at an object.

use std::fmt;

use stream_core::memory::Reservation;
use stream_core::{Dims, Result};

use crate::datatype::Datatype;
use crate::ffi::{Charge, Extent, Id};
use crate::file::File;
use crate::object::Object;
use crate::values::Values;

/// An open attribute.
pub struct Attribute {
    id: Id,
    its_type: Id,
    datatype: Datatype,
    extent: Extent,
    file: File,
    name: Box<str>,
    _charge: Option<Reservation>,
}

impl Attribute {
    pub(crate) fn open(object: &Object, name: &[u8]) -> Result<Self> {
        let file = object.file.clone();
        let mut charge = Charge::new(file.context().budget());
        let (id, its_type, datatype, extent) = file.call(|library, _| {
            let id = library.open_attribute(&object.id, name)?;
            let its_type = library.attribute_type(&id)?;
            let datatype = library.describe(&its_type, &mut charge)?;
            let extent = library.extent(&library.attribute_space(&id)?)?;
            Ok::<_, stream_core::Error>((id, its_type, datatype, extent))
        })?;
        let _charge = charge.take();
        let name = String::from_utf8_lossy(name).into();
        Ok(Self { id, its_type, datatype, extent, file, name, _charge })
    }

    /// Its name; bytes that are not UTF-8 replaced.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its elements are.
    pub fn datatype(&self) -> &Datatype {
        &self.datatype
    }

    /// Its extents, none for a scalar; `None` for a null dataspace, which has no elements.
    pub fn shape(&self) -> Option<Dims> {
        match &self.extent {
            Extent::Null => None,
            Extent::Scalar => Some(Dims::new()),
            Extent::Simple { shape, .. } => Some(shape.clone()),
        }
    }

    /// Bytes of the elements as the library lays them out in memory, without parts of variable length; `None` where they do not
    /// fit 64 bits.
    pub fn size(&self) -> Option<u64> {
        let elements = self.shape().map_or(Some(0), |shape| shape.elements())?;
        elements.checked_mul(u64::try_from(self.datatype.size).ok()?)
    }

    /// All of its value, charged. Parts of variable length are read by the library, which allocates them before anyone knows how
    /// long they are; object headers and heaps bound them by the file's size.
    ///
    /// # Errors
    /// `OverBudget`, `Malformed`, and what the source says.
    pub fn value(&self) -> Result<Values> {
        let shape = self.shape();
        let read = |bytes: &mut [u8]| {
            self.file.call(|library, _| library.read_attribute(&self.id, &self.its_type, bytes))
        };
        Values::read(&self.file, &self.datatype, shape, &read, &|bytes| {
            self.file.call(|library, _| {
                if let Ok(space) = library.attribute_space(&self.id) {
                    library.reclaim(&self.its_type, &space, bytes);
                }
            });
        })
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attribute")
            .field("name", &self.name)
            .field("datatype", &self.datatype)
            .field("extent", &self.extent)
            .finish_non_exhaustive()
    }
}
