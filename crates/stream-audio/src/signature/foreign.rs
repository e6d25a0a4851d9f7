//! Sound that is recognised here and not read: FFmpeg reads it, where that is at hand.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::Confidence::{self, Certain, Likely, No};

/// ASF, 10.1: the header object, and the types of streams of sound and of pictures (10.6).
const ASF: &[u8] = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11";
const ASF_SOUND: &[u8] = b"\x40\x9e\x69\xf8\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b";
const ASF_PICTURES: &[u8] = b"\xc0\xef\x19\xbc\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b";

/// The name of what `head` begins.
pub(crate) fn name(head: &[u8]) -> Option<&'static str> {
    let marks: [(&[u8], &'static str); 11] = [
        (b"#!AMR", "AMR"),
        (ASF, "ASF"),
        (b"MAC ", "Monkey's Audio"),
        (b"wvpk", "WavPack"),
        (b"TTA1", "True Audio"),
        (b"MPCK", "Musepack"),
        (b"MP+", "Musepack"),
        (b"tBaK", "TAK"),
        (b"DSD ", "DSF"),
        (b".snd\0", "Sun audio"),
        (b"Creative Voice File\x1a", "Creative Voice"),
    ];
    let found = marks.iter().find(|(mark, _)| head.starts_with(mark));
    found.map(|(_, name)| *name).or_else(|| w64(head).then_some("Wave64"))
}

/// Wave64 begins with a GUID that begins with the letters of RIFF.
fn w64(head: &[u8]) -> bool {
    head.starts_with(b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00")
}

/// How sure the first bytes make it that a file is such sound.
pub(crate) fn sniff(head: &[u8]) -> Confidence {
    let has = |needle: &[u8]| head.windows(needle.len()).any(|found| found == needle);
    match name(head) {
        None => No,
        // pictures may be told of behind the head
        Some("ASF") if has(ASF_SOUND) && !has(ASF_PICTURES) => Likely,
        Some("ASF") => No,
        Some(_) => Certain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_ffmpeg_reads_is_recognised() {
        assert_eq!((name(b"#!AMR\n"), sniff(b"#!AMR-WB\n")), (Some("AMR"), Certain));
        assert_eq!((name(b"fLaC"), sniff(b"fLaC")), (None, No));
        let sound = [ASF, &[0; 40], ASF_SOUND].concat();
        assert_eq!(sniff(&sound), Likely);
        assert_eq!(sniff(&[&sound[..], ASF_PICTURES].concat()), No);
    }
}
