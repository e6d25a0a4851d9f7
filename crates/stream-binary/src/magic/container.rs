//! Signatures that take a second look: containers that say inside what they hold, and short marks that a checked field
//! makes sure.

use super::{Magic, at, within};

pub(super) fn look(head: &[u8]) -> Option<Magic> {
    let looks = [zip, riff, iso_media, matroska, ogg, elf, mach_o, dos, bmp, mpeg_audio, mpeg_ts];
    looks.iter().find_map(|look| look(head))
}

/// PKWARE APPNOTE 4.3.7: a local file header, whose name tells the document kinds. `mimetype` comes first and stored in OpenDocument
/// (1.3 part 2, 3.3) and EPUB (OCF 3.3, 4.2).
fn zip(head: &[u8]) -> Option<Magic> {
    if at(head, 0, b"PK\x05\x06") || at(head, 0, b"PK\x07\x08") {
        return Some(Magic::new("application/zip", "ZIP archive, empty or in parts"));
    }
    if !at(head, 0, b"PK\x03\x04") {
        return None;
    }
    const STORED: &[(&[u8], Magic)] = &[
        (b"application/epub+zip", Magic::new("application/epub+zip", "EPUB book")),
        (
            b"application/vnd.oasis.opendocument.text",
            Magic::new("application/vnd.oasis.opendocument.text", "OpenDocument text"),
        ),
        (
            b"application/vnd.oasis.opendocument.spreadsheet",
            Magic::new(
                "application/vnd.oasis.opendocument.spreadsheet",
                "OpenDocument spreadsheet",
            ),
        ),
        (
            b"application/vnd.oasis.opendocument.presentation",
            Magic::new(
                "application/vnd.oasis.opendocument.presentation",
                "OpenDocument presentation",
            ),
        ),
        (
            b"application/vnd.oasis.opendocument.graphics",
            Magic::new("application/vnd.oasis.opendocument.graphics", "OpenDocument drawing"),
        ),
    ];
    // the name is 8 bytes at 30; without an extra field the content follows
    if at(head, 30, b"mimetype") {
        let stored = STORED.iter().find(|(media_type, _)| at(head, 38, media_type));
        if let Some((_, magic)) = stored {
            return Some(*magic);
        }
    }
    const NAMED: &[(&[u8], Magic)] = &[
        (
            b"word/",
            Magic::new(
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                "Word document",
            ),
        ),
        (
            b"xl/",
            Magic::new(
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "Excel workbook",
            ),
        ),
        (
            b"ppt/",
            Magic::new(
                "application/vnd.openxmlformats-officedocument.presentationml.presentation",
                "PowerPoint presentation",
            ),
        ),
        (b"META-INF/", Magic::new("application/java-archive", "Java archive")),
        (
            b"AndroidManifest.xml",
            Magic::new("application/vnd.android.package-archive", "Android package"),
        ),
    ];
    let found = NAMED.iter().find(|(name, _)| names(head).any(|n| n.starts_with(name)));
    let magic = found.map(|(_, magic)| *magic);
    // Office's first part is the list of types; where the parts' names lie further on, it is all there is
    if magic.is_none() && at(head, 30, b"[Content_Types].xml") {
        return Some(Magic::new("application/zip", "Office Open XML document"));
    }
    if magic.is_none() && names(head).any(|n| n.ends_with(b".npy")) {
        return Some(Magic::new("application/x-npz", "NumPy archive"));
    }
    Some(magic.unwrap_or(Magic::new("application/zip", "ZIP archive")))
}

/// The names in the local headers that the head shows, found by their signature: the sizes in them may be missing.
fn names(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    head.windows(4).enumerate().filter(|(_, window)| *window == b"PK\x03\x04").filter_map(
        |(start, _)| {
            let header = head.get(start..)?;
            let length = header.get(26..28)?.try_into().ok().map(u16::from_le_bytes)?;
            let name = header.get(30..)?;
            Some(name.get(..usize::from(length)).unwrap_or(name))
        },
    )
}

/// Microsoft and IBM, "Multimedia Programming Interface" 1.0; RF64 is EBU 3306, W64 Sony's. AIFF is the same in big-endian.
fn riff(head: &[u8]) -> Option<Magic> {
    let kind = head.get(8..12)?;
    if at(head, 0, b"RIFF") || at(head, 0, b"RF64") || at(head, 0, b"BW64") {
        return Some(match kind {
            b"WAVE" => Magic::new("audio/wav", "WAVE audio"),
            b"AVI " => Magic::new("video/x-msvideo", "AVI video"),
            b"WEBP" => Magic::new("image/webp", "WebP image"),
            _ => Magic::new("application/x-riff", "RIFF container"),
        });
    }
    if at(head, 0, b"FORM") {
        return match kind {
            b"AIFF" => Some(Magic::new("audio/aiff", "AIFF audio")),
            b"AIFC" => Some(Magic::new("audio/aiff", "AIFF-C audio")),
            _ => None,
        };
    }
    None
}

/// ISO/IEC 14496-12 4.3: the first box is `ftyp`, its major brand tells the kind (mp4ra.org). QuickTime files may start otherwise.
fn iso_media(head: &[u8]) -> Option<Magic> {
    let kind = head.get(4..8)?;
    if kind != b"ftyp" {
        let movie = [&b"moov"[..], b"mdat", b"wide"].contains(&kind)
            && (at(head, 12, b"mvhd") || at(head, 12, b"mdat") || kind == b"mdat");
        return movie.then_some(Magic::new("video/quicktime", "QuickTime movie"));
    }
    Some(match head.get(8..12)? {
        b"qt  " => Magic::new("video/quicktime", "QuickTime movie"),
        b"M4A " | b"M4B " => Magic::new("audio/mp4", "MPEG-4 audio"),
        b"M4V " => Magic::new("video/x-m4v", "MPEG-4 video (Apple)"),
        b"avif" | b"avis" => Magic::new("image/avif", "AVIF image"),
        b"heic" | b"heix" | b"hevc" | b"hevx" => Magic::new("image/heic", "HEIC image"),
        b"mif1" | b"msf1" => Magic::new("image/heif", "HEIF image"),
        b"crx " => Magic::new("image/x-canon-cr3", "Canon raw image"),
        brand if brand.starts_with(b"3g2") => Magic::new("video/3gpp2", "3GPP2 media"),
        brand if brand.starts_with(b"3g") => Magic::new("video/3gpp", "3GPP media"),
        _ => Magic::new("video/mp4", "MPEG-4 media"),
    })
}

/// RFC 8794 (EBML), RFC 9559 (Matroska): the DocType stands in the header.
fn matroska(head: &[u8]) -> Option<Magic> {
    if !at(head, 0, b"\x1a\x45\xdf\xa3") {
        return None;
    }
    let header = head.get(..64).unwrap_or(head);
    Some(match within(header, b"webm") {
        true => Magic::new("video/webm", "WebM media"),
        false => Magic::new("video/matroska", "Matroska media"),
    })
}

/// RFC 3533; the first packet tells the codec (RFC 5334).
fn ogg(head: &[u8]) -> Option<Magic> {
    if !at(head, 0, b"OggS") {
        return None;
    }
    let page = head.get(..128).unwrap_or(head);
    Some(match () {
        () if within(page, b"OpusHead") => Magic::new("audio/ogg", "Ogg Opus audio"),
        () if within(page, b"\x01vorbis") => Magic::new("audio/ogg", "Ogg Vorbis audio"),
        () if within(page, b"\x7fFLAC") => Magic::new("audio/ogg", "Ogg FLAC audio"),
        () if within(page, b"Speex   ") => Magic::new("audio/ogg", "Ogg Speex audio"),
        () if within(page, b"\x80theora") => Magic::new("video/ogg", "Ogg Theora video"),
        () => Magic::new("application/ogg", "Ogg container"),
    })
}

/// System V gABI, chapter 4: `e_ident`, then `e_type` in the file's byte order.
fn elf(head: &[u8]) -> Option<Magic> {
    if !at(head, 0, b"\x7fELF") {
        return None;
    }
    let kind: [u8; 2] = head.get(16..18)?.try_into().ok()?;
    let kind = match head.get(5)? {
        2 => u16::from_be_bytes(kind),
        _ => u16::from_le_bytes(kind),
    };
    Some(match kind {
        1 => Magic::new("application/x-object", "ELF object"),
        2 => Magic::new("application/x-executable", "ELF executable"),
        3 => Magic::new("application/x-sharedlib", "ELF shared object or executable"),
        4 => Magic::new("application/x-coredump", "ELF core dump"),
        _ => Magic::new("application/x-elf", "ELF file"),
    })
}

/// Apple's `mach-o/loader.h` and `mach-o/fat.h`. Java classes share the fat signature: their next four bytes are a version of 45 or
/// more, a fat file's the number of its parts.
fn mach_o(head: &[u8]) -> Option<Magic> {
    let marks: [&[u8]; 4] =
        [b"\xfe\xed\xfa\xce", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xcf\xfa\xed\xfe"];
    if marks.iter().any(|mark| head.starts_with(mark)) {
        return Some(Magic::new("application/x-mach-binary", "Mach-O binary"));
    }
    if at(head, 0, b"\xca\xfe\xba\xbe") {
        let next: [u8; 4] = head.get(4..8)?.try_into().ok()?;
        return Some(match u32::from_be_bytes(next) {
            n if n < 40 => Magic::new("application/x-mach-binary", "Mach-O universal binary"),
            _ => Magic::new("application/java-vm", "Java class"),
        });
    }
    None
}

/// Microsoft's "PE Format": `MZ`, and at the offset in 0x3c `PE\0\0`.
fn dos(head: &[u8]) -> Option<Magic> {
    if !at(head, 0, b"MZ") {
        return None;
    }
    let offset = head.get(60..64)?.try_into().ok().map(u32::from_le_bytes)?;
    let pe = usize::try_from(offset).is_ok_and(|offset| at(head, offset, b"PE\0\0"));
    Some(match pe {
        true => Magic::new("application/vnd.microsoft.portable-executable", "Windows executable"),
        false => Magic::new("application/x-dosexec", "DOS executable"),
    })
}

/// Microsoft's BITMAPFILEHEADER: two letters are too few, so that the reserved zeros and the size of the next header must fit too.
fn bmp(head: &[u8]) -> Option<Magic> {
    let header = head.get(14).copied()?;
    let sizes = [12, 40, 52, 56, 64, 108, 124];
    let fits = at(head, 0, b"BM") && at(head, 6, &[0; 4]) && sizes.contains(&header);
    fits.then_some(Magic::new("image/bmp", "BMP image"))
}

/// ISO/IEC 11172-3 2.4.1.3 and ADTS (14496-3 1.A.2.2): eleven or twelve bits of sync, and no reserved values after it.
fn mpeg_audio(head: &[u8]) -> Option<Magic> {
    let &[first, second, third, ..] = head else { return None };
    // 0xfffe would be layer I with a checksum, which nobody wrote; it is UTF-16's byte order mark
    if first != 0xff || second & 0xe0 != 0xe0 || second == 0xfe {
        return None;
    }
    if second & 0xf6 == 0xf0 {
        // the sampling frequency's index is at most 12
        return ((third >> 2) & 15 <= 12).then_some(Magic::new("audio/aac", "AAC audio (ADTS)"));
    }
    let reserved = second & 0x18 == 0x08 || second & 6 == 0;
    let wrong = third >> 4 == 15 || third >> 4 == 0 || third & 0x0c == 0x0c;
    (!reserved && !wrong).then_some(Magic::new("audio/mpeg", "MPEG audio"))
}

/// ISO/IEC 13818-1 2.4.3.2: a sync byte every 188 bytes; with M2TS' time stamp of four bytes every 192.
fn mpeg_ts(head: &[u8]) -> Option<Magic> {
    let synced = |first: usize, distance: usize| {
        let mut syncs = head.iter().skip(first).step_by(distance).take(4);
        syncs.len() >= 3 && syncs.all(|byte| *byte == 0x47)
    };
    (synced(0, 188) || synced(4, 192)).then_some(Magic::new("video/mp2t", "MPEG transport stream"))
}
