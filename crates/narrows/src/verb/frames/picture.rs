//! Pictures within arrays, and how they are written.

use std::io::Write;

use png::{BitDepth, ColorType, Compression, Encoder, StreamWriter};
use stream_core::{Array, DType, Error, ErrorKind, Result};

/// What the pictures of an array are like: all the same.
#[derive(Clone, Copy)]
pub(super) struct Pictures {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Whether the first axis counts pictures; else the array is one.
    pub(super) many: bool,
    /// 1: gray, 3: red, green, blue.
    samples: u64,
    /// Bytes of a sample.
    size: u64,
    /// Whether they are signed: brought to the middle of the unsigned range.
    signed: bool,
}

impl Pictures {
    /// Of an array of shape `[height, width]` or `[n, height, width]`, each with or without a last axis of 3 samples. `samples` is
    /// how many a pixel has, where that is known; else a last axis of 3 is taken for them.
    ///
    /// # Errors
    /// `Unsupported` for anything else, and for samples that are not of 8 or 16 bits.
    pub(super) fn of(array: &Array, samples: Option<u64>) -> Result<Self> {
        let no = |what: String| Error::new(ErrorKind::Unsupported, format!("no pictures: {what}"));
        let (many, height, width, samples) = match (&array.shape[..], samples) {
            (&[height, width], None | Some(1)) => (false, height, width, 1),
            (&[height, width, 3], None | Some(3)) => (false, height, width, 3),
            (&[_, height, width], None | Some(1)) => (true, height, width, 1),
            (&[_, height, width, 3], None | Some(3)) => (true, height, width, 3),
            (shape, _) => return Err(no(format!("an array of shape {shape:?}"))),
        };
        let (size, signed) = match array.dtype {
            DType::U8 => (1, false),
            DType::I8 => (1, true),
            DType::U16 => (2, false),
            DType::I16 => (2, true),
            ref other => return Err(no(format!("elements are {other}"))),
        };
        let side = |n: u64| match u32::try_from(n) {
            Ok(n) if n > 0 => Ok(n),
            _ => Err(no(format!("{width} x {height}"))),
        };
        let (width, height) = (side(width)?, side(height)?);
        Ok(Self { width, height, many, samples, size, signed })
    }

    /// Bytes of a row.
    fn row(&self) -> u64 {
        u64::from(self.width).saturating_mul(self.samples * self.size)
    }

    /// Bytes of a picture.
    pub(super) fn bytes(&self) -> u64 {
        self.row().saturating_mul(u64::from(self.height))
    }

    /// Bytes that writing one takes: rows for the filters of PNG, as they are and compressed.
    pub(super) fn room(&self) -> u64 {
        const ROWS: u64 = 8;
        self.row().saturating_mul(ROWS).saturating_add(PIECE as u64)
    }

    /// Begins one as PNG (ISO/IEC 15948).
    pub(super) fn begin(&self, to: Box<dyn Write>) -> anyhow::Result<Painter> {
        let mut encoder = Encoder::new(to, self.width, self.height);
        encoder.set_color(if self.samples == 3 { ColorType::Rgb } else { ColorType::Grayscale });
        encoder.set_depth(if self.size == 2 { BitDepth::Sixteen } else { BitDepth::Eight });
        encoder.set_compression(Compression::Fast);
        let stream = encoder.write_header()?.into_stream_writer()?;
        Ok(Painter { stream, left: self.bytes(), of: *self, turned: Vec::new() })
    }
}

/// Bytes that are turned at a time.
const PIECE: usize = 16 << 10;

/// A picture that is being written, from its top left.
pub(super) struct Painter {
    stream: StreamWriter<'static, Box<dyn Write>>,
    left: u64,
    of: Pictures,
    turned: Vec<u8>,
}

impl Painter {
    /// Takes what is the picture's of `bytes`, and gives the rest.
    pub(super) fn paint<'b>(&mut self, bytes: &'b [u8]) -> anyhow::Result<&'b [u8]> {
        let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
        let (own, rest) = bytes.split_at(length);
        for piece in own.chunks(PIECE) {
            let piece = turn(self.of, piece, &mut self.turned);
            self.stream.write_all(piece)?;
        }
        self.left = self.left.saturating_sub(length as u64);
        Ok(rest)
    }

    pub(super) fn is_whole(&self) -> bool {
        self.left == 0
    }

    pub(super) fn end(self) -> anyhow::Result<()> {
        Ok(self.stream.finish()?)
    }
}

/// Samples in PNG's order of bytes, unsigned.
fn turn<'t>(of: Pictures, bytes: &'t [u8], turned: &'t mut Vec<u8>) -> &'t [u8] {
    turned.clear();
    match (of.size, of.signed) {
        (1, false) => return bytes,
        (1, true) => turned.extend(bytes.iter().map(|&b| b ^ 0x80)),
        (_, signed) => {
            let flip = if signed { 0x8000 } else { 0 };
            let pairs = bytes.as_chunks::<2>().0;
            turned.extend(
                pairs.iter().flat_map(|&pair| (u16::from_ne_bytes(pair) ^ flip).to_be_bytes()),
            );
        }
    }
    turned
}
