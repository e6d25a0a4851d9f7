//! What the packets of a stream say together: counts, measured rates, and what is unusual about their times.

pub(crate) mod ending;

use crate::{Packet, Rational, Stream};

/// Counts and verdicts over the packets of one stream, kept in 200 bytes however many there are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Verdicts {
    base: Rational,
    /// Packets.
    pub packets: u64,
    /// Bytes of their payloads.
    pub bytes: u64,
    /// Packets at which decoding can start.
    pub keys: u64,
    /// Packets that are decoded and not shown.
    pub discarded: u64,
    /// Packets that are damaged.
    pub corrupt: u64,
    /// Packets without a pts.
    pub untimed: u64,
    /// Packets whose dts is not after that of the one before.
    pub non_monotone: u64,
    /// Shown packets whose pts is before 0.
    pub negative: u64,
    /// Places where a packet begins later than the one before ends, by more than half its duration and a tick.
    pub gaps: u64,
    /// The longest run of packets from one key packet to the next.
    pub longest_group: u64,
    /// The least and the greatest distance from one dts to the next, in ticks.
    pub distances: Option<(i64, i64)>,
    /// The least pts of shown packets.
    pub first_pts: Option<i64>,
    /// The greatest pts of shown packets.
    pub last_pts: Option<i64>,
    /// Where the first of the shown packets begins, by its pts, or its dts where it has none.
    pub start: Option<i64>,
    /// Where the last of the shown packets ends, in ticks.
    pub end: Option<i64>,
    starts_with_key: bool,
    group: u64,
    before: Option<(i64, Option<i64>)>,
}

impl Verdicts {
    /// Over none of the packets of `stream`.
    pub fn new(stream: &Stream) -> Self {
        Self { base: stream.time_base, ..Self::default() }
    }

    /// Takes the next packet of the stream.
    pub fn add(&mut self, packet: &Packet) {
        let count = |n: &mut u64, when: bool| *n = n.saturating_add(u64::from(when));
        if self.packets == 0 {
            self.starts_with_key = packet.key;
        }
        count(&mut self.packets, true);
        count(&mut self.keys, packet.key);
        count(&mut self.discarded, packet.discard);
        count(&mut self.corrupt, packet.corrupt);
        count(&mut self.untimed, packet.pts.is_none());
        self.bytes = self.bytes.saturating_add(packet.size);
        self.group = if packet.key { 1 } else { self.group.saturating_add(1) };
        self.longest_group = self.longest_group.max(self.group);
        if let Some(dts) = packet.dts {
            self.follow(dts, packet.duration);
        }
        let shown = packet.pts.or(packet.dts).filter(|_| !packet.discard);
        if let Some(shown) = shown {
            let end = shown.saturating_add(packet.duration.unwrap_or(0));
            self.end = Some(self.end.map_or(end, |last| last.max(end)));
            self.start = Some(self.start.map_or(shown, |first| first.min(shown)));
        }
        let Some(pts) = packet.pts.filter(|_| !packet.discard) else { return };
        count(&mut self.negative, pts < 0);
        self.first_pts = Some(self.first_pts.map_or(pts, |first| first.min(pts)));
        self.last_pts = Some(self.last_pts.map_or(pts, |last| last.max(pts)));
    }

    fn follow(&mut self, dts: i64, duration: Option<i64>) {
        if let Some((before, lasts)) = self.before {
            let distance = dts.saturating_sub(before);
            let (least, most) = self.distances.unwrap_or((distance, distance));
            self.distances = Some((least.min(distance), most.max(distance)));
            if distance <= 0 {
                self.non_monotone = self.non_monotone.saturating_add(1);
            }
            let late = lasts.map(|lasts| lasts.saturating_add(lasts / 2).saturating_add(1));
            if late.is_some_and(|late| distance > late) {
                self.gaps = self.gaps.saturating_add(1);
            }
        }
        self.before = Some((dts, duration));
    }

    /// Shown packets in a second, from the first pts to the last.
    pub fn frame_rate(&self) -> Option<f64> {
        let span = self.last_pts?.checked_sub(self.first_pts?).filter(|span| *span > 0)?;
        let shown = self.packets.saturating_sub(self.discarded).saturating_sub(self.untimed);
        let seconds = self.base.seconds(span);
        // counts of packets are exact as doubles
        (shown > 1 && seconds > 0.0).then(|| shown.saturating_sub(1) as f64 / seconds)
    }

    /// Seconds from the beginning of the first packet to the end of the last.
    pub fn duration(&self) -> Option<f64> {
        Some(self.base.seconds(self.end?.saturating_sub(self.start?)))
    }

    /// Whether frames differ in how long they last: by more than a tick, which rounding to the time base explains, and a hundredth.
    pub fn is_variable(&self) -> bool {
        self.distances.is_some_and(|(least, most)| {
            let differ = most.saturating_sub(least);
            differ > 1 && differ > most / 100
        })
    }

    /// Whether decoding cannot start at the first packet.
    pub fn lacks_first_key(&self) -> bool {
        self.packets > 0 && !self.starts_with_key
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    fn verdicts(dts: &[i64]) -> Verdicts {
        let mut verdicts = Verdicts { base: Rational::new(1, 1000), ..Verdicts::default() };
        for &dts in dts {
            let packet = Packet {
                pts: Some(dts),
                dts: Some(dts),
                duration: Some(40),
                key: dts == 0,
                ..Packet::default()
            };
            verdicts.add(&packet);
        }
        verdicts
    }

    #[test]
    fn a_steady_stream_has_a_rate_and_no_gaps() {
        let v = verdicts(&[0, 40, 80, 121, 160]);
        assert_eq!((v.frame_rate(), v.gaps, v.non_monotone), (Some(25.0), 0, 0));
        assert_eq!((v.duration(), v.longest_group, v.lacks_first_key()), (Some(0.2), 5, false));
    }

    #[test]
    fn gaps_steps_back_and_negative_times_are_counted() {
        let v = verdicts(&[-40, 0, 400, 380]);
        assert_eq!((v.gaps, v.non_monotone, v.negative), (1, 1, 1));
        assert!(v.is_variable() && v.lacks_first_key());
    }
}
