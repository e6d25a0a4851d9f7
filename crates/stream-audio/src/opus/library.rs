//! The seven functions of libopus that are used.
#![deny(clippy::arithmetic_side_effects)]

use std::ffi::{CStr, c_char, c_int, c_uchar, c_void};
use std::ptr::NonNull;

use stream_core::{Context, Error, ErrorKind, Result};
use stream_memory::Reservation;

use super::RATE;
use super::head::Head;

const RESET_STATE: c_int = 4028;
const SET_GAIN: c_int = 4034;

unsafe extern "C" {
    fn opus_get_version_string() -> *const c_char;
    fn opus_strerror(error: c_int) -> *const c_char;
    fn opus_multistream_decoder_get_size(streams: c_int, coupled: c_int) -> i32;
    fn opus_multistream_decoder_create(
        rate: i32,
        channels: c_int,
        streams: c_int,
        coupled: c_int,
        mapping: *const c_uchar,
        error: *mut c_int,
    ) -> *mut c_void;
    fn opus_multistream_decode_float(
        decoder: *mut c_void,
        data: *const c_uchar,
        len: i32,
        pcm: *mut f32,
        frame_size: c_int,
        decode_fec: c_int,
    ) -> c_int;
    fn opus_multistream_decoder_ctl(decoder: *mut c_void, request: c_int, ...) -> c_int;
    fn opus_multistream_decoder_destroy(decoder: *mut c_void);
}

/// A decoder of the library.
pub(super) struct Library {
    decoder: NonNull<c_void>,
    channels: usize,
    _memory: Reservation,
}

// SAFETY: the state is a block of memory that nothing else points to; the library keeps nothing per thread and has no globals
// that change. `&mut self` keeps two threads from using it at once.
unsafe impl Send for Library {}

impl Library {
    /// A decoder for what `head` says, its memory reserved before it is made.
    ///
    /// # Errors
    /// `OverBudget`; `Malformed` for what the library refuses.
    pub(super) fn open(cx: &Context, head: &Head) -> Result<Self> {
        let (streams, coupled) = (c_int::from(head.streams), c_int::from(head.coupled));
        // SAFETY: takes two numbers and gives one.
        let size = unsafe { opus_multistream_decoder_get_size(streams, coupled) };
        let memory = cx.budget().reserve(u64::try_from(size).unwrap_or(0))?;
        let mut error = 0;
        let channels = c_int::from(head.channels);
        // SAFETY: `mapping` has eight bytes and `channels` is at most eight; `error` is written to before the call returns.
        let decoder = unsafe {
            opus_multistream_decoder_create(
                RATE,
                channels,
                streams,
                coupled,
                head.mapping.as_ptr(),
                &raw mut error,
            )
        };
        let Some(decoder) = NonNull::new(decoder) else {
            let what = format!("libopus: {}", reason(error));
            return Err(Error::new(ErrorKind::Malformed, what).at(0));
        };
        let library = Self { decoder, channels: usize::from(head.channels), _memory: memory };
        // SAFETY: the decoder is alive; this request takes one int.
        unsafe {
            opus_multistream_decoder_ctl(
                library.decoder.as_ptr(),
                SET_GAIN,
                c_int::from(head.gain),
            );
        }
        Ok(library)
    }

    /// Decodes a packet into the front of `out`, which has room for `frames` frames, and says how many there are.
    pub(super) fn decode(
        &mut self,
        bytes: &[u8],
        out: &mut [f32],
        frames: usize,
    ) -> std::result::Result<usize, String> {
        let len = i32::try_from(bytes.len()).map_err(|_| "a packet of 2 GiB".to_owned())?;
        let room = out.len().checked_div(self.channels).unwrap_or(0).min(frames);
        let room = c_int::try_from(room).unwrap_or(0);
        // SAFETY: the decoder is alive and used by this thread alone; `bytes` has `len` bytes, which are only read; at most
        // `room` frames of `channels` samples are written, for which `out` has room.
        let done = unsafe {
            opus_multistream_decode_float(
                self.decoder.as_ptr(),
                bytes.as_ptr(),
                len,
                out.as_mut_ptr(),
                room,
                0,
            )
        };
        usize::try_from(done).map_err(|_| reason(done))
    }

    /// Forgets all packets before.
    pub(super) fn reset(&mut self) {
        // SAFETY: the decoder is alive; this request takes nothing.
        unsafe {
            opus_multistream_decoder_ctl(self.decoder.as_ptr(), RESET_STATE);
        }
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        // SAFETY: it was made by `create` and is not used again.
        unsafe { opus_multistream_decoder_destroy(self.decoder.as_ptr()) }
    }
}

/// What the library says of an error.
fn reason(error: c_int) -> String {
    // SAFETY: gives a constant text for any number.
    let text = unsafe { CStr::from_ptr(opus_strerror(error)) };
    text.to_string_lossy().into_owned()
}

/// The version that is linked.
pub(super) fn version() -> String {
    // SAFETY: gives a constant text.
    let text = unsafe { CStr::from_ptr(opus_get_version_string()) };
    text.to_string_lossy().into_owned()
}
