//! JSON lines with stable names, written piece by piece.
//!
//! What JSON cannot hold is a string: integers beyond 2^53 in decimal; `NaN`, `Infinity`, `-Infinity`; bytes as `base64:` and
//! their base64 (RFC 4648, 4).

use std::io::{self, Write};

use stream_core::{Diagnostic, Entry, Error, Map, Value};

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
        Value::Int(n) if n.unsigned_abs() > EXACT => write!(out, "\"{n}\""),
        Value::Int(n) => out.write_all(itoa::Buffer::new().format(n).as_bytes()),
        Value::Uint(n) => uint(out, n),
        Value::Float(x) => float(out, x),
        Value::Time(t) => write!(out, "{t}"),
        Value::Text(text) => string(out, text),
        Value::Bytes(bytes) => base64(out, bytes),
        Value::List(items) => list(out, items, value),
        Value::Map(fields) => map(out, fields),
        // a kind of value that this version does not know is better said to be nothing than to be wrong
        _ => out.write_all(b"null"),
    }
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

/// Which bytes of a string need an escape: quotation mark, backslash, controls (RFC 8259, 7); DEL is escaped so that no
/// terminal acts on it.
const ESCAPED: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0;
    while b < 32 {
        table[b] = true;
        b += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table[127] = true;
    table
};

pub(crate) fn string<W: Write>(out: &mut W, text: &str) -> io::Result<()> {
    out.write_all(b"\"")?;
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|&b| ESCAPED[usize::from(b)]) {
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
    out.write_all(rest)?;
    out.write_all(b"\"")
}

fn base64<W: Write>(out: &mut W, bytes: &[u8]) -> io::Result<()> {
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
        assert_eq!(written(Value::Time(stream_core::Time::from_millis(1500))), "1.500");
    }
}
