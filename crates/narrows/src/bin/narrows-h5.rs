//! Reads HDF5 and netCDF-4 for the command, which links no libhdf5: its start would cost every run.

use std::process::ExitCode;

fn main() -> ExitCode {
    narrows::worker(&[
        &stream_hdf5::Hdf5,
        #[cfg(feature = "netcdf")]
        &stream_netcdf::Netcdf,
    ])
}
