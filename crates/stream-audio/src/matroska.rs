//! Matroska and WebM (RFC 9559): sound in blocks of clusters.
#![deny(clippy::arithmetic_side_effects)]

mod block;
mod ebml;
mod extras;
mod track;
mod walk;

use std::sync::Arc;

use stream_core::{Context, Error, Result, Time};

use crate::Header;
use crate::container::{Container, Packets};
use crate::findings::Findings;
use crate::input::Input;
use ebml::{Element, each, id};
use track::Track;

/// Tracks that are taken; real files have a few.
const TRACKS: usize = 64;

/// An opened file.
struct Matroska {
    cx: Context,
    findings: Findings,
    header: Header,
    tracks: Vec<Track>,
    segment: Segment,
}

/// What the segment says of the whole.
#[derive(Clone, Copy, Debug)]
struct Segment {
    /// Where its content starts and ends.
    start: u64,
    end: u64,
    /// Nanoseconds in a tick.
    scale: u64,
    /// Ticks.
    duration: f64,
    /// The first cluster.
    cluster: Option<u64>,
}

/// Opens a Matroska file.
///
/// # Errors
/// `Malformed` without a segment or tracks, `OverBudget`, what reading gives.
pub(crate) fn open(cx: &Context, findings: &Findings) -> Result<Arc<dyn Container>> {
    let mut header = Header::new("matroska,webm", cx.budget());
    let size = cx.source().size().filter(|_| cx.is_random()).unwrap_or(u64::MAX);
    let mut input = Input::new(cx, 0, size);
    let mut found = None;
    while let Some(element) = ebml::next(&mut input)? {
        match element.id {
            id::EBML => each(&mut input, element, &mut |input, inner| {
                if inner.id == id::DOC_TYPE {
                    let name = ebml::text(input, inner)?;
                    header.brand = header.texts.push_cut(&name, 64)?;
                }
                Ok(())
            })?,
            id::SEGMENT => {
                found = Some(element);
                break;
            }
            _ => {}
        }
        input.go(element.end.min(size));
    }
    let Some(segment) = found else {
        return Err(Error::malformed(input.pos(), "no segment in the file (RFC 9559, 5.1)"));
    };
    let (start, end) = (segment.start, segment.end.min(size));
    let mut segment = Segment { start, end, scale: 1_000_000, duration: 0.0, cluster: None };
    let mut tracks = Vec::new();
    let mut elsewhere = Vec::new();
    let mut seen = Vec::new();
    input.go(start);
    while input.pos() < end {
        let at = input.pos();
        let Some(element) = ebml::next(&mut input)? else { break };
        if element.id == id::CLUSTER {
            segment.cluster = Some(at);
            header.data_offset = at;
            break;
        }
        seen.push(at);
        part(&mut input, element, &mut segment, &mut tracks, &mut header, &mut elsewhere)?;
        input.go(element.end.min(end));
    }
    if cx.is_random() {
        // what the index of parts says stands behind the clusters
        for at in elsewhere.iter().filter_map(|at: &u64| start.checked_add(*at)) {
            if seen.contains(&at) || at >= end {
                continue;
            }
            seen.push(at);
            input.go(at);
            if let Some(element) = ebml::next(&mut input)?
                && element.id != id::CLUSTER
            {
                let more = &mut Vec::new();
                part(&mut input, element, &mut segment, &mut tracks, &mut header, more)?;
            }
        }
    }
    Ok(Arc::new(finish(cx, findings, header, segment, tracks)))
}

/// One part of the segment that is no cluster.
fn part(
    input: &mut Input,
    element: Element,
    segment: &mut Segment,
    tracks: &mut Vec<Track>,
    header: &mut Header,
    elsewhere: &mut Vec<u64>,
) -> Result<()> {
    match element.id {
        id::SEEK_HEAD => each(input, element, &mut |input, seek| {
            each(input, seek, &mut |input, inner| {
                if inner.id == id::SEEK_POSITION && elsewhere.len() < 64 {
                    elsewhere.push(ebml::uint(input, inner)?);
                }
                Ok(())
            })
        }),
        id::INFO => each(input, element, &mut |input, inner| {
            match inner.id {
                id::TIMESTAMP_SCALE => segment.scale = ebml::uint(input, inner)?.max(1),
                id::DURATION => segment.duration = ebml::float(input, inner)?,
                id::TITLE => extras::tag(input, inner, "TITLE", header)?,
                id::WRITING_APP => {
                    let name = ebml::text(input, inner)?;
                    header.encoder = header.texts.push_cut(&name, 256)?;
                }
                _ => {}
            }
            Ok(())
        }),
        id::TRACKS => each(input, element, &mut |input, inner| {
            if inner.id == id::TRACK_ENTRY && tracks.len() < TRACKS {
                tracks.push(track::read(input, inner, header)?);
            }
            Ok(())
        }),
        id::CHAPTERS => extras::chapters(input, element, header),
        id::TAGS => {
            let numbers: Vec<(u64, bool)> = tracks.iter().map(|t| (t.uid, t.is_sound())).collect();
            extras::tags(input, element, &numbers, header)
        }
        id::ATTACHMENTS => extras::attachments(input, element, header),
        _ => Ok(()),
    }
}

fn finish(
    cx: &Context,
    findings: &Findings,
    mut header: Header,
    segment: Segment,
    tracks: Vec<Track>,
) -> Matroska {
    let nanos = segment.duration * segment.scale as f64;
    if nanos.is_finite() && (1.0..9e18).contains(&nanos) {
        // finite, positive and small enough
        header.duration = Some(Time { ticks: nanos as i64, per_second: 1_000_000_000 });
    }
    let mut sound = Vec::new();
    for mut track in tracks {
        if !track.is_sound() {
            header.others = header.others.saturating_add(1);
            continue;
        }
        track.time(segment.scale, segment.duration);
        header.streams.push(track.stream.clone());
        sound.push(track);
    }
    let (cx, findings) = (cx.clone(), findings.clone());
    Matroska { cx, findings, header, tracks: sound, segment }
}

impl Container for Matroska {
    fn header(&self) -> &Header {
        &self.header
    }

    fn packets(&self) -> Result<Box<dyn Packets>> {
        Ok(Box::new(walk::Walk::new(&self.cx, &self.findings, &self.tracks, self.segment)))
    }

    fn setup(&self, stream: u32) -> &[u8] {
        let index = usize::try_from(stream).unwrap_or(usize::MAX);
        self.tracks.get(index).map(|t| &*t.setup).unwrap_or_default()
    }
}
