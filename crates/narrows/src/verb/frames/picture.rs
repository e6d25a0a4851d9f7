//! A picture within a chunk, and how it is written.

use std::io::Write;

use stream_core::{Chunk, DType, Error, ErrorKind, Result};

/// One picture, top row first, samples side by side.
pub(super) struct Picture<'a> {
    /// Its index in the sequence.
    pub(super) index: u64,
    pub(super) width: u32,
    pub(super) height: u32,
    /// 1: gray, 3: red, green, blue.
    samples: usize,
    /// Bytes of a sample.
    size: usize,
    /// Whether they are signed: brought to the middle of the unsigned range.
    signed: bool,
    bytes: &'a [u8],
}

/// The pictures of a chunk of shape `[n, height, width]` or `[n, height, width, 3]`.
///
/// # Errors
/// `Unsupported` for what is no whole picture of 8 or 16 bits.
pub(super) fn pictures(chunk: &Chunk) -> Result<impl Iterator<Item = Result<Picture<'_>>>> {
    let no = |what: String| Error::new(ErrorKind::Unsupported, format!("not a picture: {what}"));
    let (count, height, width, samples) = match *chunk.shape() {
        [n, height, width] => (n, height, width, 1),
        [n, height, width, 3] => (n, height, width, 3),
        _ => return Err(no(format!("an array of shape {:?}", chunk.shape()))),
    };
    if chunk.origin().iter().skip(1).any(|&at| at != 0) {
        return Err(no(format!("a tile at {:?}", chunk.origin())));
    }
    let (size, signed) = match chunk.dtype() {
        DType::U8 => (1, false),
        DType::I8 => (1, true),
        DType::U16 => (2, false),
        DType::I16 => (2, true),
        other => return Err(no(format!("elements are {other}"))),
    };
    let too_large = || no(format!("{width} x {height}"));
    let width = u32::try_from(width).map_err(|_| too_large())?;
    let height = u32::try_from(height).map_err(|_| too_large())?;
    let length = u64::from(width) * u64::from(height) * samples as u64 * size as u64;
    let length = usize::try_from(length).map_err(|_| too_large())?;
    let first = chunk.origin().first().copied().unwrap_or(0);
    let mut rest = chunk.bytes();
    Ok((0..count).map(move |at| {
        let (bytes, behind) = rest.split_at_checked(length).ok_or_else(|| {
            Error::new(ErrorKind::Truncated, format!("picture {at}: {} bytes", rest.len()))
        })?;
        rest = behind;
        let index = first.saturating_add(at);
        Ok(Picture { index, width, height, samples, size, signed, bytes })
    }))
}

impl Picture<'_> {
    /// What writing it takes: a row turned, and those that PNG's filters compare with their compressed form.
    pub(super) fn rows(&self) -> u64 {
        const ROWS: u64 = 8;
        u64::from(self.width) * (self.samples * self.size) as u64 * ROWS
    }

    /// Writes it as PNG (ISO/IEC 15948), row by row.
    pub(super) fn write_png(&self, to: impl Write) -> anyhow::Result<()> {
        let mut encoder = png::Encoder::new(to, self.width, self.height);
        encoder.set_color(if self.samples == 3 {
            png::ColorType::Rgb
        } else {
            png::ColorType::Grayscale
        });
        encoder.set_depth(if self.size == 2 {
            png::BitDepth::Sixteen
        } else {
            png::BitDepth::Eight
        });
        encoder.set_compression(png::Compression::Fast);
        let mut png = encoder.write_header()?;
        let mut stream = png.stream_writer()?;
        let row = self.width as usize * self.samples * self.size;
        let mut turned = Vec::new();
        for bytes in self.bytes.chunks_exact(row.max(1)) {
            stream.write_all(self.turn(bytes, &mut turned))?;
        }
        stream.finish()?;
        png.finish()?;
        Ok(())
    }

    /// A row in PNG's order of bytes, unsigned.
    fn turn<'r>(&self, row: &'r [u8], turned: &'r mut Vec<u8>) -> &'r [u8] {
        match (self.size, self.signed) {
            (1, false) => return row,
            (1, true) => {
                turned.clear();
                turned.extend(row.iter().map(|&b| b ^ 0x80));
            }
            (_, signed) => {
                turned.clear();
                let flip = if signed { 0x8000 } else { 0 };
                for pair in row.chunks_exact(2) {
                    let sample = u16::from_ne_bytes([pair[0], pair[1]]) ^ flip;
                    turned.extend(sample.to_be_bytes());
                }
            }
        }
        turned
    }
}
