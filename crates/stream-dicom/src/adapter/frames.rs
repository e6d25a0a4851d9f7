//! Encapsulated frames by number: as their bytes, or decoded.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::{
    Chunk, ChunkPlan, DType, Dims, Error, ErrorKind, Extent, Region, Result, Scratch,
};

use crate::{Frames, PixelData};

/// The frames asked for.
pub(super) fn select(region: &Region, frames: u64) -> Result<Extent> {
    let extents = region.resolve(&[frames])?;
    extents.first().copied().ok_or_else(|| Error::new(ErrorKind::Request, "no axis"))
}

/// One frame as an element of any length.
pub(super) fn frame_type() -> DType {
    DType::Vlen(Arc::new(DType::U8))
}

/// Each chunk is one frame's bytes.
pub(super) struct Encoded {
    frames: Frames,
    entry: usize,
    picked: Extent,
}

impl Encoded {
    pub(super) fn new(pixels: PixelData, entry: usize, region: &Region) -> Result<Self> {
        let frames = pixels.frames()?;
        let picked = select(region, frames.len())?;
        Ok(Self { frames, entry, picked })
    }

    fn frame(&self, index: usize) -> u64 {
        let index = u64::try_from(index).unwrap_or(u64::MAX);
        self.picked.start.saturating_add(index.saturating_mul(self.picked.step))
    }
}

impl ChunkPlan for Encoded {
    fn len(&self) -> usize {
        usize::try_from(self.picked.count).unwrap_or(usize::MAX)
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        if index >= self.len() {
            return Err(Error::new(ErrorKind::Request, format!("chunk {index} of {}", self.len())));
        }
        let frame = self.frame(index);
        let mut buf = self.frames.pixel_data().cx.buf(0)?;
        self.frames.read_frame_with(frame, &mut buf, scratch)?;
        Chunk::new(self.entry, Dims::from([frame]), Dims::from([1]), frame_type(), buf)
    }
}

#[cfg(not(feature = "pixeldata"))]
pub(super) fn decoded(_: PixelData, _: usize, _: &Region) -> Result<Arc<dyn ChunkPlan>> {
    Err(Error::new(ErrorKind::NotEnabled, "frames are decoded only with feature \"pixeldata\""))
}

#[cfg(feature = "pixeldata")]
pub(super) use with_decoders::decoded;

#[cfg(feature = "pixeldata")]
mod with_decoders {
    use stream_core::Array;

    use super::*;
    use crate::adapter::native;
    use crate::decode::Decoder;

    /// Each chunk is one frame's samples.
    struct Decoded {
        encoded: Encoded,
        decoder: Decoder,
        /// The frame's own axes: rows, columns, samples when there are several.
        frame: Dims,
        several: bool,
    }

    pub(in crate::adapter) fn decoded(
        pixels: PixelData,
        entry: usize,
        region: &Region,
    ) -> Result<Arc<dyn ChunkPlan>> {
        let decoder = Decoder::new(&pixels)?;
        let one = crate::Layout { frames: 1, ..decoder.layout() };
        let no_shape = || Error::new(ErrorKind::Unsupported, "frames are no array");
        let frame = native::shape(&one).ok_or_else(no_shape)?;
        let encoded = Encoded::new(pixels, entry, region)?;
        let several = encoded.frames.len() > 1;
        Ok(Arc::new(Decoded { encoded, decoder, frame, several }))
    }

    impl ChunkPlan for Decoded {
        fn len(&self) -> usize {
            self.encoded.len()
        }

        fn array(&self) -> Option<Array> {
            let frames = self.several.then_some(self.encoded.picked.count);
            let shape: Dims = frames.into_iter().chain(self.frame.iter().copied()).collect();
            Some(Array::new(native::dtype(self.decoder.layout().sample), shape))
        }

        fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
            let chunk = self.encoded.read(index, scratch)?;
            let buf = self.decoder.decode(chunk.bytes())?;
            let number = self.encoded.frame(index);
            let lead = |n: u64| self.several.then_some(n);
            let origin = lead(number).into_iter().chain(self.frame.iter().map(|_| 0)).collect();
            let shape = lead(1).into_iter().chain(self.frame.iter().copied()).collect();
            let dtype = native::dtype(self.decoder.layout().sample);
            Chunk::new(self.encoded.entry, origin, shape, dtype, buf)
        }
    }
}
