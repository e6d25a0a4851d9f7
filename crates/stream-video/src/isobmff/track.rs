//! A track: its header, media header, edit list, and where its sample tables lie (ISO/IEC 14496-12, 8.3 to 8.7).

use stream_core::{Context, Result, Window};

use super::Defect;
use super::boxes::{Children, Frame};
use super::defects::Defects;
use super::sample_entry::SampleEntry;
use crate::index::{be_i32, be16, be32, be64, fourcc};

/// Where rows of a table lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rows {
    pub(crate) start: u64,
    pub(crate) count: u32,
}

/// Sizes of samples: one for all, or a table of fields of some bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub(crate) fixed: u32,
    pub(crate) count: u32,
    pub(crate) start: u64,
    pub(crate) bits: u8,
}

/// One edit: how long in the movie's timescale, and from when of the media; `media_time` -1 is a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) duration: u64,
    pub(crate) media_time: i64,
}

/// More edits than this are left to the demuxer: each is a search over the tables.
pub(crate) const EDITS: usize = 32;

/// The facts of a track, and the places of its tables.
#[derive(Clone, Debug, Default)]
pub(crate) struct Track {
    pub(crate) id: u32,
    pub(crate) handler: [u8; 4],
    pub(crate) timescale: u32,
    pub(crate) duration: u64,
    pub(crate) language: [u8; 3],
    pub(crate) matrix: [i32; 9],
    pub(crate) edits: [Option<Edit>; EDITS],
    pub(crate) edit_count: usize,
    pub(crate) external: bool,
    pub(crate) chapters: [u32; 4],
    pub(crate) entry: SampleEntry,
    pub(crate) times: Rows,
    pub(crate) offsets: Option<Rows>,
    pub(crate) chunks: Rows,
    pub(crate) sizes: Sizes,
    pub(crate) places: Rows,
    pub(crate) wide: bool,
    pub(crate) sync: Option<Rows>,
    pub(crate) partial: Rows,
    pub(crate) random: Rows,
}

impl Track {
    /// Reads a `trak` box; what is not understood is passed over.
    ///
    /// # Errors
    /// What the source says.
    pub(crate) fn read(window: &mut Window, trak: &Frame, defects: &mut Defects) -> Result<Self> {
        let mut track = Self::default();
        track.level(window, trak, defects, 0)?;
        Ok(track)
    }

    fn level(&mut self, w: &mut Window, parent: &Frame, d: &mut Defects, depth: u32) -> Result<()> {
        let mut children = Children::of(parent);
        while let Some(found) = children.next(w)? {
            if found.cut {
                d.push(found.start, Defect::BeyondParent { kind: found.kind });
            }
            match &found.kind {
                b"mdia" | b"minf" | b"stbl" | b"edts" | b"dinf" if depth < 6 => {
                    self.level(w, &found, d, depth.saturating_add(1))?;
                }
                b"tref" => self.references(w, &found)?,
                _ => self.leaf(w, &found, d)?,
            }
        }
        Ok(())
    }

    fn leaf(&mut self, w: &mut Window, f: &Frame, d: &mut Defects) -> Result<()> {
        match &f.kind {
            b"tkhd" => self.track_header(head(w, f, 96)?),
            b"mdhd" => self.media_header(head(w, f, 36)?),
            b"hdlr" => {
                let found = fourcc(head(w, f, 12)?, 8).unwrap_or_default();
                // QuickTime has a second one for the data, of no matter here
                if self.handler == [0; 4] || matches!(&found, b"vide" | b"soun" | b"subp" | b"clcp")
                {
                    self.handler = found;
                }
            }
            b"elst" => self.edit_list(w, f, d)?,
            b"dref" => self.external |= external(w, f)?,
            b"stsd" => self.entry = SampleEntry::read(w, f, d)?,
            b"stts" => self.times = rows(w, f, 8, d)?,
            b"ctts" => self.offsets = Some(rows(w, f, 8, d)?).filter(|r| r.count > 0),
            b"stsc" => self.chunks = rows(w, f, 12, d)?,
            b"stco" => (self.places, self.wide) = (rows(w, f, 4, d)?, false),
            b"co64" => (self.places, self.wide) = (rows(w, f, 8, d)?, true),
            b"stss" => self.sync = Some(rows(w, f, 4, d)?),
            b"stps" => self.partial = rows(w, f, 4, d)?,
            b"stsz" | b"stz2" => self.sizes = sizes(w, f, d)?,
            b"sbgp" => {
                let bytes = head(w, f, 16)?;
                if fourcc(bytes, 4) == Some(*b"rap ") {
                    // version 1 has a parameter before the count
                    let skip = if bytes.first() == Some(&1) { 8 } else { 4 };
                    self.random = rows_after(w, f, 8, skip, d)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn track_header(&mut self, bytes: &[u8]) {
        let wide = bytes.first() == Some(&1);
        self.id = be32(bytes, if wide { 20 } else { 12 }).unwrap_or(0);
        let at = if wide { 52usize } else { 40 };
        for (i, value) in self.matrix.iter_mut().enumerate() {
            let place = at.saturating_add(i.saturating_mul(4));
            *value = be_i32(bytes, place).unwrap_or(0);
        }
    }

    fn media_header(&mut self, bytes: &[u8]) {
        let wide = bytes.first() == Some(&1);
        let (at, duration) = if wide {
            (20, be64(bytes, 24).filter(|&d| d != u64::MAX))
        } else {
            (12, be32(bytes, 16).filter(|&d| d != u32::MAX).map(u64::from))
        };
        self.timescale = be32(bytes, at).unwrap_or(0);
        self.duration = duration.unwrap_or(0);
        let packed = be16(bytes, if wide { 32 } else { 20 }).unwrap_or(0);
        for (i, letter) in self.language.iter_mut().enumerate() {
            let shift = [10u32, 5, 0].get(i).copied().unwrap_or(0);
            let five = u8::try_from(packed.wrapping_shr(shift) & 31).unwrap_or(0);
            *letter = five.saturating_add(0x60);
        }
    }

    fn edit_list(&mut self, w: &mut Window, f: &Frame, d: &mut Defects) -> Result<()> {
        let wide = head(w, f, 8)?.first() == Some(&1);
        let width = if wide { 20u64 } else { 12 };
        let claimed = u64::from(be32(head(w, f, 8)?, 4).unwrap_or(0));
        // the box's size counts, whatever the number says
        let count = f.len().saturating_sub(8).checked_div(width).unwrap_or(0);
        if count != claimed {
            d.push(f.start, Defect::RowCount { kind: f.kind, claimed, room: count });
        }
        self.edits = [None; EDITS];
        self.edit_count = usize::try_from(count).unwrap_or(usize::MAX);
        for (i, edit) in self.edits.iter_mut().take(self.edit_count).enumerate() {
            let skip = width.saturating_mul(u64::try_from(i).unwrap_or(0)).saturating_add(8);
            let bytes = w.at(f.body.saturating_add(skip), usize::try_from(width).unwrap_or(20))?;
            let (duration, media_time) = if wide {
                (be64(bytes, 0), be64(bytes, 8).map(u64::cast_signed))
            } else {
                (be32(bytes, 0).map(u64::from), be_i32(bytes, 4).map(i64::from))
            };
            *edit = duration
                .zip(media_time)
                .map(|(duration, media_time)| Edit { duration, media_time });
        }
        Ok(())
    }

    fn references(&mut self, w: &mut Window, f: &Frame) -> Result<()> {
        let mut children = Children::of(f);
        while let Some(found) = children.next(w)? {
            if &found.kind == b"chap" {
                let bytes = head(w, &found, 16)?;
                for (i, id) in self.chapters.iter_mut().enumerate() {
                    *id = be32(bytes, i.saturating_mul(4)).unwrap_or(0);
                }
            }
        }
        Ok(())
    }

    /// The edits.
    pub(crate) fn edits(&self) -> impl Iterator<Item = Edit> + '_ {
        self.edits.iter().flatten().copied()
    }
}

/// Up to `want` bytes of a box's body.
pub(crate) fn head<'w>(w: &'w mut Window, f: &Frame, want: usize) -> Result<&'w [u8]> {
    let room = usize::try_from(f.len()).unwrap_or(usize::MAX);
    let bytes = w.at(f.body, want.min(room))?;
    Ok(bytes.get(..room.min(bytes.len())).unwrap_or_default())
}

fn rows(w: &mut Window, f: &Frame, width: u64, d: &mut Defects) -> Result<Rows> {
    rows_after(w, f, width, 0, d)
}

/// The rows after version, flags, `skip` bytes and their number, checked against the box's size and the file's.
fn rows_after(w: &mut Window, f: &Frame, width: u64, skip: u8, d: &mut Defects) -> Result<Rows> {
    let at = usize::from(skip).saturating_add(4);
    let claimed = be32(head(w, f, 16)?, at).unwrap_or(0);
    let before = u64::from(skip).saturating_add(8);
    let start = f.body.saturating_add(before);
    let room = f.len().saturating_sub(before).checked_div(width).unwrap_or(0);
    let room = room.min(stored(w.context(), start).checked_div(width).unwrap_or(0));
    if u64::from(claimed) > room {
        d.push(f.start, Defect::RowCount { kind: f.kind, claimed: claimed.into(), room });
    }
    Ok(Rows { start, count: u32::try_from(room).unwrap_or(u32::MAX).min(claimed) })
}

/// Bytes of the source from `start` on.
fn stored(cx: &Context, start: u64) -> u64 {
    cx.source().size().map_or(u64::MAX, |size| size.saturating_sub(start))
}

fn sizes(w: &mut Window, f: &Frame, d: &mut Defects) -> Result<Sizes> {
    let start = f.body.saturating_add(12);
    let room = f.len().saturating_sub(12).min(stored(w.context(), start));
    let bytes = head(w, f, 12)?;
    let count = be32(bytes, 8).unwrap_or(0);
    let (fixed, bits) = match &f.kind {
        b"stsz" => (be32(bytes, 4).unwrap_or(0), 32),
        _ => (0, bytes.get(7).copied().unwrap_or(0)),
    };
    if fixed > 0 {
        return Ok(Sizes { fixed, count, start, bits });
    }
    if ![4, 8, 16, 32].contains(&bits) {
        d.push(f.start, Defect::FieldSize { bits });
        return Ok(Sizes::default());
    }
    let room = room.saturating_mul(8).checked_div(u64::from(bits)).unwrap_or(0);
    if u64::from(count) > room {
        d.push(f.start, Defect::RowCount { kind: f.kind, claimed: count.into(), room });
    }
    Ok(Sizes { fixed, count: count.min(u32::try_from(room).unwrap_or(u32::MAX)), start, bits })
}

/// Whether any of a track's data references leads out of the file (8.7.2).
fn external(w: &mut Window, f: &Frame) -> Result<bool> {
    let mut children = Children::between(f.body.saturating_add(8), f.end);
    let mut outside = false;
    while let Some(found) = children.next(w)? {
        let flags = be32(head(w, &found, 4)?, 0).unwrap_or(0);
        outside |= flags & 1 == 0;
    }
    Ok(outside)
}
