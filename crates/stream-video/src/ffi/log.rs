//! FFmpeg's messages: collected for the reader whose call is running, never printed.

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::Once;

use ffmpeg_next::ffi as sys;
use stream_core::{Diagnostic, Diagnostics, Result, Severity};

use crate::Defect;

/// Messages kept between two looks; more are counted.
const KEPT: usize = 16;
/// Bytes of a message that are kept.
const LONGEST: usize = 240;

/// A message.
#[derive(Clone, Copy)]
struct Line {
    /// Errors of decoders are warnings here: what they lose is counted where frames are delivered.
    severity: Severity,
    text: [u8; LONGEST],
    length: usize,
}

impl Line {
    /// Its words, without what ends a sentence.
    fn text(&self) -> String {
        let text = String::from_utf8_lossy(self.text.get(..self.length).unwrap_or_default());
        // advice that follows is for the command's users
        let first = text.lines().next().unwrap_or_default();
        first.trim_end_matches(['.', '!', ' ']).to_owned()
    }
}

/// What the library said since the last look.
pub(crate) struct Log {
    lines: Vec<Line>,
    dropped: [u64; 3],
}

impl Log {
    /// Nothing yet; holds 4 KiB.
    pub(crate) fn new() -> Self {
        start();
        Self { lines: Vec::with_capacity(KEPT), dropped: [0; 3] }
    }

    /// Moves the messages to a reader's findings.
    ///
    /// # Errors
    /// `OverBudget`.
    pub(crate) fn report(&mut self, offset: Option<u64>, findings: &mut Diagnostics) -> Result<()> {
        for line in &self.lines {
            let defect = Defect::Library { message: line.text() };
            findings.push(Diagnostic {
                severity: line.severity,
                rule: defect.rule(),
                message: defect.to_string().into(),
                offset,
                entry: None,
            })?;
        }
        self.lines.clear();
        let all = [Severity::Note, Severity::Warning, Severity::Error];
        for (severity, dropped) in all.into_iter().zip(std::mem::take(&mut self.dropped)) {
            findings.count_dropped(severity, dropped);
        }
        Ok(())
    }

    /// Whether there is anything to take.
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Forgets what was said.
    pub(crate) fn clear(&mut self) {
        self.lines.clear();
        self.dropped = [0; 3];
    }

    /// The last error that was said.
    pub(crate) fn last_error(&self) -> Option<String> {
        self.lines.iter().rev().find(|line| line.severity > Severity::Note).map(Line::text)
    }

    fn add(&mut self, line: Line) {
        // the same again says nothing
        if self.lines.last().is_some_and(|last| last.text == line.text) {
            return;
        }
        if self.lines.len() < KEPT {
            self.lines.push(line);
            return;
        }
        let count = match line.severity {
            Severity::Note => &mut self.dropped[0],
            Severity::Warning => &mut self.dropped[1],
            Severity::Error => &mut self.dropped[2],
        };
        *count = count.saturating_add(1);
    }
}

thread_local! {
    /// The log of the reader whose call runs on this thread.
    static CURRENT: Cell<*mut Log> = const { Cell::new(std::ptr::null_mut()) };
}

/// Calls the library, and collects in `log` what it says meanwhile on this thread.
pub(crate) fn collected<R>(log: &mut Log, call: impl FnOnce() -> R) -> R {
    /// Puts back what was there, also when unwinding.
    struct Back(*mut Log);
    impl Drop for Back {
        fn drop(&mut self) {
            CURRENT.set(self.0);
        }
    }
    let _back = Back(CURRENT.replace(log));
    call()
}

/// Makes the library silent, once in the life of the process.
fn start() {
    static ONCE: Once = Once::new();
    // SAFETY: the function lives for ever, and keeps the callback's rules.
    ONCE.call_once(|| unsafe { sys::av_log_set_callback(Some(said)) });
}

/// Takes a message. Called from any thread of the library: where no reader waits on that thread, it is dropped.
unsafe extern "C" fn said(
    object: *mut c_void,
    level: c_int,
    format: *const c_char,
    arguments: *mut sys::__va_list_tag,
) {
    // what a level is about stands in its low byte
    let level = level & 0xff;
    let log = CURRENT.get();
    if level > sys::AV_LOG_WARNING || log.is_null() {
        return;
    }
    let mut text = [0u8; LONGEST];
    let mut prefix = 0;
    // SAFETY: object, format and arguments are as the library gives them, and the buffer is as long as is said.
    unsafe {
        sys::av_log_format_line2(
            object,
            level,
            format,
            arguments,
            text.as_mut_ptr().cast(),
            c_int::try_from(LONGEST).unwrap_or(0),
            &mut prefix,
        );
    }
    let length =
        CStr::from_bytes_until_nul(&text).map_or(0, |text| text.to_bytes().trim_ascii_end().len());
    // SAFETY: the object is null or begins with a pointer to its class.
    let severity = match unsafe { is_codec(object) } {
        _ if level > sys::AV_LOG_ERROR || is_of_limits(&text) => Severity::Note,
        true => Severity::Warning,
        false => Severity::Error,
    };
    // SAFETY: `collected` put it there, and borrows it for as long as this thread is in the library.
    unsafe { (*log).add(Line { severity, text, length }) };
}

/// Whether the library complains of a limit that was set for it here: that is no fault of the file.
fn is_of_limits(text: &[u8]) -> bool {
    const PIXELS: &[u8] = b"exceeds specified max pixel count";
    text.windows(PIXELS.len()).any(|some| some == PIXELS)
}

/// Whether an object is a codec, or stands for one.
///
/// # Safety
/// `object` is null or begins with a pointer to its class.
unsafe fn is_codec(object: *mut c_void) -> bool {
    if object.is_null() {
        return false;
    }
    // SAFETY: as the caller says; the category is read as the number it is.
    unsafe {
        let class = *object.cast::<*const sys::AVClass>();
        if class.is_null() {
            return false;
        }
        let category = std::ptr::addr_of!((*class).category).cast::<u32>().read();
        let demuxer = sys::AVClassCategory::AV_CLASS_CATEGORY_DEMUXER as u32;
        category != demuxer && category != sys::AVClassCategory::AV_CLASS_CATEGORY_NA as u32
    }
}
