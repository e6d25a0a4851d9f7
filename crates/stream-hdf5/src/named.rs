//! Named types, and the library's own name.

use stream_core::Result;

use crate::datatype::Datatype;
use crate::ffi::{self, Charge};
use crate::object::{Object, ObjectKind};

/// The library that is linked, with its version: `libhdf5 1.10.8`.
pub fn library() -> String {
    ffi::version()
}

impl Object {
    /// The type that a named datatype is. What it takes is reserved only while it is read: the caller keeps it.
    ///
    /// # Errors
    /// `Unrecognized` for another kind of object, `Malformed`, `OverBudget`, and what the source says.
    pub fn named_type(&self) -> Result<Datatype> {
        self.expect(ObjectKind::Datatype)?;
        let mut charge = Charge::new(self.file.context().budget());
        let described = self.file.call(|library, _| library.describe(&self.id, &mut charge));
        described.map_err(|error| error.in_entry(self.path()))
    }
}
