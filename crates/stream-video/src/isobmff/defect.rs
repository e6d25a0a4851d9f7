//! Every way in which boxes can break the standard that this reader notices.

use std::fmt;

/// A broken rule of ISO/IEC 14496-12, with its clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Defect {
    /// 4.2: a box is longer than what holds it.
    BeyondParent {
        /// Its type.
        kind: [u8; 4],
    },
    /// 8.6, 8.7, 8.8: a table claims more rows than its box, or the file, has room for, or another number of edits.
    RowCount {
        /// The type of its box.
        kind: [u8; 4],
        /// What its header says.
        claimed: u64,
        /// What there is room for.
        room: u64,
    },
    /// 8.7.3: sizes of samples in fields of a width that is not 4, 8 or 16 bits.
    FieldSize {
        /// The width in bits.
        bits: u8,
    },
    /// 8.7.4: chunks in no increasing order, without samples, or beyond the last chunk.
    ChunkOrder {
        /// The row, counted from 0.
        row: u64,
    },
    /// 8.7.4: chunks hold another number of samples than there are sizes.
    SampleCount {
        /// In chunks.
        chunks: u64,
        /// Sizes.
        sizes: u64,
    },
    /// 8.8.12: a run of a track that no header announces, or runs before their track's header.
    UnknownTrack {
        /// Its number.
        id: u32,
    },
    /// 8.16.3: an index that refers to indexes, or to nothing.
    SegmentIndex,
}

impl Defect {
    /// The stable name of the rule.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::BeyondParent { .. } => "box_beyond_parent",
            Self::RowCount { .. } => "row_count",
            Self::FieldSize { .. } => "size_field_width",
            Self::ChunkOrder { .. } => "chunk_order",
            Self::SampleCount { .. } => "sample_count",
            Self::UnknownTrack { .. } => "unknown_track",
            Self::SegmentIndex => "segment_index",
        }
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BeyondParent { kind } => {
                write!(
                    f,
                    "box {}: longer than what holds it (ISO/IEC 14496-12, 4.2)",
                    kind.escape_ascii()
                )
            }
            Self::RowCount { kind, claimed, room } => write!(
                f,
                "box {}: {claimed} rows claimed, room for {room} (ISO/IEC 14496-12, 8.6)",
                kind.escape_ascii()
            ),
            Self::FieldSize { bits } => {
                write!(
                    f,
                    "box stz2: fields of {bits} bits, expected 4, 8 or 16 (ISO/IEC 14496-12, 8.7.3)"
                )
            }
            Self::ChunkOrder { row } => {
                write!(f, "box stsc: row {row} is out of order or empty (ISO/IEC 14496-12, 8.7.4)")
            }
            Self::SampleCount { chunks, sizes } => write!(
                f,
                "box stsc: {chunks} samples in chunks, {sizes} sizes of samples (ISO/IEC 14496-12, 8.7.4)"
            ),
            Self::UnknownTrack { id } => {
                write!(f, "box traf: track {id} is not announced (ISO/IEC 14496-12, 8.8.12)")
            }
            Self::SegmentIndex => {
                f.write_str("box sidx: refers to indexes or to nothing (ISO/IEC 14496-12, 8.16.3)")
            }
        }
    }
}
