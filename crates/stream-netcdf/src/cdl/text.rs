//! Texts in CDL.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt;

/// Writes a text between quotes, escaped; where it `breaks`, in pieces that end behind each line.
pub(super) fn quoted(f: &mut dyn fmt::Write, bytes: &[u8], breaks: bool) -> fmt::Result {
    f.write_char('"')?;
    let mut left = bytes.len();
    for piece in bytes.utf8_chunks() {
        for c in piece.valid().chars() {
            left = left.saturating_sub(c.len_utf8());
            match c {
                '\u{8}' => f.write_str("\\b")?,
                '\u{c}' => f.write_str("\\f")?,
                '\n' if breaks && left > 0 => f.write_str("\\n\",\n\t\t\t\"")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                '\u{b}' => f.write_str("\\v")?,
                '\\' => f.write_str("\\\\")?,
                '\'' => f.write_str("\\'")?,
                '"' => f.write_str("\\\"")?,
                c if c.is_ascii_control() => write!(f, "\\{:03o}", u32::from(c))?,
                c => f.write_char(c)?,
            }
        }
        for &byte in piece.invalid() {
            left = left.saturating_sub(1);
            write!(f, "\\{byte:03o}")?;
        }
    }
    f.write_char('"')
}
