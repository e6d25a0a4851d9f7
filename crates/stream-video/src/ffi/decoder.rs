//! Frames from packets.

mod sound;

use std::ffi::c_int;
use std::num::NonZeroUsize;

use ffmpeg_next::ffi as sys;
use stream_core::memory::Reservation;
use stream_core::{Context, Error, ErrorKind, Result};

use super::demuxer::Demuxer;
use super::log::{Log, collected};
use super::{failed, no_memory, time};

/// What a decoder holds beside frames: tables, which grow with the picture by less than it does.
const FIXED: u64 = 4 << 20;
/// Threads that are of use.
const THREADS: usize = 8;

pub(crate) use sound::Received;

/// A decoder of one stream, with the frame it delivered last.
///
/// Charged before it is opened. Of pictures: its frames at their size with borders, as many as the codec may keep for reference and one for each
/// thread. Where that is too much, one thread decodes; where that is too much as well, it is refused.
pub(crate) struct Decoder {
    codec: *mut sys::AVCodecContext,
    frame: *mut sys::AVFrame,
    log: Box<Log>,
    _held: Reservation,
}

// SAFETY: the library's objects belong to no thread; one at a time uses them, through `&mut`.
unsafe impl Send for Decoder {}

/// What a packet led to.
#[derive(Debug)]
pub(crate) enum Sent {
    /// It was taken.
    Taken,
    /// Frames have to be received first.
    Full,
    /// It does not decode, and is lost: why.
    Lost(String),
}

impl Decoder {
    /// For a stream of an open container; with `keys`, for its key frames alone.
    ///
    /// # Errors
    /// `Unsupported` where the library has no decoder, `Request` for a stream of something else, `OverBudget` (resumable).
    pub(crate) fn open(demuxer: &Demuxer, at: usize, keys: Keys) -> Result<Self> {
        let Some(stream) = demuxer.stream(at) else { return Err(none()) };
        let cx = demuxer.cx();
        // SAFETY: a stream of an open context has parameters.
        let par = unsafe { &*(*stream).codecpar };
        if par.width <= 0 || par.height <= 0 {
            return Err(none());
        }
        let (threads, held) = reserve(cx, par)?;
        let pixels = i64::try_from(pixels(par).max(1)).unwrap_or(i64::MAX);
        Self::start(stream, held, |codec| {
            codec.thread_count = c_int::try_from(threads).unwrap_or(1);
            // what grows beyond what was reserved is no frame of this stream
            codec.max_pixels = pixels;
            if keys == Keys::Only {
                codec.skip_frame = sys::AVDiscard::AVDISCARD_NONKEY;
            }
        })
    }

    /// A decoder with the parameters of a stream of an open container, after `configure`.
    fn start(
        stream: *mut sys::AVStream,
        held: Reservation,
        configure: impl FnOnce(&mut sys::AVCodecContext),
    ) -> Result<Self> {
        // SAFETY: a stream of an open context has parameters.
        let par = unsafe { &*(*stream).codecpar };
        // SAFETY: functions of a codec's number; a context of a decoder, whose fields are public.
        let (codec, frame, decoder) = unsafe {
            let decoder = sys::avcodec_find_decoder(par.codec_id);
            if decoder.is_null() {
                let name = super::fixed(sys::avcodec_get_name(par.codec_id)).unwrap_or_default();
                let message = format!("codec {name}: FFmpeg has no decoder for it");
                return Err(Error::new(ErrorKind::Unsupported, message));
            }
            (sys::avcodec_alloc_context3(decoder), sys::av_frame_alloc(), decoder)
        };
        let mut opened = Self { codec, frame, log: Box::new(Log::new()), _held: held };
        if codec.is_null() || frame.is_null() {
            return Err(failed(no_memory(), "decoder"));
        }
        // SAFETY: a new context, and a stream's parameters.
        let code = collected(&mut opened.log, || unsafe {
            let code = sys::avcodec_parameters_to_context(codec, par);
            (*codec).pkt_timebase = (*stream).time_base;
            configure(&mut *codec);
            match code {
                0.. => sys::avcodec_open2(codec, decoder, std::ptr::null_mut()),
                code => code,
            }
        });
        if code < 0 {
            return Err(failed(code, "decoder"));
        }
        Ok(opened)
    }

    /// Takes the packet that a demuxer read last; `None` for the end, after which the frames that are left come.
    ///
    /// # Errors
    /// `OverBudget`, final.
    pub(crate) fn send(&mut self, demuxer: Option<&Demuxer>) -> Result<Sent> {
        let codec = self.codec;
        let packet = demuxer.map_or(std::ptr::null(), Demuxer::raw_packet);
        self.log.clear();
        // SAFETY: an open decoder, and a packet that lives or null.
        let code = collected(&mut self.log, || unsafe { sys::avcodec_send_packet(codec, packet) });
        match code {
            0.. => Ok(Sent::Taken),
            code if code == again() => Ok(Sent::Full),
            sys::AVERROR_EOF => Ok(Sent::Taken),
            code if code == no_memory() => Err(failed(code, "decoder").as_final()),
            // the library says more than its codes
            code => Ok(Sent::Lost(self.log.last_error().unwrap_or_else(|| super::words(code)))),
        }
    }

    /// Receives the next frame; `None` where packets are needed first, and at the end. Frames that do not decode are left out and said.
    ///
    /// # Errors
    /// `OverBudget`, final.
    pub(crate) fn receive(&mut self) -> Result<Option<Frame<'_>>> {
        let (codec, frame) = (self.codec, self.frame);
        // SAFETY: an open decoder and a frame of the library.
        let code = collected(&mut self.log, || unsafe { sys::avcodec_receive_frame(codec, frame) });
        match code {
            // SAFETY: the frame was just filled, and lives until the next call.
            0.. => Ok(Some(Frame(unsafe { &*frame }))),
            code if code == no_memory() => Err(failed(code, "frame").as_final()),
            _ => Ok(None),
        }
    }

    /// The frame that was received last.
    pub(crate) fn current(&self) -> Frame<'_> {
        // SAFETY: a frame of the library, which is replaced through `&mut` only.
        Frame(unsafe { &*self.frame })
    }

    /// Forgets everything before a seek.
    pub(crate) fn flush(&mut self) {
        let codec = self.codec;
        // SAFETY: an open decoder.
        collected(&mut self.log, || unsafe { sys::avcodec_flush_buffers(codec) });
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        let (codec, frame) = (&mut self.codec, &mut self.frame);
        // SAFETY: objects of the library or null.
        collected(&mut self.log, || unsafe {
            sys::av_frame_free(frame);
            sys::avcodec_free_context(codec);
        });
    }
}

/// Which frames are decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keys {
    /// Key frames alone.
    Only,
    /// All.
    AndOthers,
}

/// A decoded frame.
pub(crate) struct Frame<'a>(pub(super) &'a sys::AVFrame);

impl Frame<'_> {
    /// When it is shown, in ticks of the stream.
    pub(crate) fn pts(&self) -> Option<i64> {
        time(self.0.best_effort_timestamp)
    }
}

fn again() -> c_int {
    sys::AVERROR(sys::EAGAIN)
}

fn none() -> Error {
    Error::new(ErrorKind::Request, "form: only streams of pictures are decoded")
}

fn pixels(par: &sys::AVCodecParameters) -> u64 {
    // with the borders that codecs align to
    let side = |n: c_int| u64::try_from(n).unwrap_or(0).saturating_add(320);
    side(par.width).saturating_mul(side(par.height))
}

/// Threads that the budget has room for, and what they take.
fn reserve(cx: &Context, par: &sys::AVCodecParameters) -> Result<(usize, Reservation)> {
    // SAFETY: the number of a pixel format, checked by the library.
    let bits = unsafe {
        let format = super::pixel_format(par.format);
        format.map_or(32, |format| {
            let descriptor = sys::av_pix_fmt_desc_get(format);
            match descriptor.is_null() {
                true => 32,
                false => sys::av_get_padded_bits_per_pixel(descriptor),
            }
        })
    };
    let bits = u64::try_from(bits).unwrap_or(32).clamp(8, 64);
    let frame = pixels(par).saturating_mul(bits) / 8;
    let cost = |threads: usize| {
        let frames =
            references(par).saturating_add(u64::try_from(threads).unwrap_or(1)).saturating_add(2);
        frame.saturating_mul(frames).saturating_add(FIXED)
    };
    let threads = cx.threads().min(NonZeroUsize::new(THREADS).unwrap_or(NonZeroUsize::MIN)).get();
    if threads > 1
        && cost(threads) <= cx.budget().attainable() / 2
        && let Ok(held) = cx.budget().reserve(cost(threads))
    {
        return Ok((threads, held));
    }
    Ok((1, cx.budget().reserve(cost(1))?))
}

/// Frames that a codec may keep for reference.
fn references(par: &sys::AVCodecParameters) -> u64 {
    use sys::AVCodecID as Id;
    match par.codec_id {
        // ITU-T H.264, A.3.1 and H.265, A.4.2: by level, up to 16
        Id::AV_CODEC_ID_H264 | Id::AV_CODEC_ID_HEVC => {
            let blocks = (pixels(par) / 256).max(1);
            // the most of level 5.2; smaller levels have less
            184_320u64.checked_div(blocks).unwrap_or(16).clamp(4, 16)
        }
        Id::AV_CODEC_ID_VP9 | Id::AV_CODEC_ID_AV1 => 10,
        _ => 4,
    }
}
