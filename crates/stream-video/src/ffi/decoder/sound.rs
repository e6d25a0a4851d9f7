//! A decoder of sound.

use std::ffi::c_int;

use ffmpeg_next::ffi as sys;
use stream_core::{Error, ErrorKind, Result};

use super::{Decoder, again};
use crate::ffi::demuxer::Demuxer;
use crate::ffi::log::collected;
use crate::ffi::{failed, no_memory};

/// What a decoder holds beside the samples of a packet: tables, windows and overlaps of the largest of them.
const STATE: u64 = 2 << 20;
/// Bytes of the samples of one frame, at least and at most: by what the budget has.
const LEAST: u64 = 256 << 10;
const MOST: u64 = 8 << 20;

/// What asking for a frame gave.
#[derive(Debug)]
pub(crate) enum Received {
    /// There is one: [`Decoder::current`].
    Frame,
    /// Something of what was sent does not decode, and is lost: why.
    Lost(String),
    /// Packets are needed first, or it was the last.
    Nothing,
}

impl Decoder {
    /// For a stream of sound of an open container.
    ///
    /// Two frames of samples are reserved, each a sixteenth of the budget from 256 KiB to 8 MiB, and 2 MiB. A packet of more
    /// samples is lost.
    ///
    /// # Errors
    /// `Unsupported` where the library has no decoder, `Request` for a stream that is not there, `Malformed` for one without
    /// channels or a rate, `OverBudget` (resumable).
    pub(crate) fn sound(demuxer: &Demuxer, at: usize) -> Result<Self> {
        let none = || Error::new(ErrorKind::Request, "form: no stream of sound");
        let stream = demuxer.stream(at).ok_or_else(none)?;
        // SAFETY: a stream of an open context has parameters.
        let par = unsafe { &*(*stream).codecpar };
        let channels = u64::try_from(par.ch_layout.nb_channels).ok().filter(|n| *n > 0);
        let unknown = "stream: its sound has no channels or no sample rate";
        let channels = channels.filter(|_| par.sample_rate > 0);
        let channels = channels.ok_or_else(|| Error::new(ErrorKind::Malformed, unknown))?;
        let budget = demuxer.cx().budget();
        let room = (budget.attainable() / 16).clamp(LEAST, MOST);
        let held = budget.reserve(room.saturating_mul(2).saturating_add(STATE))?;
        let most = room.checked_div(channels.saturating_mul(bytes(par.format))).unwrap_or(1);
        let most = i64::try_from(most.max(1)).unwrap_or(i64::MAX);
        Self::start(stream, held, |codec| {
            codec.thread_count = 1;
            codec.max_samples = most;
        })
    }

    /// Asks for the next frame of sound.
    ///
    /// # Errors
    /// `OverBudget`, final.
    pub(crate) fn receive_sound(&mut self) -> Result<Received> {
        let (codec, frame) = (self.codec, self.frame);
        self.log.clear();
        // SAFETY: an open decoder and a frame of the library.
        let code = collected(&mut self.log, || unsafe { sys::avcodec_receive_frame(codec, frame) });
        match code {
            0.. => Ok(Received::Frame),
            code if code == again() || code == sys::AVERROR_EOF => Ok(Received::Nothing),
            code if code == no_memory() => Err(failed(code, "frame").as_final()),
            code => {
                let words = self.log.last_error();
                Ok(Received::Lost(words.unwrap_or_else(|| crate::ffi::words(code))))
            }
        }
    }
}

/// Bytes of a sample; eight where its form is not known beforehand.
fn bytes(format: c_int) -> u64 {
    match format {
        0 | 5 => 1,
        1 | 6 => 2,
        2 | 3 | 7 | 8 => 4,
        _ => 8,
    }
}
