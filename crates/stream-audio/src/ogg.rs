//! Ogg (RFC 3533): a logical stream of sound in pages, or several of them one after another (chained: RFC 3533, 4).
#![deny(clippy::arithmetic_side_effects)]

mod base64;
mod chain;
mod length;
mod linked;
mod packet;
mod page;
mod tail;
mod walk;

use std::sync::Arc;

use stream_core::{ChargedVec, Context, Error, Result, Time};

use crate::container::{Container, Packets};
use crate::findings::Findings;
use crate::input::Input;
use crate::octets::Octets;
use crate::vorbis::{Blocks, Ident, Setup};
use crate::{Defect, Header, Layout, Stream, comments};
pub(crate) use base64::Base64;
pub(crate) use length::{HEAD, Lengths};
use packet::Laced;
use page::Page;
use walk::Walk;

/// Bytes of a codec's setup that are taken; real ones stay under 64 KiB.
const SETUP: usize = 1 << 20;
/// Pages at the start that begin logical streams.
const STREAMS: u32 = 64;

/// An opened file, or one link of a chain.
struct Ogg {
    cx: Context,
    findings: Findings,
    header: Header,
    sound: Logical,
}

/// A logical stream of sound.
struct Logical {
    serial: u32,
    lengths: Lengths,
    setup: ChargedVec<u8>,
    /// The first page with sound, and where its first packet of it is among the segments.
    first: u64,
    /// The byte behind its last page: the file's end, or where the next link of a chain begins.
    stop: u64,
    /// Granule positions at which sound begins and, where that is known, ends.
    base: i64,
    end: Option<u64>,
}

/// Opens an Ogg file.
///
/// # Errors
/// `Malformed` without a page, `Unsupported` without a stream of sound, `OverBudget`, what reading gives.
pub(crate) fn open(cx: &Context, findings: &Findings) -> Result<Arc<dyn Container>> {
    let mut header = Header::new("ogg", cx.budget());
    let sound = logical(cx, findings, &mut header, 0)?;
    let first = Ogg { cx: cx.clone(), findings: findings.clone(), header, sound };
    match cx.source().size().filter(|_| cx.is_random()) {
        Some(size) if first.sound.stop < size => chain::gather(first, size),
        _ => Ok(Arc::new(first)),
    }
}

/// Opens the logical streams that begin at `start`, and adds what they say to `header`.
fn logical(cx: &Context, findings: &Findings, header: &mut Header, start: u64) -> Result<Logical> {
    let mut input = Input::with_window(cx, start, u64::MAX, page::LONGEST);
    let mut serials = Vec::new();
    let Some((page, mut stream, mut lengths)) = begin(&mut input, header, findings, &mut serials)?
    else {
        return Err(Error::malformed(start, "no logical stream of sound in the first pages"));
    };
    let serial = page.serial;
    let stop = match cx.source().size().filter(|_| cx.is_random()) {
        Some(size) => chain::end(cx, &serials, input.pos(), size)?,
        None => u64::MAX,
    };
    let mut laced = Laced::new(cx, findings, page);
    let mut setup = ChargedVec::new(cx.budget());
    laced.next_packet()?;
    laced.take(SETUP, &mut setup)?;
    headers(cx, &mut laced, header, &mut stream, &mut lengths, &mut setup, findings)?;
    if laced.cut {
        return Err(Error::truncated(laced.input.pos(), "the file ends within its header packets"));
    }
    let first = match laced.rest() {
        Some((page, segment)) if segment < page.lengths().len() => page.offset,
        Some((page, _)) => page.end(),
        None => laced.input.pos(),
    };
    header.data_offset = first;
    // the first page with sound tells what its granule position counts from
    let mut walk = Walk::new(cx, findings, serial, lengths.clone(), (first, stop));
    let base = walk.base()?;
    let mut end = None;
    if stop < u64::MAX
        && let Some(last) = tail::last_granule(cx, serial, first, stop)?
    {
        end = u64::try_from(last.saturating_sub(base)).ok();
    }
    time(header, &mut stream, &lengths, base, end);
    header.streams.push(stream);
    Ok(Logical { serial, lengths, setup, first, stop, base, end })
}

/// Looks at the pages that begin streams, for the first with sound; `serials` takes the numbers of all of them.
fn begin(
    input: &mut Input,
    header: &mut Header,
    findings: &Findings,
    serials: &mut Vec<u32>,
) -> Result<Option<(Page, Stream, Lengths)>> {
    let mut found = None;
    for _ in 0..STREAMS {
        let Some(page) = page::next(input, findings)? else { break };
        if !page.is_first() {
            break;
        }
        serials.push(page.serial);
        input.go(page.body());
        let length = usize::try_from(page.end().saturating_sub(page.body())).unwrap_or(0);
        let packet = input.peek(length)?;
        match (identify(packet), &found) {
            (Some((stream, lengths)), None) => found = Some((page, stream, lengths)),
            _ => header.others = header.others.saturating_add(1),
        }
        input.go(page.end());
    }
    Ok(found)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let end = at.checked_add(4)?;
    bytes.get(at..end)?.try_into().ok().map(u32::from_le_bytes)
}

/// The stream that its first packet begins.
fn identify(packet: &[u8]) -> Option<(Stream, Lengths)> {
    if let Some(ident) = Ident::parse(packet) {
        let channels = u32::from(ident.channels);
        let rate = u64::try_from(ident.nominal).ok().filter(|rate| *rate > 0);
        let layout = match channels {
            3 => Some(Layout(0x7)),
            4 => Some(Layout(0x33)),
            5 => Some(Layout(0x37)),
            6 => Some(Layout(0x3f)),
            7 => Some(Layout(0x70f)),
            8 => Some(Layout(0x63f)),
            n => Layout::of_channels(n),
        };
        let stream = Stream {
            codec: "vorbis",
            sample_rate: ident.sample_rate,
            channels,
            layout,
            sample_fmt: Some("fltp"),
            bit_rate: rate,
            ..Stream::default()
        };
        return Some((stream, Lengths::Unknown));
    }
    if packet.starts_with(b"OpusHead") {
        let channels = u32::from(*packet.get(9)?);
        let skip = packet.get(10..12)?.try_into().ok().map(u16::from_le_bytes)?;
        let stream = Stream {
            codec: "opus",
            sample_rate: 48_000,
            channels,
            layout: Layout::of_channels(channels),
            sample_fmt: Some("fltp"),
            initial_padding: u32::from(skip),
            ..Stream::default()
        };
        return Some((stream, Lengths::Opus));
    }
    if packet.starts_with(b"\x7fFLAC\x01") {
        let block = packet.get(17..)?;
        let packed = u32::from_be_bytes(block.get(10..14)?.try_into().ok()?);
        let channels = (packed >> 9 & 7).saturating_add(1);
        let bits = (packed >> 4 & 31).saturating_add(1);
        let stream = Stream {
            codec: "flac",
            sample_rate: packed >> 12,
            channels,
            layout: Layout::of_channels(channels),
            sample_fmt: Some(if bits > 16 { "s32" } else { "s16" }),
            bits_per_raw_sample: Some(bits),
            ..Stream::default()
        };
        return Some((stream, Lengths::Flac));
    }
    if packet.starts_with(b"Speex   ") {
        let per_packet = u32_at(packet, 56)?.saturating_mul(u32_at(packet, 64)?.max(1));
        let channels = u32_at(packet, 48)?;
        let stream = Stream {
            codec: "speex",
            sample_rate: u32_at(packet, 36)?,
            channels,
            layout: Layout::of_channels(channels),
            bit_rate: u32_at(packet, 52).filter(|r| *r > 0 && *r < 1 << 31).map(u64::from),
            undecodable: Some("Speex: not decoded here"),
            ..Stream::default()
        };
        return Some((stream, Lengths::Constant(per_packet)));
    }
    None
}

/// Reads the header packets behind the first.
fn headers(
    cx: &Context,
    laced: &mut Laced,
    header: &mut Header,
    stream: &mut Stream,
    lengths: &mut Lengths,
    setup: &mut ChargedVec<u8>,
    findings: &Findings,
) -> Result<()> {
    let mut bytes = ChargedVec::new(cx.budget());
    let missing = |laced: &Laced| {
        let message = "the file ends before its last header packet";
        Err(Error::truncated(laced.input.pos(), message))
    };
    match lengths {
        Lengths::Flac => {
            // the mapping of FLAC (RFC 9639, 10.1): the number of header packets, then a native stream's start
            let count =
                setup.get(7..9).and_then(|b| b.try_into().ok()).map_or(0, u16::from_be_bytes);
            let mut info = ChargedVec::new(cx.budget());
            info.extend(setup.get(17..51).unwrap_or_default())?;
            *setup = info;
            for _ in 0..count.min(128) {
                if !laced.next_packet()? {
                    return missing(laced);
                }
                laced.take(4, &mut bytes)?;
                if bytes.first().is_some_and(|b| b & 127 == 4) {
                    comments::read(cx, laced, header, findings)?;
                }
            }
        }
        Lengths::Opus => {
            if !laced.next_packet()? {
                return missing(laced);
            }
            laced.take(8, &mut bytes)?;
            comments::read(cx, laced, header, findings)?;
        }
        Lengths::Constant(_) | Lengths::Bytes(_) => {
            if !laced.next_packet()? {
                return missing(laced);
            }
            comments::read(cx, laced, header, findings)?;
        }
        Lengths::Unknown | Lengths::Vorbis(_) => {
            if !laced.next_packet()? {
                return missing(laced);
            }
            laced.take(7, &mut bytes)?;
            comments::read(cx, laced, header, findings)?;
            if !laced.next_packet()? {
                return missing(laced);
            }
            laced.take(SETUP, &mut bytes)?;
            let ident = Ident::parse(setup);
            setup.truncate(crate::vorbis::IDENT);
            setup.extend(&bytes)?;
            let parsed = Setup::parse(&bytes, u8::try_from(stream.channels).unwrap_or(0));
            match ident.zip(parsed) {
                Some((ident, parsed)) => *lengths = Lengths::Vorbis(Blocks::new(ident, &parsed)),
                None => {
                    stream.undecodable = Some("Vorbis setup breaks the rules of Vorbis I, 4.2.4");
                    let what = "the setup packet cannot be parsed".to_owned();
                    let clause = "Vorbis I, 4.2.4";
                    findings.note(laced.input.pos(), Defect::Header { clause, what })?;
                }
            }
        }
    }
    Ok(())
}

/// Fills in times.
fn time(header: &mut Header, stream: &mut Stream, lengths: &Lengths, base: i64, end: Option<u64>) {
    let rate = stream.sample_rate.max(1);
    stream.time_base = (1, rate);
    if base < 0 && !matches!(lengths, Lengths::Opus) {
        // more frames than the first page counts: the first ones are not to be heard (Vorbis I, A.2)
        stream.initial_padding = u32::try_from(base.unsigned_abs()).unwrap_or(0);
    }
    stream.start = Some(base.max(0));
    let padding = u64::from(stream.initial_padding);
    if let Some(end) = end {
        let frames = end.saturating_sub(padding);
        stream.frames = Some(frames);
        stream.trailing_padding = Some(0);
        stream.duration = Some(frames);
        header.duration =
            Some(Time { ticks: i64::try_from(frames).unwrap_or(i64::MAX), per_second: rate });
    }
}

impl Container for Ogg {
    fn header(&self) -> &Header {
        &self.header
    }

    fn packets(&self) -> Result<Box<dyn Packets>> {
        let Logical { serial, lengths, first, stop, base, end, .. } = &self.sound;
        let walk = Walk::new(&self.cx, &self.findings, *serial, lengths.clone(), (*first, *stop));
        let opus = matches!(lengths, Lengths::Opus);
        let skip = self.header.streams.first().filter(|_| opus);
        let skip = skip.map_or(0, |stream| i64::from(stream.initial_padding));
        Ok(Box::new(walk.based(*base, skip, *end)))
    }

    /// Vorbis whose last page tells the number of frames: a page near any frame is found by halving.
    fn is_direct(&self, _stream: u32) -> Result<bool> {
        let stream = self.header.streams.first();
        let told = stream.is_some_and(|s| s.frames.is_some() && s.undecodable.is_none());
        Ok(told && matches!(self.sound.lengths, Lengths::Vorbis(_)))
    }

    fn setup(&self, _stream: u32) -> &[u8] {
        &self.sound.setup
    }
}
