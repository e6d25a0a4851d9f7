//! Values, flattened: what stands between brackets and commas, in order.
use serde_json::Value;

use super::Type;

/// One number, text or name.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// A number as it is written.
    Number(String),
    /// Bytes of text.
    Text(Vec<u8>),
    /// The path of what a reference leads to; empty for none.
    Reference(String),
    /// A name of an enumeration, or bytes in hexadecimal.
    Word(String),
}

/// Parses what `h5dump` prints between the braces of `DATA` or behind `VALUE`.
#[must_use]
pub fn scalars(text: &str) -> Vec<Scalar> {
    let mut found = Vec::new();
    for line in text.split('\n') {
        line_of(index_off(line), &mut found);
    }
    found
}

/// A line without the index that `h5dump` puts before it: `(0,3): `.
fn index_off(line: &str) -> &str {
    let trimmed = line.trim_start();
    let Some((index, rest)) = trimmed.split_once("): ") else {
        let bare = trimmed.strip_suffix(':').and_then(|index| index.strip_suffix(')'));
        return if bare.is_some_and(is_index) { "" } else { line };
    };
    if is_index(index) { rest } else { line }
}

fn is_index(text: &str) -> bool {
    let digits = text.strip_prefix('(');
    digits.is_some_and(|digits| digits.chars().all(|c| c.is_ascii_digit() || c == ','))
}

fn line_of(line: &str, found: &mut Vec<Scalar>) {
    let mut rest = line;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',', '{', '}', '(', ')', '[', ']']);
        let Some(first) = rest.chars().next() else { return };
        if first == '"' {
            let (bytes, after) = string(&rest[1..]);
            found.push(Scalar::Text(bytes));
            rest = after;
            continue;
        }
        let end = rest.find([' ', ',', '{', '}', '(', ')', '[', ']', '"']).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end.max(1));
        rest = after;
        match word {
            "DATASET" | "GROUP" | "DATATYPE" => {
                let (path, after) = reference(rest);
                found.push(Scalar::Reference(path));
                rest = after;
            }
            "NULL" => found.push(Scalar::Reference(String::new())),
            // texts of one array go on after two slashes
            "//" => {}
            _ if word.parse::<f64>().is_ok() || word.starts_with("0x") => {
                found.push(Scalar::Number(word.to_owned()));
            }
            _ => found.push(Scalar::Word(word.to_owned())),
        }
    }
}

/// What follows `DATASET`: an address, if any, and a path in quotes or up to a selection.
fn reference(rest: &str) -> (String, &str) {
    let rest = rest.trim_start().trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
    let rest = rest.trim_start();
    if let Some(quoted) = rest.strip_prefix('"') {
        // names are not escaped: the quote that ends one stands before a bracket, a comma or the line's end
        let ends = quoted.match_indices('"').find(|(at, _)| {
            let next = quoted[at + 1..].chars().next();
            next.is_none_or(|next| "),}]".contains(next))
        });
        let at = ends.map_or(quoted.len(), |(at, _)| at);
        return (quoted[..at].to_owned(), quoted.get(at + 1..).unwrap_or_default());
    }
    let end = rest.find(['{', ',', ')']).unwrap_or(rest.len());
    let (path, after) = rest.split_at(end);
    // the selection of a region is not a value
    let after = match after.strip_prefix('{') {
        Some(region) => region.split_once('}').map_or("", |(_, after)| after),
        None => after,
    };
    (path.trim_end().to_owned(), after)
}

/// The bytes of a text whose opening quote is passed, and what follows its closing quote.
fn string(rest: &str) -> (Vec<u8>, &str) {
    let mut bytes = Vec::new();
    let mut at = 0;
    let raw = rest.as_bytes();
    while let Some(&byte) = raw.get(at) {
        at += 1;
        match byte {
            b'"' => return (bytes, rest.get(at..).unwrap_or_default()),
            b'\\' => {
                let next = raw.get(at).copied().unwrap_or(b'\\');
                if next.is_ascii_digit() {
                    let end = raw[at..].iter().position(|b| !(b'0'..=b'7').contains(b));
                    let digits = &raw[at..at + end.unwrap_or(raw.len() - at)];
                    // a byte beyond 127 is printed as a negative integer of 32 bits
                    let long = digits.len() >= 11 && digits.starts_with(b"3777777");
                    let digits = &digits[..if long { 11 } else { digits.len().min(3) }];
                    at += digits.len();
                    let octal = |value: u64, digit: &u8| value * 8 + u64::from(digit - b'0');
                    bytes.push((digits.iter().fold(0, octal) & 0xFF) as u8);
                } else {
                    at += 1;
                    bytes.push(match next {
                        b'n' => b'\n',
                        b't' => b'\t',
                        b'r' => b'\r',
                        b'b' => 8,
                        b'f' => 12,
                        other => other,
                    });
                }
            }
            other => bytes.push(other),
        }
    }
    (bytes, "")
}

/// Flattens a value of our listing; members of a compound in the order of its type.
pub fn flatten(value: &Value, of: Option<&Type>, found: &mut Vec<Scalar>) {
    match value {
        Value::Null => found.push(Scalar::Reference(String::new())),
        Value::Bool(truth) => {
            found.push(Scalar::Word(if *truth { "TRUE" } else { "FALSE" }.into()));
        }
        Value::Number(number) => found.push(Scalar::Number(number.to_string())),
        Value::String(text) => found.push(match text.strip_prefix("base64:") {
            Some(coded) => Scalar::Text(base64(coded)),
            None => Scalar::Text(text.clone().into_bytes()),
        }),
        Value::Array(items) => items.iter().for_each(|item| flatten(item, of, found)),
        Value::Object(values) => match inner_most(of) {
            Some(Type::Compound(members)) if members.len() == values.len() => {
                for (name, of) in members {
                    flatten(values.get(name).unwrap_or(&Value::Null), Some(of), found);
                }
            }
            _ => values.values().for_each(|value| flatten(value, None, found)),
        },
    }
}

/// The type behind arrays and sequences.
fn inner_most(of: Option<&Type>) -> Option<&Type> {
    match of {
        Some(Type::Array(_, of) | Type::Vlen(of)) => inner_most(Some(of)),
        other => other,
    }
}

fn base64(text: &str) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for value in text.bytes().filter_map(digit) {
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xFF) as u8);
        }
    }
    bytes
}

/// Whether one of theirs and one of ours are the same value. `names` are those of the enumerations around.
#[must_use]
pub fn same(theirs: &Scalar, ours: &Scalar, names: &[(String, String)]) -> bool {
    let trimmed = |bytes: &[u8]| {
        let end = bytes.iter().rposition(|b| !matches!(b, 0 | b' ')).map_or(0, |at| at + 1);
        bytes[..end].to_vec()
    };
    match (theirs, ours) {
        (Scalar::Number(a), Scalar::Number(b)) => same_number(a, b),
        // integers beyond 2^53 and what is not finite stand as texts
        (Scalar::Number(a), Scalar::Text(b)) => {
            let text = String::from_utf8_lossy(b);
            same_number(a, &text) || same_number(a, &value_of(names, &text))
        }
        (Scalar::Text(a), Scalar::Text(b)) => trimmed(a) == trimmed(b),
        (Scalar::Reference(a), Scalar::Text(b)) => {
            a.as_bytes() == super::ours::unescape(&String::from_utf8_lossy(b)).as_bytes()
        }
        (Scalar::Reference(a), Scalar::Reference(b)) => a == b,
        (Scalar::Word(a), Scalar::Word(b)) => a == b,
        (Scalar::Word(a), Scalar::Number(b)) => value_of(names, a) == *b,
        (Scalar::Word(a), Scalar::Text(b)) => {
            let hex: Vec<String> = b.iter().map(|byte| format!("{byte:02x}")).collect();
            a.as_bytes() == b || *a == hex.join(":") || same_number(a, &String::from_utf8_lossy(b))
        }
        _ => false,
    }
}

fn value_of(names: &[(String, String)], name: &str) -> String {
    let pair = names.iter().find(|(known, _)| known == name);
    pair.map(|(_, value)| value.clone()).unwrap_or_default()
}

/// Theirs has six significant digits.
fn same_number(theirs: &str, ours: &str) -> bool {
    if let (Ok(a), Ok(b)) = (theirs.parse::<i128>(), ours.parse::<i128>()) {
        return a == b;
    }
    let hex = theirs.strip_prefix("0x").and_then(|hex| i128::from_str_radix(hex, 16).ok());
    if let (Some(a), Ok(b)) = (hex, ours.parse::<i128>()) {
        return a == b;
    }
    let lower = ours.to_ascii_lowercase();
    let plain = theirs.to_ascii_lowercase();
    if plain.contains("nan") || lower.contains("nan") {
        return plain.contains("nan") && lower.contains("nan");
    }
    let parse = |text: &str| text.replace("infinity", "inf").parse::<f64>().ok();
    match (parse(&plain), parse(&lower)) {
        (Some(a), Some(b)) => a == b || (a - b).abs() <= 1e-5 * a.abs().max(b.abs()),
        _ => false,
    }
}
