//! Encapsulated frames to samples, on request: PS3.5 8.2 and annexes A.4 and G.
//!
//! RLE and deflated frames are decoded here, into exactly the memory that the image's facts say: the adapters of
//! `dicom-transfer-syntax-registry` panic on RLE segments that are too short and inflate without a bound. All other codecs are
//! its adapters, whose memory is reserved beforehand.
#![deny(clippy::arithmetic_side_effects)]

mod adapter;
mod jpeg;
mod rle;

use stream_core::{Error, ErrorKind, Result};
use stream_memory::Buf;

use crate::{Layout, PixelData, Sample, Shape, TransferSyntax};

/// Deflated Image Frame Compression.
const DEFLATED_FRAMES: &str = "1.2.840.10008.1.2.8.1";
/// RLE Lossless.
const RLE: &str = dicom_dictionary_std::uids::RLE_LOSSLESS;

/// Decodes the frames of one image. Reading needs no `&mut`: threads may share it.
///
/// Decoded samples are interleaved (Planar Configuration 0) in the machine's byte order; colours come as RGB from JPEG codecs,
/// and as they were stored from RLE and deflated frames.
pub struct Decoder {
    pixels: PixelData,
    syntax: TransferSyntax,
    layout: Layout,
}

impl Decoder {
    /// A decoder for encapsulated pixel data.
    ///
    /// # Errors
    /// `Unsupported` when the data set does not say enough, its bits are not 8, 16 or 32, or there is no decoder for its
    /// transfer syntax; `NotEnabled` when a feature of this crate would bring one.
    pub fn new(pixels: &PixelData) -> Result<Self> {
        let unsupported = |message: String| {
            Error::new(ErrorKind::Unsupported, message).at(pixels.place(pixels.value_offset()))
        };
        let syntax = pixels.syntax().ok_or_else(|| {
            unsupported("encapsulated pixel data without a transfer syntax".into())
        })?;
        let facts = crate::ImageFacts { planar: Some(false), photometric: None, ..*pixels.facts() };
        let layout =
            facts.layout(pixels.tag()).filter(|l| l.sample != Sample::Bit).ok_or_else(|| {
                unsupported("encapsulated pixel data without rows, columns and whole bytes".into())
            })?;
        if !matches!(syntax.uid(), RLE | DEFLATED_FRAMES) {
            adapter::supported(&syntax).map_err(|e| e.at(pixels.place(pixels.value_offset())))?;
        }
        Ok(Self { pixels: pixels.clone(), syntax, layout })
    }

    /// How a decoded frame's samples lie: rows, columns, samples.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// Decodes one frame's bytes. Holds the decoded frame, and for JPEG and its kin about six times as much while decoding.
    ///
    /// # Errors
    /// `Malformed` for a frame that does not decode to what the data set says, `Unsupported` for a JPEG of 12 bits in cosines;
    /// `OverBudget`.
    pub fn decode(&self, encoded: &[u8]) -> Result<Buf> {
        let Shape::Pixels([rows, columns, samples]) = self.layout.shape else {
            return Err(Error::new(ErrorKind::Unsupported, "frames are no array"));
        };
        let size = self.layout.sample.size();
        let bytes = self.layout.elements.saturating_mul(size);
        let len = usize::try_from(bytes).unwrap_or(usize::MAX);
        let mut buf = self.pixels.cx.buf(len)?;
        let place = self.pixels.place(self.pixels.value_offset());
        let malformed = |message: String| Error::malformed(place, message);
        match self.syntax.uid() {
            RLE => {
                let pixels = rows.saturating_mul(columns);
                rle::decode(encoded, pixels, samples, size, &mut buf).map_err(malformed)?;
                to_machine(&mut buf, size);
            }
            DEFLATED_FRAMES => {
                inflate(encoded, &mut buf).map_err(malformed)?;
                to_machine(&mut buf, size);
            }
            _ => {
                let needed = adapter::ceiling(encoded.len(), len);
                let charge = self.pixels.cx.budget().reserve(needed)?;
                let decoded = adapter::decode(&self.syntax, self.pixels.facts(), encoded)
                    .map_err(|(kind, message)| Error::new(kind, message).at(place))?;
                if decoded.len() != len {
                    let found = decoded.len();
                    return Err(malformed(format!(
                        "decoded frame: expected {len} bytes, found {found}"
                    )));
                }
                buf.copy_from_slice(&decoded);
                drop((decoded, charge));
                to_machine(&mut buf, size);
            }
        }
        Ok(buf)
    }
}

/// Little endian, as all decoders give it, to the machine's order.
fn to_machine(bytes: &mut [u8], size: u64) {
    if cfg!(target_endian = "big") {
        let size = usize::try_from(size).unwrap_or(1).max(1);
        bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    }
}

/// Inflates exactly as many bytes as there is room for.
fn inflate(encoded: &[u8], out: &mut [u8]) -> std::result::Result<(), String> {
    let mut inflate = flate2::Decompress::new(false);
    let status = inflate.decompress(encoded, out, flate2::FlushDecompress::Finish);
    let found = inflate.total_out();
    let expected = u64::try_from(out.len()).unwrap_or(u64::MAX);
    match status {
        Ok(_) if found == expected => Ok(()),
        Ok(_) => Err(format!("deflated frame: expected {expected} bytes, found {found}")),
        Err(e) => Err(format!("deflated frame: {e}")),
    }
}
