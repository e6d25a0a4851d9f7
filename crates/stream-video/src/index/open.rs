//! Which reader of tables a file is for.

use stream_core::{Context, Error, ErrorKind, Result};

use crate::packets::Packets;
use crate::{avi, isobmff, matroska};

/// The reader of tables that lists the packets of a file exactly as FFmpeg's demuxer would; `None` where that is left to the demuxer.
///
/// # Errors
/// `OverBudget`, `Cancelled`, `Io`: what the demuxer would meet as well.
pub(crate) fn open(cx: &Context) -> Result<Option<Box<dyn Packets>>> {
    if !cx.is_random() || cx.source().size().is_none() {
        return Ok(None);
    }
    let mut start = [0u8; 12];
    let found = cx.read_full_at(0, &mut start)?;
    let start = start.get(..found).unwrap_or_default();
    let opened = match (start.get(..4), start.get(4..8)) {
        (Some([0x1a, 0x45, 0xdf, 0xa3]), _) => {
            matroska::Reader::open(cx).map(|r| boxed(r.refusal().is_none(), r))
        }
        (Some(b"RIFF"), _) => avi::Reader::open(cx).map(|r| boxed(r.refusal().is_none(), r)),
        (
            _,
            Some(b"ftyp" | b"moov" | b"wide" | b"free" | b"skip" | b"mdat" | b"pnot" | b"styp"),
        ) => isobmff::Reader::open(cx).map(|r| boxed(r.refusal().is_none(), r)),
        _ => return Ok(None),
    };
    match opened {
        Ok(reader) => Ok(reader),
        Err(e) => match e.kind() {
            ErrorKind::Malformed
            | ErrorKind::Truncated
            | ErrorKind::Unsupported
            | ErrorKind::Unrecognized => Ok(None),
            _ => Err(e),
        },
    }
}

/// The error for what has no tables that could be read.
pub(crate) fn unrecognized(message: &'static str) -> Error {
    Error::new(ErrorKind::Unrecognized, message)
}

/// The size of a source that can be read anywhere.
///
/// # Errors
/// `Unrecognized` for another.
pub(crate) fn size_of(cx: &Context) -> Result<u64> {
    let size = cx.source().size().filter(|_| cx.is_random());
    size.ok_or_else(|| unrecognized("a source that cannot be read anywhere has no tables to go by"))
}

fn boxed(listed: bool, reader: impl Packets + 'static) -> Option<Box<dyn Packets>> {
    listed.then(|| -> Box<dyn Packets> { Box::new(reader) })
}
