//! The packets of a Matroska file in the order and with the facts that FFmpeg's demuxer tells.

use stream_core::{ChargedVec, Context, Error, ErrorKind, Result, Window};

use super::clusters::{Clusters, Found};
use super::lane::Lane;
use super::segment::Segment;
use super::track::Codec;
use crate::Packet;
use crate::index::{Refusal, WINDOW, size_of, unrecognized};
use crate::isobmff::is_key;
use crate::packets::Packets;

/// Packets of Matroska and WebM, told from the headers of its blocks.
pub struct Reader {
    lanes: ChargedVec<Lane>,
    clusters: Clusters,
    /// The block whose frames are being delivered, the next of them, and where that begins.
    current: Option<(Found, usize, u64)>,
    refusal: Option<Refusal>,
    done: u64,
    lacking: Option<String>,
}

/// Bytes of packets after which FFmpeg stops looking (`probesize`).
const PROBE_SIZE: u64 = 5_000_000;

impl Reader {
    /// Reads what the segment says of its tracks, and passes over its clusters by their sizes.
    ///
    /// # Errors
    /// `Unrecognized` for a file without a segment or a source that cannot be read anywhere; `OverBudget`; what the source says.
    pub fn open(cx: &Context) -> Result<Self> {
        let size = size_of(cx)?;
        let mut window = Window::new(cx.clone(), WINDOW);
        let Some(segment) = Segment::read(cx, &mut window, size)? else {
            return Err(unrecognized("no segment (RFC 9559, 5.1)"));
        };
        let mut lanes = ChargedVec::new(cx.budget());
        for track in segment.tracks.iter() {
            lanes.push(Lane::new(track, segment.scale))?;
        }
        let clusters = || Clusters::new(cx, segment.first, segment.end, size);
        let mut reader = Self {
            lanes,
            clusters: clusters(),
            current: None,
            refusal: segment.refusal,
            done: 0,
            lacking: None,
        };
        reader.judge();
        if reader.refusal.is_none() && reader.learns_by_decoding() {
            reader.probe()?;
            reader.clusters = clusters();
        }
        Ok(reader)
    }

    /// Why FFmpeg's packets could be others than this reader's; `None` where all are equal.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_ref()
    }

    fn judge(&mut self) {
        for (index, lane) in self.lanes.iter().enumerate() {
            let track = &lane.track;
            let video = matches!(track.codec, Codec::Avc | Codec::Hevc | Codec::Vp8 | Codec::Vp9);
            let timed = track.default_duration > 0
                || track.codec == Codec::Avc
                    && track.avc.is_some_and(|a| a.timing.is_some() && a.frames);
            let reason = if track.encoded {
                "its frames are compressed or encrypted"
            } else if track.scaled {
                "its times have a scale of their own"
            } else if track.codec == Codec::Other {
                "its durations or keys are told by a parser"
            } else if track.codec == Codec::Avc && track.avc.is_none() {
                "its configuration of H.264 cannot be read"
            } else if matches!(track.codec, Codec::Avc | Codec::Hevc) && lane.reorder.is_none() {
                "how many pictures are reordered is told by decoding"
            } else if track.codec == Codec::Aac && track.object != 2 {
                "its kind of AAC is told by decoding"
            } else if track.codec == Codec::Aac && track.rate == 0 {
                "its sample rate is not told"
            } else if video && !timed {
                "how long its pictures last is told by decoding"
            } else if self.lanes.iter().take(index).any(|l| l.track.number == track.number) {
                "its number is another track's too"
            } else {
                continue;
            };
            let stream = u32::try_from(index).unwrap_or(u32::MAX);
            self.refusal.get_or_insert(Refusal::new(reason).in_stream(stream));
            return;
        }
    }

    /// Whether how long the first packet of a stream lasts depends on how many packets FFmpeg reads before.
    fn learns_by_decoding(&self) -> bool {
        self.lanes.iter().any(|l| l.track.codec == Codec::Aac && l.track.default_duration == 0)
    }

    /// Reads as many packets as FFmpeg does before it delivers the first.
    fn probe(&mut self) -> Result<()> {
        for (index, lane) in self.lanes.iter().enumerate() {
            let rate = 1_000_000_000u64.checked_div(lane.track.default_duration).unwrap_or(0);
            if lane.track.kind == 1 && !(6..1000).contains(&rate) {
                let stream = u32::try_from(index).unwrap_or(u32::MAX);
                let refusal = Refusal::new("its frame rate is told by decoding").in_stream(stream);
                self.refusal.get_or_insert(refusal);
            }
        }
        let mut size = 0u64;
        while size < PROBE_SIZE && !self.lanes.iter().all(|l| l.delivered >= l.needed()) {
            let Some(found) = self.clusters.next()? else { break };
            let Some(lane) = self.lane(found.block.track) else { continue };
            let frames = u64::try_from(found.block.frames).unwrap_or(0);
            if let Some(lane) = self.lanes.as_mut_slice().get_mut(lane) {
                lane.delivered = lane.delivered.saturating_add(frames);
            }
            size = size.saturating_add(found.block.sizes().iter().map(|s| u64::from(*s)).sum());
        }
        for lane in self.lanes.as_mut_slice() {
            lane.first_told = lane.delivered > 1;
            lane.delivered = 0;
        }
        Ok(())
    }

    fn lane(&self, number: u64) -> Option<usize> {
        self.lanes.iter().position(|lane| lane.track.number == number)
    }

    /// Fills `packet` with the next one; `false` at the end.
    ///
    /// # Errors
    /// `Malformed` where the segment is damaged, what the source says.
    pub fn read_packet(&mut self, packet: &mut Packet) -> Result<bool> {
        loop {
            let (found, frame, at) = match self.current.take() {
                Some(current) => current,
                None => match self.clusters.next()? {
                    Some(found) => (found, 0, found.body.saturating_add(found.block.header)),
                    None => {
                        self.lacking = self
                            .clusters
                            .cut
                            .map(|at| format!("the file ends within an element at {at}"));
                        return Ok(false);
                    }
                },
            };
            let Some(&size) = found.block.sizes().get(frame) else { continue };
            let Some(lane) = self.lane(found.block.track) else { continue };
            if frame.saturating_add(1) < found.block.frames {
                let next = at.saturating_add(size.into());
                self.current = Some((found, frame.saturating_add(1), next));
            }
            if size == 0 {
                continue;
            }
            self.fill(packet, &found, frame, (at, size), lane)?;
            return Ok(true);
        }
    }

    fn fill(
        &mut self,
        packet: &mut Packet,
        found: &Found,
        frame: usize,
        (at, size): (u64, u32),
        index: usize,
    ) -> Result<()> {
        let Some(lane) = self.lanes.as_mut_slice().get_mut(index) else { return Ok(()) };
        let frames = found.block.frames;
        let all = match found.duration {
            0 => lane.default_duration(frames),
            told => told,
        };
        let before = share(all, frame, frames);
        let told = share(all, frame.saturating_add(1), frames).saturating_sub(before);
        let untimed = frame > 0 && told == 0;
        if untimed && lane.track.codec != Codec::Opus {
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!("stream {index}: laced frames without durations"),
            )
            .at(found.body));
        }
        let time = found.cluster.map(|t| i64::try_from(t).unwrap_or(i64::MAX));
        let time = time.map(|t| t.saturating_add(found.block.time.into())).filter(|t| *t >= 0);
        let time = time.map(|t| t.saturating_sub(lane.delay()));
        let pts = time.map(|t| t.saturating_add(before));
        // a frame without a time follows the one before it
        let pts = if untimed { lane.next } else { pts };
        let start = self.clusters.window().at(at, 2)?.get(..2).unwrap_or_default();
        let start = [start.first().copied().unwrap_or(0), start.get(1).copied().unwrap_or(0)];
        packet.key = match lane.track.codec {
            Codec::Avc => match &lane.track.avc {
                Some(avc) => is_key(self.clusters.window(), avc, at, size.into())?.unwrap_or(false),
                None => found.key,
            },
            Codec::Vp8 => start[0] & 1 == 0,
            Codec::Vp9 => vp9_key(start),
            Codec::Opus => true,
            Codec::Text => {
                found.key && time.is_none_or(|t| t >= i64::try_from(lane.end).unwrap_or(0))
            }
            _ => found.key,
        };
        if frame == 0
            && let Some(time) = time
        {
            let end = time.saturating_add_unsigned(all);
            lane.end = lane.end.max(u64::try_from(end).unwrap_or(0));
        }
        let stored = usize::try_from(size).unwrap_or(2).min(2);
        packet.duration = lane.duration(told, start.get(..stored).unwrap_or_default());
        lane.next = pts.zip(packet.duration).map(|(t, d)| t.saturating_add(d));
        packet.stream = u32::try_from(index).unwrap_or(u32::MAX);
        packet.pts = pts;
        packet.dts = match (&mut lane.reorder, pts) {
            (Some(reorder), Some(pts)) => reorder.decode_time(pts),
            (_, pts) => pts,
        };
        packet.size = size.into();
        packet.position = Some(found.body);
        packet.discard = false;
        packet.corrupt = false;
        packet.picture = None;
        lane.delivered = lane.delivered.saturating_add(1);
        self.done = self.clusters.at();
        Ok(())
    }
}

/// What the first `part` of `parts` frames take of `all` ticks.
fn share(all: u64, part: usize, parts: usize) -> i64 {
    let part = u64::try_from(part).unwrap_or(0);
    let parts = u64::try_from(parts).unwrap_or(1);
    let ticks = all.saturating_mul(part).checked_div(parts).unwrap_or(0);
    i64::try_from(ticks).unwrap_or(i64::MAX)
}

/// Whether a VP9 frame is a key frame: its marker, profile, and no older frame shown again.
fn vp9_key(start: [u8; 2]) -> bool {
    let bits = u16::from_be_bytes(start);
    let bit = |n: u32| bits.wrapping_shr(15u32.saturating_sub(n)) & 1;
    let third = bit(2) == 1 && bit(3) == 1;
    let at = if third { 5 } else { 4 };
    bit(at) == 0 && bit(at.saturating_add(1)) == 0
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
