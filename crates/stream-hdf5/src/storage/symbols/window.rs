//! A page of the file that is kept.

use stream_core::memory::Buf;
use stream_core::{Context, Result};

use crate::storage::defect::Defect;
use crate::storage::meta::Meta;

/// Bytes of a page: a read costs as much as copying so many.
const PAGE: u64 = 4 << 10;

/// The page that was read last.
pub(super) struct Window {
    cx: Context,
    page: Option<(u64, Buf)>,
}

impl Window {
    pub(super) fn new(cx: &Context) -> Self {
        Self { cx: cx.clone(), page: None }
    }

    /// The bytes from `address` on, at most `length`: up to the end of a page. Names are found forwards and backwards, so a page
    /// begins at a multiple of its size.
    pub(super) fn at(
        &mut self,
        meta: &Meta<'_>,
        address: u64,
        length: u64,
        of: &'static str,
    ) -> Result<&[u8]> {
        let at = meta.place(address);
        let file = meta.file();
        if at >= file {
            // found at the end: beyond it is no place in the file
            return Err(Defect::BeyondEnd { of, length, file }.at(file));
        }
        let start = at.saturating_sub(at % PAGE);
        if self.page.as_ref().is_none_or(|(first, _)| *first != start) {
            let size = usize::try_from(PAGE.min(file.saturating_sub(start))).unwrap_or(0);
            let mut buf = match self.page.take() {
                Some((_, buf)) if buf.len() == size => buf,
                _ => self.cx.buf(size)?,
            };
            self.cx.read_exact_at(start, &mut buf)?;
            self.page = Some((start, buf));
        }
        let page = self.page.as_ref().map(|(_, buf)| &**buf).unwrap_or_default();
        let rest = page.get(usize::try_from(at.saturating_sub(start)).unwrap_or(0)..);
        let rest = rest.unwrap_or_default();
        Ok(rest.get(..usize::try_from(length).unwrap_or(usize::MAX)).unwrap_or(rest))
    }

    /// A little-endian number of `width` bytes, at most 8, at `address`.
    pub(super) fn number(
        &mut self,
        meta: &Meta<'_>,
        address: u64,
        width: usize,
        of: &'static str,
    ) -> Result<u64> {
        let mut bytes = [0; 8];
        let mut done = 0usize;
        while let Some(rest) = bytes.get_mut(done..width.min(8)).filter(|rest| !rest.is_empty()) {
            let from = address.saturating_add(u64::try_from(done).unwrap_or(0));
            let length = u64::try_from(rest.len()).unwrap_or(0);
            let found = self.at(meta, from, length, of)?;
            for (to, from) in rest.iter_mut().zip(found) {
                *to = *from;
            }
            done = done.saturating_add(found.len());
        }
        Ok(u64::from_le_bytes(bytes))
    }

    /// Checks the four letters at `address`.
    pub(super) fn signature(
        &mut self,
        meta: &Meta<'_>,
        address: u64,
        expected: [u8; 4],
        of: &'static str,
    ) -> Result<()> {
        let word = self.number(meta, address, 4, of)?;
        let [a, b, c, d, ..] = word.to_le_bytes();
        let found = [a, b, c, d];
        if found == expected {
            return Ok(());
        }
        Err(Defect::Signature { expected, found }.at(meta.place(address)))
    }
}
