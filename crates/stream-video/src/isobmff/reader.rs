//! The packets of all tracks in the order in which FFmpeg's demuxer delivers them.

use stream_core::{ChargedVec, Context, Result, Window};

use super::defects::Defects;
use super::lane::Lane;
use super::movie::Movie;
use super::segments::Segments;
use super::{Defect, avc, open, probe};
use crate::Packet;
use crate::index::{Refusal, WINDOW, size_of, unrecognized};
use crate::packets::Packets;

/// Packets of ISO media, told from its sample tables and fragments.
pub struct Reader {
    pub(super) cx: Context,
    pub(super) window: Window,
    /// Over the starts of pictures.
    pub(super) pictures: Window,
    pub(super) size: u64,
    pub(super) movie: Movie,
    pub(super) lanes: ChargedVec<Lane>,
    pub(super) segments: Option<Segments>,
    /// Fragments that begin before this are known.
    pub(super) limit: u64,
    pub(super) defects: Defects,
    pub(super) refusal: Option<Refusal>,
    /// Whether fragments say no decode time.
    pub(super) timeless: bool,
    /// Pictures of the metadata that were delivered.
    covers: usize,
    done: u64,
    ended: bool,
    lacking: Option<String>,
}

/// Tracks whose decoding times are further apart than this many microseconds are read by time, else by place in the file.
const APART: u64 = 1_000_000;

impl Reader {
    /// Reads the movie box, walks over the tables of times once, and finds what edit lists deliver. Holds windows of some KiB for each
    /// table, whatever the length.
    ///
    /// # Errors
    /// `Unrecognized` for a file without a movie box or a source that cannot be read anywhere; `OverBudget`; what the source says.
    pub fn open(cx: &Context) -> Result<Self> {
        let size = size_of(cx)?;
        let mut window = Window::new(cx.clone(), WINDOW);
        let mut defects = Defects::new(cx);
        let Some(movie) = Movie::read(cx, &mut window, size, &mut defects)? else {
            return Err(unrecognized("no movie box (ISO/IEC 14496-12, 8.2.1)"));
        };
        let mut reader = Self {
            cx: cx.clone(),
            window,
            pictures: Window::new(cx.clone(), avc::PEEK),
            size,
            refusal: movie.refusal,
            timeless: false,
            movie,
            lanes: ChargedVec::new(cx.budget()),
            segments: None,
            limit: u64::MAX,
            defects,
            covers: 0,
            done: 0,
            ended: false,
            lacking: None,
        };
        open::lanes(&mut reader)?;
        if reader.movie.fragmented && reader.refusal.is_none() {
            probe::first_durations(&mut reader)?;
        }
        if let Some((offset, _)) = reader.defects.kept().first() {
            let refusal = Refusal::new("the boxes break the standard").at(*offset);
            reader.refusal.get_or_insert(refusal);
        }
        Ok(reader)
    }

    /// Why FFmpeg's packets could be others than this reader's, so that its own must be asked; `None` where all are equal.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_ref()
    }

    /// What breaks the standard, with the offset of each; the first of them.
    pub fn defects(&self) -> &[(u64, Defect)] {
        self.defects.kept()
    }

    /// How many breaches of the standard were found.
    pub fn defect_count(&self) -> u64 {
        self.defects.count()
    }

    /// The major brand, as its four letters.
    pub fn brand(&self) -> [u8; 4] {
        self.movie.brand
    }

    /// Fills `packet` with the next one; `false` at the end.
    ///
    /// # Errors
    /// What the source says.
    pub fn read_packet(&mut self, packet: &mut Packet) -> Result<bool> {
        if let Some(cover) = self.movie.covers.get(self.covers) {
            self.deliver_cover(cover, packet);
            return Ok(true);
        }
        while !self.ended {
            let Some(chosen) = self.choose()? else {
                self.ended = true;
                break;
            };
            if self.deliver(chosen, packet)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Fills `packet` from a picture in the metadata, of which no time is known.
    fn deliver_cover(&mut self, (position, size): (u64, u64), packet: &mut Packet) {
        let stream = self.movie.tracks.len().saturating_add(self.covers);
        self.covers = self.covers.saturating_add(1);
        *packet = Packet {
            stream: u32::try_from(stream).unwrap_or(u32::MAX),
            index: packet.index,
            size,
            position: Some(position),
            key: true,
            ..Packet::default()
        };
    }

    /// The lane whose head comes next.
    pub(super) fn choose(&mut self) -> Result<Option<usize>> {
        loop {
            let mut best: Option<(usize, i64, u64)> = None;
            for (i, lane) in self.lanes.as_mut_slice().iter_mut().enumerate() {
                lane.fill(self.limit)?;
                let Some(head) = &lane.head else { continue };
                let (time, place) = (lane.micros, head.position);
                let better =
                    best.is_none_or(
                        |(_, t, p)| {
                            if t.abs_diff(time) <= APART { place < p } else { time < t }
                        },
                    );
                if better {
                    best = Some((i, time, place));
                }
            }
            match best {
                Some((i, _, place)) if place <= self.limit => return Ok(Some(i)),
                _ if self.limit == u64::MAX => return Ok(None),
                _ => self.more()?,
            }
        }
    }

    /// Makes the next fragments known.
    fn more(&mut self) -> Result<()> {
        let next = match &mut self.segments {
            Some(segments) => segments.advance(&mut self.window)?,
            None => None,
        };
        self.limit = next.unwrap_or(u64::MAX);
        Ok(())
    }

    /// Fills `packet` from the head of a lane; `false` where it is none that anybody wants, or the file has ended.
    fn deliver(&mut self, lane: usize, packet: &mut Packet) -> Result<bool> {
        let Some(lane) = self.lanes.as_mut_slice().get_mut(lane) else { return Ok(false) };
        let Some(head) = lane.head else { return Ok(false) };
        let stored = self.size.saturating_sub(head.position);
        let size = u64::from(head.size);
        if lane.unwanted {
            lane.head = None;
            return Ok(false);
        }
        if stored == 0 && size > 0 {
            self.ended = true;
            self.lacking = Some(format!(
                "stream {}: a packet at {} lies beyond the end of the file",
                lane.stream, head.position
            ));
            return Ok(false);
        }
        let key = match (lane.key(&head), &lane.avc) {
            (Some(key), _) => key,
            (None, Some(avc)) => {
                avc::is_key(&mut self.pictures, avc, head.position, size.min(stored))?
                    .unwrap_or(false)
            }
            (None, None) => head.key,
        };
        packet.stream = lane.stream;
        packet.dts = Some(head.dts);
        let later = head.offset.map_or(0, |o| lane.shift.saturating_add(o.into()));
        packet.pts = Some(head.dts.saturating_add(later));
        packet.duration = lane.duration(&head);
        packet.size = size.min(stored);
        packet.position = Some(head.position);
        packet.key = key;
        packet.discard = head.discard;
        packet.corrupt = size > stored;
        packet.picture = None;
        if size > stored {
            self.lacking = Some(format!(
                "stream {}: the file ends within a packet at {}",
                lane.stream, head.position
            ));
        }
        self.done = self.done.max(head.position.saturating_add(packet.size));
        lane.head = None;
        lane.delivered = lane.delivered.saturating_add(1);
        Ok(true)
    }
}

impl Packets for Reader {
    fn next(&mut self, packet: &mut Packet) -> Result<bool> {
        self.read_packet(packet)
    }

    fn done(&self) -> u64 {
        self.done
    }

    fn incomplete(&self) -> Option<&str> {
        self.lacking.as_deref()
    }
}
