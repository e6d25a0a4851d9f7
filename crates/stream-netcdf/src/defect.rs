//! What is wrong with a file, rule by rule.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt;

use stream_core::{Diagnostic, Diagnostics, Error, Result, Severity};
use stream_memory::Budget;

/// A rule of the format or of the CF conventions that a file breaks, with what was expected and found. Clauses `B` are of the
/// NetCDF User's Guide's appendix on file formats.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Defect {
    /// B, `dim_list`, `att_list`, `var_list`: a list begins with its tag, or with two zeros when it is absent.
    ListTag {
        /// Which list.
        what: &'static str,
        /// The tag.
        expected: u32,
        /// What stands there.
        found: u32,
    },
    /// B, `nelems`: what is counted stands in the file.
    CountBeyondFile {
        /// What is counted.
        what: &'static str,
        /// The most for which there is room.
        expected: u64,
        /// What is said.
        found: u64,
    },
    /// B, `name`: at most 256 characters (`NC_MAX_NAME`).
    NameTooLong {
        /// Whose name.
        what: &'static str,
        /// Bytes.
        found: u64,
    },
    /// B, `name`: UTF-8, without null bytes.
    NameNotUtf8 {
        /// Whose name.
        what: &'static str,
    },
    /// B, `name`: at least one character.
    NameEmpty {
        /// Whose name.
        what: &'static str,
    },
    /// B: names of dimensions, of variables, and of attributes of one variable are unique.
    NameRepeated,
    /// B, `padding`: bytes up to a multiple of four are zero.
    PaddingNotZero {
        /// Behind what.
        what: &'static str,
    },
    /// B, `dim_length`: at most one dimension has the length 0, the record dimension.
    UnlimitedTwice,
    /// B, `nc_type`: 1 to 6, in CDF-5 up to 11.
    TypeUnknown {
        /// The number.
        found: u32,
    },
    /// B, `var`: at most 1024 dimensions (`NC_MAX_VAR_DIMS`).
    RankTooLarge {
        /// How many.
        found: u64,
    },
    /// B, `dimid`: the number of a dimension.
    DimensionUnknown {
        /// How many dimensions there are.
        expected: u64,
        /// The number.
        found: u64,
    },
    /// B, `var`: the record dimension is a variable's first.
    RecordDimensionNotFirst,
    /// B, `vsize`: the bytes of a variable fit 64 bits.
    VariableTooLarge,
    /// B, `vsize`: the bytes of a variable, or of one of its records, padded to a multiple of four.
    VsizeWrong {
        /// What type and dimensions say.
        expected: u64,
        /// What the file says; it is never used.
        found: u64,
    },
    /// B, `begin`: data begins behind the header.
    BeginInHeader {
        /// Bytes of the header.
        expected: u64,
        /// Where the data is said to begin.
        found: u64,
    },
    /// B, `data`: the file holds what its header describes.
    FileTooShort {
        /// Bytes that the header needs.
        expected: u64,
        /// Bytes of the file.
        found: u64,
    },
    /// B, `padding`: behind the last variable too.
    PaddingMissing {
        /// Bytes that the file should have.
        expected: u64,
        /// Bytes of the file.
        found: u64,
    },
    /// B, `numrecs`: a file that is still written leaves the number of records to the length of the file.
    RecordsStreamed {
        /// How many fit.
        found: u64,
    },
    /// CF: an attribute has the type and the number of values that the conventions give it.
    ConventionValue {
        /// The attribute.
        attribute: &'static str,
        /// What the conventions say.
        expected: &'static str,
    },
    /// CF: a variable that an attribute names exists.
    ConventionReference {
        /// The attribute.
        attribute: &'static str,
        /// The name.
        found: String,
    },
    /// CF 4.4: `units since reference`, as UDUNITS reads them.
    TimeUnits {
        /// The text.
        found: String,
    },
    /// CF 4.4: years and months of UDUNITS are no calendar units but fixed lengths.
    TimeUnitsVague {
        /// The unit.
        found: &'static str,
    },
    /// CF 4.4.1: the name of a calendar.
    CalendarUnknown {
        /// The text.
        found: String,
    },
    /// NetCDF-4 in HDF5, dimension scales: what a variable's `DIMENSION_LIST` refers to is a dimension scale.
    ScaleMissing {
        /// The axis.
        axis: u64,
    },
    /// NetCDF-4 in HDF5: every object can be read.
    ObjectBroken {
        /// What is wrong.
        found: String,
    },
    /// NetCDF-4 in HDF5: the files that hold a variable's data are there.
    SourceMissing {
        /// Which is missing.
        found: String,
    },
    /// NetCDF-4 in HDF5: a file that is not marked as being written: else it may change, or was never closed.
    StillOpen,
    /// NetCDF-4 in HDF5: a type that netCDF has a name for.
    TypeForeign {
        /// What the type is.
        found: String,
    },
}

impl Defect {
    /// The stable name of the rule.
    pub fn rule(&self) -> &'static str {
        self.facts().0
    }

    /// The clause of the standard.
    pub fn clause(&self) -> &'static str {
        self.facts().1
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        match self {
            Self::FileTooShort { .. } | Self::ObjectBroken { .. } | Self::SourceMissing { .. } => {
                Severity::Error
            }
            Self::RecordsStreamed { .. } | Self::TimeUnitsVague { .. } | Self::StillOpen => {
                Severity::Note
            }
            _ => Severity::Warning,
        }
    }

    fn facts(&self) -> (&'static str, &'static str) {
        match self {
            Self::ListTag { .. } => ("list_tag", "B, dim_list"),
            Self::CountBeyondFile { .. } => ("count_beyond_file", "B, nelems"),
            Self::NameTooLong { .. } => ("name_too_long", "B, name"),
            Self::NameNotUtf8 { .. } => ("name_not_utf8", "B, name"),
            Self::NameEmpty { .. } => ("name_empty", "B, name"),
            Self::NameRepeated => ("name_repeated", "B, name"),
            Self::PaddingNotZero { .. } => ("padding_not_zero", "B, padding"),
            Self::UnlimitedTwice => ("unlimited_twice", "B, dim_length"),
            Self::TypeUnknown { .. } => ("type_unknown", "B, nc_type"),
            Self::RankTooLarge { .. } => ("rank_too_large", "B, var"),
            Self::DimensionUnknown { .. } => ("dimension_unknown", "B, dimid"),
            Self::RecordDimensionNotFirst => ("record_dimension_not_first", "B, var"),
            Self::VariableTooLarge => ("variable_too_large", "B, vsize"),
            Self::VsizeWrong { .. } => ("vsize_wrong", "B, vsize"),
            Self::BeginInHeader { .. } => ("begin_in_header", "B, begin"),
            Self::FileTooShort { .. } => ("file_too_short", "B, data"),
            Self::PaddingMissing { .. } => ("padding_missing", "B, padding"),
            Self::RecordsStreamed { .. } => ("records_streamed", "B, numrecs"),
            Self::ConventionValue { .. } => ("convention_value", "CF, appendix A"),
            Self::ConventionReference { .. } => ("convention_reference", "CF 5"),
            Self::TimeUnits { .. } => ("time_units", "CF 4.4"),
            Self::TimeUnitsVague { .. } => ("time_units_vague", "CF 4.4"),
            Self::CalendarUnknown { .. } => ("calendar_unknown", "CF 4.4.1"),
            Self::ScaleMissing { .. } => ("scale_missing", "HDF5 dimension scales, 3"),
            Self::ObjectBroken { .. } => ("object_broken", "HDF5 file format, IV.A"),
            Self::SourceMissing { .. } => ("source_missing", "HDF5 file format, IV.A.2.i"),
            Self::StillOpen => ("still_open", "HDF5 file format, II.A"),
            Self::TypeForeign { .. } => ("type_foreign", "NetCDF-4 in HDF5, types"),
        }
    }

    /// As an error that ends the reading of the header, at the byte where it stands.
    pub(crate) fn at(self, offset: u64) -> Error {
        Error::malformed(offset, format!("{self} ({})", self.clause()))
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ListTag { what, expected, found } => {
                write!(f, "{what}: expected tag {expected}, found {found}")
            }
            Self::CountBeyondFile { what, expected, found } => {
                write!(f, "{what}: room for at most {expected} in the file, found {found}")
            }
            Self::NameTooLong { what, found } => {
                write!(f, "name of a {what}: expected at most 1024 bytes, found {found}")
            }
            Self::NameNotUtf8 { what } => {
                write!(f, "name of a {what} is not UTF-8, or ends in null bytes")
            }
            Self::NameEmpty { what } => write!(f, "name of a {what} is empty"),
            Self::NameRepeated => f.write_str("names that should be unique are repeated"),
            Self::PaddingNotZero { what } => {
                write!(f, "padding behind {what}: expected zeros, found other bytes")
            }
            Self::UnlimitedTwice => f.write_str("dimension of length 0: expected one, found two"),
            Self::TypeUnknown { found } => write!(f, "type {found} is none of the format's"),
            Self::RankTooLarge { found } => {
                write!(f, "dimensions of a variable: expected at most 1024, found {found}")
            }
            Self::DimensionUnknown { expected, found } => {
                write!(f, "dimension {found} of {expected}")
            }
            Self::RecordDimensionNotFirst => {
                f.write_str("record dimension is not the variable's first")
            }
            Self::VariableTooLarge => f.write_str("variable is larger than 2^62 bytes"),
            Self::VsizeWrong { expected, found } => {
                write!(f, "vsize: expected {expected}, found {found}")
            }
            Self::BeginInHeader { expected, found } => {
                write!(f, "data begins at {found}, inside the header of {expected} bytes")
            }
            Self::FileTooShort { expected, found } => {
                write!(
                    f,
                    "file is shorter than its header needs (expected {expected} bytes, found {found})"
                )
            }
            Self::PaddingMissing { expected, found } => {
                write!(
                    f,
                    "padding behind the last variable is missing (expected {expected} bytes, found {found})"
                )
            }
            Self::RecordsStreamed { found } => {
                write!(f, "number of records is left to the length of the file: {found}")
            }
            Self::ConventionValue { attribute, expected } => {
                write!(f, "attribute {attribute}: expected {expected}")
            }
            Self::ConventionReference { attribute, found } => {
                write!(f, "attribute {attribute} names {found:?}, which is no variable")
            }
            Self::TimeUnits { found } => {
                write!(f, "time units: expected units since a time, found {found:?}")
            }
            Self::TimeUnitsVague { found } => {
                write!(f, "time unit {found} is a fixed number of seconds, not a calendar unit")
            }
            Self::CalendarUnknown { found } => write!(f, "calendar {found:?} is not known"),
            Self::ScaleMissing { axis } => {
                write!(f, "axis {axis} refers to no dimension scale that can be found")
            }
            Self::ObjectBroken { found } => write!(f, "object cannot be read: {found}"),
            Self::SourceMissing { found } => write!(f, "source of data is missing: {found}"),
            Self::StillOpen => f.write_str("file is marked as being written"),
            Self::TypeForeign { found } => write!(f, "type is none that netCDF knows: {found}"),
        }
    }
}

/// Rules that a file breaks without ending the reading.
#[derive(Debug)]
pub(crate) struct Findings(pub(crate) Diagnostics);

impl Findings {
    pub(crate) fn new(budget: &Budget) -> Self {
        Self(Diagnostics::new(budget))
    }

    pub(crate) fn push(
        &mut self,
        defect: Defect,
        offset: Option<u64>,
        variable: Option<String>,
    ) -> Result<()> {
        self.0.push(Diagnostic {
            severity: defect.severity(),
            rule: defect.rule(),
            message: format!("{defect} ({})", defect.clause()).into(),
            offset,
            entry: variable.map(|name| format!("/{name}").into()),
        })?;
        Ok(())
    }
}
