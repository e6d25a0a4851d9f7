//! Opus (RFC 6716, RFC 7845) through the system's libopus.
#![deny(clippy::arithmetic_side_effects)]

mod head;
mod library;

use stream_core::{ChargedVec, Context, Error, Result};

use crate::container::Decode;
use head::Head;
use library::Library;

/// The rate at which every stream is decoded (RFC 7845, 4).
const RATE: i32 = 48_000;
/// The longest packet: 120 ms (RFC 6716, 3.2.5).
const LONGEST: usize = 5760;
/// Frames after which a decoder that started anew gives what one gives that started at the beginning: RFC 7845, 4.6 asks for 80 ms,
/// which ears do; the energies of bands, which are told by differences, take some thirty packets more.
const PREROLL: u64 = 3840 + 48_000;

/// Packets to frames.
struct Decoder {
    library: Library,
    channels: usize,
    /// The frames of the last packet, interleaved, with room for the longest.
    frames: ChargedVec<f32>,
}

/// The decoder of a stream whose `setup` is OpusHead (RFC 7845, 5.1). Output gain is applied; channels come in the order of
/// WAVE.
///
/// # Errors
/// `Malformed` for a head that breaks a rule, `Unsupported` for a family of channels that is not read, `OverBudget`.
pub(crate) fn open(cx: &Context, channels: u32, setup: &[u8]) -> Result<Box<dyn Decode>> {
    let head = match (Head::parse(setup)?, channels) {
        (Some(head), _) => head,
        // Matroska files of early writers have none; one or two channels need none (5.1.1.1)
        (None, 1 | 2) => Head::plain(channels),
        (None, _) => return Err(Error::truncated(0, "OpusHead: expected 19 bytes, found none")),
    };
    let channels = usize::from(head.channels);
    let mut frames = ChargedVec::new(cx.budget());
    let zeros = [0f32; 8];
    for _ in 0..LONGEST.saturating_mul(channels).div_ceil(zeros.len()) {
        frames.extend(&zeros)?;
    }
    let library = Library::open(cx, &head)?;
    Ok(Box::new(Decoder { library, channels, frames }))
}

/// The version of the library that is linked: `libopus 1.3.1`.
pub(crate) fn version() -> String {
    library::version()
}

impl Decode for Decoder {
    fn decode(&mut self, bytes: &[u8]) -> std::result::Result<usize, String> {
        if bytes.is_empty() {
            return Err("a packet without bytes (RFC 6716, 3.4)".to_owned());
        }
        self.library.decode(bytes, self.frames.as_mut_slice(), LONGEST)
    }

    fn copy(&self, from: usize, out: &mut [f32]) {
        let start = from.saturating_mul(self.channels);
        if let Some(part) = self.frames.get(start..start.saturating_add(out.len())) {
            out.copy_from_slice(part);
        }
    }

    fn reset(&mut self) {
        self.library.reset();
    }

    fn preroll(&self) -> u64 {
        PREROLL
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use stream_core::{ErrorKind, MemorySource};
    use stream_memory::Budget;

    fn context() -> Context {
        Context::new(Arc::new(MemorySource::new(&b""[..])), &Budget::new("b", 1 << 20))
    }

    fn head(channels: u8, gain: i16, family: &[u8]) -> Vec<u8> {
        let mut head = b"OpusHead\x01".to_vec();
        head.push(channels);
        head.extend([0x38, 1, 0x80, 0xbb, 0, 0]);
        head.extend(gain.to_le_bytes());
        head.extend(family);
        head
    }

    #[test]
    fn silence_of_every_length_decodes_to_as_many_frames() {
        let mut decoder = open(&context(), 2, &head(2, 0, &[0])).unwrap();
        // CELT, full band, stereo: 2.5, 5, 10 and 20 ms, no bytes in the frame
        for (toc, frames) in [(0xe4u8, 120), (0xec, 240), (0xf4, 480), (0xfc, 960)] {
            assert_eq!(decoder.decode(&[toc]), Ok(frames));
            let mut out = vec![1.0; frames * 2];
            decoder.copy(0, &mut out);
            assert!(out.iter().all(|s| *s == 0.0), "{toc:x}");
        }
        // two of 20 ms
        assert_eq!(decoder.decode(&[0xfd]), Ok(1920));
    }

    #[test]
    fn a_packet_that_breaks_its_codec_is_told() {
        let mut decoder = open(&context(), 1, &[]).unwrap();
        assert!(decoder.decode(&[]).unwrap_err().contains("without bytes"));
        // code 3 with no frames
        let why = decoder.decode(&[0xff, 0]).unwrap_err();
        assert_eq!(why, "corrupted stream");
        assert_eq!(decoder.decode(&[0xf8]), Ok(960));
    }

    #[test]
    fn heads_that_break_a_rule_are_refused_with_the_clause() {
        let error = |channels: u32, head: &[u8]| open(&context(), channels, head).err().unwrap();
        assert_eq!(error(3, &head(3, 0, &[0])).kind(), ErrorKind::Malformed);
        assert_eq!(error(2, &head(2, 0, &[1, 1, 2, 0, 1])).kind(), ErrorKind::Malformed);
        assert_eq!(error(2, &head(2, 0, &[1, 1, 1, 0, 9])).kind(), ErrorKind::Malformed);
        assert_eq!(error(2, &head(2, 0, &[1, 1, 1, 0])).kind(), ErrorKind::Truncated);
        assert_eq!(error(4, &head(4, 0, &[3, 1, 1, 0, 1, 2, 3])).kind(), ErrorKind::Unsupported);
        assert_eq!(error(6, &[]).kind(), ErrorKind::Truncated);
        assert!(open(&context(), 2, &head(2, 0, &[1, 1, 1, 0, 1])).is_ok());
        assert!(version().starts_with("libopus "));
    }
}
