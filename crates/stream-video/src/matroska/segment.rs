//! The top of a file: its segment, what it says of times and tracks, and where its clusters begin (RFC 9559, 5.1).

use stream_core::{ChargedVec, Context, Result, Window};

use super::element::{Children, Element, bytes, element, unsigned};
use super::track::Track;
use crate::index::Refusal;

pub(crate) const SEGMENT: u32 = 0x1853_8067;
pub(crate) const CLUSTER: u32 = 0x1f43_b675;
const HEAD: u32 = 0x1a45_dfa3;
const INFO: u32 = 0x1549_a966;
const TRACKS: u32 = 0x1654_ae6b;
const ATTACHMENTS: u32 = 0x1941_a469;

/// Elements that stand in a segment, not in a cluster.
pub(crate) fn is_top(id: u32) -> bool {
    const OTHERS: [u32; 4] = [0x114d_9b74, 0x1c53_bb6b, 0x1254_c367, 0x1043_a770];
    [CLUSTER, INFO, TRACKS, ATTACHMENTS, SEGMENT, HEAD].contains(&id) || OTHERS.contains(&id)
}

/// More tracks than this are left to the demuxer.
const MOST_TRACKS: usize = 64;

/// What a file says before its first block.
pub(crate) struct Segment {
    /// Nanoseconds of a tick.
    pub(crate) scale: u64,
    pub(crate) tracks: ChargedVec<Track>,
    /// Where the first cluster begins.
    pub(crate) first: u64,
    pub(crate) end: u64,
    pub(crate) refusal: Option<Refusal>,
}

impl Segment {
    /// Walks over the elements of the first segment of a file of `size` bytes; `None` where there is no segment.
    ///
    /// # Errors
    /// What the source says, `OverBudget`.
    pub(crate) fn read(cx: &Context, w: &mut Window, size: u64) -> Result<Option<Self>> {
        let mut at = 0u64;
        let segment = loop {
            let Some(found) = element(w, at)? else { return Ok(None) };
            if found.id == SEGMENT {
                break found;
            }
            if at >= size || !matches!(found.id, HEAD | 0xec | 0xbf) {
                return Ok(None);
            }
            at = found.end_in(size);
        };
        let mut top = Self {
            scale: 1_000_000,
            tracks: ChargedVec::new(cx.budget()),
            first: size,
            end: segment.end_in(size),
            refusal: None,
        };
        top.walk(w, segment.body)?;
        Ok(Some(top))
    }

    fn refuse(&mut self, reason: &'static str, at: u64) {
        self.refusal.get_or_insert(Refusal::new(reason).at(at));
    }

    fn walk(&mut self, w: &mut Window, mut at: u64) -> Result<()> {
        while at < self.end {
            let Some(found) = element(w, at)? else {
                self.refuse("no element stands where one is due", at);
                break;
            };
            match found.id {
                INFO => self.info(w, &found)?,
                TRACKS => self.track_entries(w, &found)?,
                ATTACHMENTS => self.attachments(w, &found)?,
                CLUSTER => self.first = self.first.min(found.start),
                SEGMENT | HEAD => self.refuse("more than one segment", at),
                id if is_top(id) || id == 0xec || id == 0xbf => {}
                _ => self.refuse("an element that no segment has", at),
            }
            let Some(end) = found.end else {
                // clusters of unknown size follow one another to the end
                if found.id != CLUSTER || self.tracks.is_empty() {
                    self.refuse("an element of unknown size before the tracks", at);
                }
                break;
            };
            at = end;
        }
        Ok(())
    }

    fn info(&mut self, w: &mut Window, info: &Element) -> Result<()> {
        let mut children = Children::between(info.body, info.end_in(self.end));
        while let Some(e) = children.next(w)? {
            if e.id == 0x2a_d7b1 {
                self.scale = unsigned(w, &e)?;
            }
        }
        if self.scale == 0 || self.scale > 1_000_000_000 {
            self.refuse("a tick of no length", info.start);
        }
        Ok(())
    }

    fn track_entries(&mut self, w: &mut Window, tracks: &Element) -> Result<()> {
        if !self.tracks.is_empty() {
            self.refuse("tracks are told twice", tracks.start);
            return Ok(());
        }
        let mut children = Children::between(tracks.body, tracks.end_in(self.end));
        while let Some(e) = children.next(w)? {
            if e.id != 0xae {
                continue;
            }
            let track = Track::read(w, &e)?;
            if self.tracks.len() >= MOST_TRACKS {
                self.refuse("more tracks than are kept", e.start);
                break;
            }
            if track.is_stream() {
                self.tracks.push(track)?;
            }
        }
        Ok(())
    }

    /// A picture among the attachments is a stream with a packet of its own.
    fn attachments(&mut self, w: &mut Window, attachments: &Element) -> Result<()> {
        let mut files = Children::between(attachments.body, attachments.end_in(self.end));
        while let Some(file) = files.next(w)? {
            let mut parts = Children::between(file.body, file.end_in(self.end));
            while let Some(e) = parts.next(w)? {
                if e.id == 0x4660 && bytes(w, &e, 6)? == b"image/" {
                    self.refuse("an attached picture is a stream of its own", e.start);
                }
            }
        }
        Ok(())
    }
}
