//! Where decoding can start, and which frame of the whole that gives.

use stream_core::{ChargedVec, Error, ErrorKind, Result};

use crate::Packet;
use crate::ffi::demuxer::Demuxer;

/// A key frame: 40 bytes of the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// Its times, by which its packet is found again.
    pub(crate) pts: Option<i64>,
    pub(crate) dts: Option<i64>,
    /// Which packet of its stream it is.
    pub(crate) packet: u64,
    /// How many frames are shown before it: those before it in the file, and those behind it that are shown earlier.
    pub(crate) ordinal: u64,
}

/// The key frames of a stream, from one pass over its packets: 40 bytes each, charged as they come.
pub(crate) struct Keyframes {
    pub(crate) keys: ChargedVec<Key>,
    /// Frames that are shown.
    pub(crate) frames: u64,
    /// Whether each packet tells when it is shown, so that frames can be counted from a key frame on.
    pub(crate) is_exact: bool,
    /// Frames that are shown up to the time that was asked for.
    pub(crate) up_to: u64,
}

impl Keyframes {
    /// Reads all packets of a stream. `at` asks how many frames are shown up to then: seconds after the first.
    ///
    /// # Errors
    /// What reading gives; a container that ends early ends the index.
    pub(crate) fn read(demuxer: &mut Demuxer, stream: usize, at: Option<f64>) -> Result<Self> {
        let mut index = Self {
            keys: ChargedVec::new(demuxer.cx().budget()),
            frames: 0,
            is_exact: true,
            up_to: 0,
        };
        let base = demuxer.time_base(stream);
        let mut first = None;
        let mut packet = Packet::default();
        let mut count = 0u64;
        loop {
            match demuxer.read() {
                Ok(true) => {}
                Ok(false) => break,
                // what is there can be decoded
                Err(error) if is_of_input(&error) => break,
                Err(error) => return Err(error),
            }
            if demuxer.stream_of_packet() != Some(stream) {
                continue;
            }
            demuxer.describe(&mut packet);
            index.add(&packet, count)?;
            if let Some(pts) = packet.pts.filter(|_| !packet.discard) {
                let first = *first.get_or_insert(pts);
                let after = base.seconds(pts.saturating_sub(first));
                // a tick's rounding is no other time
                if at.is_some_and(|at| after <= at + base.value() / 2.0) {
                    index.up_to = index.up_to.saturating_add(1);
                }
            }
            count = count.saturating_add(1);
        }
        Ok(index)
    }

    fn add(&mut self, packet: &Packet, count: u64) -> Result<()> {
        if packet.key {
            let (pts, dts) = (packet.pts, packet.dts);
            self.keys.push(Key { pts, dts, packet: count, ordinal: self.frames })?;
        } else if !packet.discard
            && let Some(key) = self.keys.as_mut_slice().last_mut()
            && let (Some(pts), Some(of_key)) = (packet.pts, key.pts)
            && pts < of_key
        {
            key.ordinal = key.ordinal.saturating_add(1);
        }
        if !packet.discard {
            self.frames = self.frames.saturating_add(1);
            self.is_exact &= packet.pts.is_some();
        }
        Ok(())
    }

    /// The last key frame that is not behind the `ordinal`-th frame, and which it is.
    pub(crate) fn before(&self, ordinal: u64) -> Option<(usize, Key)> {
        let at = self.keys.partition_point(|key| key.ordinal <= ordinal).checked_sub(1)?;
        self.keys.get(at).map(|key| (at, *key))
    }
}

/// Whether an error is the file's own fault.
pub(crate) fn is_of_input(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Malformed | ErrorKind::Truncated | ErrorKind::Unsupported)
}
