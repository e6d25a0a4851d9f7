//! What readers say of FITS files, ours and astropy, in one shape.
use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};
use stream_core::Fields;
use stream_core::memory::Budget;
use stream_factory::{Options, open_path};

use crate::ddl::unescape;
use crate::values::{Values, crc32};

/// The header of one HDU.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// `hdu/1`.
    pub path: String,
    /// Keyword, value and comment of each card.
    pub cards: Vec<Card>,
}

/// One card, continuations joined.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// The keyword, or the words of a HIERARCH card.
    pub keyword: String,
    /// A number, truth value or text; null where it is not defined. The text of a commentary card.
    pub value: Value,
    /// What stands behind the slash.
    pub comment: String,
}

/// The headers that our reader tells.
///
/// # Errors
/// When the file does not open or its listing breaks off.
pub fn headers(file: &Path) -> Result<Vec<Header>> {
    let budget = Budget::new("headers", 32 << 20);
    let mut reader = open_path(file, &Options::new().with_budget(&budget))?;
    let mut entry = reader.context().entry();
    let mut found = Vec::new();
    while reader.read_entry(&mut entry)? {
        if entry.depth() == 0 {
            let cards = cards(entry.fields());
            found.push(Header { path: entry.path().to_owned(), cards });
        }
    }
    Ok(found)
}

fn cards(fields: &Fields) -> Vec<Card> {
    let Some(stream_core::Value::List(list)) = fields.get("cards") else { return Vec::new() };
    let maps = list.filter_map(|item| match item {
        stream_core::Value::Map(map) => Some(map),
        _ => None,
    });
    let card = |map: stream_core::Map<'_>| {
        let mut card = Card { keyword: String::new(), value: Value::Null, comment: String::new() };
        let mut commentary = true;
        for (key, value) in map {
            match key {
                "keyword" => card.keyword = text(value),
                "comment" => card.comment = text(value),
                "value" => {
                    commentary = false;
                    card.value = plain(value);
                }
                _ => {}
            }
        }
        if commentary {
            card.value = json!(std::mem::take(&mut card.comment));
        }
        card
    };
    maps.map(card).collect()
}

fn text(value: stream_core::Value<'_>) -> String {
    if let stream_core::Value::Text(text) = value { text.to_owned() } else { String::new() }
}

fn plain(value: stream_core::Value<'_>) -> Value {
    match value {
        stream_core::Value::Bool(truth) => json!(truth),
        stream_core::Value::Int(number) => json!(number),
        stream_core::Value::Uint(number) => json!(number),
        stream_core::Value::Float(number) => json!(number),
        stream_core::Value::Text(text) => json!(text),
        stream_core::Value::List(list) => list.map(plain).collect(),
        _ => Value::Null,
    }
}

/// The same of astropy's lines. Cards that it cannot take apart have no keyword.
#[must_use]
pub fn astropy(lines: &[Value]) -> Vec<Header> {
    let headers = lines.iter().filter(|line| line["hdu"].is_u64());
    let header = |line: &Value| {
        let cards = line["cards"].as_array().into_iter().flatten().map(|card| Card {
            keyword: card[0].as_str().unwrap_or_default().to_owned(),
            value: card[1].clone(),
            comment: card[2].as_str().unwrap_or_default().to_owned(),
        });
        Header { path: format!("hdu/{}", line["hdu"]), cards: cards.collect() }
    };
    headers.map(header).collect()
}

/// Whether two values are the same: numbers by value, texts without the spaces behind them.
#[must_use]
pub fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(a), Value::Number(b)) => {
            // JSON's reader may miss the nearest double by one
            let near = |(a, b): (f64, f64)| (a - b).abs() <= 1e-15 * a.abs();
            a == b || a.as_f64().zip(b.as_f64()).is_some_and(near)
        }
        (Value::String(a), Value::String(b)) => a.trim_end() == b.trim_end(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        _ => one == other,
    }
}

/// All differences of two files' headers.
#[must_use]
pub fn differences(ours: &[Header], theirs: &[Header]) -> Vec<String> {
    let mut found = Vec::new();
    if ours.len() != theirs.len() {
        found.push(format!("{} HDUs, astropy has {}", ours.len(), theirs.len()));
    }
    for (ours, theirs) in ours.iter().zip(theirs) {
        let path = &ours.path;
        if ours.cards.len() != theirs.cards.len() {
            let counts = (ours.cards.len(), theirs.cards.len());
            found.push(format!("{path}: {} cards, astropy has {}", counts.0, counts.1));
        }
        for (ours, theirs) in ours.cards.iter().zip(&theirs.cards) {
            let unreadable = theirs.keyword.is_empty() && !ours.keyword.is_empty();
            let alike = ours.keyword == theirs.keyword
                && same(&ours.value, &theirs.value)
                && ours.comment.trim_end() == theirs.comment.trim_end();
            if !unreadable && !alike {
                found.push(format!("{path}: {ours:?}, astropy has {theirs:?}"));
            }
        }
    }
    found
}

/// Compares the values of everything that astropy reads; gives how many were compared.
///
/// # Errors
/// All differences.
pub fn compare(
    theirs: &[Value],
    ours: &[Values],
    judge: impl Fn(&Value, &Values) -> Result<bool, String>,
) -> Result<usize, Vec<String>> {
    let (mut compared, mut wrong) = (0, Vec::new());
    for line in theirs.iter().filter(|line| line["crc32"].is_u64()) {
        let path = line["path"].as_str().unwrap_or_default();
        // a parameter of random groups has a name or a number
        let named = |own: &&Values| unescape(&own.path) == path;
        let placed = |own: &Values| Some(own.path.clone()).filter(|_| line["number"].is_u64());
        let own = ours.iter().find(named).or_else(|| {
            let columns =
                ours.iter().filter(|own| placed(own).is_some_and(|p| p.contains("/column/")));
            let at = line["number"].as_u64()?.checked_sub(1)?;
            columns.clone().nth(usize::try_from(at).ok()?)
        });
        match own.map(|own| (own, judge(line, own))) {
            None if line["bytes"] == 0 => {}
            None => wrong.push(format!("{path} has no data")),
            Some((_, Ok(counts))) => compared += usize::from(counts),
            Some((own, Err(why))) => wrong.push(format!("{path} ({}): {why}", own.dtype)),
        }
    }
    if wrong.is_empty() { Ok(compared) } else { Err(wrong) }
}

/// Whether the stored values are the same bytes.
///
/// # Errors
/// What differs.
pub fn same_stored(line: &Value, own: &Values) -> Result<bool, String> {
    let packed = own.packed.as_ref().map_err(Clone::clone)?;
    if let Some(shape) = line["shape"].as_array()
        && !shape.iter().filter_map(Value::as_u64).eq(own.shape.iter().copied())
    {
        return Err(format!("shape {:?}, astropy has {}", own.shape, line["shape"]));
    }
    if Some(packed.len() as u64) != line["bytes"].as_u64() {
        return Err(format!("{} bytes, astropy has {}", packed.len(), line["bytes"]));
    }
    if Some(u64::from(crc32(packed))) != line["crc32"].as_u64() {
        return Err("other values".to_owned());
    }
    Ok(true)
}

/// Whether count, sum, least and greatest of what is not missing are the same, as far as singles tell.
///
/// # Errors
/// What differs.
pub fn same_scaled(line: &Value, own: &Values) -> Result<bool, String> {
    let theirs = &line["scaled"];
    let (Some(count), Some(sum)) = (theirs[0].as_u64(), theirs[1].as_f64()) else {
        return Ok(false);
    };
    let packed = own.packed.as_ref().map_err(Clone::clone)?;
    // what is listed is the type as stored: the length tells that of the scaled values
    let elements = usize::try_from(own.shape.iter().product::<u64>()).unwrap_or_default();
    let numbers: Vec<f64> = if packed.len() == elements * 4 {
        packed.as_chunks().0.iter().map(|four| f64::from(f32::from_ne_bytes(*four))).collect()
    } else {
        packed.as_chunks().0.iter().map(|eight| f64::from_ne_bytes(*eight)).collect()
    };
    let left: Vec<f64> = numbers.into_iter().filter(|number| number.is_finite()).collect();
    if left.len() as u64 != count {
        return Err(format!("{} values, astropy has {count}", left.len()));
    }
    let size: f64 = left.iter().map(|number| number.abs()).sum();
    let total: f64 = left.iter().sum();
    if (total - sum).abs() > 1e-6 * size {
        return Err(format!("sum {total}, astropy has {sum}"));
    }
    let bounds = [left.iter().copied().reduce(f64::min), left.iter().copied().reduce(f64::max)];
    for (bound, theirs) in bounds.into_iter().zip([&theirs[2], &theirs[3]]) {
        let near = |(a, b): (f64, f64)| (a - b).abs() <= 1e-6 * b.abs();
        if bound != theirs.as_f64() && !bound.zip(theirs.as_f64()).is_some_and(near) {
            return Err(format!("bounds {bounds:?}, astropy has {theirs}"));
        }
    }
    Ok(true)
}
