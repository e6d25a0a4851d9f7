//! Statistics for people and as JSON lines.

use std::io::{self, Write};

use stream_analysis::{Extreme, Failure, Histogram, Numbers, Quantile, Statistics, Texts, Value};

use super::human::{Facts, Paint, clean};
use super::json::{self, Object};
use stream_analysis::Findings;

/// The entry and its type.
pub(crate) fn heading(
    out: &mut impl Write,
    path: &str,
    column: &Statistics,
    paint: Paint,
) -> io::Result<()> {
    let member =
        if column.member.is_empty() { String::new() } else { format!(" {}", column.member) };
    let name = paint.name(clean(&format!("{path}{member}")));
    writeln!(out, "{name}  {}", paint.dim(clean(&column.dtype)))
}

pub(crate) fn texts(out: &mut impl Write, texts: &Texts, paint: Paint) -> io::Result<()> {
    let mut facts = Facts::new();
    facts.push("count", texts.count.to_string());
    facts.push("empty", texts.empty.to_string());
    if let (Some(least), Some(most)) = (texts.min_length, texts.max_length) {
        facts.push("bytes", format!("{least} to {most}, {} in all", texts.total_length));
    }
    facts.write(out, paint)
}

pub(crate) fn numbers(
    out: &mut impl Write,
    n: &Numbers,
    dtype: &str,
    paint: Paint,
) -> io::Result<()> {
    let mut facts = Facts::new();
    facts.push("count", n.count.to_string());
    facts.push("missing", n.missing.to_string());
    if n.negative_infinities | n.positive_infinities > 0 {
        let text =
            format!("{} negative, {} positive", n.negative_infinities, n.positive_infinities);
        facts.push("infinite", text);
    }
    for (name, extreme) in [("min", &n.min), ("max", &n.max)] {
        if let Some(e) = extreme {
            facts.push(name, format!("{} at {:?}", element(e.value, dtype), e.at));
        }
    }
    let float = |x: Option<f64>| x.map(shown);
    for (name, text) in
        [("sum", n.sum.map(value)), ("mean", float(n.mean)), ("sd", float(n.deviation))]
    {
        if let Some(text) = text {
            facts.push(name, text);
        }
    }
    for q in &n.quantiles {
        facts.push(&format!("{} %", shown(q.share * 100.0)), quantile(q));
    }
    facts.write(out, paint)?;
    if !n.values.is_empty() {
        let most = n.values.iter().map(|v| v.1).max().unwrap_or(0);
        for (value, count) in &n.values {
            writeln!(out, "  {value:>24} {count:>12} {}", bar(*count, most))?;
        }
    } else if let Some(h) = &n.histogram {
        histogram(out, h)?;
    }
    Ok(())
}

/// Short, but no shorter than it is exact.
fn shown(x: f64) -> String {
    if x.is_finite() {
        zmij::Buffer::new().format_finite(x).trim_end_matches(".0").to_owned()
    } else {
        x.to_string()
    }
}

fn value(v: Value) -> String {
    match v {
        Value::Integer(n) => n.to_string(),
        Value::Float(x) => shown(x),
    }
}

/// An element of `dtype`: those of 32 bits with the digits that 32 bits need.
fn element(v: Value, dtype: &str) -> String {
    match v {
        Value::Float(x) if dtype == "f32" && x.is_finite() => {
            let text = zmij::Buffer::new().format_finite(x as f32).to_owned();
            text.trim_end_matches(".0").to_owned()
        }
        other => value(other),
    }
}

/// As many digits as the error leaves, and the error.
fn quantile(q: &Quantile) -> String {
    if q.error == 0.0 {
        return shown(q.value);
    }
    let digits = (q.value.abs() / q.error).log10().clamp(0.0, 15.0) as usize;
    let digits = digits.saturating_add(1);
    format!("{} ± {:.1e}", shown(rounded(q.value, digits)), q.error)
}

fn rounded(x: f64, digits: usize) -> f64 {
    format!("{x:.digits$e}").parse().unwrap_or(x)
}

fn histogram(out: &mut impl Write, h: &Histogram) -> io::Result<()> {
    let most = h.counts.iter().copied().max().unwrap_or(0);
    for (pair, count) in h.edges.windows(2).zip(&h.counts) {
        if let [low, high] = pair {
            let (low, high) = (rounded(*low, 5), rounded(*high, 5));
            writeln!(out, "  {low:>11} {high:>12} {count:>12} {}", bar(*count, most))?;
        }
    }
    Ok(())
}

/// A bar of at most 40 columns; anything at all shows.
fn bar(count: u64, most: u64) -> String {
    let part = count as f64 / most.max(1) as f64 * 40.0;
    "█".repeat((part.round() as usize).max(usize::from(count > 0)))
}

/// One JSON object a column.
pub(crate) fn line<W: Write>(out: &mut W, path: &str, column: &Statistics) -> io::Result<()> {
    let mut o = Object::begin(out)?;
    o.text("path", path)?;
    if !column.member.is_empty() {
        o.text("member", &column.member)?;
    }
    o.text("dtype", &column.dtype)?;
    match &column.findings {
        Findings::Numbers(n) => number_keys(&mut o, n)?,
        Findings::Texts(t) => {
            o.number("count", t.count)?;
            o.number("empty", t.empty)?;
            for (key, length) in [("min_length", t.min_length), ("max_length", t.max_length)] {
                if let Some(length) = length {
                    o.number(key, length)?;
                }
            }
            o.number("total_length", t.total_length)?;
        }
    }
    o.end()?;
    out.write_all(b"\n")
}

fn number_keys<W: Write>(o: &mut Object<'_, W>, n: &Numbers) -> io::Result<()> {
    o.number("count", n.count)?;
    o.number("missing", n.missing)?;
    o.number("negative_infinities", n.negative_infinities)?;
    o.number("positive_infinities", n.positive_infinities)?;
    extreme(o, "min", "min_at", n.min.as_ref())?;
    extreme(o, "max", "max_at", n.max.as_ref())?;
    if let Some(sum) = n.sum {
        json_value(o.key("sum")?, sum)?;
    }
    for (key, x) in [("mean", n.mean), ("variance", n.variance), ("sd", n.deviation)] {
        if let Some(x) = x {
            json::float(o.key(key)?, x)?;
        }
    }
    if !n.quantiles.is_empty() {
        json::list(o.key("quantiles")?, n.quantiles.iter(), |out, q| {
            let mut o = Object::begin(out)?;
            json::float(o.key("share")?, q.share)?;
            json::float(o.key("value")?, q.value)?;
            json::float(o.key("error")?, q.error)?;
            o.end()
        })?;
        let relative = n.quantile_bits.map_or(0.0, |bits| (-f64::from(bits)).exp2());
        json::float(o.key("quantile_relative_error")?, relative)?;
    }
    if let Some(h) = &n.histogram {
        let mut inner = Object::begin(o.key("histogram")?)?;
        json::list(inner.key("edges")?, h.edges.iter(), |out, x| json::float(out, *x))?;
        json::list(inner.key("counts")?, h.counts.iter(), |out, n| json::uint(out, *n))?;
        inner.end()?;
    }
    if !n.values.is_empty() {
        json::list(o.key("values")?, n.values.iter(), |out, (value, count)| {
            let mut o = Object::begin(out)?;
            json::int(o.key("value")?, *value)?;
            o.number("count", *count)?;
            o.end()
        })?;
    }
    Ok(())
}

fn extreme<W: Write>(
    o: &mut Object<'_, W>,
    key: &str,
    at: &str,
    e: Option<&Extreme>,
) -> io::Result<()> {
    let Some(e) = e else { return Ok(()) };
    json_value(o.key(key)?, e.value)?;
    json::list(o.key(at)?, e.at.iter(), |out, i| json::uint(out, *i))
}

fn json_value<W: Write>(out: &mut W, value: Value) -> io::Result<()> {
    match value {
        Value::Float(x) => json::float(out, x),
        Value::Integer(n) => match i64::try_from(n) {
            Ok(n) => json::int(out, n),
            Err(_) => write!(out, "\"{n}\""),
        },
    }
}

/// The line of an entry that could not be read.
pub(crate) fn failure_line<W: Write>(out: &mut W, path: &str, failure: &Failure) -> io::Result<()> {
    let mut o = Object::begin(out)?;
    o.text("path", path)?;
    let mut error = Object::begin(o.key("error")?)?;
    error.text("kind", &failure.kind)?;
    error.text("message", &failure.message)?;
    error.end()?;
    o.end()?;
    out.write_all(b"\n")
}
