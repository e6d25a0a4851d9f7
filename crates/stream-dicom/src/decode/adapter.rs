//! One frame as the object that `dicom-transfer-syntax-registry`'s adapters decode.
#![deny(clippy::arithmetic_side_effects)]

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use dicom_core::value::C;
use dicom_encoding::TransferSyntaxIndex;
use dicom_encoding::adapters::{PixelDataObject, RawPixelData};
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;
use stream_core::{Error, ErrorKind, Result};

use super::jpeg;
use crate::{ImageFacts, TransferSyntax};

/// Whether there is an adapter.
pub(super) fn supported(syntax: &TransferSyntax) -> Result<()> {
    let ts = TransferSyntaxRegistry.get(syntax.uid());
    if ts.is_some_and(|ts| ts.pixel_data_reader().is_some()) {
        return Ok(());
    }
    let feature = match syntax.uid().strip_prefix("1.2.840.10008.1.2.4.") {
        Some("90" | "91" | "201" | "202" | "203") => "jpeg2000",
        Some("110" | "111" | "112") => "jpegxl",
        _ => {
            let message = format!("no decoder for {}", syntax.name());
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
    };
    let message = format!("{} frames are decoded only with feature \"{feature}\"", syntax.name());
    Err(Error::new(ErrorKind::NotEnabled, message))
}

/// Bytes that an adapter and its codec may allocate: the encoded frame twice, the decoded one twice, coefficients of progressive
/// JPEG (two bytes a sample) and wavelet planes (four), and tables.
pub(super) fn ceiling(encoded: usize, decoded: usize) -> u64 {
    let bytes = encoded.saturating_mul(3).saturating_add(decoded.saturating_mul(6));
    u64::try_from(bytes.saturating_add(1 << 20)).unwrap_or(u64::MAX)
}

/// One frame.
struct Frame<'a> {
    syntax: &'a TransferSyntax,
    facts: &'a ImageFacts,
    bytes: &'a [u8],
}

impl PixelDataObject for Frame<'_> {
    fn transfer_syntax_uid(&self) -> &str {
        self.syntax.uid()
    }

    fn rows(&self) -> Option<u16> {
        self.facts.rows
    }

    fn cols(&self) -> Option<u16> {
        self.facts.columns
    }

    fn samples_per_pixel(&self) -> Option<u16> {
        Some(self.facts.samples.unwrap_or(1))
    }

    fn bits_allocated(&self) -> Option<u16> {
        self.facts.bits_allocated
    }

    fn bits_stored(&self) -> Option<u16> {
        self.facts.bits_stored.or(self.facts.bits_allocated)
    }

    fn photometric_interpretation(&self) -> Option<&str> {
        self.facts.photometric.as_ref().map(|code| code.as_str())
    }

    fn number_of_frames(&self) -> Option<u32> {
        Some(1)
    }

    fn number_of_fragments(&self) -> Option<u32> {
        Some(1)
    }

    fn fragment(&self, fragment: usize) -> Option<Cow<'_, [u8]>> {
        (fragment == 0).then_some(Cow::Borrowed(self.bytes))
    }

    fn offset_table(&self) -> Option<Cow<'_, [u32]>> {
        Some(Cow::Borrowed(&[]))
    }

    fn raw_pixel_data(&self) -> Option<RawPixelData> {
        let fragments = C::from_elem(self.bytes.to_vec(), 1);
        Some(RawPixelData { fragments, offset_table: C::new() })
    }
}

/// Decodes one frame. A JPEG that is not as large as the data set says is refused before it allocates anything; an adapter that
/// panics is an error.
pub(super) fn decode(
    syntax: &TransferSyntax,
    facts: &ImageFacts,
    bytes: &[u8],
) -> std::result::Result<Vec<u8>, (ErrorKind, String)> {
    let malformed = |message: String| (ErrorKind::Malformed, message);
    if is_jpeg(syntax) {
        let header = jpeg::frame_header(bytes)
            .ok_or_else(|| malformed("JPEG frame without a frame header".to_owned()))?;
        if header.is_dct && header.bits == 12 {
            let message =
                format!("JPEG frame of {} bits: only lossless ones have a decoder", header.bits);
            return Err((ErrorKind::Unsupported, message));
        }
        let samples = facts.samples.unwrap_or(1);
        let bytes_each = |bits: u16| bits.div_ceil(8);
        let same = Some(header.rows) == facts.rows
            && Some(header.columns) == facts.columns
            && u16::from(header.components) == samples
            && Some(bytes_each(u16::from(header.bits))) == facts.bits_allocated.map(bytes_each);
        if !same {
            return Err(malformed(format!(
                "JPEG frame: expected {:?} x {:?} x {samples} of {:?} bits, found {} x {} x {} of {}",
                facts.rows,
                facts.columns,
                facts.bits_allocated,
                header.rows,
                header.columns,
                header.components,
                header.bits
            )));
        }
    }
    let ts = TransferSyntaxRegistry.get(syntax.uid());
    let adapter = ts
        .and_then(|ts| ts.pixel_data_reader())
        .ok_or_else(|| (ErrorKind::Unsupported, "no decoder".to_owned()))?;
    let frame = Frame { syntax, facts, bytes };
    let mut decoded = Vec::new();
    // codecs index and unwrap; what they leave behind is dropped
    let result = catch_unwind(AssertUnwindSafe(|| adapter.decode_frame(&frame, 0, &mut decoded)));
    match result {
        Ok(Ok(())) => Ok(decoded),
        Ok(Err(e)) => Err(malformed(with_causes(&e))),
        Err(_) => Err(malformed("decoder panicked".to_owned())),
    }
}

fn is_jpeg(syntax: &TransferSyntax) -> bool {
    let n = syntax.uid().strip_prefix("1.2.840.10008.1.2.4.").and_then(|n| n.parse::<u32>().ok());
    n.is_some_and(|n| (50..=70).contains(&n))
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(e) = cause {
        text.push_str(": ");
        text.push_str(&e.to_string());
        cause = e.source();
    }
    // a message starts in lower case, but for acronyms
    let acronym = text.chars().nth(1).is_some_and(char::is_uppercase);
    let mut chars = text.chars();
    let first = chars.next().map(|c| if acronym { c } else { c.to_ascii_lowercase() });
    first.into_iter().chain(chars).collect::<String>().trim_end_matches('.').to_owned()
}
