//! Why netCDF files differ from what netCDF4-python gives, in more than one suite.

/// Two dimensions of one number.
pub const SAME_ID: &str =
    "two dimensions with one _Netcdf4Dimid: netCDF-C takes the first for both";
/// Bytes that mean missing there and not here.
pub const BYTES: &str = "NUG, appendix B: bytes have no default fill value that means missing; netCDF4-python takes -127 and 255 for one";
/// Names that mean missing.
pub const NAMES: &str =
    "values of enumerations are names, which are not scaled: the one that means missing stays";
/// What was not to be filled.
pub const NO_FILL: &str = "_NoFill: what was never written is not filled, so no value means missing; netCDF4-python masks the default all the same";
