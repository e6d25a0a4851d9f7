//! A page's header (RFC 3533, 6).
#![deny(clippy::arithmetic_side_effects)]

use stream_core::Result;

use crate::Defect;
use crate::findings::Findings;
use crate::input::Input;

/// Bytes of the header before the lengths of segments.
const FIXED: usize = 27;
/// The longest page.
pub(super) const LONGEST: usize = FIXED + 255 + 255 * 255;
/// Bytes searched at once for the next page.
const SEARCH: usize = 4096;

/// A page that is in the window as a whole.
#[derive(Clone, Copy)]
pub(super) struct Page {
    pub offset: u64,
    pub flags: u8,
    /// The position at the end of the last packet that ends here; -1 where none does.
    pub granule: i64,
    pub serial: u32,
    pub sequence: u32,
    lengths: [u8; 255],
    segments: u8,
}

impl Page {
    /// The header that `head` begins with.
    fn parse(offset: u64, head: &[u8]) -> Option<Self> {
        let fixed: &[u8; FIXED] = head.get(..FIXED)?.try_into().ok()?;
        let [b'O', b'g', b'g', b'S', 0, flags, rest @ ..] = fixed else { return None };
        let segments = *rest.last()?;
        let number = |at: usize| {
            let end = at.checked_add(4)?;
            rest.get(at..end)?.try_into().ok().map(u32::from_le_bytes)
        };
        let granule = rest.get(..8)?.try_into().ok().map(i64::from_le_bytes)?;
        let mut lengths = [0; 255];
        let count = usize::from(segments);
        let table = head.get(FIXED..FIXED.checked_add(count)?)?;
        lengths.get_mut(..count)?.copy_from_slice(table);
        Some(Self {
            offset,
            flags: *flags,
            granule,
            serial: number(8)?,
            sequence: number(12)?,
            lengths,
            segments,
        })
    }

    pub(super) fn lengths(&self) -> &[u8] {
        self.lengths.get(..usize::from(self.segments)).unwrap_or_default()
    }

    /// The first byte of its body.
    pub(super) fn body(&self) -> u64 {
        let header = u64::try_from(FIXED).unwrap_or(0).saturating_add(u64::from(self.segments));
        self.offset.saturating_add(header)
    }

    /// The first byte behind it.
    pub(super) fn end(&self) -> u64 {
        let body = self.lengths().iter().fold(0u64, |n, l| n.saturating_add(u64::from(*l)));
        self.body().saturating_add(body)
    }

    pub(super) fn length(&self) -> usize {
        usize::try_from(self.end().saturating_sub(self.offset)).unwrap_or(usize::MAX)
    }

    /// Whether its first bytes belong to a packet that began before.
    pub(super) fn is_continued(&self) -> bool {
        self.flags & 1 != 0
    }

    pub(super) fn is_first(&self) -> bool {
        self.flags & 2 != 0
    }

    pub(super) fn is_last(&self) -> bool {
        self.flags & 4 != 0
    }
}

/// The next page at or behind the position, which moves to it; `None` at the end. All of it is in the window.
///
/// # Errors
/// What reading gives, `OverBudget`.
pub(super) fn next(input: &mut Input, findings: &Findings) -> Result<Option<Page>> {
    let start = input.pos();
    loop {
        let at = input.pos();
        if let Some(page) = Page::parse(at, input.peek(FIXED + 255)?) {
            let found = input.peek(page.length())?.len();
            if found == page.length() {
                garbage(findings, start, at)?;
                return Ok(Some(page));
            }
            let expected = u64::try_from(page.length()).unwrap_or(0);
            let found = u64::try_from(found).unwrap_or(0);
            findings.note(at, Defect::PacketCut { expected, found })?;
            return Ok(None);
        }
        let bytes = input.peek(SEARCH)?;
        if bytes.len() < 4 {
            garbage(findings, start, at.saturating_add(u64::try_from(bytes.len()).unwrap_or(0)))?;
            return Ok(None);
        }
        let found = bytes.windows(4).skip(1).position(|w| w == b"OggS");
        let step = found.map_or(bytes.len().saturating_sub(3), |n| n.saturating_add(1));
        input.skip(u64::try_from(step).unwrap_or(1));
    }
}

fn garbage(findings: &Findings, start: u64, end: u64) -> Result<()> {
    match end.saturating_sub(start) {
        0 => Ok(()),
        bytes => findings.note(start, Defect::Garbage { bytes }),
    }
}
