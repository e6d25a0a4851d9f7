//! Fragments and the frames they make: PS3.5 A.4.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedVec, Error, ErrorKind, Result};

use crate::header::{self, ITEM, SEQUENCE_END, UNDEFINED};
use crate::pixel_data::read_exact;
use crate::{Encoding, PixelData};

/// Which fragments start a frame.
enum Boundary {
    /// The first alone: one frame, or a video stream.
    First,
    /// Each: RLE (A.4.2), an extended offset table (A.4), and codecs whose start cannot be seen.
    Each,
    /// Those that start with a marker of JPEG or JPEG 2000.
    Marker,
    /// Those that the basic offset table names, by position.
    Table(ChargedVec<u64>),
}

/// One fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fragment {
    /// Where its item starts; its bytes follow after 8.
    pub(crate) offset: u64,
    pub(crate) length: u32,
    /// Whether a frame starts with it.
    pub(crate) starts: bool,
}

impl Fragment {
    pub(crate) fn end(&self) -> u64 {
        self.offset.saturating_add(8).saturating_add(u64::from(self.length))
    }
}

/// Hops from fragment to fragment, reading their headers only. Decides by what comes before a fragment and by its first bytes, so
/// that a source that only goes forward gives the same frames as any other.
pub(crate) struct Fragments {
    pixels: PixelData,
    pos: u64,
    boundary: Boundary,
    seen: u64,
    ended: bool,
    /// The frame whose entry in the basic offset table is wrong, when that is why the table is not followed.
    wrong_entry: Option<u64>,
}

/// Whether the basic offset table counts.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Table {
    Followed,
    Ignored,
}

/// `FF D8 FF` starts JPEG and JPEG-LS, `FF 4F FF 51` JPEG 2000, the box JPEG 2000 in its file format, `FF 0A` and another
/// box JPEG XL.
const MARKERS: [&[u8]; 5] =
    [b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  ", b"\xff\x0a", b"\0\0\0\x0cJXL "];

impl Fragments {
    /// Stands before the first fragment; reads the basic offset table.
    pub(crate) fn new(pixels: &PixelData, table: Table) -> Result<Self> {
        let mut this = Self {
            pixels: pixels.clone(),
            pos: pixels.value_offset(),
            boundary: Boundary::First,
            seen: 0,
            ended: false,
            wrong_entry: None,
        };
        let (first, length) = match this.next_header()? {
            Some(table) => (this.pos, table.length),
            None => return Ok(this),
        };
        let frames = pixels.facts().frame_count();
        let syntax = pixels.syntax();
        let is = |f: fn(&crate::TransferSyntax) -> bool| syntax.as_ref().is_some_and(f);
        this.boundary = if is(crate::TransferSyntax::is_video) {
            Boundary::First
        } else if pixels.facts().extended_offsets.is_some() {
            Boundary::Each
        } else if table == Table::Followed
            && let Some(offsets) = this.table(first, length, frames)?
        {
            Boundary::Table(offsets)
        } else if frames <= 1 {
            Boundary::First
        } else if is(crate::TransferSyntax::has_start_marker) {
            Boundary::Marker
        } else {
            Boundary::Each
        };
        Ok(this)
    }

    /// The positions that a basic offset table names; `None` when it is empty, or is none: not as many entries as frames, or
    /// not in order.
    fn table(&mut self, first: u64, length: u32, frames: u64) -> Result<Option<ChargedVec<u64>>> {
        let entries = u64::from(length) >> 2;
        if entries == 0 {
            return Ok(None);
        }
        if entries != frames {
            self.wrong_entry = Some(entries.min(frames));
            return Ok(None);
        }
        let at = first.saturating_sub(u64::from(length));
        // the table's length is compared with the file's before anything is reserved for it
        let size = self.pixels.cx.source().size().map(|size| self.pixels.base.saturating_add(size));
        if size.is_some_and(|size| first > size) {
            return Ok(None);
        }
        let mut offsets = ChargedVec::new(self.pixels.cx.budget());
        if size.is_some() {
            offsets.room(usize::try_from(entries).unwrap_or(usize::MAX))?;
        }
        let mut piece = [0u8; 4096];
        let mut done = 0u64;
        while done < u64::from(length) {
            let left =
                usize::try_from(u64::from(length).saturating_sub(done)).unwrap_or(usize::MAX);
            let Some(piece) = piece.get_mut(..left.min(4096)) else { break };
            self.read(at.saturating_add(done), piece)?;
            for word in piece.as_chunks::<4>().0 {
                let offset = first.saturating_add(u64::from(u32::from_le_bytes(*word)));
                if offsets.last().is_some_and(|&last| last >= offset)
                    || (offsets.is_empty() && offset != first)
                {
                    self.wrong_entry = u64::try_from(offsets.len()).ok();
                    return Ok(None);
                }
                offsets.push(offset)?;
            }
            done = done.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        }
        Ok(Some(offsets))
    }

    /// The first frame that the basic offset table has wrong.
    pub(crate) fn wrong_entry(&self) -> Option<u64> {
        self.wrong_entry
    }

    /// Whether frames are told apart by a basic offset table.
    pub(crate) fn follows_table(&self) -> bool {
        matches!(self.boundary, Boundary::Table(_))
    }

    fn read(&self, pos: u64, out: &mut [u8]) -> Result<()> {
        read_exact(&self.pixels.cx, self.pixels.base, pos, out)
    }

    /// The item at hand; moves behind it.
    fn next_header(&mut self) -> Result<Option<Fragment>> {
        if self.ended {
            return Ok(None);
        }
        let mut bytes = [0; 8];
        let offset = self.pos;
        self.read(offset, &mut bytes).map_err(|e| match e.kind() {
            ErrorKind::Truncated => {
                let message = "file ends before the delimiter of encapsulated pixel data";
                Error::truncated(self.pixels.place(offset), message)
            }
            _ => e,
        })?;
        let item = header::parse(&bytes, Encoding::IMPLICIT_LITTLE);
        match item.filter(|item| item.length != UNDEFINED) {
            Some(item) if item.tag == ITEM => {
                let fragment = Fragment { offset, length: item.length, starts: false };
                self.pos = fragment.end();
                Ok(Some(fragment))
            }
            Some(item) if item.tag == SEQUENCE_END => {
                self.ended = true;
                Ok(None)
            }
            _ => {
                let message = "expected a fragment of pixel data";
                Err(Error::malformed(self.pixels.place(offset), message))
            }
        }
    }

    /// The next fragment; `None` behind the delimiter.
    pub(crate) fn next(&mut self) -> Result<Option<Fragment>> {
        let before = self.pos;
        let Some(mut fragment) = self.next_header()? else { return Ok(None) };
        let starts = match &self.boundary {
            _ if self.seen == 0 => Ok(true),
            Boundary::First => Ok(false),
            Boundary::Each => Ok(true),
            Boundary::Marker => self.has_marker(&fragment),
            Boundary::Table(offsets) => Ok(offsets.binary_search(&fragment.offset).is_ok()),
        };
        // a cancelled look stands where it stood
        fragment.starts = starts.inspect_err(|_| self.pos = before)?;
        self.seen = self.seen.saturating_add(1);
        Ok(Some(fragment))
    }

    fn has_marker(&self, fragment: &Fragment) -> Result<bool> {
        let mut head = [0; 8];
        let len = usize::try_from(fragment.length).unwrap_or(usize::MAX).min(8);
        let Some(head) = head.get_mut(..len) else { return Ok(false) };
        let at = fragment.offset.saturating_add(8).saturating_sub(self.pixels.base);
        let found = self.pixels.cx.read_full_at(at, head)?;
        let head = head.get(..found).unwrap_or_default();
        Ok(MARKERS.iter().any(|marker| head.starts_with(marker)))
    }
}
