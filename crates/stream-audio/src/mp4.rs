//! ISO base media and QuickTime (ISO 14496-12): sound in MP4, with sample tables or in fragments.
//!
//! Tables stay in the file: the walk pages through them.
#![deny(clippy::arithmetic_side_effects)]

mod boxes;
mod chapters;
mod created;
mod entry;
mod fragment;
mod pcm;
mod table;
mod tags;
mod track;
mod walk;

use std::sync::Arc;

use stream_core::{Context, Error, ErrorKind, Result, Time};

use crate::container::{Container, Packets};
use crate::findings::Findings;
use crate::input::Input;
use crate::{Defect, Header, Stream};
use boxes::{Fourcc, each};
use track::Track;

/// Tracks that are taken; real files have a few.
const TRACKS: usize = 64;

/// An opened file.
struct Mp4 {
    cx: Context,
    findings: Findings,
    header: Header,
    tracks: Vec<Track>,
    /// The first fragment, where there are any.
    fragments: Option<u64>,
}

/// What the movie box says of the whole.
#[derive(Default)]
struct Movie {
    timescale: u32,
    duration: u64,
    fragmented: bool,
    tracks: Vec<Track>,
    /// Frames before, behind and of the sound, as iTunes writes them.
    gapless: Option<(u32, u32, u64)>,
}

/// Opens an MP4 file.
///
/// # Errors
/// `Malformed` without a movie, `Passed` where it stands behind the media and the source only goes forward, `OverBudget`, what reading gives.
pub(crate) fn open(cx: &Context, findings: &Findings) -> Result<Arc<dyn Container>> {
    let mut header = Header::new("mov,mp4,m4a,3gp,3g2,mj2", cx.budget());
    let size = cx.source().size().filter(|_| cx.is_random());
    let mut input = Input::new(cx, 0, size.unwrap_or(u64::MAX));
    let mut movie = Movie::default();
    let (mut found, mut fragments) = (false, None);
    while let Some(head) = boxes::next(&mut input)? {
        let (start, end) = (head.start, head.end.min(input.end()));
        match &head.kind {
            b"ftyp" => {
                if let Some(brand) = input.array::<4>()? {
                    let name = boxes::name(brand);
                    header.brand = header.texts.push(name.trim_end())?;
                }
            }
            b"moov" => {
                found = true;
                // a claim beyond the file stays one, so that what is cut is not taken for whole
                read_movie(&mut input, head.end, &mut movie, &mut header)?;
            }
            b"moof" => fragments = fragments.or(Some(start)),
            b"mdat" if !cx.is_random() && !found => {
                let message = "the movie box stands behind the media: \
                               this needs a source that can be read anywhere";
                return Err(Error::new(ErrorKind::Passed, message).at(start));
            }
            _ => {}
        }
        // a pipe is read on from the first packet
        let sound = matches!(&head.kind, b"mdat" | b"moof");
        if !cx.is_random() && found && sound {
            header.data_offset = start;
            break;
        }
        if found && fragments.is_some() {
            break;
        }
        if head.end > input.end() {
            let (expected, left) = (head.end.saturating_sub(start), end.saturating_sub(start));
            findings.note(start, Defect::PacketCut { expected, found: left })?;
            break;
        }
        input.go(head.end);
    }
    if !found {
        return Err(Error::malformed(input.pos(), "no movie box (moov) in the file"));
    }
    finish(cx, findings, header, movie, fragments)
}

fn read_movie(input: &mut Input, end: u64, movie: &mut Movie, header: &mut Header) -> Result<()> {
    each(input, end, &mut |input, kind, end| {
        match kind {
            b"mvhd" => {
                if let Some(created) = created::peek(input)? {
                    header.created = header.texts.push(&created)?;
                }
                if let Some((timescale, duration)) = boxes::times(input)? {
                    (movie.timescale, movie.duration) = (timescale, duration);
                }
            }
            b"mvex" => movie.fragmented = true,
            b"trak" if movie.tracks.len() < TRACKS => {
                let track = track::read(input, end, header)?;
                movie.tracks.push(track);
            }
            b"udta" | b"meta" => {
                let gapless = tags::read(input, kind, end, header)?;
                movie.gapless = movie.gapless.or(gapless);
            }
            _ => {}
        }
        Ok(())
    })
}

/// Makes streams of the tracks with sound.
fn finish(
    cx: &Context,
    findings: &Findings,
    mut header: Header,
    movie: Movie,
    fragments: Option<u64>,
) -> Result<Arc<dyn Container>> {
    let Movie { timescale, duration, fragmented, tracks, gapless } = movie;
    if timescale > 0 && duration > 0 {
        header.duration = Some(Time {
            ticks: i64::try_from(duration).unwrap_or(i64::MAX),
            per_second: timescale,
        });
    }
    let chapters = tracks.iter().flat_map(|t| t.chapters.iter().copied()).next();
    if let Some(id) = chapters
        && let Some(track) = tracks.iter().find(|t| t.id == id)
        && cx.is_random()
    {
        chapters::read(cx, track, &mut header)?;
    }
    let mut sound = Vec::new();
    for mut track in tracks {
        if track.handler != *b"soun" {
            let silent = chapters == Some(track.id);
            header.others = header.others.saturating_add(u32::from(!silent));
            continue;
        }
        track.edit(timescale, gapless, fragmented);
        header.streams.push(track.stream.clone());
        sound.push(track);
    }
    let (cx, findings) = (cx.clone(), findings.clone());
    let fragments = fragments.filter(|_| fragmented);
    Ok(Arc::new(Mp4 { cx, findings, header, tracks: sound, fragments }))
}

/// A box's name as text.
fn fourcc(kind: Fourcc) -> String {
    boxes::name(kind)
}

impl Container for Mp4 {
    fn header(&self) -> &Header {
        &self.header
    }

    fn packets(&self) -> Result<Box<dyn Packets>> {
        let walk = walk::Walk::new(&self.cx, &self.findings, &self.tracks, self.fragments);
        Ok(Box::new(walk))
    }

    fn setup(&self, stream: u32) -> &[u8] {
        let index = usize::try_from(stream).unwrap_or(usize::MAX);
        self.tracks.get(index).map(|t| &*t.setup).unwrap_or_default()
    }
}

/// A stream that is not yet known.
fn unknown() -> Stream {
    Stream { undecodable: Some("a codec that is not decoded here"), ..Stream::default() }
}
