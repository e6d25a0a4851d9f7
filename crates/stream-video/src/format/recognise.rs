//! Telling video by its first bytes, without the library.
//!
//! Containers that carry sound alone as well (ISO media, Matroska, Ogg) are video where a track of pictures stands in them that is no
//! attached picture.

use stream_core::Confidence::{self, Certain, Likely, No, Possible};
use stream_core::{Context, Result};

/// Bytes that the second look reads, at most.
const FURTHER: usize = 64 << 10;

/// What the first bytes, up to 4 KiB, say.
pub(super) fn head(head: &[u8]) -> Confidence {
    let at = |offset: usize, magic: &[u8]| {
        head.get(offset..).is_some_and(|rest| rest.starts_with(magic))
    };
    let avi = (at(0, b"RIFF") && (at(8, b"AVI ") || at(8, b"AVIX"))) || at(0, b"ON2 ");
    let flv = at(0, b"FLV\x01");
    // ISO 13818-1, 2.5.3.3: a pack header
    let program = at(0, b"\0\0\x01\xba");
    let mxf = at(0, b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02");
    let nut = at(0, b"nut/multimedia container\0");
    let ivf = at(0, b"DKIF");
    if avi || flv || program || mxf || nut || ivf {
        return Certain;
    }
    if at(0, b"OggS") {
        return ogg(head);
    }
    if at(0, b"\x1a\x45\xdf\xa3") {
        return matroska(head);
    }
    let iso: [&[u8]; 8] = [b"ftyp", b"moov", b"mdat", b"wide", b"pnot", b"styp", b"moof", b"sidx"];
    if iso.iter().any(|kind| at(4, kind)) {
        return iso_brand(head);
    }
    // ASF: its header object
    if at(0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11") {
        return if has(head, ASF_VIDEO) { Certain } else { Possible };
    }
    transport(head)
}

/// What is read beyond the head where that could not tell.
///
/// # Errors
/// What the source says.
pub(super) fn further(cx: &Context, said: Confidence) -> Result<Confidence> {
    if matches!(said, No | Certain) || !cx.is_random() {
        return Ok(said);
    }
    let mut bytes = cx.buf(FURTHER)?;
    let read = cx.read_full_at(0, &mut bytes)?;
    let start = bytes.get(..read).unwrap_or_default();
    if start.starts_with(b"\x1a\x45\xdf\xa3") {
        return Ok(matroska(start));
    }
    if start.starts_with(b"OggS") {
        return Ok(ogg(start));
    }
    if start.starts_with(b"\x30\x26\xb2\x75") {
        return Ok(if has(start, ASF_VIDEO) { Certain } else { said });
    }
    iso_tracks(cx, said)
}

/// ASF, 10.6: the type of a stream of pictures.
const ASF_VIDEO: &[u8] = b"\xc0\xef\x19\xbc\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b";

fn has(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len().max(1)).any(|w| w == needle)
}

/// Codec identifiers (RFC 9559, 5.1.4.1.21) say what tracks carry.
fn matroska(bytes: &[u8]) -> Confidence {
    // the element CodecID with a length of up to 15
    let codec = |letter: u8| {
        bytes.windows(4).any(
            |w| matches!(w, [0x86, length, kind, b'_'] if length & 0xf0 == 0x80 && *kind == letter),
        )
    };
    match (codec(b'V'), codec(b'A')) {
        (true, _) => Certain,
        (false, true) => Possible,
        (false, false) => Likely,
    }
}

/// The first pages of an Ogg file begin its streams (RFC 3533, 4).
fn ogg(bytes: &[u8]) -> Confidence {
    let picture: [&[u8]; 4] = [b"\x80theora", b"BBCD\0", b"OVP80", b"\x01video\0\0\0"];
    if picture.iter().any(|magic| has(bytes, magic)) { Certain } else { No }
}

/// The brand says what a file is made for (ISO/IEC 14496-12, 4.3); a track's handler what it has (8.4.3).
fn iso_brand(bytes: &[u8]) -> Confidence {
    let brand = bytes.get(8..12).filter(|_| bytes.get(4..8) == Some(b"ftyp")).unwrap_or_default();
    if matches!(brand, b"M4A " | b"M4B " | b"M4P " | b"F4A " | b"F4B ") {
        return No;
    }
    // still pictures
    if matches!(brand, b"heic" | b"heix" | b"mif1" | b"avif") {
        return No;
    }
    if handlers(bytes).0 { Certain } else { Likely }
}

/// Whether handlers of tracks of pictures and of sound stand in these bytes.
fn handlers(bytes: &[u8]) -> (bool, bool) {
    let mut found = (false, false);
    for window in bytes.windows(16) {
        // the box's kind, version and flags, pre_defined or QuickTime's component type, the handler
        if let [b'h', b'd', b'l', b'r', _, _, _, _, _, _, _, _, kind @ ..] = window {
            found.0 |= kind == b"vide";
            found.1 |= kind == b"soun";
        }
    }
    found
}

/// Looks into `moov`, wherever it stands, for a track of pictures. Reads at most 64 KiB.
fn iso_tracks(cx: &Context, said: Confidence) -> Result<Confidence> {
    let mut at = 0u64;
    for _ in 0..256 {
        let mut header = [0u8; 16];
        let read = cx.read_full_at(at, &mut header)?;
        let Some((length, kind)) = header.first_chunk().zip(header.get(4..8)).filter(|_| read >= 8)
        else {
            break;
        };
        if kind == b"moov" {
            let mut bytes = cx.buf(FURTHER)?;
            let read = cx.read_full_at(at, &mut bytes)?;
            return Ok(match handlers(bytes.get(..read).unwrap_or_default()) {
                (true, _) => Certain,
                (false, true) => No,
                (false, false) => said,
            });
        }
        let length = match u32::from_be_bytes(*length) {
            0 => break,
            1 => header.last_chunk().map_or(0, |long| u64::from_be_bytes(*long)),
            n => n.into(),
        };
        match at.checked_add(length).filter(|_| length >= 8) {
            Some(next) => at = next,
            None => break,
        }
    }
    Ok(said)
}

/// ISO 13818-1, 2.4.3.2: a sync byte every 188 bytes, 192 with the time stamps of m2ts, 204 with parity.
fn transport(head: &[u8]) -> Confidence {
    let every = |start: usize, step: usize| {
        let syncs = head.iter().skip(start).step_by(step).take(4);
        syncs.clone().count() == 4 && syncs.into_iter().all(|&b| b == 0x47)
    };
    if every(0, 188) || every(4, 192) || every(0, 204) { Certain } else { No }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use stream_core::MemorySource;
    use stream_core::memory::Budget;

    fn hdlr(kind: &[u8]) -> Vec<u8> {
        [&b"\0\0\0\x20hdlr\0\0\0\0\0\0\0\0"[..], kind, &[0; 12]].concat()
    }

    fn looked(bytes: &[u8]) -> Confidence {
        let budget = Budget::new("b", 1 << 20);
        let cx = Context::new(Arc::new(MemorySource::new(bytes)), &budget);
        further(&cx, head(&bytes[..bytes.len().min(4096)])).unwrap()
    }

    #[test]
    fn containers_that_carry_pictures_only_are_certain() {
        for magic in
            [&b"RIFF\0\0\0\0AVI LIST"[..], b"FLV\x01\x05", b"\0\0\x01\xba\x44", b"DKIF\0\0"]
        {
            assert_eq!(head(magic), Certain);
        }
        assert_eq!(head(b"RIFF\0\0\0\0WAVEfmt "), No);
        assert_eq!(head(b"OggS\0\x02................\x01vorbis"), No);
        assert_eq!(head(b"OggS\0\x02................\x80theora"), Certain);
    }

    #[test]
    fn iso_media_is_video_by_its_handlers_wherever_they_stand() {
        let ftyp = b"\0\0\0\x10ftypisom\0\0\0\0";
        assert_eq!(head(ftyp), Likely);
        let far = |kind| {
            let mdat = [&8192u32.to_be_bytes()[..], b"mdat", &[0; 8184]].concat();
            let moov = [&b"\0\0\0\x28moov"[..], &hdlr(kind)].concat();
            [&ftyp[..], &mdat, &moov].concat()
        };
        assert_eq!((looked(&far(b"vide")), looked(&far(b"soun"))), (Certain, No));
        assert_eq!(head(b"\0\0\0\x20ftypM4A \0\0"), No);
    }

    #[test]
    fn matroska_is_video_by_its_codecs() {
        let file = |codec: &[u8]| [b"\x1a\x45\xdf\xa3....\x86\x85", codec].concat();
        assert_eq!((head(&file(b"V_VP9")), head(&file(b"A_OPUS"))), (Certain, Possible));
    }

    #[test]
    fn transport_streams_are_known_by_four_sync_bytes() {
        let mut ts = vec![0; 188 * 4];
        (0..4).for_each(|i| ts[i * 188] = 0x47);
        assert_eq!((transport(&ts), transport(&ts[..188 * 3])), (Certain, No));
    }
}
