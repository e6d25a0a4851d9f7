//! Metadata blocks: RFC 9639, 8.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Context, Error, Result, Span};

use super::info::Info;
use crate::comments::{self, PictureFacts};
use crate::findings::Findings;
use crate::input::Input;
use crate::{CuePoint, Defect, Header, Stored};

/// Bytes of a picture's facts that are looked at: two texts and five numbers.
const PICTURE: usize = 64 << 10;
/// The most blocks that are looked at.
const MOST: usize = 10_000;

/// What metadata blocks say that is not for listing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meta {
    /// The stream's parameters.
    pub(super) info: Info,
    /// Where they stand.
    pub(super) block: Span,
    /// Where the first frame is due.
    pub(super) end: u64,
}

/// Reads all blocks from `offset` on, where `fLaC` stands. The table of places is passed over: a guess and a frame's header say as
/// much, and cannot be wrong.
pub(super) fn read(
    cx: &Context,
    offset: u64,
    header: &mut Header,
    findings: &Findings,
) -> Result<Meta> {
    let mut input = Input::new(cx, offset.saturating_add(4), u64::MAX);
    let mut found: Option<(Info, Span)> = None;
    for count in 0..MOST {
        let start = input.pos();
        let Some(word) = input.u32_be()? else {
            let what = "the file ends before the last metadata block";
            return match found {
                Some((info, block)) => {
                    note(findings, start, what.to_owned())?;
                    Ok(Meta { info, block, end: start })
                }
                None => Err(Error::truncated(start, what)),
            };
        };
        let (last, kind) = (word >> 31 == 1, (word >> 24) & 0x7f);
        let length = u64::from(word & 0xff_ffff);
        let body = Span { offset: input.pos(), length };
        if count == 0 && kind != 0 {
            note(
                findings,
                start,
                format!("first metadata block: expected STREAMINFO, found type {kind}"),
            )?;
        }
        match kind {
            0 if found.is_none() => found = Some((streaminfo(&mut input, body)?, body)),
            0 => note(findings, start, "a second STREAMINFO".to_owned())?,
            4 => {
                let mut within = Input::new(cx, body.offset, body.end());
                comments::read(cx, &mut within, header, findings)?;
            }
            5 => cuesheet(cx, body, header)?,
            6 => picture(cx, body, header, findings)?,
            // padding, data of applications, the table of places
            1..=3 => {}
            127 => {
                let what = "metadata block of type 127, which is forbidden";
                return Err(Error::malformed(start, what));
            }
            _ => {
                let what = format!("metadata block of type {kind}");
                findings.note(start, Defect::Unread { what })?;
            }
        }
        input.go(body.end());
        if last {
            break;
        }
    }
    let (info, block) =
        found.ok_or_else(|| Error::malformed(offset, "no metadata block STREAMINFO"))?;
    Ok(Meta { info, block, end: input.pos() })
}

fn note(findings: &Findings, offset: u64, what: String) -> Result<()> {
    findings.note(offset, Defect::Header { clause: "RFC 9639, 8", what })
}

fn streaminfo(input: &mut Input, body: Span) -> Result<Info> {
    let length = body.length;
    let bytes = input.peek(usize::try_from(length.min(34)).unwrap_or(34))?;
    let Some(info) = Info::parse(bytes) else {
        let found = bytes.len();
        let what = format!("STREAMINFO: expected 34 bytes, found {found} of {length}");
        return Err(Error::truncated(body.offset, what));
    };
    if info.bits < 4 {
        let what = format!("bits of a sample: expected 4 to 32, found {}", info.bits);
        return Err(Error::malformed(body.offset.saturating_add(12), what));
    }
    Ok(info)
}

/// Tells a picture's facts and where its bytes stand (8.8).
fn picture(cx: &Context, body: Span, header: &mut Header, findings: &Findings) -> Result<()> {
    let mut input = Input::new(cx, body.offset, body.end());
    let want = usize::try_from(body.length).unwrap_or(usize::MAX).min(PICTURE);
    let mut facts = PictureFacts::parse(input.peek(want.min(4096))?);
    if facts.is_none() && want > 4096 {
        facts = PictureFacts::parse(input.peek(want)?);
    }
    let Some(facts) = facts else {
        return note(findings, body.offset, "PICTURE: its facts do not fit the block".to_owned());
    };
    let skip = u64::from(facts.header);
    let length = u64::from(facts.length);
    let room = body.length.saturating_sub(skip);
    if length > room {
        let what = format!("PICTURE: {length} bytes expected (found {room})");
        note(findings, body.offset, what)?;
    }
    let span = Span { offset: body.offset.saturating_add(skip), length: length.min(room) };
    facts.list(header, span, Stored::Plain)
}

/// Tells the tracks of a cuesheet (8.7): 396 bytes, then for each track 36 and 12 for each of its index points.
fn cuesheet(cx: &Context, body: Span, header: &mut Header) -> Result<()> {
    let mut input = Input::new(cx, body.offset.saturating_add(395), body.end());
    let Some([tracks]) = input.array::<1>()? else { return Ok(()) };
    for _ in 0..tracks {
        let Some(track) = input.array::<36>()? else { break };
        let [a, b, c, d, e, f, g, h, number, ..] = track;
        let points = track.last().copied().unwrap_or(0);
        let frame = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        // the lead-out (8.7.1)
        let label = match number {
            170 | 255 => "lead-out".to_owned(),
            n => format!("track {n}"),
        };
        let label = header.texts.push(&label)?;
        header.cues.push(CuePoint { id: u64::from(number), frame, length: None, label })?;
        input.skip(u64::from(points).saturating_mul(12));
    }
    Ok(())
}
