//! JSON lines with stable names, written piece by piece.
//!
//! What JSON cannot hold is a string: integers beyond 2^53 in decimal; `NaN`, `Infinity`, `-Infinity`; bytes as `base64:` and
//! their base64 (RFC 4648, 4).

use std::io::{self, Write};

use stream_core::{Diagnostic, Entry, Error, Map, Time, Value};

/// Integers up to this are exact in every JSON reader (RFC 8259, 6).
const EXACT: u64 = 1 << 53;

/// An object that is being written.
pub(crate) struct Object<'o, W: Write> {
    out: &'o mut W,
    empty: bool,
}

impl<'o, W: Write> Object<'o, W> {
    pub(crate) fn begin(out: &'o mut W) -> io::Result<Self> {
        out.write_all(b"{")?;
        Ok(Self { out, empty: true })
    }

    /// Writes a key; the value is written to what is returned.
    pub(crate) fn key(&mut self, key: &str) -> io::Result<&mut W> {
        if !self.empty {
            self.out.write_all(b",")?;
        }
        self.empty = false;
        string(self.out, key)?;
        self.out.write_all(b":")?;
        Ok(self.out)
    }

    pub(crate) fn text(&mut self, key: &str, text: &str) -> io::Result<()> {
        string(self.key(key)?, text)
    }

    pub(crate) fn number(&mut self, key: &str, number: u64) -> io::Result<()> {
        uint(self.key(key)?, number)
    }

    pub(crate) fn boolean(&mut self, key: &str, truth: bool) -> io::Result<()> {
        self.key(key)?.write_all(if truth { b"true" } else { b"false" })
    }

    pub(crate) fn fields(&mut self, key: &str, fields: Map<'_>) -> io::Result<()> {
        map(self.key(key)?, fields)
    }

    pub(crate) fn end(self) -> io::Result<()> {
        self.out.write_all(b"}")
    }
}

/// `ls --json`'s object of an entry.
pub(crate) fn entry<W: Write>(out: &mut W, entry: &Entry) -> io::Result<()> {
    let mut object = Object::begin(out)?;
    object.text("path", entry.path())?;
    object.text("kind", entry.kind().as_str())?;
    if let Some(array) = entry.array() {
        object.text("dtype", &array.dtype.to_string())?;
        extents(object.key("shape")?, &array.shape)?;
        if let Some(chunk) = &array.chunk {
            extents(object.key("chunk")?, chunk)?;
        }
        if !array.filters.is_empty() {
            let out = object.key("filters")?;
            list(out, array.filters.iter(), |out, name| string(out, name))?;
        }
    }
    if let Some(span) = entry.span() {
        object.number("offset", span.offset)?;
        object.number("length", span.length)?;
    }
    if !entry.fields().is_empty() {
        object.fields("fields", entry.fields().iter())?;
    }
    object.end()
}

fn extents<W: Write>(out: &mut W, extents: &[u64]) -> io::Result<()> {
    list(out, extents.iter(), |out, &n| uint(out, n))
}

/// An error as an object.
pub(crate) fn error<W: Write>(out: &mut W, error: &Error) -> io::Result<()> {
    let mut object = Object::begin(out)?;
    object.text("kind", error.kind().as_str())?;
    if let Some(format) = error.format() {
        object.text("format", format)?;
    }
    if let Some(entry) = error.entry() {
        object.text("entry", entry)?;
    }
    if let Some(offset) = error.offset() {
        object.number("offset", offset)?;
    }
    if let Some(refusal) = error.over_budget() {
        object.number("needed", refusal.needed())?;
    }
    object.text("message", error.message())?;
    object.end()
}

/// The line that ends a listing where reading failed.
pub(crate) fn error_line<W: Write>(out: &mut W, e: &Error) -> io::Result<()> {
    out.write_all(b"{\"error\":")?;
    error(out, e)?;
    out.write_all(b"}\n")
}

/// A finding as an object.
pub(crate) fn diagnostic<W: Write>(out: &mut W, finding: &Diagnostic) -> io::Result<()> {
    let mut object = Object::begin(out)?;
    object.text("severity", finding.severity.as_str())?;
    object.text("rule", finding.rule)?;
    if let Some(entry) = &finding.entry {
        object.text("entry", entry)?;
    }
    if let Some(offset) = finding.offset {
        object.number("offset", offset)?;
    }
    object.text("message", &finding.message)?;
    object.end()
}

/// Items between brackets.
pub(crate) fn list<W: Write, T>(
    out: &mut W,
    items: impl Iterator<Item = T>,
    mut item: impl FnMut(&mut W, T) -> io::Result<()>,
) -> io::Result<()> {
    out.write_all(b"[")?;
    for (i, it) in items.enumerate() {
        if i > 0 {
            out.write_all(b",")?;
        }
        item(out, it)?;
    }
    out.write_all(b"]")
}

pub(crate) fn map<W: Write>(out: &mut W, fields: Map<'_>) -> io::Result<()> {
    out.write_all(b"{")?;
    for (i, (key, v)) in fields.enumerate() {
        if i > 0 {
            out.write_all(b",")?;
        }
        string(out, key)?;
        out.write_all(b":")?;
        value(out, v)?;
    }
    out.write_all(b"}")
}

pub(crate) fn value<W: Write>(out: &mut W, v: Value<'_>) -> io::Result<()> {
    match v {
        Value::Bool(true) => out.write_all(b"true"),
        Value::Bool(false) => out.write_all(b"false"),
        Value::Int(n) => int(out, n),
        Value::Uint(n) => uint(out, n),
        Value::Float(x) => float(out, x),
        Value::Time(t) => time(out, t),
        Value::Text(text) => string(out, text),
        Value::Bytes(b) => bytes(out, b),
        Value::List(items) => list(out, items, value),
        Value::Map(fields) => map(out, fields),
        // a kind of value that this version does not know is better said to be nothing than to be wrong
        _ => out.write_all(b"null"),
    }
}

pub(crate) fn int<W: Write>(out: &mut W, n: i64) -> io::Result<()> {
    if n.unsigned_abs() > EXACT {
        return write!(out, "\"{n}\"");
    }
    out.write_all(itoa::Buffer::new().format(n).as_bytes())
}

pub(crate) fn uint<W: Write>(out: &mut W, n: u64) -> io::Result<()> {
    if n > EXACT {
        return write!(out, "\"{n}\"");
    }
    out.write_all(itoa::Buffer::new().format(n).as_bytes())
}

pub(crate) fn float<W: Write>(out: &mut W, x: f64) -> io::Result<()> {
    if x.is_finite() {
        out.write_all(zmij::Buffer::new().format_finite(x).as_bytes())
    } else if x.is_nan() {
        out.write_all(b"\"NaN\"")
    } else if x > 0.0 {
        out.write_all(b"\"Infinity\"")
    } else {
        out.write_all(b"\"-Infinity\"")
    }
}

/// Whether a byte of a string needs an escape: quotation mark, backslash, controls (RFC 8259, 7); DEL as well, so that no
/// terminal acts on it.
#[inline]
fn is_escaped(b: u8) -> bool {
    (b < 32) | (b == b'"') | (b == b'\\') | (b == 127)
}

/// Whether any byte needs an escape. Looks at blocks of fixed size, without an early exit, so that each is compared with
/// one instruction; the last block overlaps the one before.
#[inline]
fn has_escaped(bytes: &[u8]) -> bool {
    fn block<const N: usize>(block: &[u8; N]) -> bool {
        block.iter().fold(false, |found, &b| found | is_escaped(b))
    }
    if let Some(last) = bytes.last_chunk::<16>() {
        let (blocks, _) = bytes.as_chunks::<16>();
        blocks.iter().any(block) || block(last)
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        block(first) | block(last)
    } else {
        bytes.iter().fold(false, |found, &b| found | is_escaped(b))
    }
}

pub(crate) fn string<W: Write>(out: &mut W, text: &str) -> io::Result<()> {
    out.write_all(b"\"")?;
    if has_escaped(text.as_bytes()) {
        escaped(out, text.as_bytes())?;
    } else {
        out.write_all(text.as_bytes())?;
    }
    out.write_all(b"\"")
}

fn escaped<W: Write>(out: &mut W, mut rest: &[u8]) -> io::Result<()> {
    while let Some(at) = rest.iter().position(|&b| is_escaped(b)) {
        let (plain, tail) = rest.split_at(at);
        out.write_all(plain)?;
        let Some((&byte, after)) = tail.split_first() else { break };
        match byte {
            b'"' => out.write_all(b"\\\"")?,
            b'\\' => out.write_all(b"\\\\")?,
            b'\n' => out.write_all(b"\\n")?,
            b'\r' => out.write_all(b"\\r")?,
            b'\t' => out.write_all(b"\\t")?,
            other => write!(out, "\\u{other:04x}")?,
        }
        rest = after;
    }
    out.write_all(rest)
}

/// Decimal seconds; milliseconds, which a million cues have two of, without the machinery of formatting.
fn time<W: Write>(out: &mut W, t: Time) -> io::Result<()> {
    match u64::try_from(t.ticks) {
        Ok(ms) if t.per_second == 1000 => {
            let digit = |n: u64| b'0' + (n % 10) as u8;
            out.write_all(itoa::Buffer::new().format(ms / 1000).as_bytes())?;
            out.write_all(&[b'.', digit(ms / 100), digit(ms / 10), digit(ms)])
        }
        _ => write!(out, "{t}"),
    }
}

/// `base64:` and base64.
pub(crate) fn bytes<W: Write>(out: &mut W, bytes: &[u8]) -> io::Result<()> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    out.write_all(b"\"base64:")?;
    for group in bytes.chunks(3) {
        let byte = |i: usize| group.get(i).map_or(0, |&b| usize::from(b));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        let mut quad = [18, 12, 6, 0].map(|shift| ALPHABET[bits >> shift & 63]);
        if group.len() < 3 {
            quad[3] = b'=';
        }
        if group.len() < 2 {
            quad[2] = b'=';
        }
        out.write_all(&quad)?;
    }
    out.write_all(b"\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(v: Value<'_>) -> String {
        let mut out = Vec::new();
        value(&mut out, v).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn strings_are_escaped_as_rfc_8259_says() {
        assert_eq!(written(Value::Text("a\"b\\c\n\u{1}é\u{7f}")), r#""a\"b\\c\n\u0001é\u007f""#);
    }

    #[test]
    fn an_escape_is_found_wherever_it_stands() {
        for len in 0..70 {
            for at in 0..len {
                let mut text = vec![b'x'; len];
                text[at] = b'"';
                assert!(has_escaped(&text), "{at} of {len}");
            }
            assert!(!has_escaped(&vec![b'x'; len]), "{len}");
        }
    }

    #[test]
    fn what_json_cannot_hold_is_a_string() {
        assert_eq!(written(Value::Float(f64::NAN)), "\"NaN\"");
        assert_eq!(written(Value::Float(f64::NEG_INFINITY)), "\"-Infinity\"");
        assert_eq!(written(Value::Uint(1 << 53)), "9007199254740992");
        assert_eq!(written(Value::Uint((1 << 53) + 1)), "\"9007199254740993\"");
        assert_eq!(written(Value::Int(i64::MIN)), "\"-9223372036854775808\"");
        assert_eq!(written(Value::Bytes(b"\0\xff")), "\"base64:AP8=\"");
        assert_eq!(written(Value::Bytes(b"any")), "\"base64:YW55\"");
    }

    #[test]
    fn numbers_are_numbers() {
        assert_eq!(written(Value::Float(0.1)), "0.1");
        assert_eq!(written(Value::Time(Time::from_millis(1500))), "1.500");
        assert_eq!(written(Value::Time(Time::from_millis(83_009))), "83.009");
        assert_eq!(written(Value::Time(Time::from_millis(-7))), "-0.007");
    }
}
