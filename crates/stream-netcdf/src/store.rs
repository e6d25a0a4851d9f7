//! Where the data of a netCDF-4 file comes from.
//!
//! Behind a trait, so that nothing of the HDF5 library is linked into a program that opens the classic formats alone.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::{ChargedVec, ChunkPlan, Context, Error, ErrorKind, Request, Result};

use crate::defect::Findings;
use crate::header::Header;
use crate::{Attribute, Options, Variable};

/// The data of an open netCDF-4 file.
pub(crate) trait Store: Send + Sync {
    /// The data of a variable.
    fn plan(&self, variable: Variable<'_>, entry: usize, request: &Request) -> Result<Planned>;

    /// The values of an attribute that were too long to be kept.
    fn values(&self, attribute: Attribute<'_>) -> Result<ChargedVec<u8>>;
}

/// The data of a variable.
pub(crate) struct Planned {
    pub(crate) plan: Arc<dyn ChunkPlan>,
    /// Which sources of a virtual dataset are missing: their elements are fill values.
    pub(crate) missing: Vec<String>,
}

/// What was found in a file.
pub(crate) struct Opened {
    pub(crate) header: Header,
    pub(crate) findings: Findings,
    pub(crate) incomplete: Option<String>,
    pub(crate) store: Box<dyn Store>,
}

/// How a netCDF-4 file is opened.
pub(crate) type Open = fn(Context, &Options) -> Result<Opened>;

/// It is not: the classic formats alone are read.
///
/// # Errors
/// `NotEnabled`.
pub(crate) fn none(_: Context, _: &Options) -> Result<Opened> {
    let message = "this is netCDF-4; rebuild with feature \"netcdf\"";
    Err(Error::new(ErrorKind::NotEnabled, message))
}
