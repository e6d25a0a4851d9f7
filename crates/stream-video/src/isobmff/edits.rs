//! Edit lists as FFmpeg's demuxer applies them (ISO/IEC 14496-12, 8.6.6).
//!
//! Each edit shows a stretch of the media. What must be decoded before it starts is delivered and flagged to be discarded, from the last
//! key sample before it on; decoding times run on from edit to edit. Which samples an edit takes and how its times move is found in one walk
//! over the tables at opening; nothing of it grows with the number of samples.

use stream_core::Result;

use super::samples::{Cursor, Sample, Samples};
use crate::index::rescale;

/// A stretch of samples that an edit delivers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    pub(crate) start: Cursor,
    pub(crate) count: u64,
    /// What decoding times move by.
    move_by: Move,
    /// Media time of the edit's start and end.
    from: i64,
    to: i64,
    /// The first edit of audio keeps the sample in which it starts.
    keeps_first: bool,
}

#[derive(Clone, Copy, Debug)]
enum Move {
    By(i64),
    /// No sample lies in the edit: all stand at one time.
    To(i64),
}

/// What is known of a track before its edits are applied.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Media {
    pub(crate) audio: bool,
    pub(crate) video: bool,
    pub(crate) vorbis: bool,
    /// Whether there are composition offsets.
    pub(crate) offsets: bool,
    pub(crate) shift: i64,
    pub(crate) timescale: u32,
    pub(crate) movie_timescale: u32,
}

/// All edits of a track, found.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) segments: Vec<Segment>,
    /// What is taken from all times of a video, so that the first picture is shown at 0.
    pub(crate) earlier: i64,
    /// How long all edits are together.
    pub(crate) length: i64,
}

/// Finds what the edits of a track deliver.
///
/// # Errors
/// What the source says.
pub(crate) fn plan(
    samples: &mut Samples,
    media: &Media,
    edits: impl Iterator<Item = super::track::Edit>,
) -> Result<Plan> {
    // bounded by track::EDITS
    let mut segments = Vec::new();
    let start = media.shift.max(0).saturating_neg();
    let mut end = start;
    let mut pauses = 0i64;
    let mut earliest: Option<i64> = None;
    let mut shown = 0u32;
    for edit in edits {
        let duration = i64::try_from(edit.duration).unwrap_or(i64::MAX);
        let duration = rescale(duration, media.timescale.into(), media.movie_timescale.into());
        let counter = end;
        end = end.saturating_add(duration);
        if shown == 0 && edit.media_time == -1 {
            pauses = pauses.saturating_add(duration);
            continue;
        }
        shown = shown.saturating_add(1);
        let first = media.audio && shown == 1;
        let walk = Walk { media, from: edit.media_time, duration, counter, keeps: first };
        segments.push(walk.run(samples, &mut earliest)?);
    }
    let earlier = earliest.unwrap_or(-1).saturating_sub(pauses);
    let earlier = if media.video { earlier.max(0) } else { 0 };
    Ok(Plan { segments, earlier, length: end.saturating_sub(start) })
}

struct Walk<'a> {
    media: &'a Media,
    from: i64,
    duration: i64,
    counter: i64,
    keeps: bool,
}

impl Walk<'_> {
    /// The last key sample at or before a time, from which decoding must begin.
    fn find(&self, samples: &mut Samples) -> Result<Cursor> {
        let first = samples.start(self.media.shift.saturating_neg())?;
        let mut wanted = self.from;
        if self.media.audio {
            // a second before, for what decoders of audio need to start
            wanted = wanted
                .saturating_sub(self.media.timescale.into())
                .max(self.media.shift.saturating_neg());
        }
        if self.media.shift > 0 {
            wanted = wanted.saturating_sub(self.media.shift);
        }
        let mut cursor = first;
        let (mut key, mut any): (Option<Found>, Option<Found>) = (None, None);
        loop {
            let before = cursor;
            let Some(sample) = samples.next(&mut cursor)? else { break };
            if sample.dts > wanted {
                break;
            }
            let found = Found { dts: sample.dts, cursor: before };
            if any.is_none_or(|a| a.dts != sample.dts) {
                any = Some(found);
            }
            let shown = sample.offset.map_or(sample.dts, |o| sample.dts.saturating_add(o.into()));
            let fits = !self.media.offsets || sample.offset.is_none() || shown <= wanted;
            if sample.key && fits && (self.media.offsets || key.is_none_or(|k| k.dts != sample.dts))
            {
                key = Some(found);
            }
        }
        let found = key.or(if self.media.offsets { None } else { any });
        Ok(found.map_or(first, |f| f.cursor))
    }

    fn run(&self, samples: &mut Samples, earliest: &mut Option<i64>) -> Result<Segment> {
        let to = self.from.saturating_add(self.duration);
        let start = self.find(samples)?;
        let mut cursor = start;
        let mut counter = self.counter;
        let mut move_by = None;
        let mut waited = false;
        let mut count = 0u64;
        let mut sample = samples.next(&mut cursor)?;
        while let Some(s) = sample {
            let next = samples.next(&mut cursor)?;
            let length = next.map_or(self.duration, |n| n.dts.saturating_sub(s.dts));
            count = count.saturating_add(1);
            let shown = shown_at(&s, self.media.shift);
            if shown < self.from || shown >= to {
                if self.straddles(shown, length) {
                    counter = counter.saturating_sub(self.from.saturating_sub(shown));
                    move_by.get_or_insert(counter.saturating_sub(s.dts));
                }
            } else {
                let offset = s.offset.map_or(0, i64::from);
                let time = counter.saturating_add(offset).saturating_add(self.media.shift);
                *earliest = Some(match *earliest {
                    Some(found) if found >= 0 => found.min(time),
                    _ => time,
                });
                move_by.get_or_insert(counter.saturating_sub(s.dts));
            }
            if move_by.is_some() {
                counter = counter.saturating_add(length);
            }
            let over = shown.saturating_add(length) >= to && (s.key || self.media.audio);
            if over {
                // with composition offsets, pictures shown before a key picture can follow it: one more is taken
                if !self.media.offsets || self.media.audio || waited {
                    break;
                }
                waited = true;
            }
            sample = next;
        }
        let move_by = move_by.map_or(Move::To(self.counter), Move::By);
        Ok(Segment {
            start,
            count,
            move_by,
            from: self.from,
            to,
            keeps_first: self.keeps && !self.media.vorbis,
        })
    }

    fn straddles(&self, shown: i64, length: i64) -> bool {
        self.keeps && !self.media.vorbis && straddles(shown, length, self.from)
    }
}

#[derive(Clone, Copy)]
struct Found {
    dts: i64,
    cursor: Cursor,
}

fn shown_at(sample: &Sample, shift: i64) -> i64 {
    let offset = sample.offset.map_or(0, i64::from);
    sample.dts.saturating_add(shift).saturating_add(offset)
}

fn straddles(shown: i64, length: i64, from: i64) -> bool {
    shown < from && shown.saturating_add(length) > from
}

impl Segment {
    /// A sample as the edit delivers it; `next` is the decoding time of the one after it.
    pub(crate) fn apply(
        &self,
        sample: &Sample,
        next: Option<i64>,
        shift: i64,
        earlier: i64,
    ) -> Sample {
        let shown = shown_at(sample, shift);
        let length =
            next.map_or(self.to.saturating_sub(self.from), |n| n.saturating_sub(sample.dts));
        let outside = shown < self.from || shown >= self.to;
        let kept = self.keeps_first && straddles(shown, length, self.from);
        let dts = match self.move_by {
            Move::By(by) => sample.dts.saturating_add(by),
            Move::To(at) => at,
        };
        Sample { dts: dts.saturating_sub(earlier), discard: outside && !kept, ..*sample }
    }
}
