//! A piece of an entry's data in memory that is charged until it is dropped.

use stream_memory::Buf;

use crate::{DType, Dims, Error, ErrorKind, Result, Sample};

/// A block of elements: `shape` of them, the first standing at `origin` of the entry's array,
/// in C order, in the machine's byte order.
#[derive(Debug)]
pub struct Chunk {
    entry: usize,
    origin: Dims,
    shape: Dims,
    dtype: DType,
    data: Buf,
}

impl Chunk {
    /// A chunk of the `entry`-th entry of the request, with its elements in `data`.
    ///
    /// # Errors
    /// `Request` when origin and shape differ in rank, or `data` is not exactly as long as shape and type say
    /// (types of variable size: any length).
    pub fn new(entry: usize, origin: Dims, shape: Dims, dtype: DType, data: Buf) -> Result<Self> {
        if origin.len() != shape.len() {
            return Err(Error::new(
                ErrorKind::Request,
                format!("chunk of rank {} at an origin of rank {}", shape.len(), origin.len()),
            ));
        }
        if let Some(size) = dtype.size() {
            let expected = u64::try_from(size).ok().zip(shape.elements());
            let expected = expected.and_then(|(size, n)| size.checked_mul(n));
            let found = u64::try_from(data.len()).ok();
            if expected.is_none() || expected != found {
                return Err(Error::new(
                    ErrorKind::Request,
                    format!("chunk of {dtype} {shape:?} holds {} bytes", data.len()),
                ));
            }
        }
        Ok(Self { entry, origin, shape, dtype, data })
    }

    /// A chunk of plain bytes that stands at byte `offset` of the entry's data.
    ///
    /// # Errors
    /// As [`Chunk::new`].
    pub fn bytes_at(entry: usize, offset: u64, data: Buf) -> Result<Self> {
        let len = u64::try_from(data.len()).unwrap_or(u64::MAX);
        Self::new(entry, Dims::from([offset]), Dims::from([len]), DType::U8, data)
    }

    /// Which of the request's entries it belongs to, counted from 0.
    pub fn entry(&self) -> usize {
        self.entry
    }

    /// Where its first element stands in the entry's array.
    pub fn origin(&self) -> &[u64] {
        &self.origin
    }

    /// How many elements along each axis.
    pub fn shape(&self) -> &[u64] {
        &self.shape
    }

    /// What an element is.
    pub fn dtype(&self) -> &DType {
        &self.dtype
    }

    /// The number of elements.
    pub fn elements(&self) -> u64 {
        self.shape.elements().unwrap_or(0)
    }

    /// The elements as they lie in memory.
    pub fn bytes(&self) -> &[u8] {
        &self.data
    }

    /// The elements as numbers, without a copy: buffers are aligned to 64 bytes.
    ///
    /// # Errors
    /// `Request` when `T` is not the type of the elements.
    pub fn as_slice<T: Sample>(&self) -> Result<&[T]> {
        if T::views(&self.dtype)
            && let Some(slice) = T::cast(&self.data)
        {
            return Ok(slice);
        }
        Err(Error::new(
            ErrorKind::Request,
            format!("elements are {}, not {}", self.dtype, std::any::type_name::<T>()),
        ))
    }

    /// Gives up the buffer, to be filled anew.
    pub fn into_buf(self) -> Buf {
        self.data
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use stream_memory::Budget;

    fn chunk() -> Chunk {
        let mut buf = Buf::unpooled(&Budget::new("b", 1 << 20), 8).unwrap();
        buf.copy_from_slice(&[1, 0, 2, 0, 3, 0, 4, 0]);
        Chunk::new(0, Dims::from([0, 0]), Dims::from([2, 2]), DType::U16, buf).unwrap()
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn elements_are_viewed_without_a_copy() {
        let chunk = chunk();
        let slice = chunk.as_slice::<u16>().unwrap();
        assert_eq!(slice, [1, 2, 3, 4]);
        assert_eq!(slice.as_ptr().cast(), chunk.bytes().as_ptr());
    }

    #[test]
    fn another_type_is_refused_with_both_names() {
        let e = chunk().as_slice::<f32>().unwrap_err();
        assert_eq!(e.to_string(), "elements are u16, not f32");
    }

    #[test]
    fn a_buffer_that_does_not_fit_its_shape_is_refused() {
        let buf = Buf::unpooled(&Budget::new("b", 1 << 20), 7).unwrap();
        assert!(Chunk::new(0, Dims::from([0]), Dims::from([4]), DType::U16, buf).is_err());
    }
}
