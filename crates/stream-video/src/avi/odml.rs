//! A stream's own index (OpenDML AVI file format extensions 1.02, 3): `indx` names chunks `ix##`, which name the stream's chunks.

use stream_core::{Context, Error, Result, Window};

use super::chunks::Entry;
use crate::index::{Table, le16, le32, le64};

/// Bytes before the first entry of either index.
const HEAD: u64 = 24;

/// A walk over the chunks of one stream.
pub(crate) struct Odml {
    cx: Context,
    window: Window,
    supers: Table,
    /// The entry of `indx` that comes next.
    part: u64,
    rows: Option<Table>,
    row: u64,
    /// What places in the rows count from.
    base: u64,
}

impl Odml {
    /// By an `indx` with its body at `body`; `None` where it is no index of indexes.
    ///
    /// # Errors
    /// What the source says.
    pub(crate) fn open(cx: &Context, body: u64, end: u64) -> Result<Option<Self>> {
        let mut window = Window::new(cx.clone(), 64);
        let head = window.at(body, 24)?;
        let (width, kind) = (le16(head, 0), head.get(2..4));
        let count = u64::from(le32(head, 4).unwrap_or(0));
        let start = body.saturating_add(HEAD);
        if width != Some(4) || kind != Some(&[0, 0]) || count > end.saturating_sub(start) / 16 {
            return Ok(None);
        }
        let supers = Table::new(cx, start, count, 16);
        let cx = cx.clone();
        Ok(Some(Self { cx, window, supers, part: 0, rows: None, row: 0, base: 0 }))
    }

    /// Stands before the first chunk again.
    pub(crate) fn rewind(&mut self) {
        (self.part, self.rows, self.row) = (0, None, 0);
    }

    /// The next chunk; `None` behind the last.
    ///
    /// # Errors
    /// `Malformed` for a part that is no index of chunks; what the source says.
    pub(crate) fn next(&mut self) -> Result<Option<Entry>> {
        loop {
            if let Some(rows) = &mut self.rows {
                if let Some(row) = rows.row(self.row)? {
                    let place = le32(row, 0).unwrap_or(0);
                    // the highest bit says that it is no key frame
                    let size = le32(row, 4).unwrap_or(0) & 0x7fff_ffff;
                    self.row = self.row.saturating_add(1);
                    return Ok(Some(Entry { at: self.base.wrapping_add(place.into()), size }));
                }
                self.rows = None;
            }
            let Some(part) = self.supers.row(self.part)? else { return Ok(None) };
            let at = le64(part, 0).unwrap_or(0);
            self.open_part(at)?;
            self.part = self.part.saturating_add(1);
        }
    }

    /// Opens the `ix##` at `at` (3.2).
    fn open_part(&mut self, at: u64) -> Result<()> {
        let none = || Err(Error::malformed(at, "an index of OpenDML names what is no index"));
        let head = self.window.at(at, 32)?;
        let size = u64::from(le32(head, 4).unwrap_or(0));
        let count = u64::from(le32(head, 12).unwrap_or(0));
        let Some(base) = le64(head, 20) else { return none() };
        let kind = (le16(head, 8), head.get(10..12));
        if kind != (Some(2), Some(&[0, 1])) || count > size.saturating_sub(HEAD) / 8 {
            return none();
        }
        let start = at.saturating_add(8).saturating_add(HEAD);
        self.rows = Some(Table::new(&self.cx, start, count, 8));
        (self.row, self.base) = (0, base);
        Ok(())
    }
}
