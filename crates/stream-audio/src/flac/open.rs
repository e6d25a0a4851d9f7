//! A FLAC file as a container.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::{Arc, OnceLock};

use stream_core::{ChargedVec, Context, Error, ErrorKind, Result, Window};

use super::find::{self, Found};
use super::info::Info;
use super::locate::Places;
use super::meta::{self, Meta};
use super::packets::Packets;
use super::run::Run;
use super::verify::Digest;
use crate::container::{self, Container, Samples};
use crate::findings::Findings;
use crate::{Defect, Header, Layout, Stream, Tags, id3};

/// Opens a native FLAC file, behind an ID3v2 tag that some put there.
///
/// # Errors
/// `Unrecognized` for other files; `Malformed` or `Truncated` with the offset where STREAMINFO is not there; `OverBudget`,
/// `Cancelled`, `Io`.
pub(crate) fn open(cx: &Context, findings: &Findings) -> Result<Arc<dyn Container>> {
    let mut header = Header::new("flac", cx.budget());
    let size = cx.source().size().unwrap_or(u64::MAX);
    let mut start = 0u64;
    while let Some(end) = id3::read(cx, start, size, &mut header, findings)? {
        start = end;
    }
    let mut head = [0; 4];
    let found = cx.read_full_at(start, &mut head)?;
    if head.get(..found).is_none_or(|head| head != b"fLaC") {
        return Err(Error::new(ErrorKind::Unrecognized, "no FLAC signature").at(start));
    }
    let meta = meta::read(cx, start, &mut header, findings)?;
    let mut end = size;
    if cx.is_random()
        && let Some(tag) = id3::read_v1(cx, size, &mut header)?
    {
        end = tag;
    }
    header.gain.take(&header.tags);
    header.data_offset = meta.end;
    header.streams.push(stream(&meta.info, &header.tags));
    let mut setup = ChargedVec::new(cx.budget());
    let mut block = [0; 34];
    cx.read_exact_at(meta.block.offset, &mut block)?;
    setup.extend(&block)?;
    let places = Arc::new(places(cx, &meta, end, findings)?);
    let (cx, findings) = (cx.clone(), findings.clone());
    let digest = Arc::new(Digest::default());
    let (info, whole) = (meta.info, OnceLock::new());
    Ok(Arc::new(File { cx, findings, header, info, places, setup, digest, whole }))
}

/// Where frames are, by the first one's header.
fn places(cx: &Context, meta: &Meta, end: u64, findings: &Findings) -> Result<Places> {
    let info = meta.info;
    let mut window = Window::new(cx.clone(), 4096);
    let to = meta.end.saturating_add(64 << 10).min(end);
    // by the first frame, since what STREAMINFO says may be that blocks differ
    let first = find::next(&mut window, &info, meta.end, to, |_| true)?;
    let fixed = match (info.fixed_block(), first) {
        (_, Some(Found { header, .. })) if header.number == 0 && !header.variable => {
            let last = info.total.is_some_and(|total| u64::from(header.block) >= total);
            info.fixed_block().filter(|_| last).unwrap_or(header.block)
        }
        (fixed, _) => fixed.unwrap_or(info.max_block.max(1)),
    };
    if fixed != info.max_block && info.min_block == info.max_block && first.is_some() {
        let what = format!("block size: {} expected (found {fixed})", info.max_block);
        findings.note(meta.block.offset, Defect::Header { clause: "RFC 9639, 8.2", what })?;
    }
    Ok(Places::new(cx, info, fixed, meta.end, end))
}

struct File {
    cx: Context,
    findings: Findings,
    header: Header,
    info: Info,
    places: Arc<Places>,
    setup: ChargedVec<u8>,
    digest: Arc<Digest>,
    whole: OnceLock<bool>,
}

impl File {
    /// Whether the last frame is there and ends where the header says.
    fn ends(&self) -> Result<bool> {
        let Some(last) = self.info.total.and_then(|total| total.checked_sub(1)) else {
            return Ok(false);
        };
        let mut run = Run::new(&self.cx, self.info, &self.places, &self.findings)?;
        run.seek(last)?;
        Ok(run.frame()?.is_some_and(|(sample, ..)| sample == last))
    }

    fn run(&self) -> Result<Run> {
        let run = Run::new(&self.cx, self.info, &self.places, &self.findings)?;
        Ok(match self.cx.switched_on("verify") && self.info.md5.is_some() {
            true => run.with_digest(&self.digest),
            false => run,
        })
    }
}

impl Container for File {
    fn header(&self) -> &Header {
        &self.header
    }

    fn packets(&self) -> Result<Box<dyn container::Packets>> {
        Ok(Box::new(Packets::new(&self.cx, self.info, &self.places)))
    }

    fn samples(&self, _stream: u32) -> Result<Option<Box<dyn Samples>>> {
        Ok(Some(Box::new(self.run()?)))
    }

    /// Where the length is told and the last frame is there: chunks then have their places.
    fn is_direct(&self, _stream: u32) -> Result<bool> {
        if let Some(whole) = self.whole.get() {
            return Ok(*whole);
        }
        if !self.cx.is_random() {
            return Ok(false);
        }
        let whole = self.ends()?;
        Ok(*self.whole.get_or_init(|| whole))
    }

    fn setup(&self, _stream: u32) -> &[u8] {
        &self.setup
    }

    fn verify(&self) -> Result<()> {
        let Some(expected) = self.info.md5 else {
            let what = "digest of the samples, which STREAMINFO lacks".to_owned();
            return self.findings.note(self.places.start, Defect::Unread { what });
        };
        if self.digest.found().is_none() && self.cx.is_random() {
            let mut run = self.run()?;
            while let Some((_, decoder, taken)) = run.frame()? {
                let left = decoder.block().saturating_sub(taken);
                run.take(left);
            }
        }
        match self.digest.found() {
            Some(found) if found == expected => Ok(()),
            // samples that are missing were noted; the digest of the rest cannot fit
            _ => self.findings.note(self.places.start, Defect::Checksum { of: "md5" }),
        }
    }
}

fn stream(info: &Info, tags: &Tags) -> Stream {
    let channels = u32::from(info.channels);
    let told = tags.iter().find(|tag| tag.verbatim.eq_ignore_ascii_case(MASK));
    let told = told.and_then(|tag| {
        let digits = tag.value.trim().strip_prefix("0x")?;
        u32::from_str_radix(digits, 16).ok().map(Layout)
    });
    let told = told.filter(|layout| layout.channels() == channels);
    Stream {
        codec: "flac",
        sample_rate: info.rate,
        channels,
        layout: told.or(layout(channels)),
        sample_fmt: Some(if info.bits > 16 { "s32" } else { "s16" }),
        bits_per_raw_sample: Some(u32::from(info.bits)),
        time_base: (1, info.rate.max(1)),
        duration: info.total,
        start: Some(0),
        frames: info.total,
        ..Stream::default()
    }
}

/// The comment that says where channels stand when they stand otherwise (8.6.2).
const MASK: &str = "WAVEFORMATEXTENSIBLE_CHANNEL_MASK";

/// RFC 9639, 9.1.3: what one to eight channels are.
fn layout(channels: u32) -> Option<Layout> {
    Some(Layout(match channels {
        1 => 0x4,
        2 => 0x3,
        3 => 0x7,
        4 => 0x33,
        5 => 0x607,
        6 => 0x60f,
        7 => 0x70f,
        8 => 0x63f,
        _ => return None,
    }))
}
