//! Chained files: logical streams one after another (RFC 3533, 4).
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::{ChargedVec, Context, ErrorKind, Result, Span, Time};

use super::linked::{LinkedPackets, LinkedSamples};
use super::{Lengths, Logical, Ogg, logical, page};
use crate::container::{Container, Packets, Samples};
use crate::findings::Findings;
use crate::input::Input;
use crate::{Defect, Header, Link, Stream};

/// Links that are read: days of a radio programme.
const LINKS: usize = 4096;

/// The byte behind the logical streams of `serials`, whose pages begin before `from`: where pages of others follow to the file's end,
/// the first of those, else `size`.
///
/// # Errors
/// What reading gives.
pub(super) fn end(cx: &Context, serials: &[u32], from: u64, size: u64) -> Result<u64> {
    // what is wrong there is found by the walk
    let ignored = Findings::new(cx.budget());
    let longest = u64::try_from(page::LONGEST).unwrap_or(u64::MAX);
    let mut input = Input::with_window(cx, from, size, page::LONGEST);
    input.go(size.saturating_sub(longest).max(from));
    let mut last = None;
    while let Some(page) = page::next(&mut input, &ignored)? {
        last = Some(page.serial);
        input.go(page.end());
    }
    input.go(size.saturating_sub(1));
    if size > 0 && input.peek(1)?.is_empty() {
        return Err(cx.ended(size.saturating_sub(1), 1, 0));
    }
    if last.is_none_or(|serial| serials.contains(&serial)) {
        return Ok(size);
    }
    // by halves: before `low` all pages are of these streams, from `high` on none
    let (mut low, mut high) = (from, size);
    while high.saturating_sub(low) > longest {
        let middle = low.saturating_add(high.saturating_sub(low) >> 1);
        input.go(middle);
        let found = page::next(&mut input, &ignored)?.filter(|page| page.offset < high);
        match found {
            Some(page) if serials.contains(&page.serial) => low = page.end(),
            _ => high = middle,
        }
    }
    input.go(low);
    while let Some(page) = page::next(&mut input, &ignored)? {
        if !serials.contains(&page.serial) {
            return Ok(page.offset);
        }
        input.go(page.end());
    }
    Ok(size)
}

/// A file of several links.
pub(super) struct Chain {
    header: Header,
    links: Arc<Links>,
}

/// The links, each of which is opened again when it is read.
pub(super) struct Links {
    pub(super) cx: Context,
    pub(super) findings: Findings,
    all: ChargedVec<Link>,
    direct: bool,
}

impl Links {
    /// The `index`-th link of all.
    pub(super) fn get(&self, index: usize) -> Option<&Link> {
        self.all.get(index)
    }

    /// Opens the `index`-th link; `None` behind the last.
    ///
    /// # Errors
    /// What opening gives.
    pub(super) fn open(&self, index: usize) -> Result<Option<Arc<dyn Container>>> {
        let Some(link) = self.all.get(index) else { return Ok(None) };
        let mut header = Header::new("ogg", self.cx.budget());
        let sound = logical(&self.cx, &self.findings, &mut header, link.span.offset)?;
        let (cx, findings) = (self.cx.clone(), self.findings.clone());
        Ok(Some(Arc::new(Ogg { cx, findings, header, sound })))
    }

    /// The link of `stream` that has `frame`: the last that starts at or before it.
    pub(super) fn at(&self, stream: u32, frame: u64) -> Option<usize> {
        let of_stream = self.all.iter().enumerate().filter(|(_, link)| link.stream == stream);
        let mut found = None;
        for (index, link) in of_stream {
            if found.is_some() && link.start > frame {
                break;
            }
            found = Some(index);
        }
        found
    }
}

/// Reads the headers of the links behind the first, and makes one stream of those alike that follow one another.
///
/// # Errors
/// `OverBudget`, `Cancelled`, what the source says.
pub(super) fn gather(first: Ogg, size: u64) -> Result<Arc<dyn Container>> {
    let Ogg { cx, findings, mut header, sound } = first;
    let (encoder, gain, data) = (header.encoder, header.gain, header.data_offset);
    let told = |sound: &Logical| matches!(sound.lengths, Lengths::Vorbis(_)) && sound.end.is_some();
    let mut chain = Gathered { all: ChargedVec::new(cx.budget()), direct: told(&sound) };
    let facts = header.streams.pop();
    chain.add(&mut header, facts, &sound, 0, (0, 0))?;
    let mut start = sound.stop;
    while start < size {
        if chain.all.len() >= LINKS {
            let what = format!("links behind the {LINKS}th");
            findings.note(start, Defect::Unread { what })?;
            break;
        }
        let before = (header.tags.len(), header.chapters.len());
        match logical(&cx, &findings, &mut header, start) {
            Ok(sound) => {
                chain.direct &= told(&sound);
                let facts = header.streams.pop();
                chain.add(&mut header, facts, &sound, start, before)?;
                start = sound.stop;
            }
            Err(e) if matches!(e.kind(), ErrorKind::Malformed | ErrorKind::Truncated) => {
                findings.note(start, Defect::LinkUnreadable { why: e.message().to_owned() })?;
                break;
            }
            Err(e) => return Err(e),
        }
    }
    (header.encoder, header.gain, header.data_offset) = (encoder, gain, data);
    let whole = header.streams.iter().try_fold(0.0, |seconds, stream| {
        Some(seconds + stream.frames? as f64 / f64::from(stream.sample_rate.max(1)))
    });
    header.duration = match header.streams.as_slice() {
        [only] => only.frames.map(|frames| Time {
            ticks: i64::try_from(frames).unwrap_or(i64::MAX),
            per_second: only.sample_rate.max(1),
        }),
        // a double of microseconds is exact for centuries
        _ => whole.map(|seconds| Time { ticks: (seconds * 1e6) as i64, per_second: 1_000_000 }),
    };
    header.links.extend(&chain.all)?;
    let links = Links { cx, findings, all: chain.all, direct: chain.direct };
    Ok(Arc::new(Chain { header, links: Arc::new(links) }))
}

struct Gathered {
    all: ChargedVec<Link>,
    /// Whether any frame of any link can be found by halving.
    direct: bool,
}

impl Gathered {
    /// Adds a link whose first page is at `offset`; tags and chapters from `before` on are its own.
    fn add(
        &mut self,
        header: &mut Header,
        facts: Option<Stream>,
        sound: &Logical,
        offset: u64,
        before: (usize, usize),
    ) -> Result<()> {
        let Some(facts) = facts else { return Ok(()) };
        let same = |s: &&mut Stream| {
            (s.codec, s.sample_rate, s.channels) == (facts.codec, facts.sample_rate, facts.channels)
                && s.undecodable == facts.undecodable
        };
        let frames = facts.frames;
        let start = match header.streams.last_mut().filter(same) {
            Some(stream) => {
                let start = stream.frames.unwrap_or(0);
                let sum = |a: Option<u64>, b: Option<u64>| Some(a?.saturating_add(b?));
                stream.frames = sum(stream.frames, frames);
                stream.duration = sum(stream.duration, facts.duration);
                stream.trailing_padding = stream.trailing_padding.and(facts.trailing_padding);
                start
            }
            None => {
                header.streams.push(facts);
                0
            }
        };
        let (tags, chapters) = before;
        let rate = header.streams.last().map_or(1, |s| s.sample_rate.max(1));
        for chapter in header.chapters.as_mut_slice().iter_mut().skip(chapters) {
            chapter.start = later(chapter.start, start, rate);
            chapter.end = chapter.end.map(|end| later(end, start, rate));
        }
        let stream = header.streams.len().saturating_sub(1);
        self.all.push(Link {
            stream: u32::try_from(stream).unwrap_or(u32::MAX),
            start,
            frames,
            serial: sound.serial,
            span: Span { offset, length: sound.stop.saturating_sub(offset) },
            tags: (tags, header.tags.len().saturating_sub(tags)),
        })?;
        Ok(())
    }
}

/// A time of a link, from the stream's start on.
fn later(time: Time, frames: u64, rate: u32) -> Time {
    let by = u128::from(frames).saturating_mul(time.per_second.into());
    let by = by.checked_div(rate.into()).and_then(|by| i64::try_from(by).ok()).unwrap_or(i64::MAX);
    Time { ticks: time.ticks.saturating_add(by), ..time }
}

impl Container for Chain {
    fn header(&self) -> &Header {
        &self.header
    }

    fn packets(&self) -> Result<Box<dyn Packets>> {
        Ok(Box::new(LinkedPackets::new(self.links.clone())?))
    }

    fn samples(&self, stream: u32) -> Result<Option<Box<dyn Samples>>> {
        Ok(Some(Box::new(LinkedSamples::open(self.links.clone(), stream)?)))
    }

    fn is_direct(&self, stream: u32) -> Result<bool> {
        let index = usize::try_from(stream).unwrap_or(usize::MAX);
        let facts = self.header.streams.get(index);
        let told = facts.is_some_and(|s| s.frames.is_some() && s.undecodable.is_none());
        Ok(self.links.direct && told)
    }
}
