//! The integration suite: what its tests share.
pub mod cdl;
pub mod command;
pub mod corpus;
pub mod ddl;
pub mod dicom;
pub mod ffprobe;
pub mod fits;
pub mod js;
pub mod netcdf;
pub mod python;
pub mod report;
pub mod samples;
pub mod scan;
pub mod torture;
pub mod values;
pub mod vtt;

/// The README's examples compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
