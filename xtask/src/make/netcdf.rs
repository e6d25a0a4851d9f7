//! A netCDF classic file (64-bit offsets) with one record variable, `t2m(time, lat, lon)`.
use std::io::{self, Write};

use super::field::temperatures;
use super::random::Random;

/// Lines and columns of a record.
pub const GRID: [u32; 2] = [361, 720];

const DIMENSIONS: u32 = 10;
const VARIABLES: u32 = 11;
const ATTRIBUTES: u32 = 12;
const CHAR: u32 = 2;
const FLOAT: u32 = 5;

fn number(out: &mut Vec<u8>, number: u32) {
    out.extend_from_slice(&number.to_be_bytes());
}

/// A name or a text: its length, its bytes, and zeros up to a multiple of four.
fn text(out: &mut Vec<u8>, text: &str) {
    number(out, text.len() as u32);
    out.extend_from_slice(text.as_bytes());
    out.resize(out.len().next_multiple_of(4), 0);
}

fn attributes(out: &mut Vec<u8>, pairs: &[(&str, &str)]) {
    number(out, ATTRIBUTES);
    number(out, pairs.len() as u32);
    for (name, value) in pairs {
        text(out, name);
        number(out, CHAR);
        text(out, value);
    }
}

/// Writes `records` records of [`GRID`] numbers.
///
/// # Errors
/// When `out` fails.
pub fn write(out: &mut impl Write, records: u32, seed: u64) -> io::Result<()> {
    let [lines, columns] = GRID;
    let mut head = b"CDF\x02".to_vec();
    number(&mut head, records);
    number(&mut head, DIMENSIONS);
    number(&mut head, 3);
    for (name, length) in [("time", 0), ("lat", lines), ("lon", columns)] {
        text(&mut head, name);
        number(&mut head, length);
    }
    attributes(&mut head, &[("title", "made for a demonstration"), ("Conventions", "CF-1.8")]);
    number(&mut head, VARIABLES);
    number(&mut head, 1);
    text(&mut head, "t2m");
    number(&mut head, 3);
    (0..3).for_each(|dimension| number(&mut head, dimension));
    attributes(&mut head, &[("units", "K"), ("long_name", "2 metre temperature")]);
    number(&mut head, FLOAT);
    number(&mut head, lines * columns * 4);
    let begin = head.len() as u64 + 8;
    head.extend_from_slice(&begin.to_be_bytes());
    out.write_all(&head)?;
    let mut random = Random::new(seed);
    let (mut values, mut bytes) = (Vec::new(), Vec::new());
    for _ in 0..records {
        temperatures(&mut random, (lines * columns) as usize, &mut values);
        bytes.clear();
        values.iter().for_each(|value| bytes.extend_from_slice(&value.to_be_bytes()));
        out.write_all(&bytes)?;
    }
    Ok(())
}
