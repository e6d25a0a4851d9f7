//! The format's one static value: how it is called, recognised and opened.

use stream_core::{
    Confidence, Context, Descriptor, Error, ErrorKind, Format, Needs, Reader, Result, Setting,
};

use crate::adapter::Adapter;
use crate::parse::{encoding, is_signature, is_subrip};
use crate::{Dialect, Options, Recovery};

/// WebVTT and SubRip.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vtt;

static DESCRIPTOR: Descriptor = Descriptor {
    name: "vtt",
    title: "WebVTT",
    extensions: &["vtt", "webvtt", "srt"],
    media_types: &["text/vtt", "application/x-subrip"],
    reads: "WebVTT (W3C, all of the parser's rules) and SubRip: header, styles, regions, notes, cues and their text",
    needs: Needs::Forward,
    // the thousand diagnostics and five hundred places that are kept
    overhead: 192 << 10,
    settings: &[
        Setting {
            name: "vtt.recovery",
            about: "on: read what real files do wrong as it was meant (default: off)",
        },
        Setting { name: "vtt.dialect", about: "auto, webvtt or subrip (default: auto)" },
        Setting {
            name: "vtt.plain",
            about: "on: cues tell their text without markup as well (default: off)",
        },
        Setting {
            name: "verify",
            about: "on: the markup of cues is checked as well (default: off; on in check)",
        },
    ],
};

impl Format for Vtt {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn sniff(&self, head: &[u8]) -> Confidence {
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        if is_signature(text) {
            return Confidence::Certain;
        }
        if encoding(head).is_some() {
            // told apart from other text only to be refused with a reason
            let latin = head.iter().filter(|b| !matches!(b, 0 | 0xfe | 0xff)).take(6);
            let signature = latin.eq(b"WEBVTT");
            return if signature { Confidence::Likely } else { Confidence::No };
        }
        match is_subrip(text, head.len() < HEAD, HEAD) {
            Some(true) => Confidence::Likely,
            // cues without a signature, which recovery reads
            _ if has_arrow_line(text) => Confidence::Possible,
            _ => Confidence::No,
        }
    }

    fn probe(&self, _: &Context, head: Confidence) -> Result<Confidence> {
        Ok(head)
    }

    fn open(&self, cx: Context) -> Result<Box<dyn Reader>> {
        let options = options(&cx)?;
        Ok(Box::new(Adapter::open(cx, options).map_err(|e| e.with_format(DESCRIPTOR.name))?))
    }
}

/// The most that a head has; a shorter one is the whole file.
const HEAD: usize = 4096;

fn has_arrow_line(text: &[u8]) -> bool {
    !text.contains(&0) && memchr::memmem::find(text, b" --> ").is_some()
}

/// The settings of a context as options.
fn options(cx: &Context) -> Result<Options> {
    let wrong = |name: &str, found: &str, expected: &str| {
        let message = format!("setting {name}: expected {expected}, found {found}");
        Err(Error::new(ErrorKind::Request, message).with_format(DESCRIPTOR.name))
    };
    let mut options = Options::default();
    if cx.switched_on("vtt.recovery") {
        options = options.with_recovery(Recovery::On);
    }
    match cx.setting("vtt.dialect") {
        None | Some("auto") => {}
        Some("webvtt") => options = options.with_dialect(Dialect::WebVtt),
        Some("subrip") => options = options.with_dialect(Dialect::SubRip),
        Some(other) => return wrong("vtt.dialect", other, "auto, webvtt or subrip"),
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_makes_it_certain_and_a_subrip_cue_likely() {
        assert_eq!(Vtt.sniff(b"WEBVTT\n"), Confidence::Certain);
        assert_eq!(Vtt.sniff(b"\xef\xbb\xbfWEBVTT FILE\r\n"), Confidence::Certain);
        assert_eq!(Vtt.sniff(b"1\n00:00:00,500 --> 00:00:07,000\nx"), Confidence::Likely);
        assert_eq!(Vtt.sniff(b"00:01.000 --> 00:02.000\nx"), Confidence::Possible);
        for other in [&b""[..], b"WEBVTTx", b"text", b"1", b"\x89PNG\r\n"] {
            assert_eq!(Vtt.sniff(other), Confidence::No);
        }
    }

    #[test]
    fn sixteen_and_thirty_two_bits_are_recognised_to_be_refused() {
        assert_eq!(Vtt.sniff(b"\xff\xfeW\0E\0B\0V\0T\0T\0\n\0"), Confidence::Likely);
        assert_eq!(Vtt.sniff(b"\0W\0E\0B\0V\0T\0T\0\n"), Confidence::Likely);
        assert_eq!(Vtt.sniff(b"\xff\xfe1\0\n\0"), Confidence::No);
    }
}
