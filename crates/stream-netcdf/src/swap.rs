//! Big-endian elements to the machine's order, in place.
#![deny(clippy::arithmetic_side_effects)]

/// Turns elements of `size` bytes around where the machine needs it. The loops are plain, so that the compiler vectorises them.
pub(crate) fn swap_in_place(bytes: &mut [u8], size: u64) {
    if cfg!(target_endian = "big") {
        return;
    }
    match size {
        2 => {
            for element in bytes.as_chunks_mut::<2>().0 {
                *element = u16::from_be_bytes(*element).to_ne_bytes();
            }
        }
        4 => {
            for element in bytes.as_chunks_mut::<4>().0 {
                *element = u32::from_be_bytes(*element).to_ne_bytes();
            }
        }
        8 => {
            for element in bytes.as_chunks_mut::<8>().0 {
                *element = u64::from_be_bytes(*element).to_ne_bytes();
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_of_each_size_are_turned() {
        for (size, expected) in [
            (1, [1, 2, 3, 4, 5, 6, 7, 8]),
            (2, [2, 1, 4, 3, 6, 5, 8, 7]),
            (4, [4, 3, 2, 1, 8, 7, 6, 5]),
            (8, [8, 7, 6, 5, 4, 3, 2, 1]),
        ] {
            let mut bytes = [1, 2, 3, 4, 5, 6, 7, 8];
            swap_in_place(&mut bytes, size);
            if cfg!(target_endian = "little") {
                assert_eq!(bytes, expected);
            }
        }
    }
}
