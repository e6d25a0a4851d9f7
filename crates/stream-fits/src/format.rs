//! What FITS is called and how it is recognised.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Confidence, Context, Descriptor, Format, Needs, Reader, Result, Setting};

use crate::adapter::Adapter;

/// FITS as a [`stream_core::Format`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Fits;

static DESCRIPTOR: Descriptor = Descriptor {
    name: "fits",
    title: "FITS",
    extensions: &["fits", "fit", "fts", "fz"],
    media_types: &["application/fits", "image/fits"],
    reads: "FITS 4.0: images, binary and ASCII tables, random groups, tile-compressed images",
    needs: Needs::Forward,
    // coordinates of up to 16 axes, requests and plans, messages
    overhead: 128 * 1024,
    settings: &[
        Setting {
            name: "fits.compressed",
            about: "`raw` lists compressed images as the tables that hold their tiles (default `decoded`)",
        },
        Setting {
            name: "verify",
            about: "verifies CHECKSUM and DATASUM of every HDU (default off)",
        },
    ],
};

impl Format for Fits {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn sniff(&self, head: &[u8]) -> Confidence {
        let Some(card) = head.strip_prefix(b"SIMPLE") else { return Confidence::No };
        // 4.4.1.1: the logical constant stands in column 30
        let sound = card.starts_with(b"  = ") && matches!(head.get(29), Some(b'T' | b'F'));
        let field = card.trim_ascii_start().strip_prefix(b"=").map(<[u8]>::trim_ascii_start);
        match field {
            _ if sound => Confidence::Certain,
            Some([b'T' | b'F', ..]) => Confidence::Likely,
            _ if card.starts_with(b"  =") => Confidence::Likely,
            Some(_) => Confidence::Possible,
            None => Confidence::No,
        }
    }

    fn probe(&self, _: &Context, head: Confidence) -> Result<Confidence> {
        Ok(head)
    }

    fn open(&self, cx: Context) -> Result<Box<dyn Reader>> {
        Ok(Box::new(Adapter::open(cx)?))
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn a_first_card_in_fixed_format_is_certain_and_others_are_likely() {
        let mut card = b"SIMPLE  =                    T / conforms".to_vec();
        assert_eq!(Fits.sniff(&card), Confidence::Certain);
        card.remove(12);
        assert_eq!(Fits.sniff(&card), Confidence::Likely);
        assert_eq!(Fits.sniff(b"SIMPLE = T"), Confidence::Likely);
        for other in [&b""[..], b"SIMPLE", b"SIMPLE TEXT", b"XTENSION= 'IMAGE   '", b"\x89HDF"] {
            assert_eq!(Fits.sniff(other), Confidence::No, "{other:?}");
        }
    }
}
