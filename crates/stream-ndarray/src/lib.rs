//! ndarray views of Narrows chunks, without a copy.
//!
//! ```
//! use stream_core::{Chunk, DType, Dims, memory::{Budget, Buf}};
//! use stream_ndarray::ChunkExt;
//!
//! let mut buf = Buf::unpooled(&Budget::new("example", 1 << 20), 6)?;
//! buf.copy_from_slice(&[0, 1, 2, 10, 11, 12]);
//! let chunk = Chunk::new(0, Dims::from([0, 0]), Dims::from([2, 3]), DType::U8, buf)?;
//! let view = chunk.view::<u8>()?;
//! assert_eq!(view[[1, 2]], 12);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It is a crate of its own so that ndarray's version is no part of the readers' interface.

use ndarray::{ArrayViewD, IxDyn};
use stream_core::{Chunk, Error, ErrorKind, Result, Sample};

/// Views of a [`Chunk`] as an n-dimensional array.
pub trait ChunkExt {
    /// The elements in the chunk's shape, in C order, borrowed.
    ///
    /// # Errors
    /// `Request` when `T` is not the type of the elements.
    fn view<T: Sample>(&self) -> Result<ArrayViewD<'_, T>>;
}

impl ChunkExt for Chunk {
    fn view<T: Sample>(&self) -> Result<ArrayViewD<'_, T>> {
        let elements = self.as_slice::<T>()?;
        let shape: Option<Vec<usize>> =
            self.shape().iter().map(|&n| usize::try_from(n).ok()).collect();
        shape.and_then(|shape| ArrayViewD::from_shape(IxDyn(&shape), elements).ok()).ok_or_else(
            || {
                let message = format!("{} elements do not fill {:?}", elements.len(), self.shape());
                Error::new(ErrorKind::Request, message)
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stream_core::memory::{Budget, Buf};
    use stream_core::{DType, Dims};

    #[test]
    fn a_view_borrows_the_chunk_s_memory() {
        let buf = Buf::unpooled(&Budget::new("b", 1 << 20), 16).unwrap();
        let chunk = Chunk::new(0, Dims::from([0, 0]), Dims::from([2, 2]), DType::F32, buf).unwrap();
        let view = chunk.view::<f32>().unwrap();
        assert_eq!(view.shape(), [2, 2]);
        assert_eq!(view.as_ptr().cast(), chunk.bytes().as_ptr());
    }

    #[test]
    fn a_scalar_has_no_axes() {
        let buf = Buf::unpooled(&Budget::new("b", 1 << 20), 8).unwrap();
        let chunk = Chunk::new(0, Dims::new(), Dims::new(), DType::F64, buf).unwrap();
        assert_eq!(chunk.view::<f64>().unwrap().ndim(), 0);
        assert!(chunk.view::<f32>().is_err());
    }
}
