//! FITS files: an image of 32-bit floats, and a table.
use std::io::{self, Write};

use super::field::temperatures;
use super::random::Random;

/// Headers and data are padded to this.
const BLOCK: usize = 2880;

fn card(out: &mut Vec<u8>, keyword: &str, value: &str) {
    out.extend_from_slice(format!("{:<80}", format!("{keyword:<8}= {value:>20}")).as_bytes());
}

/// Writes an image of `side` times `side` pixels.
///
/// # Errors
/// When `out` fails.
pub fn write(out: &mut impl Write, side: usize, seed: u64) -> io::Result<()> {
    let mut head = Vec::new();
    card(&mut head, "SIMPLE", "T");
    card(&mut head, "BITPIX", "-32");
    card(&mut head, "NAXIS", "2");
    card(&mut head, "NAXIS1", &side.to_string());
    card(&mut head, "NAXIS2", &side.to_string());
    card(&mut head, "OBJECT", "'SYNTH   '");
    card(&mut head, "EXPTIME", "300.0");
    head.extend_from_slice(format!("{:<80}", "END").as_bytes());
    head.resize(head.len().next_multiple_of(BLOCK), b' ');
    out.write_all(&head)?;
    let mut random = Random::new(seed);
    let (mut values, mut bytes) = (Vec::new(), Vec::new());
    for _ in 0..side {
        temperatures(&mut random, side, &mut values);
        bytes.clear();
        values.iter().for_each(|value| bytes.extend_from_slice(&value.to_be_bytes()));
        out.write_all(&bytes)?;
    }
    let data = side * side * 4;
    out.write_all(&vec![0; data.next_multiple_of(BLOCK) - data])
}

/// Writes a primary header without data, and a binary table of `rows` rows with the columns `ID` and `RA`.
///
/// # Errors
/// When `out` fails.
pub fn table(out: &mut impl Write, rows: usize, seed: u64) -> io::Result<()> {
    let mut head = Vec::new();
    let cards: [&[(&str, &str)]; 2] = [
        &[("SIMPLE", "T"), ("BITPIX", "8"), ("NAXIS", "0"), ("EXTEND", "T")],
        &[
            ("XTENSION", "'BINTABLE'"),
            ("BITPIX", "8"),
            ("NAXIS", "2"),
            ("NAXIS1", "12"),
            ("NAXIS2", &rows.to_string()),
            ("PCOUNT", "0"),
            ("GCOUNT", "1"),
            ("TFIELDS", "2"),
            ("TTYPE1", "'ID      '"),
            ("TFORM1", "'J       '"),
            ("TTYPE2", "'RA      '"),
            ("TFORM2", "'D       '"),
            ("TUNIT2", "'deg     '"),
            ("EXTNAME", "'CAT     '"),
        ],
    ];
    for header in cards {
        header.iter().for_each(|(keyword, value)| card(&mut head, keyword, value));
        head.extend_from_slice(format!("{:<80}", "END").as_bytes());
        head.resize(head.len().next_multiple_of(BLOCK), b' ');
    }
    out.write_all(&head)?;
    let mut random = Random::new(seed);
    let mut bytes = Vec::new();
    for row in 0..rows {
        bytes.extend_from_slice(&(row as u32).to_be_bytes());
        let degrees = (random.next_u64() % 360_000) as f64 / 1000.0;
        bytes.extend_from_slice(&degrees.to_be_bytes());
    }
    bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
    out.write_all(&bytes)
}
