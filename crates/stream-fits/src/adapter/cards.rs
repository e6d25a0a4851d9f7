//! Cards as fields.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt::Write;

use stream_core::{Fields, Result};

use crate::card::Style;
use crate::{Card, Hdu, Text, Value};

/// Pushes a header's value under a name.
pub(super) fn push(fields: &mut Fields, name: &'static str, value: &Value<'_>) -> Result<()> {
    match *value {
        Value::Undefined => fields.push(name, stream_core::Value::Null)?,
        Value::Logical(b) => fields.push(name, b)?,
        Value::Integer(n) => match (i64::try_from(n), u64::try_from(n)) {
            (Ok(n), _) => fields.push(name, n)?,
            (_, Ok(n)) => fields.push(name, n)?,
            // beyond 64 bits: rounded, and the card has the digits
            _ => fields.push(name, n as f64)?,
        },
        Value::Real(x) => fields.push(name, x)?,
        Value::Complex(re, im) => {
            fields.begin_list(name)?;
            fields.item(re)?;
            fields.item(im)?;
            fields.end();
        }
        Value::Text(text) | Value::Unknown(text) => push_text(fields, name, &text)?,
    }
    Ok(())
}

/// Pushes a text without copying it twice where it needs no change.
pub(super) fn push_text(fields: &mut Fields, name: &'static str, text: &Text<'_>) -> Result<()> {
    match text.as_str() {
        Some(text) => fields.push(name, text)?,
        None => fields.push(name, joined(text).as_str())?,
    }
    Ok(())
}

/// A text of several cards, or with doubled quotes: at most as long as the header.
fn joined(text: &Text<'_>) -> String {
    let mut all = String::new();
    // infallible: a string takes everything
    let _ = write!(all, "{text}");
    all
}

/// All cards: a list of maps.
pub(super) fn fill(fields: &mut Fields, hdu: &Hdu) -> Result<()> {
    fields.begin_list("cards")?;
    for card in hdu.cards_presented() {
        fields.begin_item_map()?;
        one(fields, &card, hdu)?;
        fields.end();
    }
    fields.end();
    Ok(())
}

fn one(fields: &mut Fields, card: &Card<'_>, hdu: &Hdu) -> Result<()> {
    let parts = if hdu.header.text { card.parts_of_text() } else { card.parts() };
    fields.push("keyword", parts.keyword)?;
    if let Some(value) = &parts.value {
        push(fields, "value", value)?;
    }
    if !parts.comment.is_empty() {
        push_text(fields, "comment", &parts.comment)?;
        // 4.3: a unit in brackets begins the comment
        if parts.style != Style::Commentary
            && let Some(unit) = parts.comment.as_str().and_then(unit_of)
        {
            fields.push("unit", unit)?;
        }
    }
    if parts.defect.is_some()
        || card.is_continued()
        || matches!(parts.value, Some(Value::Unknown(_)))
    {
        let raw = String::from_utf8_lossy(card.raw());
        fields.push("text", raw.trim_end())?;
    }
    Ok(())
}

fn unit_of(comment: &str) -> Option<&str> {
    let (unit, _) = comment.strip_prefix('[')?.split_once(']')?;
    (!unit.is_empty()).then_some(unit)
}
