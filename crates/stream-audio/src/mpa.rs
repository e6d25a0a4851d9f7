//! MPEG audio, layers I, II and III: frames one behind another, with tags before and behind.
#![deny(clippy::arithmetic_side_effects)]

mod frame;
mod walk;
mod xing;

use std::sync::Arc;

use stream_core::{Context, Error, Result, Time};

use crate::bare::Bare;
use crate::container::{Container, Packets};
use crate::findings::Findings;
use crate::input::Input;
use crate::{Defect, Header, Layout, Stream, ape, id3};
pub(crate) use frame::Frame;
use walk::HEAD;
pub(crate) use walk::read_span;
pub(crate) use walk::{Chained, Walk};
use xing::Xing;

/// Ticks in a second: divided by every sampling rate of MPEG audio.
const TICKS: u32 = 14_112_000;
/// Bytes behind the tags in which the first frame has to begin.
const LEAD: u64 = 64 * 1024;
/// Frames that must follow one another for the first to be believed, unless the file ends.
const CHAIN: u32 = 3;

/// An opened file.
struct Mpa {
    cx: Context,
    findings: Findings,
    header: Header,
    first: Frame,
    /// From the first frame of sound to the tags behind the last.
    range: std::ops::Range<u64>,
    /// Whether what the header says of frames and bytes can be relied on.
    is_whole: bool,
}

/// Whether frames begin at `offset`, and the first of them.
fn chain<F: Chained>(input: &mut Input, offset: u64) -> Result<Option<F>> {
    input.go(offset);
    let Some(first) = F::parse(input.peek(HEAD)?) else { return Ok(None) };
    let mut last = first;
    for _ in 1..CHAIN {
        input.skip(u64::from(last.length()));
        let head = input.peek(HEAD)?;
        if head.len() < HEAD {
            break;
        }
        match F::parse(head).filter(|frame| frame.goes_with(&first)) {
            Some(frame) => last = frame,
            None if head.starts_with(b"TAG") || head.starts_with(b"APET") => break,
            None => return Ok(None),
        }
    }
    Ok(Some(first))
}

/// The first frame at or behind `offset`, within a bounded distance.
///
/// # Errors
/// What reading gives.
pub(crate) fn find_first<F: Chained>(
    cx: &Context,
    offset: u64,
    end: u64,
    reach: u64,
) -> Result<Option<(u64, F)>> {
    let mut input = Input::new(cx, offset, end);
    let last = offset.saturating_add(reach);
    let mut at = offset;
    while at <= last {
        input.go(at);
        let bytes = input.peek(1024)?;
        if bytes.len() < 4 {
            break;
        }
        match bytes.iter().position(|b| *b == 0xff) {
            Some(0) => {
                if let Some(frame) = chain(&mut input, at)? {
                    return Ok(Some((at, frame)));
                }
                at = at.saturating_add(1);
            }
            Some(n) => at = at.saturating_add(u64::try_from(n).unwrap_or(1)),
            None => at = at.saturating_add(u64::try_from(bytes.len()).unwrap_or(1)),
        }
    }
    Ok(None)
}

/// Opens MPEG audio whose tags before the sound end at `start`; these are in `header` already.
///
/// # Errors
/// `Malformed` where no frame is found, `OverBudget`, what reading gives.
pub(crate) fn open(
    cx: &Context,
    mut header: Header,
    start: u64,
    findings: &Findings,
) -> Result<Arc<dyn Container>> {
    let size = cx.source().size().filter(|_| cx.is_random());
    let mut end = size.unwrap_or(u64::MAX);
    let Some((at, first)) = find_first::<Frame>(cx, start, end, LEAD)? else {
        if start > end {
            let message = format!("the tag ends at {start} (found the end of the file)");
            return Err(Error::truncated(end, message));
        }
        if !header.tags.is_empty() || !header.pictures.is_empty() {
            let (clause, what) = ("ISO 11172-3, 2.4.2.3", "no frame behind the tags".to_owned());
            findings.note(start, Defect::Header { clause, what })?;
            header.data_offset = start;
            return Ok(Arc::new(Bare(header)));
        }
        let message = "no frame of MPEG audio behind the tags (11 bits of sync expected)";
        return Err(Error::malformed(start, message));
    };
    if at > start {
        findings.note(start, Defect::Garbage { bytes: at.saturating_sub(start) })?;
    }
    let length = usize::try_from(first.length).unwrap_or(usize::MAX);
    let mut input = Input::new(cx, at, end);
    let xing = Xing::parse(&first, input.peek(length)?);
    let sound = match &xing {
        Some(_) => at.saturating_add(u64::from(first.length)),
        None => at,
    };
    if size.is_some() {
        if let Some(tag) = id3::read_v1(cx, end, &mut header)? {
            end = tag.max(sound);
        }
        end = ape::read_behind(cx, end, &mut header, findings)?.max(sound);
    }
    let bytes = size.map(|_| end.saturating_sub(at));
    let claimed = xing.as_ref().and_then(|x| x.bytes).map(u64::from);
    let told = xing.as_ref().is_some_and(|x| x.frames.is_some() && x.padding.is_some());
    let is_whole = told && claimed.zip(bytes).is_some_and(|(claimed, found)| found >= claimed);
    describe(&mut header, &first, xing.as_ref(), bytes, findings, at)?;
    header.data_offset = sound;
    let (cx, findings) = (cx.clone(), findings.clone());
    Ok(Arc::new(Mpa { cx, findings, header, first, range: sound..end, is_whole }))
}

/// Fills in the one stream.
fn describe(
    header: &mut Header,
    first: &Frame,
    xing: Option<&Xing>,
    bytes: Option<u64>,
    findings: &Findings,
    at: u64,
) -> Result<()> {
    let rate = first.sample_rate;
    let per_frame = u64::from(first.samples);
    let packets = xing.and_then(|x| x.frames).map(u64::from).filter(|n| *n > 0);
    let raw = packets.map(|n| n.saturating_mul(per_frame));
    let padding = xing.and_then(|x| x.padding).map(|(start, end)| {
        // the decoder itself delays by 528 frames and one more
        let start = u32::from(start).saturating_add(529);
        (start, u32::from(end).saturating_sub(529))
    });
    let (initial, trailing) = padding.map_or((0, None), |(s, e)| (s, Some(e)));
    let frames = raw.map(|raw| {
        let without = raw.saturating_sub(u64::from(initial));
        without.saturating_sub(u64::from(trailing.unwrap_or(0)))
    });
    let ticks =
        |frames: u64| frames.saturating_mul(u64::from(TICKS.checked_div(rate).unwrap_or(0)));
    let claimed_bytes = xing.and_then(|x| x.bytes).map(u64::from).filter(|n| *n > 0);
    let constant = xing.is_none_or(|x| x.constant);
    let mut bit_rate = Some(u64::from(first.bit_rate));
    if let (Some(raw), false) = (raw, constant) {
        let bits = claimed_bytes.or(bytes).and_then(|n| n.checked_mul(8)?.checked_mul(rate.into()));
        bit_rate = bits.and_then(|bits| bits.checked_div(raw));
    }
    if let (Some(claimed), Some(counted)) = (claimed_bytes, bytes)
        && counted < claimed
    {
        findings.note(at, Defect::LengthMismatch { unit: "bytes", claimed, counted })?;
    }
    let mut duration = frames.map(ticks);
    if duration.is_none() {
        let bits = bytes.and_then(|n| n.checked_mul(8)?.checked_mul(TICKS.into()));
        duration = bits.and_then(|bits| bits.checked_div(u64::from(first.bit_rate)));
        header.duration_is_estimated = duration.is_some();
    }
    header.duration = duration
        .map(|ticks| Time { ticks: i64::try_from(ticks).unwrap_or(i64::MAX), per_second: TICKS });
    if let Some(x) = xing {
        if !x.encoder.is_empty() {
            header.encoder = header.texts.push(&x.encoder)?;
        }
        header.gain.track_gain = x.track_gain.map(f64::from);
        header.gain.album_gain = x.album_gain.map(f64::from);
        header.gain.track_peak = x.peak.map(f64::from);
    }
    header.streams.push(Stream {
        codec: first.codec(),
        sample_rate: rate,
        channels: first.channels,
        layout: Layout::of_channels(first.channels),
        sample_fmt: Some("fltp"),
        bit_rate,
        time_base: (1, TICKS),
        duration,
        start: Some(i64::try_from(ticks(u64::from(initial))).unwrap_or(0)),
        frames,
        packets,
        initial_padding: initial,
        trailing_padding: trailing,
        ..Stream::default()
    });
    Ok(())
}

impl Container for Mpa {
    fn header(&self) -> &Header {
        &self.header
    }

    fn packets(&self) -> Result<Box<dyn Packets>> {
        let ticks = TICKS.checked_div(self.first.sample_rate).unwrap_or(0);
        let range = self.range.clone();
        Ok(Box::new(Walk::new(&self.cx, &self.findings, self.first, ticks, range)))
    }

    /// Where the number of frames is told to the sample and the bytes are all there: chunks then have their places, and each thread
    /// decodes its own.
    fn is_direct(&self, _stream: u32) -> Result<bool> {
        Ok(self.is_whole && self.first.codec() == "mp3")
    }
}
