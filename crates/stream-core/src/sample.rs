//! Rust types that can look at a chunk's bytes without a copy.

use crate::DType;

mod sealed {
    pub trait Sealed {}
}

/// A plain number: every bit pattern is a value, so bytes may be viewed as it. Sealed.
pub trait Sample: sealed::Sealed + Copy + Send + Sync + 'static {
    /// Whether elements of `dtype` may be viewed as this type.
    fn views(dtype: &DType) -> bool;
    #[doc(hidden)]
    fn cast(bytes: &[u8]) -> Option<&[Self]>;
    #[doc(hidden)]
    fn cast_mut(bytes: &mut [u8]) -> Option<&mut [Self]>;
}

macro_rules! samples {
    ($($t:ty => $p:pat,)*) => {$(
        impl sealed::Sealed for $t {}
        impl Sample for $t {
            fn views(dtype: &DType) -> bool {
                match dtype {
                    DType::Enum(of) => Self::views(of),
                    other => matches!(other, $p),
                }
            }
            fn cast(bytes: &[u8]) -> Option<&[Self]> {
                bytemuck::try_cast_slice(bytes).ok()
            }
            fn cast_mut(bytes: &mut [u8]) -> Option<&mut [Self]> {
                bytemuck::try_cast_slice_mut(bytes).ok()
            }
        }
    )*};
}
samples! {
    i8 => DType::I8,
    i16 => DType::I16,
    i32 => DType::I32,
    i64 => DType::I64,
    u8 => DType::U8 | DType::Bool | DType::Bytes(_) | DType::StrN(_),
    u16 => DType::U16 | DType::F16,
    u32 => DType::U32,
    u64 => DType::U64,
    f32 => DType::F32,
    f64 => DType::F64,
    [f32; 2] => DType::C64,
    [f64; 2] => DType::C128,
}
