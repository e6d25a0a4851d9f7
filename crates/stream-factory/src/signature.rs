//! What the first bytes say, for formats whose own crate is not there to be asked.

use stream_core::Confidence::{self, Certain, Likely, No, Possible};

fn at(head: &[u8], offset: usize, magic: &[u8]) -> bool {
    head.get(offset..).is_some_and(|rest| rest.starts_with(magic))
}

fn has(head: &[u8], needle: &[u8]) -> bool {
    head.windows(needle.len().max(1)).any(|w| w == needle)
}

/// PS3.10, 7.1: 128 bytes of preamble, then `DICM`.
pub(crate) fn dicom(head: &[u8]) -> Confidence {
    if at(head, 128, b"DICM") { Certain } else { No }
}

/// FITS 4.0, 4.4.1.1: the first keyword is `SIMPLE`, with its value in fixed format.
pub(crate) fn fits(head: &[u8]) -> Confidence {
    if at(head, 0, b"SIMPLE  =") { Certain } else { No }
}

/// What an HDF5 file begins with, unless a user block stands before it.
pub(crate) const HDF5: &[u8; 8] = b"\x89HDF\r\n\x1a\n";

fn has_hdf5_signature(head: &[u8]) -> bool {
    [0, 512, 1024, 2048].iter().any(|&o| at(head, o, HDF5))
}

/// Left by the netCDF library since 4.4.1.
const NC_PROPERTIES: &[u8] = b"_NCProperties";

/// HDF5 file format 3.0, II.A: the signature at 0, 512, 1024, 2048 and so on. It may be netCDF's.
pub(crate) fn hdf5(head: &[u8]) -> Confidence {
    if has_hdf5_signature(head) { Likely } else { No }
}

/// NetCDF classic: `CDF` and version 1, 2 or 5. NetCDF-4 is HDF5: certain where netCDF wrote it, else as sure of it as HDF5 itself,
/// and the extension breaks the tie.
pub(crate) fn netcdf(head: &[u8]) -> Confidence {
    let classic = at(head, 0, b"CDF") && matches!(head.get(3), Some(1 | 2 | 5));
    match has_hdf5_signature(head) {
        _ if classic => Certain,
        true if has(head, NC_PROPERTIES) => Certain,
        true => Likely,
        false => No,
    }
}

/// RIFF/RF64 WAVE, AIFF, CAF, FLAC, Ogg without Theora, ID3, MPEG audio, ADTS, MP4 with an audio brand.
pub(crate) fn audio(head: &[u8]) -> Confidence {
    let riff = at(head, 0, b"RIFF") || at(head, 0, b"RF64") || at(head, 0, b"BW64");
    let aiff = at(head, 0, b"FORM") && (at(head, 8, b"AIFF") || at(head, 8, b"AIFC"));
    let mp4 = at(head, 4, b"ftypM4A") || at(head, 4, b"ftypM4B");
    if (riff && at(head, 8, b"WAVE")) || aiff || mp4 || at(head, 0, b"fLaC") || at(head, 0, b"caff")
    {
        return Certain;
    }
    if at(head, 0, b"OggS") && !has(head, b"\x80theora") {
        return Certain;
    }
    if at(head, 0, b"\x1a\x45\xdf\xa3") {
        return if has(head, b"A_") && !has(head, b"V_") { Certain } else { Possible };
    }
    if at(head, 0, b"ID3") {
        return Likely;
    }
    // ISO 11172-3, 2.4.2.3: eleven bits of sync, a layer, a bit rate and a sampling rate that are not reserved
    match head {
        [0xff, b1, b2, ..] if b1 & 0xe0 == 0xe0 && b1 & 0x18 != 0x08 => {
            let layer = b1 & 0x06;
            let sound = (layer == 0 && b1 & 0xf6 == 0xf0)
                || (layer != 0 && b2 >> 4 != 15 && b2 & 0x0c != 0x0c);
            if sound { Possible } else { No }
        }
        _ => No,
    }
}

/// ISO base media and QuickTime, Matroska and WebM, AVI, MPEG-TS and PS, FLV, Ogg with Theora.
pub(crate) fn video(head: &[u8]) -> Confidence {
    let mp4 = at(head, 4, b"ftyp")
        || at(head, 4, b"moov")
        || at(head, 4, b"mdat")
        || at(head, 4, b"wide");
    let avi = at(head, 0, b"RIFF") && at(head, 8, b"AVI ");
    let ogg = at(head, 0, b"OggS") && has(head, b"\x80theora");
    if avi || ogg || at(head, 0, b"FLV\x01") || at(head, 0, b"\0\0\x01\xba") {
        return Certain;
    }
    if mp4 {
        return if audio(head) == Certain { No } else { Certain };
    }
    if at(head, 0, b"\x1a\x45\xdf\xa3") {
        return if has(head, b"A_") && !has(head, b"V_") { Possible } else { Certain };
    }
    // ISO 13818-1, 2.4.3.2: a sync byte every 188 bytes (192 with the time stamps of m2ts)
    let every = |start: usize, step: usize| {
        let syncs = head.iter().skip(start).step_by(step).take(4);
        syncs.clone().count() == 4 && syncs.into_iter().all(|&b| b == 0x47)
    };
    if every(0, 188) || every(4, 192) { Certain } else { No }
}

/// WebVTT, 4.1: `WEBVTT` after an optional byte order mark, then white space or the end.
pub(crate) fn vtt(head: &[u8]) -> Confidence {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    match text.strip_prefix(b"WEBVTT") {
        Some([] | [b' ' | b'\t' | b'\r' | b'\n', ..]) => Certain,
        _ => No,
    }
}

/// Any bytes are binary.
pub(crate) fn anything(_head: &[u8]) -> Confidence {
    Possible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hdf5_file_that_netcdf_wrote_is_netcdf() {
        let mut head = HDF5.to_vec();
        head.resize(600, 0);
        assert_eq!((hdf5(&head), netcdf(&head)), (Likely, Likely));
        head.extend(NC_PROPERTIES);
        assert_eq!((hdf5(&head), netcdf(&head)), (Likely, Certain));
        assert_eq!(netcdf(b"CDF\x05...."), Certain);
        assert_eq!(netcdf(b"CDF\x04...."), No);
    }

    #[test]
    fn a_user_block_may_stand_before_hdf5() {
        let mut head = vec![0; 512];
        head.extend(HDF5);
        assert_eq!(hdf5(&head), Likely);
    }

    #[test]
    fn sound_and_picture_in_one_container_are_told_apart() {
        assert_eq!(audio(b"RIFF\0\0\0\0WAVEfmt "), Certain);
        assert_eq!(video(b"RIFF\0\0\0\0AVI LIST"), Certain);
        assert_eq!(audio(b"\0\0\0\x20ftypM4A \0\0"), Certain);
        assert_eq!(video(b"\0\0\0\x20ftypisom\0\0"), Certain);
        assert_eq!(audio(b"\x1a\x45\xdf\xa3....A_OPUS"), Certain);
        assert_eq!(video(b"\x1a\x45\xdf\xa3....V_VP9 A_OPUS"), Certain);
    }

    #[test]
    fn webvtt_needs_white_space_after_its_name() {
        assert_eq!(vtt(b"\xef\xbb\xbfWEBVTT\n"), Certain);
        assert_eq!(vtt(b"WEBVTTX"), No);
    }

    #[test]
    fn transport_streams_are_known_by_four_sync_bytes() {
        let mut ts = vec![0; 188 * 4];
        (0..4).for_each(|i| ts[i * 188] = 0x47);
        assert_eq!(video(&ts), Certain);
        assert_eq!(video(&ts[..188 * 3]), No);
    }
}
