//! Which container a file is, by its first bytes, and opening it.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::{Context, Error, ErrorKind, Result};

use crate::container::Container;
use crate::findings::Findings;
use crate::signature::{self, Magic};
use crate::{Header, adts, flac, id3, matroska, mp4, mpa, ogg, pcm};

/// What would help where something is not read or decoded here.
pub(crate) const HELP: &str = "built with feature \"video\", FFmpeg decodes what it can";

/// The highest rate of AAC behind which a stream of twice that rate may hide (ISO 14496-3, 4.6.18: spectral band replication).
const HALVED: u32 = 24_000;

/// Whether some of the file's sound is in a code that is not decoded here, or is more than what is decoded here.
///
/// # Errors
/// `OverBudget`, `Cancelled`, what the source says.
pub(crate) fn lacks_decoder(cx: &Context) -> Result<bool> {
    if !cx.is_random() {
        return Ok(false);
    }
    let mut head = [0; 64];
    let found = cx.read_full_at(0, &mut head)?;
    let head = head.get(..found).unwrap_or_default();
    match signature::magic(head) {
        None => return Ok(signature::foreign::name(head).is_some()),
        // always decoded
        Some(Magic::Flac | Magic::Mpa) => return Ok(false),
        Some(Magic::Id3) => {
            let mut next = [0; 64];
            let found = cx.read_full_at(id3::length(head).unwrap_or(0), &mut next)?;
            if signature::magic(next.get(..found).unwrap_or_default()) != Some(Magic::Adts) {
                return Ok(false);
            }
        }
        Some(_) => {}
    }
    let container = match open(cx, &Findings::new(cx.budget())) {
        Ok(container) => container,
        Err(e) => {
            return match e.kind() {
                ErrorKind::Unsupported => Ok(true),
                ErrorKind::OverBudget | ErrorKind::Cancelled | ErrorKind::Io => Err(e),
                _ => Ok(false),
            };
        }
    };
    Ok(container.header().streams.iter().any(|stream| {
        let opus = stream.codec == "opus" && cfg!(not(feature = "opus"));
        let halved = stream.codec == "aac" && stream.sample_rate <= HALVED;
        stream.undecodable.is_some() || opus || halved
    }))
}

/// Opens a file: reads its header, and where the source can be read anywhere its trailer.
///
/// # Errors
/// `Malformed` where it is no sound, `Unsupported` where its container is not read here, `Passed` where it needs what a
/// source that only goes forward cannot give, `OverBudget`, what reading gives.
pub(crate) fn open(cx: &Context, findings: &Findings) -> Result<Arc<dyn Container>> {
    let mut head = [0; 64];
    let found = cx.read_full_at(0, &mut head)?;
    let head = head.get(..found).unwrap_or_default();
    match signature::magic(head) {
        Some(Magic::Flac) => return flac::open(cx, findings),
        Some(Magic::Ogg) => return ogg::open(cx, findings),
        Some(Magic::Mp4) => return mp4::open(cx, findings),
        Some(Magic::Matroska) => return matroska::open(cx, findings),
        Some(Magic::Wav | Magic::Aiff | Magic::Caf) => return pcm::open(cx, findings),
        Some(Magic::Mpa | Magic::Id3 | Magic::Adts) => {}
        None if found == 0 => return Err(Error::truncated(0, "the file is empty")),
        None => {
            if let Some(name) = signature::foreign::name(head) {
                let message = format!("{name}: not read here; {HELP}");
                return Err(Error::new(ErrorKind::Unsupported, message).at(0));
            }
        }
    }
    let end = cx.source().size().filter(|_| cx.is_random()).unwrap_or(u64::MAX);
    let mut header = Header::new("mp3", cx.budget());
    let mut start = 0;
    // some writers put one tag behind another
    for _ in 0..8 {
        match id3::read(cx, start, end, &mut header, findings)? {
            Some(next) => start = next,
            None => break,
        }
    }
    header.gain.take(&header.tags);
    let mut head = [0; 64];
    let found = cx.read_full_at(start, &mut head)?;
    match signature::magic(head.get(..found).unwrap_or_default()) {
        Some(Magic::Adts) => adts::open(cx, header, start, findings),
        // it reads the tags before it itself
        Some(Magic::Flac) => flac::open(cx, findings),
        _ => mpa::open(cx, header, start, findings),
    }
}
