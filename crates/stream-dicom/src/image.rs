//! What a data set says of its pixels: Image Pixel module (PS3.3 C.7.6.3) and its neighbours.
#![deny(clippy::arithmetic_side_effects)]

use crate::{Code, Tag, Value};

/// Facts of one image, gathered while the walk passes them; what the file does not say is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ImageFacts {
    /// Rows (0028,0010).
    pub rows: Option<u16>,
    /// Columns (0028,0011).
    pub columns: Option<u16>,
    /// Samples per Pixel (0028,0002).
    pub samples: Option<u16>,
    /// Number of Frames (0028,0008).
    pub frames: Option<u64>,
    /// Bits Allocated (0028,0100).
    pub bits_allocated: Option<u16>,
    /// Bits Stored (0028,0101).
    pub bits_stored: Option<u16>,
    /// High Bit (0028,0102).
    pub high_bit: Option<u16>,
    /// Pixel Representation (0028,0103): whether pixels are signed.
    pub signed: Option<bool>,
    /// Planar Configuration (0028,0006): whether each sample is a plane of its own.
    pub planar: Option<bool>,
    /// Photometric Interpretation (0028,0004).
    pub photometric: Option<Code<16>>,
    /// Rescale Intercept (0028,1052).
    pub intercept: Option<f64>,
    /// Rescale Slope (0028,1053).
    pub slope: Option<f64>,
    /// Window Center (0028,1050), the first.
    pub window_center: Option<f64>,
    /// Window Width (0028,1051), the first.
    pub window_width: Option<f64>,
    /// Pixel Padding Value (0028,0120), as its bits say under Pixel Representation.
    pub padding: Option<i64>,
    /// Extended Offset Table (7FE0,0001): where its value starts, and its bytes.
    pub(crate) extended_offsets: Option<(u64, u64)>,
}

impl ImageFacts {
    /// Whether an element of this tag says something here.
    pub(crate) fn concerns(tag: Tag) -> bool {
        matches!(tag.group(), 0x0028 | 0x7fe0)
    }

    /// Takes what an element says.
    pub(crate) fn take(&mut self, tag: Tag, value: &Value<'_>, offset: u64, length: u64) {
        let word = |v: &Value<'_>| v.as_u64().and_then(|n| u16::try_from(n).ok());
        match tag {
            Tag(0x28, 0x02) => self.samples = word(value),
            Tag(0x28, 0x04) => {
                self.photometric = value.as_text().and_then(|t| Code::new(t.first()));
            }
            Tag(0x28, 0x06) => self.planar = word(value).map(|n| n == 1),
            Tag(0x28, 0x08) => self.frames = value.as_u64(),
            Tag(0x28, 0x10) => self.rows = word(value),
            Tag(0x28, 0x11) => self.columns = word(value),
            Tag(0x28, 0x100) => self.bits_allocated = word(value),
            Tag(0x28, 0x101) => self.bits_stored = word(value),
            Tag(0x28, 0x102) => self.high_bit = word(value),
            Tag(0x28, 0x103) => self.signed = word(value).map(|n| n == 1),
            Tag(0x28, 0x120) => self.padding = padding(value, self.signed),
            Tag(0x28, 0x1050) => self.window_center = value.as_f64(),
            Tag(0x28, 0x1051) => self.window_width = value.as_f64(),
            Tag(0x28, 0x1052) => self.intercept = value.as_f64(),
            Tag(0x28, 0x1053) => self.slope = value.as_f64(),
            Tag(0x7fe0, 0x01) => self.extended_offsets = Some((offset, length)),
            _ => {}
        }
    }

    /// The number of frames that the data set claims; 1 where it says nothing (PS3.3 C.7.6.6).
    pub fn frame_count(&self) -> u64 {
        self.frames.unwrap_or(1)
    }

    /// The layout of native pixel data of `tag`, when the facts suffice: Pixel Data, Float Pixel Data or Double Float Pixel
    /// Data (PS3.3 C.7.6.24, C.7.6.25).
    pub fn layout(&self, tag: Tag) -> Option<Layout> {
        let (rows, columns) = (u64::from(self.rows?), u64::from(self.columns?));
        let samples = u64::from(self.samples.unwrap_or(1));
        let signed = self.signed.unwrap_or(false);
        let sample = match (tag, self.bits_allocated) {
            (Tag(0x7fe0, 0x08), _) => Sample::F32,
            (Tag(0x7fe0, 0x09), _) => Sample::F64,
            (_, Some(1)) => Sample::Bit,
            (_, Some(8)) => {
                if signed {
                    Sample::I8
                } else {
                    Sample::U8
                }
            }
            (_, Some(16)) => {
                if signed {
                    Sample::I16
                } else {
                    Sample::U16
                }
            }
            (_, Some(32)) => {
                if signed {
                    Sample::I32
                } else {
                    Sample::U32
                }
            }
            (_, Some(64)) => {
                if signed {
                    Sample::I64
                } else {
                    Sample::U64
                }
            }
            _ => return None,
        };
        // YBR_FULL_422 and YBR_PARTIAL_422 store two chrominance samples for two pixels: not an array of pixels
        let subsampled = self.photometric.is_some_and(|p| p.as_str().ends_with("_422"));
        let planes = self.planar.unwrap_or(false) && samples > 1;
        let frame = if subsampled && samples == 3 {
            Shape::Subsampled { pixels: rows.checked_mul(columns)? }
        } else if planes {
            Shape::Planes([samples, rows, columns])
        } else {
            Shape::Pixels([rows, columns, samples])
        };
        let elements = match frame {
            Shape::Planes(d) | Shape::Pixels(d) => {
                d.iter().try_fold(1u64, |n, &d| n.checked_mul(d))?
            }
            Shape::Subsampled { pixels } => pixels.checked_mul(2)?,
        };
        if elements == 0 {
            return None;
        }
        Some(Layout { sample, shape: frame, frames: self.frame_count(), elements })
    }
}

fn padding(value: &Value<'_>, signed: Option<bool>) -> Option<i64> {
    let n = match *value {
        // an implicit file does not say US or SS; Pixel Representation comes first in the file
        Value::U16(mut n) if signed == Some(true) => i64::from(n.next()?.cast_signed()),
        Value::U16(mut n) => i64::from(n.next()?),
        Value::I16(mut n) => i64::from(n.next()?),
        _ => return None,
    };
    Some(n)
}

/// What one sample is in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub enum Sample {
    /// One bit, eight in a byte, the first pixel in the lowest bit (PS3.5 8.1.1 and annex D); a byte of 0 or 1 once read.
    Bit,
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F32,
    F64,
}

impl Sample {
    /// Bytes in memory.
    pub fn size(self) -> u64 {
        match self {
            Self::Bit | Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }
}

/// How the samples of a frame lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Rows, columns, samples: Planar Configuration 0.
    Pixels([u64; 3]),
    /// Samples, rows, columns: Planar Configuration 1.
    Planes([u64; 3]),
    /// Two luminances, then two chrominances, for each two pixels (PS3.3 C.7.6.3.1.2): not an array of pixels.
    Subsampled {
        /// Rows times columns.
        pixels: u64,
    },
}

/// How native pixel data is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// What one sample is.
    pub sample: Sample,
    /// One frame.
    pub shape: Shape,
    /// Frames claimed.
    pub frames: u64,
    /// Samples of one frame.
    pub elements: u64,
}

impl Layout {
    /// Bytes of all frames in the file; `None` beyond 64 bits.
    pub fn stored(&self) -> Option<u64> {
        let samples = self.elements.checked_mul(self.frames)?;
        if self.sample == Sample::Bit {
            return Some(samples.div_ceil(8));
        }
        samples.checked_mul(self.sample.size())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ByteOrder, CharacterSet, VR};

    fn facts(bits: u16, samples: u16) -> ImageFacts {
        let mut f = ImageFacts::default();
        for (element, n) in [(0x02, samples), (0x10, 4), (0x11, 6), (0x100, bits), (0x103, 1)] {
            let bytes = n.to_le_bytes();
            f.take(
                Tag(0x28, element),
                &Value::new(VR::US, &bytes, ByteOrder::Little, CharacterSet::DEFAULT),
                0,
                2,
            );
        }
        f
    }

    #[test]
    fn a_layout_counts_its_bytes() {
        let mut f = facts(16, 1);
        f.frames = Some(3);
        let layout = f.layout(Tag(0x7fe0, 0x10)).unwrap();
        assert_eq!((layout.sample, layout.stored()), (Sample::I16, Some(144)));
        assert_eq!(layout.shape, Shape::Pixels([4, 6, 1]));
        let floats = f.layout(Tag(0x7fe0, 0x08)).unwrap();
        assert_eq!((floats.sample, floats.stored()), (Sample::F32, Some(288)));
    }

    #[test]
    fn bits_are_packed_over_frames() {
        let mut f = facts(1, 1);
        f.frames = Some(3);
        assert_eq!(f.layout(Tag(0x7fe0, 0x10)).unwrap().stored(), Some(9));
    }

    #[test]
    fn planes_and_subsampled_colours_are_told_apart() {
        let mut f = facts(8, 3);
        f.planar = Some(true);
        assert_eq!(f.layout(Tag(0x7fe0, 0x10)).unwrap().shape, Shape::Planes([3, 4, 6]));
        f.photometric = Code::new(b"YBR_FULL_422");
        let layout = f.layout(Tag(0x7fe0, 0x10)).unwrap();
        assert_eq!((layout.shape, layout.stored()), (Shape::Subsampled { pixels: 24 }, Some(48)));
    }

    #[test]
    fn missing_facts_give_no_layout() {
        assert_eq!(ImageFacts::default().layout(Tag(0x7fe0, 0x10)), None);
        assert_eq!(facts(12, 1).layout(Tag(0x7fe0, 0x10)), None);
    }
}
