//! The digest of all samples against STREAMINFO's: RFC 9639, 8.2.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::{Mutex, PoisonError};

use super::decode::Decoder;
use super::emit;
use super::info::Info;
use super::md5::Md5;

/// What the digest of a whole stream came out as, for all who read it.
#[derive(Default)]
pub(super) struct Digest(Mutex<Option<[u8; 16]>>);

impl Digest {
    /// The digest, once somebody has read from the first frame to the last.
    pub(super) fn found(&self) -> Option<[u8; 16]> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, digest: [u8; 16]) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(digest);
    }
}

/// A digest that grows as frames are decoded; it is given up when one is missing or was passed over.
pub(super) struct Growing {
    md5: Md5,
    info: Info,
    /// The number of the sample that is due.
    due: u64,
    bytes: [u8; BLOCK],
}

/// Bytes put together at once: a whole number of samples of any width up to 4 bytes of up to 8 channels.
const BLOCK: usize = 96 * 40;

impl Growing {
    pub(super) fn new(info: Info) -> Self {
        Self { md5: Md5::new(), info, due: 0, bytes: [0; BLOCK] }
    }

    /// Adds a decoded frame that begins with sample `first`; `false` when it is not the one that is due.
    pub(super) fn add(&mut self, first: u64, decoder: &Decoder) -> bool {
        if first != self.due {
            return false;
        }
        let channels = usize::from(self.info.channels);
        let frame = usize::from(self.info.bits.div_ceil(8)).saturating_mul(channels).max(1);
        let each = BLOCK.checked_div(frame).unwrap_or(1);
        let mut from = 0usize;
        while from < decoder.block() {
            let count = each.min(decoder.block().saturating_sub(from));
            let length = count.saturating_mul(frame);
            let part = self.bytes.get_mut(..length).unwrap_or_default();
            emit::bytes(decoder, from, channels, self.info.bits, part);
            self.md5.update(part);
            from = from.saturating_add(count);
        }
        self.due = first.saturating_add(u64::try_from(decoder.block()).unwrap_or(0));
        true
    }

    /// Tells the digest of the whole stream.
    pub(super) fn end(self, to: &Digest) {
        to.set(self.md5.finish());
    }
}
