//! From a movie to lanes: what FFmpeg decides of each track before its first packet.

use stream_core::Result;

use super::avc;
use super::codec::{Codec, Keys, Kind};
use super::edits::{self, Media};
use super::fragment::Fragments;
use super::lane::{Lane, Samples as Source};
use super::plain::Plain;
use super::reader::Reader;
use super::samples::Samples;
use super::segments::Segments;
use super::survey::Survey;
use super::track::{EDITS, Track};
use crate::index::{Refusal, rescale};

/// Makes a lane of each track that has samples.
pub(super) fn lanes(r: &mut Reader) -> Result<()> {
    let mut lists = true;
    if r.movie.fragmented {
        fragments(r)?;
    }
    for index in 0..r.movie.tracks.len() {
        let Some(track) = r.movie.tracks.get(index).cloned() else { break };
        let stream = u32::try_from(index).unwrap_or(u32::MAX);
        if let Some(mut lane) = lane(r, &track, stream, &mut lists)? {
            first_picture(r, &mut lane)?;
            lane.unwanted |= names_chapters(r, track.id);
            if lane.unwanted && lane.codec.kind == Kind::Video {
                refuse(r, stream, "its pictures are of chapters");
            }
            r.lanes.push(lane)?;
        }
    }
    if r.timeless && r.segments.as_ref().is_some_and(|s| s.indexed) {
        r.refusal.get_or_insert(Refusal::new("an index tells when fragments start"));
    }
    Ok(())
}

/// Looks whether the first picture of H.264 is one: where it is none, its parser finds no key frames, and decoding no frame rate.
fn first_picture(r: &mut Reader, lane: &mut Lane) -> Result<()> {
    lane.fill(r.limit)?;
    if let (Some(head), Some(avc), Keys::Avc) = (lane.head, &lane.avc, lane.codec.keys) {
        let (at, size) = (head.position, u64::from(head.size));
        let found = avc::is_key(&mut r.pictures, avc, at, size)?;
        if found.is_none() || !avc::is_whole(&mut r.pictures, avc, at, size)? {
            refuse(r, lane.stream, "its first picture is no H.264");
        }
    }
    Ok(())
}

fn refuse(r: &mut Reader, stream: u32, reason: &'static str) {
    r.refusal.get_or_insert(Refusal::new(reason).in_stream(stream));
}

fn names_chapters(r: &Reader, id: u32) -> bool {
    r.movie.tracks.iter().any(|t| id != 0 && t.chapters.contains(&id))
}

/// When the media starts by the first edits, less the pause before it (what FFmpeg calls its time offset).
fn time_offset(r: &Reader, track: &Track) -> i64 {
    let mut edits = track.edits();
    let first = edits.next();
    let (pause, start) = match first {
        Some(edit) if edit.media_time == -1 => (edit.duration, edits.next()),
        _ => (0, first),
    };
    let pause = i64::try_from(pause).unwrap_or(i64::MAX);
    let pause = rescale(pause, track.timescale.into(), r.movie.timescale.into());
    start.map_or(0, |e| e.media_time.max(0)).saturating_sub(pause)
}

fn lane(r: &mut Reader, track: &Track, stream: u32, lists: &mut bool) -> Result<Option<Lane>> {
    let codec = Codec::of(track);
    judge(r, track, &codec, stream);
    if track.times.count == 0 {
        // FFmpeg gives up edit lists from the first track on that has no samples of its own
        *lists = false;
        if !r.movie.fragmented || track.id == 0 {
            return Ok(None);
        }
        return fragmented(r, track, codec, stream).map(Some);
    }
    if track.places.count == 0 || track.sizes.count == 0 || track.chunks.count == 0 {
        refuse(r, stream, "tables are missing");
        return Ok(None);
    }
    if r.movie.fragmented && has_fragments(r)? {
        refuse(r, stream, "samples lie in the movie box and in fragments");
    }
    listed(r, track, codec, stream, *lists).map(Some)
}

fn has_fragments(r: &mut Reader) -> Result<bool> {
    let mut children = super::boxes::Children::between(r.movie.end, r.size);
    while let Some(found) = children.next(&mut r.window)? {
        if &found.kind == b"moof" {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Refuses what depends on more than tables.
fn judge(r: &mut Reader, track: &Track, codec: &Codec, stream: u32) {
    if track.timescale == 0 || r.movie.timescale == 0 {
        refuse(r, stream, "no timescale");
    }
    if track.edit_count > EDITS {
        refuse(r, stream, "more edits than are searched");
    }
    if track.external {
        refuse(r, stream, "its data lie in another file");
    }
    if track.entry.count > 1 {
        refuse(r, stream, "more than one sample entry");
    }
    if track.entry.encrypted {
        refuse(r, stream, "its samples are encrypted");
    }
    if let Some(reason) = codec.parsed {
        refuse(r, stream, reason);
    }
    if codec.keys == Keys::Avc && track.entry.avc.is_none() {
        refuse(r, stream, "its configuration of H.264 cannot be read");
    }
}

fn listed(r: &mut Reader, track: &Track, codec: Codec, stream: u32, lists: bool) -> Result<Lane> {
    let survey = Survey::of(&r.cx, track, &mut r.defects)?;
    if let Some(reason) = survey.repaired {
        refuse(r, stream, reason);
    }
    if survey.offsets_dropped {
        refuse(r, stream, "composition offsets beyond reason");
    }
    if survey.lowest.saturating_add(survey.shift) < 0 && codec.keys != Keys::Avc {
        refuse(r, stream, "pictures that are shown before they are decoded");
    }
    let audio = codec.kind == Kind::Audio;
    let whole = audio && track.times.count == 1 && survey.delta == Some(1);
    let pcm = match (whole, codec.pcm) {
        (false, _) => 0,
        (true, 0) => track.sizes.fixed,
        (true, bytes) => bytes,
    };
    if whole && pcm == 0 || !whole && codec.pcm > track.sizes.fixed {
        refuse(r, stream, "the size of its samples is another than the tables say");
    }
    let offsets = track.offsets.is_some();
    let absent = track.sync.is_some_and(|rows| rows.count == 0);
    if absent && codec.kind == Kind::Video && codec.keys != Keys::Avc {
        refuse(
            r,
            stream,
            "its table of sync samples is empty, so that its parser tells key frames",
        );
    }
    let stored = u64::from(track.sizes.count).saturating_mul(track.sizes.fixed.into());
    if stored > r.size {
        // what tables of no rows claim costs nothing, and is not walked over
        refuse(r, stream, "more samples of one size than the file holds");
        return Ok(Lane::new(stream, codec, track.timescale, empty(r, track)?));
    }
    let mut samples = Samples::new(&r.cx, track, pcm)?;
    let mut length =
        i64::try_from(track.duration.min(if survey.length > 0 { survey.length } else { u64::MAX }))
            .unwrap_or(i64::MAX);
    let edited = track.edit_count > 0;
    if edited && offsets && survey.offset < track.sizes.count.into() {
        refuse(r, stream, "fewer composition offsets than samples, and edits");
    }
    let plain = if edited && lists {
        let media = Media {
            audio,
            video: codec.kind == Kind::Video,
            vorbis: codec.vorbis,
            offsets,
            shift: survey.shift,
            timescale: track.timescale,
            movie_timescale: r.movie.timescale,
        };
        let plan = edits::plan(&mut samples, &media, track.edits())?;
        length = length.min(plan.length);
        if plan.segments.len() > 1 {
            refuse(r, stream, "more than one edit");
        }
        Plain::edited(samples, plan, survey.shift)
    } else {
        let offset = if edited { time_offset(r, track) } else { 0 };
        let start = survey.shift.saturating_add(offset).saturating_neg();
        let cursor = samples.start(start)?;
        Plain::all(samples, cursor)
    };
    let mut lane = Lane::new(stream, codec, track.timescale, Source::Listed(Box::new(plain)));
    lane.avc = track.entry.avc;
    lane.shift = survey.shift;
    lane.length = length;
    lane.ticks = codec.ticks(track, survey.delta);
    // what lasts no time would be read for ever: FFmpeg drops it
    lane.unwanted = codec.kind == Kind::Data && survey.length == 0;
    if lane.ticks.is_none() && (offsets || survey.still) {
        refuse(r, stream, "how long its packets last is told by decoding");
    }
    if let Source::Listed(plain) = &mut lane.samples {
        plain.prime()?;
    }
    Ok(lane)
}

fn fragmented(r: &mut Reader, track: &Track, codec: Codec, stream: u32) -> Result<Lane> {
    let defaults = r.movie.defaults.iter().find(|(id, _)| *id == track.id);
    let Some((_, defaults)) = defaults.copied() else {
        refuse(r, stream, "no defaults for its fragments");
        return Ok(Lane::new(stream, codec, track.timescale, empty(r, track)?));
    };
    let audio = codec.kind == Kind::Audio;
    let offset = time_offset(r, track);
    let make = || {
        Fragments::new(&r.cx, track.id, audio, defaults, r.movie.end, r.size)
            .with_time_offset(offset)
    };
    // once to the end, for the shift that negative offsets need
    let mut walk = make();
    let (mut shift, mut count) = ([0i64; 2], 0u64);
    for (limit, known) in [r.limit, u64::MAX].into_iter().zip(&mut shift) {
        while walk.odd.is_none()
            && let Some(sample) = walk.next(limit)?
        {
            count = count.saturating_add(1);
            if count > r.size {
                walk.odd = Some(("more samples than the file has bytes", sample.position));
            }
            *known = (*known).max(sample.offset.map_or(0, |o| i64::from(o).saturating_neg()));
        }
    }
    let later = shift[1] > shift[0];
    let shift = shift[0].max(shift[1]);
    let ticks = codec.ticks(track, None);
    let odd = walk.odd;
    r.timeless |= walk.timeless;
    let samples = Source::Fragmented(Box::new(make()));
    if let Some((reason, at)) = odd {
        r.refusal.get_or_insert(Refusal::new(reason).in_stream(stream).at(at));
    }
    if later && r.limit < u64::MAX {
        refuse(r, stream, "offsets that are lower in a later fragment");
    }
    if ticks.is_none() && count > 0 {
        refuse(r, stream, "how long its packets last is told by decoding");
    }
    let mut lane = Lane::new(stream, codec, track.timescale, samples);
    (lane.avc, lane.shift, lane.ticks) = (track.entry.avc, shift, ticks);
    Ok(lane)
}

fn empty(r: &Reader, track: &Track) -> Result<Source> {
    let mut samples =
        Samples::new(&r.cx, &Track { times: Default::default(), ..track.clone() }, 0)?;
    let cursor = samples.start(0)?;
    Ok(Source::Listed(Box::new(Plain::all(samples, cursor))))
}

/// Finds how far FFmpeg reads fragments before its first packet.
fn fragments(r: &mut Reader) -> Result<()> {
    let mut segments = Segments::new(r.movie.end, r.size, r.movie.data_before);
    r.limit = segments.advance(&mut r.window)?.unwrap_or(u64::MAX);
    if let Some((reason, at)) = segments.odd {
        r.refusal.get_or_insert(Refusal::new(reason).at(at));
    }
    r.segments = Some(segments);
    Ok(())
}
