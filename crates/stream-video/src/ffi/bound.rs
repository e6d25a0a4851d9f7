//! The most bytes that the library allocates at once.
//!
//! A count that a file claims becomes an allocation before it is believed or not: none is larger than what was reserved for it. The
//! library has one such bound for the whole process, so it is the largest of those of all open containers.

use std::sync::{Mutex, PoisonError};

use ffmpeg_next::ffi as sys;

/// The bounds of what is open.
static LIVE: Mutex<Vec<(u64, usize)>> = Mutex::new(Vec::new());
/// The library's own bound.
const NONE: usize = 0x7fff_ffff;
/// Room for tables that no input sizes.
const LEAST: usize = 1 << 20;

/// One container's bound, for as long as it lives.
pub(crate) struct Bound(u64);

impl Bound {
    /// No allocation beyond `bytes`.
    pub(crate) fn new(bytes: u64) -> Self {
        let mut live = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
        let id = live.last().map_or(0, |(id, _)| id.wrapping_add(1));
        live.push((id, size(bytes)));
        apply(&live);
        Self(id)
    }

    /// Changes it.
    pub(crate) fn set(&self, bytes: u64) {
        let mut live = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, bound)) = live.iter_mut().find(|(id, _)| *id == self.0) {
            *bound = size(bytes);
        }
        apply(&live);
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        let mut live = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
        live.retain(|(id, _)| *id != self.0);
        apply(&live);
    }
}

fn size(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(NONE).clamp(LEAST, NONE)
}

fn apply(live: &[(u64, usize)]) {
    let most = live.iter().map(|(_, bound)| *bound).max().unwrap_or(NONE);
    // SAFETY: sets a number.
    unsafe { sys::av_max_alloc(most) };
}
