//! The rules of the standard that a file can break.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt;

use stream_core::Severity;

/// A rule of FITS 4.0 that a file breaks although it can be read on, one variant per rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Defect {
    /// 4.1.2.1: keywords have upper case letters, digits, hyphen and underscore, then spaces.
    Keyword,
    /// 4.1.2.2: an equals sign in a value's card is followed by a space.
    ValueIndicator,
    /// 4.2: the value is of no type that the standard knows.
    Value,
    /// 4.2.1.1: a string ends with a quote.
    QuoteMissing,
    /// 4.1.2.3: a slash stands before a comment.
    SlashMissing,
    /// 4.2.4: the letter of an exponent is `E` or `D` in upper case.
    ExponentCase,
    /// 3.2: headers have ASCII text from 20 to 7E only.
    HeaderCharacter,
    /// 4.2.1.2: a CONTINUE record goes on with a string that ends with an ampersand.
    ContinueStray,
    /// 4.4.1.1: mandatory keywords stand in their order.
    KeywordOrder {
        /// The keyword.
        expected: Word,
    },
    /// 4.4.1: a mandatory keyword has a value of the right type.
    KeywordType {
        /// The keyword.
        keyword: Word,
    },
    /// 4.4.1: a mandatory keyword stands in the header.
    KeywordMissing {
        /// The keyword.
        keyword: Word,
    },
    /// 4.4.1.1: a file that keeps the standard says `SIMPLE = T`.
    NotSimple,
    /// 3.3.1, 3.3.2: headers and data are padded to 2,880 bytes; the file ends before.
    PaddingMissing {
        /// Bytes that are not there.
        missing: u64,
    },
    /// 3.5: what follows the last HDU is no extension.
    TrailingBytes,
    /// 7.2.2, 7.3.2: a column has a known TFORM.
    TForm {
        /// The column.
        column: u16,
    },
    /// 7.3.2: NAXIS1 is the sum of the fields.
    RowLength {
        /// Bytes of all fields.
        expected: u64,
        /// `NAXIS1`.
        found: u64,
    },
    /// 7.2.2: a field lies within its row.
    FieldBeyondRow {
        /// The column.
        column: u16,
    },
    /// 7.3.2: TDIM has as many elements as TFORM, or fewer.
    TDim {
        /// The column.
        column: u16,
    },
    /// 7.2.2, 7.3.2: at most 999 columns, or parameters of a group.
    TooManyColumns {
        /// How many there are.
        found: u64,
    },
    /// 7.3.2: the heap starts behind the rows and within the data.
    HeapPlace {
        /// `THEAP`.
        found: u64,
    },
    /// 5.3, 7.3.2: only integers have a value that stands for none.
    NullOfReal,
    /// 4.4.1: the HDU says that the file has no conforming structure here.
    Structure {
        /// The keyword whose value does not fit.
        keyword: Word,
    },
    /// 10: a compressed image or table lacks what is needed to restore it.
    Compression,
    /// 4.4.2.7, Appendix J: the checksum of the HDU is not zero.
    Checksum {
        /// The sum of all words; minus zero is expected.
        found: u32,
    },
    /// 4.4.2.7, Appendix J: the checksum of the data is another.
    DataSum {
        /// What the card says.
        expected: u32,
        /// What the data sum up to.
        found: u32,
    },
    /// 4.4.2.7: the sums could not be verified, since the stream had passed the data.
    NotVerified,
}

/// A keyword within a defect: up to eight characters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Word([u8; 8]);

impl Word {
    /// The first eight characters of `name`.
    pub fn new(name: &str) -> Self {
        Self(crate::card::padded(name))
    }

    /// The keyword.
    pub fn as_str(&self) -> &str {
        self.0.utf8_chunks().next().map_or("", |chunk| chunk.valid()).trim_end()
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
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

    /// How bad it is: what is wrong with data is an error, what only readers of headers see a warning.
    pub fn severity(&self) -> Severity {
        match self {
            Self::Checksum { .. } | Self::DataSum { .. } => Severity::Error,
            Self::ExponentCase | Self::NullOfReal | Self::NotVerified => Severity::Note,
            _ => Severity::Warning,
        }
    }

    fn facts(&self) -> (&'static str, &'static str) {
        match self {
            Self::Keyword => ("keyword", "FITS 4.1.2.1"),
            Self::ValueIndicator => ("value_indicator", "FITS 4.1.2.2"),
            Self::Value => ("value", "FITS 4.2"),
            Self::QuoteMissing => ("quote_missing", "FITS 4.2.1.1"),
            Self::SlashMissing => ("slash_missing", "FITS 4.1.2.3"),
            Self::ExponentCase => ("exponent_case", "FITS 4.2.4"),
            Self::HeaderCharacter => ("header_character", "FITS 3.2"),
            Self::ContinueStray => ("continue_stray", "FITS 4.2.1.2"),
            Self::KeywordOrder { .. } => ("keyword_order", "FITS 4.4.1"),
            Self::KeywordType { .. } => ("keyword_type", "FITS 4.4.1"),
            Self::KeywordMissing { .. } => ("keyword_missing", "FITS 4.4.1"),
            Self::NotSimple => ("not_simple", "FITS 4.4.1.1"),
            Self::PaddingMissing { .. } => ("padding_missing", "FITS 3.3"),
            Self::TrailingBytes => ("trailing_bytes", "FITS 3.5"),
            Self::TForm { .. } => ("tform", "FITS 7.3.1"),
            Self::RowLength { .. } => ("row_length", "FITS 7.3.1"),
            Self::FieldBeyondRow { .. } => ("field_beyond_row", "FITS 7.2.2"),
            Self::TDim { .. } => ("tdim", "FITS 7.3.2"),
            Self::TooManyColumns { .. } => ("too_many_columns", "FITS 7.3.1"),
            Self::HeapPlace { .. } => ("heap_place", "FITS 7.3.2"),
            Self::NullOfReal => ("null_of_real", "FITS 5.3"),
            Self::Structure { .. } => ("structure", "FITS 4.4.1"),
            Self::Compression => ("compression", "FITS 10.1"),
            Self::Checksum { .. } => ("checksum", "FITS 4.4.2.7"),
            Self::DataSum { .. } => ("datasum", "FITS 4.4.2.7"),
            Self::NotVerified => ("not_verified", "FITS 4.4.2.7"),
        }
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keyword => f.write_str("keyword with characters that no keyword has"),
            Self::ValueIndicator => f.write_str("equals sign without a space behind it"),
            Self::Value => f.write_str("value of no known type"),
            Self::QuoteMissing => f.write_str("string without its closing quote"),
            Self::SlashMissing => f.write_str("comment without a slash before it"),
            Self::ExponentCase => f.write_str("exponent with a lower case letter"),
            Self::HeaderCharacter => f.write_str("header with bytes that are no ASCII text"),
            Self::ContinueStray => f.write_str("CONTINUE record that continues nothing"),
            Self::KeywordOrder { expected } => {
                write!(f, "keyword {} is not where it is expected", expected.as_str())
            }
            Self::KeywordType { keyword } => {
                write!(f, "keyword {} has a value of another type", keyword.as_str())
            }
            Self::KeywordMissing { keyword } => {
                write!(f, "keyword {} is missing", keyword.as_str())
            }
            Self::NotSimple => {
                f.write_str("SIMPLE is not T: the file says that it does not keep the standard")
            }
            Self::PaddingMissing { missing } => {
                write!(f, "file ends {missing} bytes before the end of its last block")
            }
            Self::TrailingBytes => f.write_str("bytes behind the last HDU"),
            Self::TForm { column } => write!(f, "column {column} has no TFORM that can be read"),
            Self::RowLength { expected, found } => {
                write!(f, "row length: the fields have {expected} bytes, NAXIS1 says {found}")
            }
            Self::FieldBeyondRow { column } => write!(f, "column {column} lies beyond its row"),
            Self::TDim { column } => write!(f, "column {column}: TDIM does not fit TFORM"),
            Self::TooManyColumns { found } => {
                write!(f, "columns: expected at most 999, found {found}")
            }
            Self::HeapPlace { found } => write!(f, "heap at {found} does not lie behind the rows"),
            Self::NullOfReal => {
                f.write_str("real numbers with an integer that stands for no value")
            }
            Self::Structure { keyword } => {
                write!(f, "keyword {} does not fit the kind of HDU", keyword.as_str())
            }
            Self::Compression => f.write_str("compressed HDU without what is needed to restore it"),
            Self::Checksum { found } => {
                write!(f, "checksum: expected a sum of minus zero, found {found:#010x}")
            }
            Self::DataSum { expected, found } => {
                write!(f, "checksum of the data: expected {expected}, found {found}")
            }
            Self::NotVerified => {
                f.write_str("checksums not verified: the stream has passed the data")
            }
        }
    }
}

/// A [`Defect`] and where it was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deviation {
    /// The rule, with what was expected and found.
    pub defect: Defect,
    /// The HDU, counted from 0.
    pub hdu: u64,
    /// Where in the source.
    pub offset: u64,
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "HDU {} at offset {}: {} ({})",
            self.hdu,
            self.offset,
            self.defect,
            self.defect.clause()
        )
    }
}
