use proptest::prelude::*;
use stream_core::memory::{Budget, Buf};

use super::*;

fn header(rows: i32, columns: i32, scale: i32, sum: i64, planes: [u8; 3]) -> Vec<u8> {
    let mut bytes = vec![0xdd, 0x99];
    [rows, columns, scale].iter().for_each(|word| bytes.extend(word.to_be_bytes()));
    bytes.extend(sum.to_be_bytes());
    bytes.extend(planes);
    bytes
}

fn decoded(
    bytes: &[u8],
    rows: usize,
    columns: usize,
    smooth: Smooth,
) -> Result<Vec<i64>, TileDefect> {
    let mut out = vec![9; rows * columns];
    let length = scratch(rows as u64, columns as u64).unwrap() as usize;
    // a buffer, since it is aligned
    let mut room = Buf::unpooled(&Budget::new("b", 1 << 20), length).unwrap();
    decode(bytes, (rows, columns), smooth, &mut out, &mut room).map(|()| out)
}

#[test]
fn a_flat_tile_is_its_sum_alone() {
    // 4 x 4 pixels of 7: the transform's sum is 16 * 7 / 4, half of it at each of two steps
    let mut bytes = header(4, 4, 1, 16 * 7 / 2, [0, 0, 0]);
    bytes.push(0);
    assert_eq!(decoded(&bytes, 4, 4, Smooth::Off).unwrap(), vec![7; 16]);
}

#[test]
fn a_difference_in_a_plane_written_as_it_is_comes_back() {
    // 2 x 2: sum 10, difference of the lines 6, so that lines are 1 and 4 each; planes of it: 1 1 0
    let mut bytes = header(2, 2, 1, 10, [0, 3, 0]);
    // quadrant right of the sum: three planes of zeros, as they are; then that below it: 1, 1, 0, in the top bit of a nybble
    bytes.extend([0x00, 0x00, 0x00, 0x08, 0x08, 0x00, 0x00]);
    // its sign
    bytes.push(0x00);
    assert_eq!(decoded(&bytes, 2, 2, Smooth::Off).unwrap(), [1, 1, 4, 4]);
}

#[test]
fn what_is_no_stream_is_refused() {
    let good = header(2, 2, 1, 8, [0, 0, 0]);
    assert!(matches!(decoded(&good, 2, 2, Smooth::Off), Err(TileDefect::Short { .. })));
    assert_eq!(decoded(&[0; 40], 2, 2, Smooth::Off), Err(TileDefect::HcompressMagic));
    let shape = TileDefect::HcompressShape { rows: 2, columns: 2 };
    assert_eq!(decoded(&good, 1, 4, Smooth::Off), Err(shape));
    let mut planes = header(2, 2, 1, 8, [0, 64, 0]);
    planes.extend([0; 40]);
    assert_eq!(decoded(&planes, 2, 2, Smooth::Off), Err(TileDefect::HcompressPlanes));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        rows in 1usize..12, columns in 1usize..12, scale: i32, sum: i64,
        planes in prop::array::uniform3(0u8..64),
        rest in prop::collection::vec(any::<u8>(), 0..200),
        smooth: bool,
    ) {
        let mut bytes = header(rows as i32, columns as i32, scale, sum, planes);
        bytes.extend(rest);
        let smooth = if smooth { Smooth::On } else { Smooth::Off };
        let _ = decoded(&bytes, rows, columns, smooth);
    }
}
