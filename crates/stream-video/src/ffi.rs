//! The boundary to FFmpeg: everything unsafe of this crate stands here.
//!
//! The library is entered through [`log::collected`], so that its messages go to the reader that called it and never to a terminal.
//! It reads through [`io`], and opens nothing else: no protocol is allowed, and no file that a file refers to is opened.

pub(crate) mod bound;
pub(crate) mod decoder;
pub(crate) mod demuxer;
pub(crate) mod facts;
pub(crate) mod io;
pub(crate) mod log;
pub(crate) mod parser;
mod samples;
pub(crate) mod scaler;
mod side_data;

use std::ffi::{CStr, c_char, c_int};

use ffmpeg_next::ffi as sys;
use stream_core::{Error, ErrorKind};

/// FFmpeg's name of a time that is not known.
pub(crate) const NO_TIME: i64 = sys::AV_NOPTS_VALUE;

/// A time, unless it is unknown.
pub(crate) fn time(ticks: i64) -> Option<i64> {
    (ticks != NO_TIME).then_some(ticks)
}

/// The libraries' versions: `FFmpeg: libavformat 59.27.100, libavcodec 59.37.100 …`.
pub(crate) fn version() -> String {
    // SAFETY: these functions only return numbers.
    let versions = unsafe {
        [
            ("libavformat", sys::avformat_version()),
            ("libavcodec", sys::avcodec_version()),
            ("libavutil", sys::avutil_version()),
            ("libswscale", sys::swscale_version()),
        ]
    };
    let text = versions.map(|(name, v)| format!("{name} {}.{}.{}", v >> 16, v >> 8 & 255, v & 255));
    format!("FFmpeg: {}", text.join(", "))
}

/// A text of the library that lives for ever.
///
/// # Safety
/// `text` is null or points to a text that ends and is never freed.
pub(crate) unsafe fn fixed(text: *const c_char) -> Option<&'static str> {
    if text.is_null() {
        return None;
    }
    // SAFETY: as the caller says.
    unsafe { CStr::from_ptr(text) }.to_str().ok()
}

/// What a code of the library means, in its words, lower case.
pub(crate) fn words(code: c_int) -> String {
    let mut text = [0u8; 96];
    // SAFETY: the buffer is as long as is said.
    unsafe { sys::av_strerror(code, text.as_mut_ptr().cast(), text.len()) };
    let text = CStr::from_bytes_until_nul(&text).map(|text| text.to_string_lossy().to_lowercase());
    text.unwrap_or_default()
}

/// The kind of error that a code of the library stands for.
pub(crate) fn kind(code: c_int) -> ErrorKind {
    match code {
        sys::AVERROR_EOF => ErrorKind::Truncated,
        sys::AVERROR_EXIT => ErrorKind::Cancelled,
        sys::AVERROR_PATCHWELCOME
        | sys::AVERROR_DECODER_NOT_FOUND
        | sys::AVERROR_DEMUXER_NOT_FOUND
        | sys::AVERROR_PROTOCOL_NOT_FOUND => ErrorKind::Unsupported,
        code if code == no_memory() => ErrorKind::OverBudget,
        _ => ErrorKind::Malformed,
    }
}

/// The code for a refused allocation.
pub(crate) fn no_memory() -> c_int {
    sys::AVERROR(sys::ENOMEM)
}

/// The error for a code, where the library was asked to do `what`.
pub(crate) fn failed(code: c_int, what: &str) -> Error {
    match kind(code) {
        ErrorKind::Cancelled => Error::cancelled().as_final(),
        kind => Error::new(kind, format!("{what}: {}", words(code))),
    }
}

/// A pixel format's number, when it is one of those that the library names.
pub(crate) fn pixel_format(n: c_int) -> Option<sys::AVPixelFormat> {
    unsafe extern "C" {
        fn av_get_pix_fmt_name(n: c_int) -> *const c_char;
    }
    // SAFETY: any number is taken, and names live for ever.
    unsafe {
        let name = av_get_pix_fmt_name(n);
        if name.is_null() {
            return None;
        }
        // one that has a name is found again by it
        Some(sys::av_get_pix_fmt(name))
    }
}
