//! When FFmpeg's demuxer reads which fragments: all at once, or one after the other where an index covers the file
//! (ISO/IEC 14496-12, 8.16.3).

use stream_core::{Result, Window};

use super::boxes::frame;
use crate::index::{be16, be32, be64};

/// How far fragments are read, and from where on more are.
pub(crate) struct Segments {
    size: u64,
    at: u64,
    complete: bool,
    found_data: bool,
    /// Where the last `mfra` box begins, as its own last bytes say.
    random: Option<u64>,
    /// Whether there is an index.
    pub(crate) indexed: bool,
    /// What the index says that FFmpeg cannot read.
    pub(crate) odd: Option<(&'static str, u64)>,
}

impl Segments {
    /// From behind the movie box.
    pub(crate) fn new(at: u64, size: u64, found_data: bool) -> Self {
        Self { size, at, complete: false, found_data, random: None, indexed: false, odd: None }
    }

    /// Reads on: the byte before which fragments are known; `None` where the file's end was reached.
    ///
    /// # Errors
    /// What the source says.
    pub(crate) fn advance(&mut self, w: &mut Window) -> Result<Option<u64>> {
        while let Some(found) = frame(w, self.at, self.size)? {
            self.at = found.end;
            match &found.kind {
                b"mdat" => self.found_data = true,
                b"moof" => {}
                b"sidx" => self.index(w, found.start, found.body, found.end)?,
                _ => continue,
            }
            if self.found_data && self.complete {
                self.found_data = false;
                return Ok(Some(self.at));
            }
        }
        Ok(None)
    }

    fn index(&mut self, w: &mut Window, start: u64, body: u64, end: u64) -> Result<()> {
        self.indexed = true;
        let bytes = w.at(body, 32)?;
        let wide = bytes.first().is_some_and(|v| *v > 0);
        let skip = if wide { be64(bytes, 20) } else { be32(bytes, 16).map(u64::from) };
        let at = if wide { 30 } else { 22 };
        let count = be16(bytes, at).unwrap_or(0);
        let mut covered = end.saturating_add(skip.unwrap_or(0));
        let mut row = body.saturating_add(if wide { 32 } else { 24 });
        if count == 0 || bytes.first().is_some_and(|v| *v > 1) {
            self.odd.get_or_insert(("an index of segments refers to nothing", start));
        }
        for _ in 0..count {
            let reference = be32(w.at(row, 12)?, 0).unwrap_or(0);
            if reference & 0x8000_0000 != 0 {
                self.odd.get_or_insert(("an index of segments refers to indexes", start));
            }
            covered = covered.saturating_add(u64::from(reference & 0x7fff_ffff));
            row = row.saturating_add(12);
        }
        if self.random.is_none() {
            let last = self.size.saturating_sub(4);
            let length = be32(w.at(last, 4)?, 0).unwrap_or(0);
            self.random = Some(self.size.saturating_sub(length.into()));
        }
        self.complete |= covered == self.size || Some(covered) == self.random;
        Ok(())
    }
}
