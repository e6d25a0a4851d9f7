//! What is wrong with a file, rule by rule.

use std::fmt;

use crate::{Tag, VR};

/// A rule of the standard that a file breaks, with what was expected and found. Reading goes on behind each of these.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Defect {
    /// PS3.10 7.1: a file starts with 128 bytes and `DICM`.
    PreambleMissing,
    /// PS3.10 7.1: File Meta Information comes first.
    MetaMissing,
    /// PS3.10 7.1: File Meta Information is Explicit VR Little Endian.
    MetaEncoding {
        /// How it is encoded.
        found: &'static str,
    },
    /// PS3.10 7.1: File Meta Information starts with its group length.
    MetaLengthMissing,
    /// PS3.10 7.1: the group length counts the bytes behind it up to the data set.
    MetaLength {
        /// Bytes counted.
        expected: u64,
        /// What the file says.
        found: u64,
    },
    /// PS3.10 7.1: Transfer Syntax UID (0002,0010) is required.
    TransferSyntaxMissing {
        /// The encoding that the data set looks like.
        taken: &'static str,
    },
    /// PS3.5 10: the transfer syntax is none that PS3.6 registers.
    TransferSyntaxUnknown {
        /// The encoding that the data set looks like.
        taken: &'static str,
    },
    /// PS3.5 A: the data set is encoded as its transfer syntax says.
    TransferSyntaxMismatch {
        /// What the transfer syntax says.
        expected: &'static str,
        /// What the data set looks like.
        found: &'static str,
    },
    /// PS3.5 7.1.1: a value has an even number of bytes.
    LengthOdd {
        /// Bytes stated.
        found: u32,
    },
    /// PS3.5 6.2: the length is a multiple of the VR's size.
    LengthNotMultiple {
        /// Bytes of one number.
        unit: u8,
        /// Bytes stated.
        found: u32,
    },
    /// PS3.5 7.1.1: only SQ, UN and encapsulated OB or OW may have an undefined length.
    LengthUndefined {
        /// The VR that has one.
        found: VR,
    },
    /// PS3.5 7.5.1: content ends with the item or sequence that holds it.
    LengthBeyondParent {
        /// Bytes left there.
        expected: u64,
        /// Bytes stated.
        found: u64,
    },
    /// PS3.5 7.5.1: an item's length covers whole elements.
    RestInParent {
        /// Bytes left, too few for an element.
        found: u64,
    },
    /// PS3.5 6.2: the two bytes are no value representation.
    VrUnknown {
        /// The two bytes.
        found: [u8; 2],
    },
    /// PS3.6 6: the VR is not the registered one.
    VrMismatch {
        /// The VR found.
        found: VR,
    },
    /// PS3.5 A.2: every element states its VR; this one is written in implicit form.
    VrAbsent,
    /// PS3.5 7.1.2: the two bytes between VR and length are zero.
    ReservedBytes {
        /// What they hold.
        found: u16,
    },
    /// PS3.5 7.1: elements come in increasing order of tags.
    OutOfOrder {
        /// The tag before.
        previous: Tag,
    },
    /// PS3.5 7.1: an element occurs at most once in a data set.
    Duplicate,
    /// PS3.5 7.8.1: a private element lies in a block that a private creator reserved.
    CreatorMissing,
    /// PS3.5 7.5: a sequence holds items only.
    NotAnItem {
        /// The tag found.
        found: Tag,
    },
    /// PS3.5 7.5.1: an item of undefined length ends with a delimiter.
    ItemDelimiterMissing,
    /// PS3.5 7.5.2: a sequence of undefined length ends with a delimiter.
    SequenceDelimiterMissing,
    /// PS3.5 7.5: a delimiter or item where none can stand.
    DelimiterStray {
        /// The tag found.
        found: Tag,
    },
    /// PS3.5 7.5: a delimiter's length is zero.
    DelimiterLength {
        /// What it says.
        found: u32,
    },
    /// PS3.5 A.4: Pixel Data is encapsulated exactly where the transfer syntax says so.
    Encapsulation {
        /// `encapsulated` or `native`.
        expected: &'static str,
        /// `encapsulated` or `native`.
        found: &'static str,
    },
    /// PS3.3 C.12.1.1.2: the term of Specific Character Set is not defined.
    CharacterSetUnknown,
    /// PS3.5 6.1: a byte has no meaning in the character set.
    CharacterUndefined,
    /// PS3.10 7.2: bytes behind the data set are Data Set Trailing Padding (FFFC,FFFC), not bare zeros.
    TrailingZeros,
    /// PS3.5 A.5: nothing but one zero byte follows the deflated data set.
    DataAfterEnd {
        /// Bytes that follow.
        found: u64,
    },
    /// PS3.3 C.7.6.3: Pixel Data is as long as rows, columns, samples, bits and frames say.
    PixelDataLength {
        /// Bytes computed.
        expected: u64,
        /// Bytes stated.
        found: u64,
    },
    /// PS3.5 A.4: the offset table points at the first fragment of each frame.
    OffsetTable {
        /// The frame whose entry is wrong.
        frame: u64,
    },
    /// PS3.5 A.4: there are as many frames as Number of Frames says.
    FrameCount {
        /// What Number of Frames says.
        expected: u64,
        /// Frames found.
        found: u64,
    },
}

impl Defect {
    /// The stable name of the rule.
    pub fn rule(&self) -> &'static str {
        self.facts().0
    }

    /// The part and clause of the standard.
    pub fn clause(&self) -> &'static str {
        self.facts().1
    }

    fn facts(&self) -> (&'static str, &'static str) {
        match self {
            Self::PreambleMissing => ("preamble_missing", "PS3.10 7.1"),
            Self::MetaMissing => ("meta_missing", "PS3.10 7.1"),
            Self::MetaEncoding { .. } => ("meta_encoding", "PS3.10 7.1"),
            Self::MetaLengthMissing => ("meta_length_missing", "PS3.10 7.1"),
            Self::MetaLength { .. } => ("meta_length", "PS3.10 7.1"),
            Self::TransferSyntaxMissing { .. } => ("transfer_syntax_missing", "PS3.10 7.1"),
            Self::TransferSyntaxUnknown { .. } => ("transfer_syntax_unknown", "PS3.5 10"),
            Self::TransferSyntaxMismatch { .. } => ("transfer_syntax_mismatch", "PS3.5 A"),
            Self::LengthOdd { .. } => ("length_odd", "PS3.5 7.1.1"),
            Self::LengthNotMultiple { .. } => ("length_not_multiple", "PS3.5 6.2"),
            Self::LengthUndefined { .. } => ("length_undefined", "PS3.5 7.1.1"),
            Self::LengthBeyondParent { .. } => ("length_beyond_parent", "PS3.5 7.5.1"),
            Self::RestInParent { .. } => ("rest_in_parent", "PS3.5 7.5.1"),
            Self::VrUnknown { .. } => ("vr_unknown", "PS3.5 6.2"),
            Self::VrMismatch { .. } => ("vr_mismatch", "PS3.6 6"),
            Self::VrAbsent => ("vr_absent", "PS3.5 A.2"),
            Self::ReservedBytes { .. } => ("reserved_bytes", "PS3.5 7.1.2"),
            Self::OutOfOrder { .. } => ("out_of_order", "PS3.5 7.1"),
            Self::Duplicate => ("duplicate", "PS3.5 7.1"),
            Self::CreatorMissing => ("creator_missing", "PS3.5 7.8.1"),
            Self::NotAnItem { .. } => ("not_an_item", "PS3.5 7.5"),
            Self::ItemDelimiterMissing => ("item_delimiter_missing", "PS3.5 7.5.1"),
            Self::SequenceDelimiterMissing => ("sequence_delimiter_missing", "PS3.5 7.5.2"),
            Self::DelimiterStray { .. } => ("delimiter_stray", "PS3.5 7.5"),
            Self::DelimiterLength { .. } => ("delimiter_length", "PS3.5 7.5"),
            Self::Encapsulation { .. } => ("encapsulation", "PS3.5 A.4"),
            Self::CharacterSetUnknown => ("character_set_unknown", "PS3.3 C.12.1.1.2"),
            Self::CharacterUndefined => ("character_undefined", "PS3.5 6.1"),
            Self::TrailingZeros => ("trailing_zeros", "PS3.10 7.2"),
            Self::DataAfterEnd { .. } => ("data_after_end", "PS3.5 A.5"),
            Self::PixelDataLength { .. } => ("pixel_data_length", "PS3.3 C.7.6.3"),
            Self::OffsetTable { .. } => ("offset_table", "PS3.5 A.4"),
            Self::FrameCount { .. } => ("frame_count", "PS3.5 A.4"),
        }
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PreambleMissing => f.write_str("no preamble of 128 bytes and DICM"),
            Self::MetaMissing => f.write_str("no file meta information"),
            Self::MetaEncoding { found } => {
                write!(
                    f,
                    "file meta information: expected explicit VR little endian, found {found}"
                )
            }
            Self::MetaLengthMissing => {
                f.write_str("file meta information without its group length")
            }
            Self::MetaLength { expected, found } => {
                write!(
                    f,
                    "group length of file meta information: expected {expected}, found {found}"
                )
            }
            Self::TransferSyntaxMissing { taken } => {
                write!(f, "no transfer syntax; the data set looks like {taken}")
            }
            Self::TransferSyntaxUnknown { taken } => {
                write!(f, "unknown transfer syntax; the data set looks like {taken}")
            }
            Self::TransferSyntaxMismatch { expected, found } => {
                write!(f, "data set: expected {expected}, found {found}")
            }
            Self::LengthOdd { found } => write!(f, "odd length {found}"),
            Self::LengthNotMultiple { unit, found } => {
                write!(f, "length: expected a multiple of {unit}, found {found}")
            }
            Self::LengthUndefined { found } => write!(f, "undefined length with VR {found}"),
            Self::LengthBeyondParent { expected, found } => {
                write!(f, "length: {expected} bytes left in its item or sequence, found {found}")
            }
            Self::RestInParent { found } => {
                write!(f, "{found} bytes left in an item or sequence, too few for an element")
            }
            Self::VrUnknown { found: [a, b] } => write!(f, "unknown VR {:02x} {:02x}", a, b),
            Self::VrMismatch { found } => write!(f, "VR {found} is not the registered one"),
            Self::VrAbsent => f.write_str("implicit VR inside an explicit VR data set"),
            Self::ReservedBytes { found } => {
                write!(f, "reserved bytes behind the VR: expected 0, found {found:#06x}")
            }
            Self::OutOfOrder { previous } => write!(f, "tag out of order, behind {previous}"),
            Self::Duplicate => f.write_str("tag repeated"),
            Self::CreatorMissing => f.write_str("private element without a private creator"),
            Self::NotAnItem { found } => write!(f, "expected an item, found {found}"),
            Self::ItemDelimiterMissing => f.write_str("item without its delimiter"),
            Self::SequenceDelimiterMissing => f.write_str("sequence without its delimiter"),
            Self::DelimiterStray { found } => write!(f, "{found} where none can stand"),
            Self::DelimiterLength { found } => {
                write!(f, "length of a delimiter: expected 0, found {found}")
            }
            Self::Encapsulation { expected, found } => {
                write!(f, "pixel data: expected {expected}, found {found}")
            }
            Self::CharacterSetUnknown => f.write_str("unknown character set"),
            Self::CharacterUndefined => f.write_str("bytes that mean nothing in the character set"),
            Self::TrailingZeros => f.write_str("zeros behind the data set"),
            Self::DataAfterEnd { found } => write!(f, "{found} bytes behind the deflated data set"),
            Self::PixelDataLength { expected, found } => {
                write!(f, "pixel data: expected {expected} bytes, found {found}")
            }
            Self::OffsetTable { frame } => {
                write!(f, "offset table: entry of frame {frame} does not point at a fragment")
            }
            Self::FrameCount { expected, found } => {
                write!(f, "frames: expected {expected}, found {found}")
            }
        }
    }
}

/// A [`Defect`] and where it was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deviation {
    /// The rule, with what was expected and found.
    pub defect: Defect,
    /// The element.
    pub tag: Tag,
    /// Where its header starts, counted as [`Element::offset`](crate::Element::offset).
    pub offset: u64,
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at offset {}: {} ({})",
            self.tag,
            self.offset,
            self.defect,
            self.defect.clause()
        )
    }
}
