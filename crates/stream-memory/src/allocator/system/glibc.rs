//! What glibc's `malloc` tells of itself.

use std::fs::File;
use std::io::Read;
use std::mem;
use std::sync::OnceLock;

use super::Usage;

/// `mallinfo2`, all arenas added up.
pub(super) struct Info(libc::mallinfo2);

type Mallinfo2 = unsafe extern "C" fn() -> libc::mallinfo2;

/// `None` before glibc 2.33, whose `mallinfo` counts in 32 bits.
pub(super) fn info() -> Option<Info> {
    static FUNCTION: OnceLock<Option<Mallinfo2>> = OnceLock::new();
    let function = FUNCTION.get_or_init(|| {
        // looked up when it runs, so that a program built here also starts where it is missing
        // SAFETY: the name ends with a zero.
        let address = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"mallinfo2".as_ptr()) };
        // SAFETY: a function of this name has this type; null becomes `None`.
        unsafe { mem::transmute::<*mut libc::c_void, Option<Mallinfo2>>(address) }
    });
    // SAFETY: it takes the locks of the arenas, reads, and returns numbers.
    function.map(|function| Info(unsafe { function() }))
}

impl Info {
    /// What was taken from the system, in bytes: heaps, and blocks mapped one by one.
    pub(super) fn taken(&self) -> u64 {
        widen(self.0.arena).saturating_add(widen(self.0.hblkhd))
    }

    pub(super) fn usage(&self) -> Usage {
        Usage {
            live: widen(self.0.uordblks).saturating_add(widen(self.0.hblkhd)),
            active: Some(self.taken()),
            resident: None,
            retained: Some(widen(self.0.fordblks)),
        }
    }
}

/// Gives freed memory back, and says by how much less is resident now, as the kernel counts: to some ten
/// pages a thread.
pub(super) fn trim() -> Option<u64> {
    info().filter(|info| info.taken() > 0)?;
    let before = resident().unwrap_or(0);
    // SAFETY: takes the locks of the arenas; nothing that is live moves.
    unsafe { libc::malloc_trim(0) };
    Some(before.saturating_sub(resident().unwrap_or(before)))
}

/// The process's resident set in bytes, read without allocating.
fn resident() -> Option<u64> {
    let mut text = [0; 128];
    let len = File::open("/proc/self/statm").ok()?.read(&mut text).ok()?;
    let text = std::str::from_utf8(text.get(..len)?).ok()?;
    let pages: u64 = text.split_ascii_whitespace().nth(1)?.parse().ok()?;
    // SAFETY: asks for a number.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    pages.checked_mul(u64::try_from(page).ok()?)
}

fn widen(size: libc::size_t) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}
