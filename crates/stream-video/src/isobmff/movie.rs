//! The boxes of a whole file: the movie box with its tracks, and what lies beside it (ISO/IEC 14496-12, 8.1 and 8.2).

use stream_core::{ChargedVec, Context, Result, Window};

use super::boxes::{Children, Frame, frame};
use super::covers::Covers;
use super::defects::Defects;
use super::fragment::Defaults;
use super::track::{Track, head};
use crate::index::{Refusal, be32, fourcc};

/// More tracks than this are left to the demuxer.
const TRACKS: usize = 64;

/// More boxes than this at the top, before the movie box, are no media file.
const BEFORE: usize = 100_000;

/// What a file says before its first sample.
pub(crate) struct Movie {
    pub(crate) brand: [u8; 4],
    pub(crate) timescale: u32,
    pub(crate) tracks: ChargedVec<Track>,
    pub(crate) defaults: ChargedVec<(u32, Defaults)>,
    pub(crate) covers: Covers,
    pub(crate) fragmented: bool,
    /// Byte after the movie box.
    pub(crate) end: u64,
    /// Whether media data lie before it.
    pub(crate) data_before: bool,
    pub(crate) refusal: Option<Refusal>,
}

impl Movie {
    /// Finds and reads the movie box of a file of `size` bytes; `None` where there is none.
    ///
    /// # Errors
    /// What the source says, `OverBudget`.
    pub(crate) fn read(
        cx: &Context,
        w: &mut Window,
        size: u64,
        d: &mut Defects,
    ) -> Result<Option<Self>> {
        let mut at = 0u64;
        let mut brand = [0; 4];
        let mut data_before = false;
        for _ in 0..BEFORE {
            let Some(found) = frame(w, at, size)? else { return Ok(None) };
            match &found.kind {
                b"ftyp" => brand = fourcc(head(w, &found, 8)?, 0).unwrap_or_default(),
                b"mdat" => data_before = true,
                b"moov" => {
                    let mut movie = Self {
                        brand,
                        timescale: 0,
                        tracks: ChargedVec::new(cx.budget()),
                        defaults: ChargedVec::new(cx.budget()),
                        covers: Covers::default(),
                        fragmented: false,
                        end: found.end,
                        data_before,
                        refusal: None,
                    };
                    movie.moov(w, &found, d)?;
                    return Ok(Some(movie));
                }
                _ => {}
            }
            at = found.end;
        }
        Ok(None)
    }

    fn refuse(&mut self, reason: &'static str, at: u64) {
        self.refusal.get_or_insert(Refusal::new(reason).at(at));
    }

    fn moov(&mut self, w: &mut Window, moov: &Frame, d: &mut Defects) -> Result<()> {
        let mut children = Children::of(moov);
        if moov.cut {
            self.refuse("the movie box is cut off", moov.start);
        }
        while let Some(found) = children.next(w)? {
            match &found.kind {
                b"mvhd" => {
                    let bytes = head(w, &found, 32)?;
                    let at = if bytes.first() == Some(&1) { 20 } else { 12 };
                    self.timescale = be32(bytes, at).unwrap_or(0);
                }
                b"trak" if self.covers.count() > 0 => {
                    self.refuse("a cover comes before a track", found.start);
                }
                b"trak" if self.tracks.len() < TRACKS => {
                    let track = Track::read(w, &found, d)?;
                    self.tracks.push(track)?;
                }
                b"trak" => self.refuse("more tracks than tables are kept for", found.start),
                b"mvex" => self.extends(w, &found)?,
                b"cmov" => self.refuse("the movie box is compressed", found.start),
                b"udta" | b"meta" => {
                    if let Some(refusal) = self.covers.find(w, &found, 0)? {
                        self.refusal.get_or_insert(refusal);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn extends(&mut self, w: &mut Window, mvex: &Frame) -> Result<()> {
        self.fragmented = true;
        let mut children = Children::of(mvex);
        while let Some(found) = children.next(w)? {
            if &found.kind == b"trex" && self.defaults.len() < TRACKS {
                let bytes = head(w, &found, 24)?;
                let field = |at| be32(bytes, at).unwrap_or(0);
                let values = Defaults { duration: field(12), size: field(16), flags: field(20) };
                self.defaults.push((field(4), values))?;
            }
        }
        Ok(())
    }
}
