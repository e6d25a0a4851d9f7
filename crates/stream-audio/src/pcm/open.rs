//! A file of uncompressed audio as a container.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::{ChargedString, ChargedVec, Context, Result, Span};

use super::packets::{Blocks, Cut};
use super::run::Run;
use super::{Codec, Header, Key, Samples, codec, text};
use crate::container::{Container, Packets};
use crate::findings::Findings;
use crate::{CuePoint, Defect, Layout, Stream, TagSource, id3};

/// Opens WAV, AIFF or CAF: reads all chunks' headers, over a source that only goes forward those before the sample data.
///
/// # Errors
/// As [`Header::read`].
pub(crate) fn open(cx: &Context, findings: &Findings) -> Result<Arc<dyn Container>> {
    let found = Header::read(cx)?;
    for deviation in found.deviations.iter() {
        let clause = found.container.clause();
        findings.note(deviation.offset, deviation.defect.described(clause))?;
    }
    let mut facts = crate::Header::new(found.container.format_name(), cx.budget());
    facts.brand = facts.texts.push(found.container.form())?;
    let named = codec::named(&found);
    let data = span(&found);
    let cut = cut(&found, named.frames);
    facts.data_offset = data.offset;
    facts.streams.push(stream(&found, named, data));
    tags(cx, &found, &mut facts)?;
    cues(cx, &found, &mut facts)?;
    for piece in found.pieces.iter() {
        if piece.id.0.eq_ignore_ascii_case(b"id3 ") {
            id3::read(cx, piece.span.offset, piece.span.end(), &mut facts, findings)?;
            continue;
        }
        let what = format!("chunk {}", piece.id);
        findings.note(piece.span.offset, Defect::Unread { what })?;
    }
    facts.gain.take(&facts.tags);
    let mut setup = ChargedVec::new(cx.budget());
    if let Some(place) = found.setup {
        let mut buf = cx.buf(usize::try_from(place.length).unwrap_or(0))?;
        let n = cx.read_full_at(place.offset, &mut buf)?;
        setup.extend(buf.get(..n).unwrap_or_default())?;
    }
    let samples = match found.codec {
        Codec::Pcm(encoding) => Some(Samples::new(cx, encoding, found.channels, data)),
        _ => None,
    };
    Ok(Arc::new(File { cx: cx.clone(), facts, samples, cut, data, setup }))
}

struct File {
    cx: Context,
    facts: crate::Header,
    samples: Option<Samples>,
    cut: Cut,
    data: Span,
    setup: ChargedVec<u8>,
}

impl Container for File {
    fn header(&self) -> &crate::Header {
        &self.facts
    }

    fn packets(&self) -> Result<Box<dyn Packets>> {
        Ok(Box::new(Blocks::new(&self.cx, self.cut, self.data)))
    }

    fn samples(&self, _stream: u32) -> Result<Option<Box<dyn crate::container::Samples>>> {
        let samples = self.samples.clone();
        Ok(samples.map(|samples| Box::new(Run::new(samples)) as _))
    }

    fn is_direct(&self, _stream: u32) -> Result<bool> {
        Ok(self.samples.is_some() && self.cx.is_random())
    }

    fn setup(&self, _stream: u32) -> &[u8] {
        &self.setup
    }
}

/// The sample data that can be read; to the end of whatever comes where nothing tells how many there are.
fn span(found: &Header) -> Span {
    let Some(data) = found.data else { return Span { offset: 0, length: 0 } };
    data.span().unwrap_or(Span { offset: data.offset, length: u64::MAX })
}

fn cut(found: &Header, frames: Option<u32>) -> Cut {
    const PACKET: u64 = 4096;
    if let Codec::Pcm(encoding) = found.codec {
        let width = u64::try_from(encoding.width()).unwrap_or(1);
        let frame = width.saturating_mul(u64::from(found.channels)).max(1);
        let frames = PACKET.checked_div(frame).unwrap_or(1).max(1);
        return Cut {
            bytes: frames.saturating_mul(frame),
            frame_bytes: Some(frame),
            frames: u32::try_from(frames).unwrap_or(u32::MAX),
        };
    }
    let block = codec::block(found);
    let bytes = if block > 1 { block } else { PACKET };
    Cut { bytes, frame_bytes: None, frames: frames.unwrap_or(0) }
}

fn stream(found: &Header, named: codec::Named, data: Span) -> Stream {
    let frame = |bytes: u64| {
        let block = codec::block(found).max(1);
        let frames = u64::from(named.frames.unwrap_or(0));
        let whole = bytes.checked_div(block).unwrap_or(0);
        (frames > 0).then(|| whole.saturating_mul(frames))
    };
    let known = data.length != u64::MAX;
    let counted = frame(data.length).filter(|_| known);
    let claimed = found.data.and_then(|data| data.claimed).and_then(frame);
    let rate = found.sample_rate.round();
    // a rate beyond 32 bits, or none, is no rate
    let rate = if (1.0..=4e9).contains(&rate) { rate as u32 } else { 0 };
    let mask = found.channel_mask.map(Layout).filter(|l| l.channels() == found.channels);
    let mut stream = Stream {
        codec: named.name,
        sample_rate: rate,
        channels: found.channels,
        layout: mask,
        bits_per_raw_sample: Some(found.bits).filter(|&bits| bits > 0),
        bit_rate: found.byte_rate.map(|n| u64::from(n).saturating_mul(8)),
        time_base: (1, rate.max(1)),
        duration: claimed.or(counted),
        start: Some(0),
        frames: counted,
        ..Stream::default()
    };
    match found.codec {
        Codec::Pcm(encoding) => {
            let bits = found.block_align.saturating_mul(8);
            stream.sample_fmt = Some(encoding.sample_fmt());
            stream.bit_rate = Some(bits.saturating_mul(u64::from(rate)));
        }
        _ if named.frames.is_some() => {
            // blocks are filled up; `fact` says how many frames are meant
            if let Some(meant) = found.claimed_frames {
                stream.frames = stream.frames.map(|n| n.min(meant));
                stream.duration = Some(meant);
            }
            stream.sample_fmt = Some("s16p");
        }
        _ => stream.undecodable = Some("a codec that is not decoded in this container"),
    }
    stream
}

fn tags(cx: &Context, found: &Header, facts: &mut crate::Header) -> Result<()> {
    let (mut name, mut value) = (ChargedString::new(cx.budget()), ChargedString::new(cx.budget()));
    for text in found.texts.iter() {
        let source = match text.key {
            Key::Field(_) => TagSource::Bext,
            _ => found.container.tag_source(),
        };
        text.name(cx, &mut name)?;
        text.value(cx, &mut value)?;
        facts.tags.push(source, name.as_str(), value.as_str())?;
    }
    if let Some(frames) = found.time_reference {
        value.clear();
        value.push_decimal(frames)?;
        facts.tags.push(TagSource::Bext, "time_reference", value.as_str())?;
    }
    Ok(())
}

fn cues(cx: &Context, found: &Header, facts: &mut crate::Header) -> Result<()> {
    let mut label = ChargedString::new(cx.budget());
    for cue in found.cues.iter() {
        label.clear();
        if let Some(span) = cue.label {
            text::read(cx, span, &mut label)?;
        }
        let label = facts.texts.push_cut(label.as_str(), 4096)?;
        let (id, length) = (u64::from(cue.id), cue.frames);
        facts.cues.push(CuePoint { id, frame: cue.frame, length, label })?;
    }
    for one in found.loops.iter() {
        let length = one.end.checked_sub(one.start).and_then(|n| n.checked_add(1));
        let label = facts.texts.push("loop")?;
        let (id, frame) = (u64::from(one.id), one.start);
        facts.cues.push(CuePoint { id, frame, length, label })?;
    }
    Ok(())
}
