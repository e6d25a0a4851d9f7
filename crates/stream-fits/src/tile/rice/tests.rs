use proptest::prelude::*;

use super::*;

/// Writes bits, the most significant first.
#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    used: usize,
}

impl Writer {
    fn put(&mut self, value: u64, width: u32) {
        for bit in (0..width).rev() {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let last = self.bytes.last_mut().unwrap();
            *last |= u8::from(value >> bit & 1 == 1) << (7 - self.used % 8);
            self.used += 1;
        }
    }
}

/// Encodes with the parameter that `choose` gives for each block of codes.
fn encode<T: Pixel>(values: &[i64], block: usize, choose: impl Fn(&[u64]) -> u32) -> Vec<u8> {
    let width = 8 * T::BYTES as u32;
    let modulus = 1i64 << width;
    let mut out = Writer::default();
    let mut last = values.first().copied().unwrap_or(0);
    out.put((last.rem_euclid(modulus)) as u64, width);
    for block in values.chunks(block) {
        let codes: Vec<u64> = block
            .iter()
            .map(|&value| {
                let low = (value - last).rem_euclid(modulus);
                let difference = if low >= modulus / 2 { low - modulus } else { low };
                last = value;
                if difference < 0 { (-2 * difference - 1) as u64 } else { (2 * difference) as u64 }
            })
            .collect();
        if codes.iter().all(|&code| code == 0) {
            out.put(0, T::PARAMETER);
            continue;
        }
        let low = choose(&codes).min(T::WHOLE);
        out.put(u64::from(low) + 1, T::PARAMETER);
        for code in codes {
            if low == T::WHOLE {
                out.put(code, width);
                continue;
            }
            (0..code >> low).for_each(|_| out.put(0, 1));
            out.put(1, 1);
            out.put(code & ((1 << low) - 1), low);
        }
    }
    out.bytes
}

/// The parameter that keeps runs of zeros short.
fn fitting(codes: &[u64]) -> u32 {
    let mean = codes.iter().sum::<u64>() / codes.len() as u64;
    64 - mean.leading_zeros()
}

#[test]
fn a_tile_written_by_hand_is_decoded() {
    // first 100; parameter 2 (one low bit); +1 = code 2: 01 0; -1 = code 1: 1 1; 0: 1 0; +3 = code 6: 0001 0
    let bytes = [100, 0b0100_1011, 0b1000_0100, 0];
    let mut out = [0u8; 4];
    decode(&bytes, 32, &mut out).unwrap();
    assert_eq!(out, [101, 100, 100, 103]);
}

#[test]
fn a_block_of_equal_values_takes_its_parameter_only() {
    let mut out = [0i16; 3];
    decode(&[0x80, 0x00, 0x00], 32, &mut out).unwrap();
    assert_eq!(out, [i16::MIN; 3]);
}

#[test]
fn a_stream_that_ends_early_says_where() {
    let mut out = [0i16; 40];
    assert_eq!(decode(&[1], 32, &mut out), Err(TileDefect::Short { at: 1 }));
    assert!(matches!(decode(&[1, 2, 0x10], 32, &mut out), Err(TileDefect::Short { .. })));
}

#[test]
fn a_parameter_that_does_not_exist_is_refused() {
    let mut out = [0u8; 4];
    // 8 bits: parameters 0 to 7 all exist; 32 bits: 27 and more do not
    assert!(decode(&[0, 0xe0, 0, 0, 0, 0], 32, &mut out).is_ok());
    let mut out = [0i32; 4];
    let found = decode(&[0, 0, 0, 0, 0xff, 0], 32, &mut out);
    assert_eq!(found, Err(TileDefect::Parameter { found: 31 }));
}

fn turned<T: Pixel + PartialEq + std::fmt::Debug>(values: &[i64], block: usize, low: Option<u32>) {
    let bytes = encode::<T>(values, block, |codes| low.unwrap_or_else(|| fitting(codes)));
    let expected: Vec<T> = values.iter().map(|&value| T::of(value as u32)).collect();
    let mut out = vec![T::of(0); values.len()];
    decode(&bytes, block, &mut out).unwrap();
    assert_eq!(out, expected);
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(
        values in prop::collection::vec(any::<i32>(), 1..200),
        spread in 0u32..32,
        block in 1usize..70,
    ) {
        let narrow: Vec<i64> = values.iter().map(|&value| i64::from(value >> spread)).collect();
        turned::<i32>(&narrow, block, None);
        let short: Vec<i64> = narrow.iter().map(|&value| i64::from(value as i16)).collect();
        turned::<i16>(&short, block, None);
        let byte: Vec<i64> = narrow.iter().map(|&value| i64::from(value as u8)).collect();
        turned::<u8>(&byte, block, None);
    }

    #[test]
    fn long_runs_of_zeros_are_decoded(values in prop::collection::vec(0i64..256, 1..80)) {
        // no low bits at all: codes up to 510 zeros long
        turned::<u8>(&values, 32, Some(0));
        turned::<i16>(&values, 16, Some(0));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..100), n in 0usize..200) {
        let _ = decode(&bytes, 32, &mut vec![0u8; n]);
        let _ = decode(&bytes, 32, &mut vec![0i16; n]);
        let _ = decode(&bytes, 16, &mut vec![0i32; n]);
    }
}
