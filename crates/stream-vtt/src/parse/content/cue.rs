//! Blocks with a timings line: cues, where the times can be read.
#![deny(clippy::arithmetic_side_effects)]

use super::super::current::{Parts, What};
use super::super::outline::{Outline, Part};
use super::super::timings::{Fault, Timings, lenient, strict};
use super::super::{Parser, Phase};
use super::{Found, whole};
use crate::region::Regions;
use crate::settings::{self, Findings};
use crate::text::normalize;
use crate::{Defect, Excerpt, NoteKind, Settings, Timestamp};

/// The lines of a cue. Positions count from the block's first byte.
#[derive(Clone, Copy, Debug)]
pub(in crate::parse) struct Lines {
    pub(in crate::parse) id: Part,
    pub(in crate::parse) timings: Part,
    /// How many lines stand above the timings.
    pub(in crate::parse) above: u64,
    pub(in crate::parse) body: Part,
    pub(in crate::parse) content_end: usize,
}

impl Parser {
    pub(super) fn cue(&mut self, o: &Outline, block: &[u8], place: (u64, u64)) {
        let line = o.timings.of(block);
        let strictly = strict(line);
        let times = match strictly {
            Ok(times) if self.phase == Phase::Blocks => times,
            _ => match self.other_times(line, strictly, o, place) {
                Some(times) => times,
                None => return self.note(NoteKind::BadCue, whole(o), o, block, place),
            },
        };
        let mut id = if o.timings_line == 2 { o.first } else { Part::default() };
        if self.phase == Phase::SubRip {
            trim(&mut id, block);
            self.sequence(id.of(block), o, place);
        }
        let above = o.timings_line.saturating_sub(1);
        let (timings, body, content_end) = (o.timings, o.body, o.content_end);
        self.place_cue(&Lines { id, timings, above, body, content_end }, &times, block, place);
        self.ending(o, place);
        self.settle(o, block);
    }

    /// Makes a cue with readable times the current block.
    #[inline]
    pub(in crate::parse) fn place_cue(
        &mut self,
        lines: &Lines,
        times: &Timings,
        block: &[u8],
        place: (u64, u64),
    ) {
        let timings = lines.timings;
        self.timing_defects(timings.of(block), times, lines, place);
        self.seen_cue = true;
        let mut settings = Settings::default();
        let mut rest = Part { start: timings.start.saturating_add(times.rest), end: timings.end };
        let mut region = Part::default();
        if rest.start < rest.end {
            if self.phase != Phase::SubRip {
                region = self.settings(lines, block, rest, place, &mut settings);
            }
            trim(&mut rest, block);
        }
        let index = self.counts.cues;
        self.counts.cues = index.saturating_add(1);
        let current = &mut self.current;
        current.what = What::Cue;
        current.index = index;
        current.span = Part { start: 0, end: lines.content_end }.span(place.0, place.1);
        let below = lines.above.saturating_add(1);
        current.text_span = lines.body.span(place.0, place.1.saturating_add(below));
        current.parts = Parts { id: lines.id, settings: rest, region, text: lines.body };
        current.start = times.start;
        current.end = times.end;
        current.settings = settings;
        current.offset = place.0;
        current.content_end = lines.content_end;
        current.decoded = false;
    }

    /// The times of a line that the standard's rule refuses, or of SubRip; nothing where they cannot be read.
    #[cold]
    fn other_times(
        &mut self,
        line: &[u8],
        strictly: Result<Timings, Fault>,
        o: &Outline,
        place: (u64, u64),
    ) -> Option<Timings> {
        let subrip = self.phase == Phase::SubRip;
        let at = o.timings.start;
        let below = o.timings_line.saturating_sub(1);
        let lenient = if self.is_lenient() { lenient(line).ok() } else { None };
        let mut found = self.found(place);
        if let Some(times) = lenient {
            for start in [times.start_at, times.end_at] {
                let time = line.get(start..).unwrap_or_default();
                let length =
                    time.iter().take_while(|b| b.is_ascii_digit() || b":.,".contains(b)).count();
                let time = time.get(..length).unwrap_or_default();
                if subrip && !is_subrip_time(time) {
                    let defect = Defect::SubRipTime(Excerpt::new(time));
                    found.push(at.saturating_add(start), below, defect);
                } else if !subrip
                    && Timestamp::parse(str::from_utf8(time).unwrap_or_default()).is_none()
                {
                    let defect = Defect::RecoveredTime(Excerpt::new(time));
                    found.push(at.saturating_add(start), below, defect);
                }
            }
            return Some(times);
        }
        let excerpt = |start: usize| Excerpt::new(line.get(start..).unwrap_or_default());
        let (start, defect) = match strictly {
            Err(Fault::Start(fault, start)) => (start, Defect::StartTime(fault, excerpt(start))),
            Err(Fault::Arrow(start)) => (start, Defect::Arrow(excerpt(start))),
            Err(Fault::End(fault, start)) => (start, Defect::EndTime(fault, excerpt(start))),
            // the lenient reading takes whatever the strict one takes
            Ok(times) => return Some(times),
        };
        found.push(at.saturating_add(start), below, defect);
        None
    }

    /// Reports what is unusual about times that could be read.
    #[inline]
    fn timing_defects(&mut self, line: &[u8], times: &Timings, lines: &Lines, place: (u64, u64)) {
        let latest = self.latest;
        let unusual = !times.usual
            || times.start < latest
            || times.end <= times.start
            || times.end == Timestamp::MAX
            || line.get(times.rest).is_some_and(|b| !matches!(b, b' ' | b'\t'));
        self.latest = latest.max(times.start);
        if unusual {
            self.unusual_timings(line, times, lines, latest, place);
        }
    }

    #[cold]
    fn unusual_timings(
        &mut self,
        line: &[u8],
        times: &Timings,
        lines: &Lines,
        latest: Timestamp,
        place: (u64, u64),
    ) {
        let (at, below) = (lines.timings.start, lines.above);
        let subrip = self.phase == Phase::SubRip;
        let mut found = self.found(place);
        if !times.spaced && !subrip {
            found.push(at, below, Defect::ArrowSpacing);
        }
        for (start, time) in [(times.start_at, times.start), (times.end_at, times.end)] {
            if line.get(start.saturating_add(1)) == Some(&b':') && !subrip {
                found.push(at.saturating_add(start), below, Defect::ShortHours);
            }
            if time == Timestamp::MAX {
                found.push(at.saturating_add(start), below, Defect::TimestampOverflow);
            }
        }
        if times.start < latest {
            found.push(at, below, Defect::StartDecreases { after: latest });
        }
        if times.end <= times.start {
            found.push(at, below, Defect::EndNotAfterStart);
        }
        if !subrip && line.get(times.rest).is_some_and(|b| !matches!(b, b' ' | b'\t')) {
            found.push(at.saturating_add(times.rest), below, Defect::SettingsSpacing);
        }
    }

    /// Reads the settings; where the region's identifier stands.
    fn settings(
        &mut self,
        lines: &Lines,
        block: &[u8],
        rest: Part,
        (offset, line): (u64, u64),
        settings: &mut Settings,
    ) -> Part {
        let text = rest.of(block);
        let parsed = match self.known.get(text) {
            Some(parsed) => parsed,
            None => {
                let before = self.diagnostics.total();
                let mut place = Place {
                    regions: &self.regions,
                    at: rest.start,
                    below: lines.above,
                    found: Found { list: &mut self.diagnostics, offset, line },
                };
                let mut settings = Settings::default();
                let region = settings::parse(text, &mut settings, &mut place);
                if self.diagnostics.total() == before {
                    self.known.keep(text, (settings, region));
                }
                (settings, region)
            }
        };
        *settings = parsed.0;
        parsed.1.map_or(Part::default(), |(start, end)| Part {
            start: rest.start.saturating_add(start),
            end: rest.start.saturating_add(end),
        })
    }

    /// Looks at SubRip's sequence number.
    fn sequence(&mut self, number: &[u8], o: &Outline, place: (u64, u64)) {
        if o.timings_line == 1 {
            self.found(place).push(0, 0, Defect::MissingSequence);
        } else if !number.iter().all(u8::is_ascii_digit) {
            self.found(place).push(0, 0, Defect::BadSequence(Excerpt::new(number)));
        }
    }
}

/// What settings are read against.
struct Place<'p> {
    regions: &'p Regions,
    at: usize,
    below: u64,
    found: Found<'p>,
}

impl Findings for Place<'_> {
    fn region(&mut self, identifier: &[u8]) -> bool {
        match std::str::from_utf8(identifier) {
            Ok(id) if !id.contains('\0') => self.regions.contains(id),
            _ => {
                let mut id = String::new();
                normalize(identifier, &mut id);
                self.regions.contains(&id)
            }
        }
    }

    #[cold]
    fn defect(&mut self, at: usize, defect: Defect) {
        self.found.push(self.at.saturating_add(at), self.below, defect);
    }
}

/// `HH:MM:SS,mmm`.
fn is_subrip_time(time: &[u8]) -> bool {
    match time.split_at_checked(8) {
        Some((clock, [b',', millis @ ..])) => {
            millis.len() == 3
                && clock.iter().enumerate().all(|(at, b)| (*b == b':') == matches!(at, 2 | 5))
        }
        _ => false,
    }
}

/// Takes whitespace off both ends.
fn trim(part: &mut Part, block: &[u8]) {
    let bytes = part.of(block);
    let behind = bytes.trim_ascii_start();
    part.start = part.end.saturating_sub(behind.len());
    part.end = part.start.saturating_add(behind.trim_ascii_end().len());
}
