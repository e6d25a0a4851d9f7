//! Values as text: numbers and times in decimal, bytes as `hex:…`, lists and maps as JSON.

use std::fmt::{self, Write as _};

use stream_core::Value;

/// Bytes of a value that a row keeps. Longer ones are cut, which `…` says.
pub(crate) const LONGEST: usize = 4096;

/// Writes a value as text in place of what `out` held.
pub(crate) fn text<'t>(value: Value<'t>, out: &'t mut String) -> &'t str {
    out.clear();
    if let Value::Text(text) = value
        && text.len() <= LONGEST
    {
        return text;
    }
    let mut limited = Limited { out, full: false };
    // only a full text stops it
    let _ = match value {
        Value::Text(text) => limited.write_str(text),
        other => write(&mut limited, other),
    };
    if limited.full {
        limited.out.push('…');
    }
    out
}

struct Limited<'a> {
    out: &'a mut String,
    full: bool,
}

impl fmt::Write for Limited<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = LONGEST.saturating_sub(self.out.len());
        if text.len() <= room {
            self.out.push_str(text);
            return Ok(());
        }
        self.full = true;
        self.out.push_str(text.get(..text.floor_char_boundary(room)).unwrap_or_default());
        Err(fmt::Error)
    }
}

fn write(out: &mut Limited<'_>, value: Value<'_>) -> fmt::Result {
    match value {
        Value::Null => Ok(()),
        Value::Text(text) => out.write_str(text),
        Value::Bytes(bytes) => hex(out, bytes),
        Value::List(_) | Value::Map(_) => json(out, value),
        other => scalar(out, other),
    }
}

fn scalar(out: &mut Limited<'_>, value: Value<'_>) -> fmt::Result {
    match value {
        Value::Bool(b) => write!(out, "{b}"),
        Value::Int(n) => write!(out, "{n}"),
        Value::Uint(n) => write!(out, "{n}"),
        Value::Float(x) => write!(out, "{x:?}"),
        Value::Time(t) => write!(out, "{t}"),
        _ => Ok(()),
    }
}

fn hex(out: &mut Limited<'_>, bytes: &[u8]) -> fmt::Result {
    out.write_str("hex:")?;
    let mut text = [0; 64];
    bytes.chunks(text.len() / 2).try_for_each(|piece| {
        let digits = text.chunks_exact_mut(2).zip(piece);
        digits.for_each(|(two, byte)| two.copy_from_slice(&HEX[usize::from(*byte)]));
        let digits = text.get(..piece.len().saturating_mul(2)).unwrap_or_default();
        out.write_str(std::str::from_utf8(digits).unwrap_or_default())
    })
}

/// The two digits of each byte. Formatting a byte at a time was a sixth of what a scan of DICOM headers costs.
const HEX: [[u8; 2]; 256] = {
    let digits = *b"0123456789abcdef";
    let mut table = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = [digits[byte >> 4], digits[byte & 15]];
        byte += 1;
    }
    table
};

fn json(out: &mut Limited<'_>, value: Value<'_>) -> fmt::Result {
    match value {
        Value::Null => out.write_str("null"),
        Value::Text(text) => quoted(out, text),
        Value::Bytes(bytes) => {
            out.write_str("\"")?;
            hex(out, bytes)?;
            out.write_str("\"")
        }
        Value::Float(x) if !x.is_finite() => write!(out, "\"{x:?}\""),
        Value::List(list) => {
            out.write_str("[")?;
            for (i, item) in list.enumerate() {
                if i > 0 {
                    out.write_str(",")?;
                }
                json(out, item)?;
            }
            out.write_str("]")
        }
        Value::Map(map) => {
            out.write_str("{")?;
            for (i, (key, item)) in map.enumerate() {
                if i > 0 {
                    out.write_str(",")?;
                }
                quoted(out, key)?;
                out.write_str(":")?;
                json(out, item)?;
            }
            out.write_str("}")
        }
        other => scalar(out, other),
    }
}

fn quoted(out: &mut Limited<'_>, text: &str) -> fmt::Result {
    out.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' => out.write_str("\\\"")?,
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            c if u32::from(c) < 0x20 => write!(out, "\\u{:04x}", u32::from(c))?,
            c => out.write_char(c)?,
        }
    }
    out.write_str("\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use stream_core::Fields;
    use stream_memory::Budget;

    #[test]
    fn lists_and_maps_are_json_and_bytes_hex() {
        let mut fields = Fields::new(&Budget::new("b", 1 << 16));
        fields.begin_map("m").unwrap();
        fields.push("a\"", "x\n").unwrap();
        fields.push("b", &[1u8, 255][..]).unwrap();
        fields.begin_list("c").unwrap();
        fields.item(1.5).unwrap();
        fields.item(f64::NAN).unwrap();
        fields.end();
        fields.end();
        let mut out = String::new();
        let m = fields.get("m").unwrap();
        assert_eq!(text(m, &mut out), r#"{"a\"":"x\n","b":"hex:01ff","c":[1.5,"NaN"]}"#);
        assert_eq!(text(Value::Bytes(&[0, 16]), &mut out), "hex:0010");
        let bytes: Vec<u8> = (0..=255).rev().collect();
        let expected: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(text(Value::Bytes(&bytes), &mut out), format!("hex:{expected}"));
    }

    #[test]
    fn a_long_value_is_cut_at_a_character() {
        let long = "é".repeat(LONGEST);
        let mut out = String::new();
        let cut = text(Value::Text(&long), &mut out);
        assert_eq!(cut.chars().count(), LONGEST / 2 + 1);
        assert!(cut.ends_with("é…"));
    }
}
