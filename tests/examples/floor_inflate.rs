//! The floor of a scan of shuffled and deflated `f32`: `floor_inflate LIST FILE`. Reads each stored chunk at the place that
//! the list gives (offset, size), inflates it, undoes the shuffle and adds up, on one core.
use std::fs::File;
use std::os::unix::fs::FileExt as _;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let Some(list) = arguments.next() else { return Ok(()) };
    let file = File::open(arguments.next().ok_or("usage: floor_inflate LIST FILE")?)?;
    let mut inflate = libdeflater::Decompressor::new();
    let (mut stored, mut planes) = (Vec::new(), vec![0; 4 << 20]);
    let mut lanes = [0.0; 8];
    for line in std::fs::read_to_string(list)?.lines() {
        let (offset, size) = line.split_once(' ').ok_or("a line of two numbers")?;
        stored.resize(size.parse()?, 0);
        file.read_exact_at(&mut stored, offset.parse()?)?;
        let length = inflate.zlib_decompress(&stored, &mut planes)?;
        let quarter = length / 4;
        let (first, rest) = planes[..length].split_at(quarter);
        let (second, rest) = rest.split_at(quarter);
        let (third, fourth) = rest.split_at(quarter);
        for at in (0..quarter & !7).step_by(8) {
            for (lane, sum) in lanes.iter_mut().enumerate() {
                let at = at + lane;
                let bytes = [first[at], second[at], third[at], fourth[at]];
                *sum += f64::from(f32::from_le_bytes(bytes));
            }
        }
    }
    println!("{}", lanes.iter().sum::<f64>());
    Ok(())
}
