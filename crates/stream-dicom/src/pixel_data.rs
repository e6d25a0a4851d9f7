//! Pixel data: native samples by position, encapsulated frames by fragment. PS3.5 8 and A.4.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Context, Error, Result, Scratch};

use crate::element::{Element, ElementKind};
use crate::{ByteOrder, ImageFacts, Layout, Sample, Tag, TransferSyntax, VR};

/// Pixel Data, Float Pixel Data or Double Float Pixel Data.
pub(crate) fn is_pixel_data(tag: Tag) -> bool {
    matches!(tag, Tag(0x7fe0, 0x08..=0x10))
}

/// The pixels of one image: where they are and what they mean. A handle; nothing of them is in memory.
#[derive(Clone)]
pub struct PixelData {
    pub(crate) cx: Context,
    /// The position that the context's first byte has.
    pub(crate) base: u64,
    tag: Tag,
    vr: VR,
    order: ByteOrder,
    /// Where the value starts: samples, or the basic offset table's item.
    offset: u64,
    /// `None` when encapsulated.
    length: Option<u64>,
    facts: ImageFacts,
    syntax: Option<TransferSyntax>,
}

impl PixelData {
    pub(crate) fn new(
        cx: Context,
        base: u64,
        element: &Element,
        facts: ImageFacts,
        syntax: Option<TransferSyntax>,
    ) -> Self {
        let encapsulated = element.kind() == ElementKind::Encapsulated;
        Self {
            cx,
            base,
            tag: element.tag(),
            vr: element.vr(),
            order: element.byte_order(),
            offset: element.value_offset(),
            length: element.length().map(u64::from).filter(|_| !encapsulated),
            facts,
            syntax,
        }
    }

    /// Its tag.
    pub fn tag(&self) -> Tag {
        self.tag
    }

    /// What the data set says of the image.
    pub fn facts(&self) -> &ImageFacts {
        &self.facts
    }

    /// The transfer syntax of the data set.
    pub fn syntax(&self) -> Option<TransferSyntax> {
        self.syntax
    }

    /// Whether it is a sequence of fragments.
    pub fn is_encapsulated(&self) -> bool {
        self.length.is_none()
    }

    /// Where the value starts, counted as [`Element::offset`].
    pub fn value_offset(&self) -> u64 {
        self.offset
    }

    /// The value's length in bytes; `None` when encapsulated.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// How native samples lie; `None` when encapsulated, or when the facts do not suffice or ask for more bytes than there are.
    /// The number of frames is cut to what the value holds.
    pub fn layout(&self) -> Option<Layout> {
        let length = self.length?;
        let layout = self.facts.layout(self.tag)?;
        let held = if layout.sample == Sample::Bit {
            length.checked_mul(8)?
        } else {
            length.checked_div(layout.sample.size())?
        };
        let frames = layout.frames.min(held.checked_div(layout.elements)?);
        (frames > 0).then_some(Layout { frames, ..layout })
    }

    /// An offset of the file for a position: no further than the file goes, and where a deflated data set starts for what has
    /// no place in the file.
    pub(crate) fn place(&self, pos: u64) -> u64 {
        match self.cx.source().size() {
            _ if self.base > 0 => self.base,
            Some(size) => pos.min(size),
            None => self.offset,
        }
    }

    /// Reads `out.len()` bytes of samples in the machine's byte order, from sample `first` on; bits become bytes of 0 or 1.
    ///
    /// # Errors
    /// `Truncated` where the file ends first; `OverBudget`, `Cancelled`, `Passed`, `Io`.
    pub(crate) fn read_samples(
        &self,
        sample: Sample,
        first: u64,
        out: &mut [u8],
        scratch: &mut Scratch,
    ) -> Result<()> {
        let size = sample.size();
        if sample == Sample::Bit {
            return self.read_bits(first, out, scratch);
        }
        let words = self.order == ByteOrder::Big && self.vr == VR::OW;
        if words && size == 1 {
            return self.read_swapped_bytes(first, out, scratch);
        }
        self.read_bytes(first.saturating_mul(size), out)?;
        if (self.order == ByteOrder::Big) == cfg!(target_endian = "little") {
            swap(out, size);
        }
        Ok(())
    }

    /// Bytes of the value from `from` on, as they stand in the file.
    pub(crate) fn read_bytes(&self, from: u64, out: &mut [u8]) -> Result<()> {
        read_exact(&self.cx, self.base, self.offset.saturating_add(from), out)
    }

    /// Packed bits: the first pixel in the lowest bit of the first byte, frames without a gap (PS3.5 8.1.1, D). In big endian
    /// words the bytes are swapped, so whole words are read there.
    fn read_bits(&self, first: u64, out: &mut [u8], scratch: &mut Scratch) -> Result<()> {
        let words = self.order == ByteOrder::Big && self.vr == VR::OW;
        let (mask, unit) = if words { (!1, 16) } else { (!0, 8) };
        let from = (first >> 3) & mask;
        let count = u64::try_from(out.len()).unwrap_or(u64::MAX);
        let skip = first.saturating_sub(from.saturating_mul(8));
        let len = skip.saturating_add(count).div_ceil(unit).saturating_mul(unit) >> 3;
        let packed = scratch.bytes(&self.cx, usize::try_from(len).unwrap_or(usize::MAX))?;
        self.read_bytes(from, packed)?;
        if words {
            swap(packed, 2);
        }
        let skip = usize::try_from(skip).unwrap_or(0);
        let bits =
            packed.iter().flat_map(|&b| (0..8u32).map(move |i| b.checked_shr(i).unwrap_or(0) & 1));
        for (to, bit) in out.iter_mut().zip(bits.skip(skip)) {
            *to = bit;
        }
        Ok(())
    }

    /// Eight-bit samples as OW in big endian: two share a word, whose bytes are swapped (PS3.5 8.2, annex D).
    fn read_swapped_bytes(&self, first: u64, out: &mut [u8], scratch: &mut Scratch) -> Result<()> {
        let from = first & !1;
        let skip = usize::from(first != from);
        // an even number of bytes, for the value has one
        let len = out.len().saturating_add(skip);
        let len = len.saturating_add(len & 1);
        let bytes = scratch.bytes(&self.cx, len)?;
        self.read_bytes(from, bytes)?;
        swap(bytes, 2);
        let samples = bytes.get(skip..).unwrap_or_default();
        for (to, &from) in out.iter_mut().zip(samples) {
            *to = from;
        }
        Ok(())
    }
}

/// Fills `out` from position `pos` of a source whose first byte has position `base`.
///
/// # Errors
/// `Truncated` where the source ends first; in a deflated data set with the offset where that starts, since inflated bytes
/// have no place in the file.
pub(crate) fn read_exact(cx: &Context, base: u64, pos: u64, out: &mut [u8]) -> Result<()> {
    let found = cx.read_full_at(pos.saturating_sub(base), out)?;
    if found == out.len() {
        return Ok(());
    }
    if base == 0 {
        // a piece may start behind the end of the file
        let end = pos.saturating_add(u64::try_from(found).unwrap_or(u64::MAX));
        let size = cx.source().size().unwrap_or(end);
        return Err(cx.ended(end.min(size), out.len(), found));
    }
    let message =
        format!("inflated data set ends early (expected {} bytes, found {found})", out.len());
    Err(Error::truncated(base, message))
}

/// Turns the bytes of each number round.
fn swap(bytes: &mut [u8], size: u64) {
    match size {
        2 => bytes.as_chunks_mut::<2>().0.iter_mut().for_each(|n| n.reverse()),
        4 => bytes.as_chunks_mut::<4>().0.iter_mut().for_each(|n| n.reverse()),
        8 => bytes.as_chunks_mut::<8>().0.iter_mut().for_each(|n| n.reverse()),
        _ => {}
    }
}
