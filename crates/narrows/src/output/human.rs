//! Text for people: aligned, coloured on a terminal, and safe to print whatever a file holds.

use std::fmt::Write as _;
use std::io::{self, Write};

use stream_core::{Entry, Value};
use stream_memory::Bytes;

/// A size in binary units, or in powers of 1000.
pub(crate) fn size(bytes: u64, si: bool) -> String {
    if si { format!("{:#}", Bytes(bytes)) } else { Bytes(bytes).to_string() }
}

/// Text without control characters, which could act on a terminal.
pub(crate) fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => cleaned.push_str("\\n"),
            '\t' => cleaned.push_str("\\t"),
            '\r' => cleaned.push_str("\\r"),
            c if c.is_control() => {
                let _ = write!(cleaned, "\\u{{{:x}}}", u32::from(c));
            }
            c => cleaned.push(c),
        }
    }
    cleaned
}

/// The longest text of a value that a line shows.
const SHOWN: usize = 120;

/// A value on one line.
pub(crate) fn value(v: Value<'_>) -> String {
    match v {
        Value::Null => "-".to_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Uint(n) => n.to_string(),
        Value::Float(x) => x.to_string(),
        Value::Time(t) => format!("{t} s"),
        Value::Text(text) => shortened(text),
        Value::Bytes(bytes) => {
            let mut text: String = bytes.iter().take(16).map(|b| format!("{b:02x}")).collect();
            if bytes.len() > 16 {
                let _ = write!(text, "… ({} bytes)", bytes.len());
            }
            text
        }
        Value::List(items) => {
            let items: Vec<_> = items.take(17).map(value).collect();
            match items.split_at_checked(16) {
                Some((shown, [_, ..])) => format!("[{}, …]", shown.join(", ")),
                _ => format!("[{}]", items.join(", ")),
            }
        }
        Value::Map(fields) => {
            let fields: Vec<_> =
                fields.take(16).map(|(k, v)| format!("{}: {}", clean(k), value(v))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        _ => "?".to_owned(),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", clean(text.get(..end).unwrap_or(text))),
        None => clean(text),
    }
}

/// Colours for a terminal, or none.
#[derive(Clone, Copy)]
pub(crate) struct Paint(pub(crate) bool);

impl Paint {
    pub(crate) fn dim(self, text: impl std::fmt::Display) -> String {
        self.with("2", text)
    }

    pub(crate) fn bold(self, text: impl std::fmt::Display) -> String {
        self.with("1", text)
    }

    pub(crate) fn good(self, text: impl std::fmt::Display) -> String {
        self.with("32", text)
    }

    pub(crate) fn bad(self, text: impl std::fmt::Display) -> String {
        self.with("31", text)
    }

    pub(crate) fn name(self, text: impl std::fmt::Display) -> String {
        self.with("36", text)
    }

    fn with(self, code: &str, text: impl std::fmt::Display) -> String {
        if self.0 { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }
}

/// A line of `ls`: the path alone, or all facts.
pub(crate) fn entry(out: &mut impl Write, e: &Entry, long: bool, paint: Paint) -> io::Result<()> {
    if !long {
        return writeln!(out, "{}", clean(e.path()));
    }
    write!(out, "{} {}", paint.dim(format_args!("{:<9}", e.kind())), paint.name(clean(e.path())))?;
    if let Some(array) = e.array() {
        write!(out, "  {} {:?}", array.dtype, array.shape)?;
        if let Some(chunk) = &array.chunk {
            write!(out, " in {chunk:?}")?;
        }
        if !array.filters.is_empty() {
            write!(out, " through {}", clean(&array.filters.join(", ")))?;
        }
    }
    if let Some(span) = e.span() {
        write!(out, "  {}", paint.dim(format_args!("@{}+{}", span.offset, span.length)))?;
    }
    let nested = |v: &Value<'_>| {
        let Value::List(mut items) = *v else { return false };
        matches!(items.next(), Some(Value::Map(_)))
    };
    for (key, v) in e.fields().iter().filter(|(_, v)| !nested(v)) {
        write!(out, "  {}={}", clean(key), whole(v))?;
    }
    out.write_all(b"\n")?;
    // lists of maps, such as the cards of a FITS header, one a line
    for (key, v) in e.fields().iter() {
        if let Value::List(items) = v
            && nested(&v)
        {
            for item in items {
                writeln!(out, "    {} {}", paint.dim(clean(key)), item_line(item))?;
            }
        }
    }
    Ok(())
}

/// A value with everything in it.
fn whole(v: Value<'_>) -> String {
    match v {
        Value::Text(text) => clean(text),
        Value::Bytes(bytes) => bytes.iter().map(|b| format!("{b:02x}")).collect(),
        Value::List(items) => {
            let items: Vec<_> = items.map(whole).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(fields) => {
            let fields: Vec<_> =
                fields.map(|(k, v)| format!("{}: {}", clean(k), whole(v))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => value(other),
    }
}

/// A map on a line of its own; a card as a header has it: its text where that is kept, else keyword, value and comment.
fn item_line(v: Value<'_>) -> String {
    let Value::Map(fields) = v else { return whole(v) };
    let get = |key: &str| fields.into_iter().find(|(k, _)| *k == key).map(|(_, v)| v);
    let Some(Value::Text(keyword)) = get("keyword") else {
        let fields: Vec<_> = fields.map(|(k, v)| format!("{}={}", clean(k), whole(v))).collect();
        return fields.join("  ");
    };
    if let Some(Value::Text(text)) = get("text") {
        return clean(text).trim_end().to_owned();
    }
    let mut line = format!("{:<8}", clean(keyword));
    match get("value") {
        Some(Value::Text(text)) if matches!(keyword, "COMMENT" | "HISTORY" | "") => {
            line.push_str(&clean(text));
        }
        Some(Value::Text(text)) => {
            line.push_str(&format!("= '{}'", clean(text).replace('\'', "''")))
        }
        Some(v) if !matches!(v, Value::Null) => line.push_str(&format!("= {}", whole(v))),
        _ => {}
    }
    let unit = get("unit").and_then(|u| u.as_str()).map(|u| format!("[{}] ", clean(u)));
    if let Some(comment) = get("comment").and_then(|c| c.as_str()) {
        line.push_str(&format!(" / {}{}", unit.unwrap_or_default(), clean(comment)));
    }
    line
}

/// Names and values, aligned.
pub(crate) struct Facts {
    rows: Vec<(String, String)>,
}

impl Facts {
    pub(crate) fn new() -> Self {
        Self { rows: Vec::new() }
    }

    pub(crate) fn push(&mut self, name: &str, v: impl Into<String>) {
        self.rows.push((clean(name).replace('_', " "), v.into()));
    }

    pub(crate) fn write(&self, out: &mut impl Write, paint: Paint) -> io::Result<()> {
        let width = self.rows.iter().map(|(n, _)| n.chars().count()).max().unwrap_or(0);
        for (name, v) in &self.rows {
            writeln!(out, "  {}  {v}", paint.dim(format_args!("{name:<width$}")))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_never_reach_a_terminal() {
        assert_eq!(clean("a\x1b[31mb\n\u{9b}"), "a\\u{1b}[31mb\\n\\u{9b}");
    }

    #[test]
    fn long_texts_are_cut_at_a_character() {
        let text = "é".repeat(500);
        assert_eq!(value(Value::Text(&text)).chars().count(), SHOWN + 1);
    }
}
