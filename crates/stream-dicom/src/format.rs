//! What DICOM is called and how it is recognised.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{
    Confidence, Context, Descriptor, ErrorKind, Format, Needs, Reader, Result, Setting,
};

use crate::adapter::Adapter;
use crate::header::{self, ITEM, Stated, UNDEFINED};
use crate::meta::syntax;
use crate::reader::is_element;
use crate::{Element, Encoding, Options, dictionary};

/// DICOM as a [`stream_core::Format`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Dicom;

static DESCRIPTOR: Descriptor = Descriptor {
    name: "dicom",
    title: "DICOM",
    extensions: &["dcm", "dicom", "dic", "ima"],
    media_types: &["application/dicom"],
    reads: "DICOM files (PS3.10) and bare data sets, every transfer syntax of PS3.5",
    needs: Needs::Forward,
    // the registry of elements is indexed twice when a keyword is first asked for (5,200 entries), that of transfer
    // syntaxes once; a text of at most three times the value limit is decoded beside the budget
    overhead: 768 * 1024,
    settings: &[
        Setting {
            name: "dicom.value_limit",
            about: "keeps values up to this many bytes as field `value` (default 1024)",
        },
        Setting {
            name: "dicom.max_depth",
            about: "follows at most this many items nested in one another (default 1024)",
        },
    ],
};

impl Format for Dicom {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn sniff(&self, head: &[u8]) -> Confidence {
        if head.get(128..).is_some_and(|rest| rest.starts_with(b"DICM")) {
            return Confidence::Certain;
        }
        if head.starts_with(b"DICM") && elements(head.get(4..).unwrap_or_default()) > 0 {
            return Confidence::Likely;
        }
        match elements(head) {
            0 | 1 => Confidence::No,
            2 | 3 => Confidence::Possible,
            _ => Confidence::Likely,
        }
    }

    fn probe(&self, cx: &Context, head: Confidence) -> Result<Confidence> {
        // a bare data set whose first values are longer than the head: walked over, not read
        let mut first = [0; 16];
        if head >= Confidence::Likely || !cx.is_random() {
            return Ok(head);
        }
        let found = cx.read_full_at(0, &mut first)?;
        if !is_element(first.get(..found).unwrap_or_default()) {
            return Ok(head);
        }
        let options = Options::default().with_read_ahead(1024).with_value_limit(64);
        let walk = || -> Result<usize> {
            let mut reader = crate::Reader::with_options(cx.clone(), options)?;
            let mut element = Element::new(cx);
            let mut count = 0usize;
            while count < ENOUGH && reader.read_element(&mut element)? {
                let known = element.keyword().is_some() || element.creator().is_some();
                let sound = known && element.place().is_none();
                if !sound && element.kind() != crate::ElementKind::Item {
                    break;
                }
                count = count.saturating_add(1);
            }
            Ok(count)
        };
        match walk() {
            Ok(count) if count >= ENOUGH => Ok(Confidence::Likely.max(head)),
            Err(e)
                if matches!(
                    e.kind(),
                    ErrorKind::Cancelled | ErrorKind::Io | ErrorKind::OverBudget
                ) =>
            {
                Err(e)
            }
            // bytes of another format, or too few elements to say
            _ => Ok(head),
        }
    }

    fn open(&self, cx: Context) -> Result<Box<dyn Reader>> {
        Ok(Box::new(Adapter::open(cx)?))
    }
}

/// Elements in order that no other format starts with.
const ENOUGH: usize = 6;

/// How many elements of increasing, registered tags `head` starts with, counting at most eight.
fn elements(head: &[u8]) -> usize {
    let Some(mut encoding) = syntax::guess(head) else { return 0 };
    let (mut at, mut last, mut count) = (0usize, None, 0usize);
    while count < 8 {
        let rest = head.get(at..).unwrap_or_default();
        let Some(header) = header::parse(rest, encoding) else { break };
        // behind meta information the encoding may be another
        if last.is_some_and(|t: crate::Tag| t.group() == 2) && header.tag.group() > 2 {
            encoding = syntax::guess(rest).unwrap_or(Encoding::IMPLICIT_LITTLE);
            last = None;
            continue;
        }
        let tag = header.tag;
        let known =
            dictionary::keyword(tag).is_some() || tag.element() == 0 || tag.group() & 1 == 1;
        let increasing = last.is_none_or(|last| tag > last);
        if !known
            || !increasing
            || tag.group() == 0
            || tag.group() >= ITEM.group()
            || matches!(header.vr, Stated::Other(_))
        {
            return if at < head.len() { count.min(1) } else { count };
        }
        count = count.saturating_add(1);
        last = Some(tag);
        if header.length == UNDEFINED {
            break;
        }
        let size = usize::from(header.size)
            .saturating_add(usize::try_from(header.length).unwrap_or(usize::MAX));
        at = at.saturating_add(size);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_magic_is_certain_and_a_run_of_elements_likely() {
        let mut file = vec![0; 128];
        file.extend(b"DICM");
        assert_eq!(Dicom.sniff(&file), Confidence::Certain);
        let bare = b"\x08\0\x05\0CS\x02\0  \x08\0\x16\0UI\x02\x001\0\x08\0\x18\0UI\x02\x001\0\x08\0\x60\0CS\x02\0CT";
        assert_eq!(Dicom.sniff(bare), Confidence::Likely);
        assert_eq!(Dicom.sniff(&bare[..22]), Confidence::Possible);
    }

    #[test]
    fn other_bytes_are_not_dicom() {
        for other in [
            &b""[..],
            b"WEBVTT\n\n00:00.000",
            &[0; 4096],
            b"RIFF\0\0\0\0WAVEfmt ",
            b"\x89HDF\r\n\x1a\n",
        ] {
            assert_eq!(Dicom.sniff(other), Confidence::No, "{other:?}");
        }
    }
}
