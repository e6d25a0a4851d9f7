//! Reading through the context: the library never sees a file name.
//!
//! Reads, short reads, cancelling and counters are thereby those of the context, and any random source will do.

use std::ffi::{c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

use ffmpeg_next::ffi as sys;
use stream_core::{ChargedVec, Context, Error, ErrorKind, Result};

use super::no_memory;

/// Bytes of the library's buffer, and the most that one call reads: cancelling takes effect within it.
pub(crate) const BUFFER: usize = 64 << 10;

/// Bytes that a call may read on after the work was cancelled: more than a packet takes, mostly.
const GRACE: u64 = 1 << 20;

/// Four bytes that are shown to the library instead of the file's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Where the first stands.
    pub(crate) offset: u64,
    /// What is shown.
    pub(crate) bytes: [u8; 4],
}

impl Cut {
    /// Writes the part of it that lies in `buffer`, whose first byte stands at `at`.
    fn apply(&self, at: u64, buffer: &mut [u8]) {
        for (place, byte) in (self.offset..).zip(self.bytes) {
            let index = place.checked_sub(at).and_then(|index| usize::try_from(index).ok());
            if let Some(shown) = index.and_then(|index| buffer.get_mut(index)) {
                *shown = byte;
            }
        }
    }
}

/// What the library reads from.
pub(crate) struct State {
    cx: Context,
    size: u64,
    position: u64,
    furthest: u64,
    error: Option<Error>,
    /// Bytes that may still be read in this call although the work was cancelled.
    grace: u64,
    cuts: Option<ChargedVec<Cut>>,
}

impl State {
    /// The last error of the source, which is then forgotten.
    pub(crate) fn take_error(&mut self) -> Option<Error> {
        self.error.take()
    }

    /// Where the next read begins: the best that can be said of where the library stumbled.
    pub(crate) fn position(&self) -> u64 {
        self.position.min(self.size)
    }

    /// Bytes from where the next read begins to the end.
    fn left(&self) -> usize {
        usize::try_from(self.size.saturating_sub(self.position)).unwrap_or(usize::MAX)
    }

    /// Whether the next read finds nothing.
    pub(crate) fn is_at_end(&self) -> bool {
        self.position >= self.size
    }

    /// Lets the next call end although the work is cancelled meanwhile, since a call that fails leaves the library nowhere: the flag is
    /// looked at before the call after it.
    pub(crate) fn be_patient(&mut self) {
        self.grace = GRACE;
    }

    /// Fills `buffer` as far as the source goes, as [`Context::read_full_at`] does, but for the patience.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let mut done = 0usize;
        while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let at = self.position.saturating_add(u64::try_from(done).unwrap_or(u64::MAX));
            let n = if self.cx.cancel().is_cancelled() && self.grace > 0 {
                match self.cx.source().read_at(at, rest) {
                    Ok(n) => {
                        let bytes = u64::try_from(n).unwrap_or(u64::MAX);
                        self.cx.counters().add(bytes, 1);
                        self.grace = self.grace.saturating_sub(bytes.max(1));
                        n
                    }
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                    Err(error) => return Err(Error::from(error).at(at)),
                }
            } else {
                match self.cx.read_at(at, rest) {
                    Err(error) if error.kind() == ErrorKind::Cancelled && self.grace > 0 => {
                        continue;
                    }
                    read => read?,
                }
            };
            if n == 0 {
                break;
            }
            done = done.saturating_add(n);
        }
        Ok(done)
    }

    fn read(&mut self, buffer: &mut [u8]) -> c_int {
        let length = buffer.len().min(BUFFER);
        let buffer = buffer.get_mut(..length).unwrap_or_default();
        let read = self.fill(buffer).and_then(|n| {
            let end = self.position.saturating_add(u64::try_from(n).unwrap_or(0));
            // what ends before the size it had is no end
            match n < length && end < self.size {
                true => Err(self.cx.ended(end, length, n)),
                false => Ok(n),
            }
        });
        match read {
            Ok(0) => sys::AVERROR_EOF,
            Ok(n) => {
                let found = buffer.get_mut(..n).unwrap_or_default();
                for cut in self.cuts.iter().flat_map(|cuts| cuts.iter()) {
                    cut.apply(self.position, found);
                }
                self.position = self.position.saturating_add(u64::try_from(n).unwrap_or(0));
                self.furthest = self.furthest.max(self.position);
                c_int::try_from(n).unwrap_or(0)
            }
            Err(error) => {
                let cancelled = error.kind() == ErrorKind::Cancelled;
                self.error = Some(error);
                if cancelled { sys::AVERROR_EXIT } else { sys::AVERROR(sys::EIO) }
            }
        }
    }

    fn seek(&mut self, offset: i64, whence: c_int) -> i64 {
        let size = i64::try_from(self.size).unwrap_or(i64::MAX);
        let position = i64::try_from(self.position).unwrap_or(i64::MAX);
        let target = match whence & !sys::AVSEEK_FORCE {
            sys::AVSEEK_SIZE => return size,
            SEEK_SET => Some(offset),
            SEEK_CUR => position.checked_add(offset),
            SEEK_END => size.checked_add(offset),
            _ => None,
        };
        match target.and_then(|target| u64::try_from(target).ok()) {
            Some(target) => {
                self.position = target;
                i64::try_from(target).unwrap_or(i64::MAX)
            }
            None => i64::from(sys::AVERROR(sys::EINVAL)),
        }
    }
}

const SEEK_SET: c_int = 0;
const SEEK_CUR: c_int = 1;
const SEEK_END: c_int = 2;

/// The library's stream of bytes over a context.
pub(crate) struct Io {
    raw: *mut sys::AVIOContext,
    state: *mut State,
}

impl Io {
    /// Over the source of `cx`, of `size` bytes, some of which are replaced.
    ///
    /// # Errors
    /// `OverBudget` where the library gets no memory.
    pub(crate) fn new(cx: &Context, size: u64, cuts: Option<ChargedVec<Cut>>) -> Result<Self> {
        let state =
            State { cx: cx.clone(), size, position: 0, furthest: 0, error: None, grace: 0, cuts };
        let state = Box::into_raw(Box::new(state));
        // SAFETY: the buffer is the library's own, the state lives until `drop`, and the functions keep the callbacks' rules.
        let raw = unsafe {
            let buffer = sys::av_malloc(BUFFER);
            let length = c_int::try_from(BUFFER).unwrap_or(0);
            let raw = match buffer.is_null() {
                true => std::ptr::null_mut(),
                false => sys::avio_alloc_context(
                    buffer.cast(),
                    length,
                    0,
                    state.cast(),
                    Some(read),
                    None,
                    Some(seek),
                ),
            };
            if raw.is_null() {
                sys::av_free(buffer);
            }
            raw
        };
        let io = Self { raw, state };
        if raw.is_null() {
            return Err(super::failed(no_memory(), "stream of bytes"));
        }
        Ok(io)
    }

    /// As the library knows it.
    pub(crate) fn raw(&self) -> *mut sys::AVIOContext {
        self.raw
    }

    /// What is shared with the callbacks. Only between calls of the library.
    pub(crate) fn state(&mut self) -> &mut State {
        // SAFETY: it lives until `drop`, and no callback runs while the library is not entered.
        unsafe { &mut *self.state }
    }

    /// The furthest byte that was read.
    pub(crate) fn furthest(&self) -> u64 {
        // SAFETY: it lives until `drop`, and no callback runs while the library is not entered.
        unsafe { (*self.state).furthest }
    }

    /// For the interrupt callback.
    pub(crate) fn opaque(&self) -> *mut c_void {
        self.state.cast()
    }
}

impl Drop for Io {
    fn drop(&mut self) {
        // SAFETY: the library may have replaced the buffer by another of its own; nothing uses either any more.
        unsafe {
            if !self.raw.is_null() {
                sys::av_freep(std::ptr::addr_of_mut!((*self.raw).buffer).cast());
                sys::avio_context_free(&mut self.raw);
            }
            drop(Box::from_raw(self.state));
        }
    }
}

/// Whether the work was cancelled: the library asks in long loops, and may then end a call as if there was no more to be found.
pub(crate) unsafe extern "C" fn interrupted(opaque: *mut c_void) -> c_int {
    // SAFETY: the state lives as long as the library can call back, which it does on the thread that called it.
    let state = unsafe { &mut *opaque.cast::<State>() };
    if state.grace > 0 {
        return 0;
    }
    match state.cx.cancel().check() {
        Ok(()) => 0,
        Err(cancelled) => {
            state.error.get_or_insert(cancelled);
            1
        }
    }
}

unsafe extern "C" fn read(opaque: *mut c_void, buffer: *mut u8, length: c_int) -> c_int {
    let Ok(length) = usize::try_from(length) else { return sys::AVERROR(sys::EINVAL) };
    // SAFETY: the state is this stream's own.
    let state = unsafe { &mut *opaque.cast::<State>() };
    // at the end the library goes back to what it has in the buffer: nothing is written there then
    let length = length.min(BUFFER).min(state.left());
    if length == 0 {
        return sys::AVERROR_EOF;
    }
    // SAFETY: the buffer has at least `length` bytes, whatever is in them.
    let buffer = unsafe {
        buffer.write_bytes(0, length);
        std::slice::from_raw_parts_mut(buffer, length)
    };
    // a source is anybody's code, and nothing may unwind through the library
    catch_unwind(AssertUnwindSafe(|| state.read(buffer))).unwrap_or(sys::AVERROR_EXTERNAL)
}

unsafe extern "C" fn seek(opaque: *mut c_void, offset: i64, whence: c_int) -> i64 {
    // SAFETY: the state is this stream's own.
    let state = unsafe { &mut *opaque.cast::<State>() };
    state.seek(offset, whence)
}
