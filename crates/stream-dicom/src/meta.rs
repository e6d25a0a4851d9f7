//! File Meta Information: PS3.10 7.1.
#![deny(clippy::arithmetic_side_effects)]

pub(crate) mod syntax;

pub use syntax::TransferSyntax;

use crate::{Code, Tag, Value};

/// What stands before the data set. Texts longer than their VR allows are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileMeta {
    /// Whether the file starts with 128 bytes and `DICM`.
    pub preamble: bool,
    /// File Meta Information Group Length (0002,0000), as stated.
    pub group_length: Option<u32>,
    /// Media Storage SOP Class UID (0002,0002).
    pub sop_class: Option<Code<64>>,
    /// Media Storage SOP Instance UID (0002,0003).
    pub sop_instance: Option<Code<64>>,
    /// Transfer Syntax UID (0002,0010), registered or not.
    pub transfer_syntax: Option<Code<64>>,
    /// Implementation Class UID (0002,0012).
    pub implementation_class: Option<Code<64>>,
    /// Implementation Version Name (0002,0013).
    pub implementation_version: Option<Code<16>>,
}

impl FileMeta {
    pub(crate) fn take(&mut self, tag: Tag, value: &Value<'_>) {
        let uid = || value.as_text().and_then(|t| Code::new(t.first()));
        match tag {
            Tag(2, 0) => self.group_length = value.as_u64().and_then(|n| u32::try_from(n).ok()),
            Tag(2, 0x02) => self.sop_class = uid(),
            Tag(2, 0x03) => self.sop_instance = uid(),
            Tag(2, 0x10) => self.transfer_syntax = uid(),
            Tag(2, 0x12) => self.implementation_class = uid(),
            Tag(2, 0x13) => {
                self.implementation_version = value.as_text().and_then(|t| Code::new(t.first()));
            }
            _ => {}
        }
    }

    /// The registered transfer syntax that is stated.
    pub fn syntax(&self) -> Option<TransferSyntax> {
        TransferSyntax::from_uid(self.transfer_syntax?.as_str())
    }
}
