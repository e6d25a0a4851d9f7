//! Encapsulated frames decoded on request.
#![cfg(feature = "pixeldata")]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

#[path = "support/read.rs"]
mod read;
#[path = "support/writer.rs"]
mod writer;

use std::borrow::Cow;

use dicom_encoding::TransferSyntaxIndex;
use dicom_encoding::adapters::{EncodeOptions, PixelDataObject, RawPixelData};
use dicom_encoding::transfer_syntax::Codec;
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;
use stream_core::{DType, ErrorKind, Form, Format, Request};
use stream_dicom::Dicom;
use writer::{JPEG, RLE, file};

/// Native pixels to be encoded.
struct Native {
    rows: u16,
    columns: u16,
    bytes: Vec<u8>,
}

impl PixelDataObject for Native {
    fn transfer_syntax_uid(&self) -> &str {
        writer::EXPLICIT
    }
    fn rows(&self) -> Option<u16> {
        Some(self.rows)
    }
    fn cols(&self) -> Option<u16> {
        Some(self.columns)
    }
    fn samples_per_pixel(&self) -> Option<u16> {
        Some(1)
    }
    fn bits_allocated(&self) -> Option<u16> {
        Some(8)
    }
    fn bits_stored(&self) -> Option<u16> {
        Some(8)
    }
    fn photometric_interpretation(&self) -> Option<&str> {
        Some("MONOCHROME2")
    }
    fn number_of_frames(&self) -> Option<u32> {
        Some(1)
    }
    fn number_of_fragments(&self) -> Option<u32> {
        None
    }
    fn fragment(&self, _: usize) -> Option<Cow<'_, [u8]>> {
        Some(Cow::Borrowed(&self.bytes))
    }
    fn offset_table(&self) -> Option<Cow<'_, [u32]>> {
        None
    }
    fn raw_pixel_data(&self) -> Option<RawPixelData> {
        let fragments = vec![self.bytes.clone()].into();
        Some(RawPixelData { fragments, offset_table: Vec::new().into() })
    }
}

fn jpeg(rows: u16, columns: u16, value: u8) -> Vec<u8> {
    let len = usize::from(rows) * usize::from(columns);
    let native = Native { rows, columns, bytes: vec![value; len] };
    let ts = TransferSyntaxRegistry.get(JPEG).unwrap();
    let Codec::EncapsulatedPixelData(_, Some(writer)) = ts.codec() else { panic!("no encoder") };
    let mut encoded = Vec::new();
    writer.encode_frame(&native, 0, EncodeOptions::default(), &mut encoded).unwrap();
    encoded.resize(encoded.len().next_multiple_of(2), 0);
    encoded
}

fn jpegs(rows: u16, columns: u16) -> Vec<u8> {
    file(JPEG, |w| {
        w.image(2, rows, columns, 1, 8);
        w.fragments(&[&[], &jpeg(16, 24, 40), &jpeg(16, 24, 200)]);
    })
}

/// Shape, type and bytes of a chunk.
type Decoded = (Vec<u64>, DType, Vec<u8>);

fn decode(bytes: &[u8], limit: u64) -> stream_core::Result<Vec<Decoded>> {
    let cx = read::context_within(bytes, limit);
    let mut reader = Dicom.open(cx)?;
    let mut chunks = reader.chunks(&Request::entry("(7FE0,0010)").with_form(Form::Decoded))?;
    let mut all = Vec::new();
    while let Some(chunk) = chunks.next_chunk()? {
        all.push((chunk.shape().to_vec(), chunk.dtype().clone(), chunk.bytes().to_vec()));
    }
    Ok(all)
}

#[test]
fn jpeg_frames_decode_to_arrays() {
    let all = decode(&jpegs(16, 24), 16 << 20).unwrap();
    assert_eq!(all.len(), 2);
    for ((shape, dtype, bytes), value) in all.iter().zip([40u8, 200]) {
        assert_eq!((shape.as_slice(), dtype), (&[1, 16, 24][..], &DType::U8));
        assert!(bytes.iter().all(|b| b.abs_diff(value) <= 1), "{bytes:?}");
    }
}

#[test]
fn a_jpeg_of_another_size_than_its_image_is_refused() {
    let e = decode(&jpegs(16, 16), 16 << 20).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Malformed);
    assert!(e.to_string().contains("expected Some(16) x Some(16)"), "{e}");
}

#[test]
fn decoding_needs_its_memory_reserved() {
    let e = decode(&jpegs(16, 24), 256 << 10).unwrap_err();
    assert_eq!((e.kind(), e.resumable()), (ErrorKind::OverBudget, true));
}

#[test]
fn rle_frames_decode_to_sixteen_bits() {
    let mut frame = vec![2, 0, 0, 0, 64, 0, 0, 0, 66, 0, 0, 0];
    frame.resize(64, 0);
    // four high bytes of 1, then low bytes 5 6 7 8 and padding
    frame.extend([0xfd, 1, 3, 5, 6, 7, 8, 0]);
    let bytes = file(RLE, |w| {
        w.image(1, 2, 2, 1, 16).fragments(&[&[], &frame]);
    });
    let all = decode(&bytes, 1 << 20).unwrap();
    let (shape, dtype, found) = &all[0];
    let words: Vec<u16> = found.chunks(2).map(|b| u16::from_ne_bytes([b[0], b[1]])).collect();
    assert_eq!((shape.as_slice(), dtype), (&[2, 2][..], &DType::U16));
    assert_eq!(words, [0x105, 0x106, 0x107, 0x108]);
}

#[test]
fn no_broken_frame_panics() {
    let sound = jpegs(16, 24);
    let first = sound.windows(3).position(|w| w == [0xff, 0xd8, 0xff]).unwrap();
    for at in first..sound.len() {
        let mut broken = sound.clone();
        broken[at] ^= 0xff;
        if let Err(e) = decode(&broken, 16 << 20) {
            assert!(matches!(e.kind(), ErrorKind::Malformed | ErrorKind::Truncated), "{at}: {e}");
        }
    }
}
