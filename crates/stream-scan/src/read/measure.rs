//! Statistics of an entry's numbers.

use stream_analysis::{Findings, Measures, Numbers, Set, Value};
use stream_core::{Entry, Form, Kind, Reader, Request, Result};

/// Whether an entry is there for its numbers.
pub(super) fn is_measured(entry: &Entry) -> bool {
    let kind = matches!(entry.kind(), Kind::Array | Kind::Column | Kind::Element | Kind::Stream);
    kind && entry.has_data() && entry.array().is_some_and(|array| array.dtype.is_number())
}

/// Reads the data of an entry, one chunk at a time, and adds what it is like: `count`, `missing`, `min`, `max`, `mean`, `sd`; with
/// the member's name in front where elements have several parts.
pub(super) fn measure(
    reader: &mut dyn Reader,
    entry: &Entry,
    measures: &mut Vec<(String, f64)>,
) -> Result<()> {
    let request = Request::entry(entry.path()).with_form(Form::Scaled);
    let budget = reader.context().budget().clone();
    let wanted = Measures::EXTREMES.and(Measures::SPREAD);
    let mut set = Set::new(wanted, &budget);
    let mut chunks = reader.chunks(&request)?;
    while let Some(chunk) = chunks.next_chunk()? {
        set.add(&chunk)?;
    }
    let answer = set.answer(&[entry.path().to_owned()], 1, &[]);
    for column in answer.entries.iter().flat_map(|entry| &entry.columns) {
        if let Findings::Numbers(numbers) = &column.findings {
            push(&column.member, numbers, measures);
        }
    }
    Ok(())
}

fn push(member: &str, numbers: &Numbers, measures: &mut Vec<(String, f64)>) {
    let mut add = |name: &str, value: Option<f64>| {
        let name = if member.is_empty() { name.to_owned() } else { format!("{member}.{name}") };
        measures.extend(value.map(|value| (name, value)));
    };
    // counts beyond 2^53 are rounded
    add("count", Some(numbers.count as f64));
    add("missing", Some(numbers.missing as f64));
    add("min", numbers.min.as_ref().map(|e| float(e.value)));
    add("max", numbers.max.as_ref().map(|e| float(e.value)));
    add("mean", numbers.mean);
    add("sd", numbers.deviation);
}

fn float(value: Value) -> f64 {
    match value {
        Value::Integer(n) => n as f64,
        Value::Float(x) => x,
    }
}
