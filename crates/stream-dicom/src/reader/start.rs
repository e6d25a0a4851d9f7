//! Preamble, meta information, and how the data set is encoded.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Error, Result};

use super::{Phase, Reader};
use crate::input::inflate;
use crate::meta::syntax;
use crate::{ByteOrder, Defect, Encoding, Tag, TransferSyntax, dictionary, header, vr};

const PREAMBLE: usize = 128;
const MAGIC: &[u8] = b"DICM";
/// Where the first element stands in a sound file.
const BEHIND_PREAMBLE: u64 = 132;

impl Reader {
    /// Finds the first element: behind the preamble, behind a bare `DICM`, or at the start.
    pub(super) fn start(&mut self) -> Result<()> {
        let head = self.input.peek(0, 144)?;
        if head.is_empty() {
            return Err(Error::truncated(0, "no bytes"));
        }
        let at = |from: usize| head.get(from..).unwrap_or_default();
        let preamble = at(PREAMBLE).starts_with(MAGIC);
        let (pos, rest) = if preamble {
            (BEHIND_PREAMBLE, at(132))
        } else {
            // a preamble of another length, or none
            let magic = head.windows(4).position(|four| four == MAGIC);
            let from = magic.map_or(0, |at| at.saturating_add(4));
            (u64::try_from(from).unwrap_or(0), at(from))
        };
        let meta = meta_encoding(rest);
        // a file without DICM must at least start with an element
        let plausible = pos > 0 || meta.is_some() || is_element(rest);
        if !plausible {
            let message = "neither DICM at byte 128 nor an element at byte 0";
            return Err(Error::malformed(0, message));
        }
        let short = rest.len() < 8;
        let end = u64::try_from(head.len()).unwrap_or(u64::MAX);
        self.meta.preamble = preamble;
        self.pos = pos;
        if !preamble {
            self.deviate(Defect::PreambleMissing, Tag(0, 0));
        }
        if short {
            return Err(Error::truncated(end, "file ends before its first element"));
        }
        match meta {
            Some(encoding) => {
                self.encoding = encoding;
                if encoding != Encoding::EXPLICIT_LITTLE {
                    self.deviate(Defect::MetaEncoding { found: encoding.name() }, Tag(2, 0));
                }
            }
            None => {
                self.deviate(Defect::MetaMissing, Tag(2, 0));
                self.begin_data_set()?;
            }
        }
        Ok(())
    }

    /// Whether the meta information ends where the walk stands.
    pub(super) fn meta_ends(&mut self) -> Result<bool> {
        let stated = self.stated_meta_end();
        let order = self.encoding.order;
        let head = self.input.peek(self.pos, header::LONGEST)?;
        let here = order.tag(head).is_some_and(|tag| tag.group() == 2);
        // deflated bytes may look like anything: there the group length decides
        let deflated = || self.meta.syntax().is_some_and(|s| s.is_deflated());
        Ok(!head.is_empty() && (!here || (stated == Some(self.pos) && deflated())))
    }

    pub(super) fn stated_meta_end(&self) -> Option<u64> {
        Some(self.meta_start?.saturating_add(u64::from(self.meta.group_length?)))
    }

    fn check_meta_length(&mut self) {
        match self.meta.group_length.zip(self.meta_start) {
            None => self.deviate(Defect::MetaLengthMissing, Tag(2, 0)),
            Some((length, start)) => {
                let (expected, found) = (self.pos.saturating_sub(start), u64::from(length));
                if expected != found {
                    self.deviate(Defect::MetaLength { expected, found }, Tag(2, 0));
                }
            }
        }
    }

    /// Decides how the data set is encoded: as the transfer syntax says, unless its first element is plainly otherwise.
    pub(super) fn begin_data_set(&mut self) -> Result<()> {
        let stated = self.meta.syntax();
        if let Some(syntax) = stated.filter(TransferSyntax::is_deflated)
            && self.inflated.is_none()
        {
            let (cx, inflated) = inflate::open(&self.cx, self.pos)?;
            self.input.switch(cx, self.pos);
            self.inflated = Some(inflated);
            self.syntax = Some(syntax);
            self.encoding = syntax.encoding();
            self.phase = Phase::DataSet;
            self.check_meta_length();
            return Ok(());
        }
        let head = self.input.peek(self.pos, header::LONGEST)?;
        let seen = syntax::guess(head);
        let encoding = match stated {
            Some(syntax) => correct(syntax.encoding(), seen, head),
            None => seen.unwrap_or(Encoding::IMPLICIT_LITTLE),
        };
        let taken = encoding.name();
        let has_meta = self.root.count > 0;
        if has_meta {
            self.check_meta_length();
        }
        if let Some(expected) = stated.map(|s| s.encoding()).filter(|&e| e != encoding) {
            let expected = expected.name();
            self.deviate(Defect::TransferSyntaxMismatch { expected, found: taken }, Tag(2, 0x10));
        } else if stated.is_none() && has_meta {
            let defect = match self.meta.transfer_syntax {
                None => Defect::TransferSyntaxMissing { taken },
                Some(_) => Defect::TransferSyntaxUnknown { taken },
            };
            self.deviate(defect, Tag(2, 0x10));
        }
        self.encoding = encoding;
        self.syntax = stated;
        self.phase = Phase::DataSet;
        Ok(())
    }
}

/// The encoding of meta information that `head` starts with, if it does.
fn meta_encoding(head: &[u8]) -> Option<Encoding> {
    let order = match head.first_chunk::<2>()? {
        [2, 0] => ByteOrder::Little,
        [0, 2] => ByteOrder::Big,
        _ => return None,
    };
    let two = *head.get(4..)?.first_chunk::<2>()?;
    // a broken VR is still explicit when a short length follows it
    let explicit = vr::from_bytes(two).is_some() || order.u32(head, 4)? > 0xffff;
    Some(Encoding { explicit, order })
}

/// Whether `head` looks like an element: a registered or private tag, and a VR or a length below 1 MiB.
pub(crate) fn is_element(head: &[u8]) -> bool {
    let Some(seen) = syntax::guess(head) else { return false };
    let Some(tag) = seen.order.tag(head) else { return false };
    // group 0 is for messages, and files start with zeros for all kinds of reasons
    let length_of_group = tag.element() == 0 && (1..0x100).contains(&tag.group());
    let known = (dictionary::keyword(tag).is_some() && tag.group() > 0) || length_of_group;
    let private = tag.group() & 1 == 1 && tag.group() > 8;
    let length = seen.order.u32(head, 4).unwrap_or(u32::MAX);
    (seen.explicit && (known || private)) || (known && length < 1 << 20)
}

/// What is seen instead of what is stated, where the first element leaves no doubt.
fn correct(stated: Encoding, seen: Option<Encoding>, head: &[u8]) -> Encoding {
    let Some(seen) = seen.filter(|&seen| seen != stated) else { return stated };
    let letters = head.get(4..6).unwrap_or_default().iter().all(u8::is_ascii_uppercase);
    let registered = |e: Encoding| {
        e.order.tag(head).is_some_and(|t| dictionary::keyword(t).is_some() || t.element() == 0)
    };
    let doubtful = match (stated.explicit, seen.explicit) {
        // an unknown VR in capitals is a VR still
        (true, false) => letters || !registered(seen),
        (false, true) => !registered(seen),
        _ => !registered(seen) || registered(stated),
    };
    if doubtful { stated } else { seen }
}
