//! Entries and summaries as canonical text: two that print alike are alike.

use std::fmt;

use stream_core::{Entry, Fields, Severity, Summary, Value};

/// Calls `fact` with each fact's name and value: `path, kind, depth, array, span, has_data`, then the fields by their names.
pub(crate) fn entry(entry: &Entry, fact: &mut dyn FnMut(&str, fmt::Arguments<'_>)) {
    fact("path", format_args!("{:?}", entry.path()));
    fact("kind", format_args!("{}", entry.kind()));
    fact("depth", format_args!("{}", entry.depth()));
    match entry.array() {
        Some(array) => fact(
            "array",
            format_args!(
                "{} {:?} chunk {:?} filters {:?}",
                array.dtype, array.shape, array.chunk, array.filters
            ),
        ),
        None => fact("array", format_args!("none")),
    }
    match entry.span() {
        Some(span) => fact("span", format_args!("{}+{}", span.offset, span.length)),
        None => fact("span", format_args!("none")),
    }
    fact("has_data", format_args!("{}", entry.has_data()));
    fields(entry.fields(), fact);
}

/// Calls `fact` with each fact of a summary: `entries, complete`, the fields, then the findings,
/// counted and one by one.
pub(crate) fn summary(summary: &Summary, fact: &mut dyn FnMut(&str, fmt::Arguments<'_>)) {
    fact("entries", format_args!("{}", summary.entries));
    fact("complete", format_args!("{}", summary.complete));
    fields(&summary.fields, fact);
    let found = &summary.diagnostics;
    for (name, severity) in
        [("notes", Severity::Note), ("warnings", Severity::Warning), ("errors", Severity::Error)]
    {
        fact(name, format_args!("{}", found.count(severity)));
    }
    for one in found.kept() {
        fact("diagnostic", format_args!("{} {one}", one.rule));
    }
}

fn fields(fields: &Fields, fact: &mut dyn FnMut(&str, fmt::Arguments<'_>)) {
    for (name, value) in fields.iter() {
        fact(name, format_args!("{}", Canonical(value)));
    }
}

/// Floats by their bits, so that -0 and NaNs differ as they do; types told apart.
struct Canonical<'a>(Value<'a>);

impl fmt::Display for Canonical<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Float(x) => write!(f, "{x:?} ({:#018x})", x.to_bits()),
            Value::Time(t) => write!(f, "{}/{} s", t.ticks, t.per_second),
            Value::List(list) => {
                f.write_str("[")?;
                for value in list {
                    write!(f, "{}, ", Canonical(value))?;
                }
                f.write_str("]")
            }
            Value::Map(map) => {
                f.write_str("{")?;
                for (name, value) in map {
                    write!(f, "{name:?}: {}, ", Canonical(value))?;
                }
                f.write_str("}")
            }
            scalar => write!(f, "{scalar:?}"),
        }
    }
}
