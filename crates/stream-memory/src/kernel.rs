//! Small files of the kernel (proc(5), cgroups(7)): read once, or kept open and read again and again without
//! allocating anything.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The most of a file that is read at once, in bytes. The longest of them, `mountinfo`, has some hundred bytes
/// a mount; hosts of many containers have thousands of mounts.
const MOST: u64 = 1 << 20;

/// The text of a file, `None` if it cannot be read. Bytes that are not UTF-8 are replaced.
pub(crate) fn text(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(MOST).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Room for the longest file that is read again and again: `memory.stat` has some 60 lines of at most 50 bytes.
pub(crate) const ROOM: usize = 16 << 10;

/// What a file is read into.
pub(crate) type Buffer = [u8; ROOM];

/// A file that is kept open. Each reading starts at its beginning, where the kernel writes it anew.
#[derive(Debug)]
pub(crate) struct Kept(File);

impl Kept {
    /// `None` if it cannot be opened.
    pub(crate) fn open(path: &Path) -> Option<Kept> {
        File::open(path).ok().map(Kept)
    }

    /// What it says now, as far as the buffer holds it. Allocates nothing.
    pub(crate) fn read<'a>(&self, buffer: &'a mut Buffer) -> Option<&'a [u8]> {
        let mut done = 0usize;
        while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
            match self.0.read_at(rest, u64::try_from(done).ok()?) {
                Ok(0) => break,
                Ok(read) => done = done.saturating_add(read),
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
        buffer.get(..done)
    }

    /// The number that is all it says; `None` for words such as `max`.
    pub(crate) fn number(&self, buffer: &mut Buffer) -> Option<u64> {
        number(self.read(buffer)?)
    }
}

/// The number that a text begins with, after spaces.
pub(crate) fn number(text: &[u8]) -> Option<u64> {
    let digits = text.trim_ascii_start();
    let end = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    std::str::from_utf8(digits.get(..end)?).ok()?.parse().ok()
}

/// The rest of the line that begins with `key`.
pub(crate) fn after<'a>(text: &'a [u8], key: &str) -> Option<&'a [u8]> {
    text.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(key.as_bytes()))
}

/// The number that follows `key` at the start of a line.
pub(crate) fn number_after(text: &[u8], key: &str) -> Option<u64> {
    number(after(text, key)?)
}

/// As [`number_after`], in the kernel's `kB`, which are 1024 bytes.
pub(crate) fn kib_after(text: &[u8], key: &str) -> Option<u64> {
    number_after(text, key)?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::{after, kib_after, number};

    #[test]
    fn numbers_are_found_by_their_line() {
        let text = b"Name:\t\xff\nVmRSS:\t  12 kB\nVmRSSX: 9 kB\n";
        assert_eq!(kib_after(text, "VmRSS:"), Some(12288));
        assert_eq!(kib_after(text, "VmHWM:"), None);
        assert_eq!(after(text, "Name:"), Some(&b"\t\xff"[..]));
        assert_eq!((number(b"max\n"), number(b" 7\n"), number(b"")), (None, Some(7), None));
        assert_eq!(number(b"99999999999999999999"), None, "more than 64 bits");
    }
}
