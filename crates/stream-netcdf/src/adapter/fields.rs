//! Values and conventions as fields.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedString, Fields, Result};

use crate::cdl::ValueText;
use crate::cf::{Cf, REFERENCES};
use crate::header::values::{Number, trimmed};
use crate::{NcType, Values, Variable};

/// Appends an integer: as a number where it fits 64 bits.
pub(super) fn push_integer(fields: &mut Fields, key: &str, n: i128) -> Result<()> {
    match (i64::try_from(n), u64::try_from(n)) {
        (Ok(n), _) => fields.push_named(key, n)?,
        (_, Ok(n)) => fields.push_named(key, n)?,
        _ => fields.push_named(key, n.to_string().as_str())?,
    }
    Ok(())
}

fn number_item(fields: &mut Fields, number: Number) -> Result<()> {
    match number {
        Number::Int(n) => match (i64::try_from(n), u64::try_from(n)) {
            (Ok(n), _) => fields.item(n)?,
            (_, Ok(n)) => fields.item(n)?,
            _ => fields.item(n.to_string().as_str())?,
        },
        Number::Float(x) => fields.item(x)?,
        Number::Double(x) => fields.item(x)?,
    }
    Ok(())
}

fn text_item(fields: &mut Fields, bytes: &[u8]) -> Result<()> {
    match std::str::from_utf8(bytes) {
        Ok(text) => fields.item(text)?,
        Err(_) => fields.item(bytes)?,
    }
    Ok(())
}

/// Appends values under a key: text as text (bytes that are not UTF-8 as bytes), one number as a number, several as a list, values
/// of types that the file defines as CDL writes them.
pub(super) fn push_values(
    fields: &mut Fields,
    key: &'static str,
    values: Values<'_>,
) -> Result<()> {
    let alone = values.len() == 1;
    match values.nc_type() {
        NcType::Char => {
            let bytes = trimmed(values.bytes());
            match std::str::from_utf8(bytes) {
                Ok(text) => fields.push(key, text)?,
                Err(_) => fields.push(key, bytes)?,
            }
        }
        NcType::String if alone && values.text().is_some() => {
            fields.push(key, values.text().unwrap_or_default())?;
        }
        NcType::String => {
            fields.begin_list(key)?;
            for text in values.strings() {
                text_item(fields, text)?;
            }
            fields.end();
        }
        NcType::User(_) => {
            let mut text = ChargedString::new(values.header().arena.budget());
            ValueText::new(values).write(&mut text)?;
            fields.push(key, text.as_str())?;
        }
        _ if alone => match values.get(0) {
            Some(Number::Int(n)) => push_integer(fields, key, n)?,
            Some(Number::Float(x)) => fields.push(key, x)?,
            Some(Number::Double(x)) => fields.push(key, x)?,
            None => {}
        },
        _ => {
            fields.begin_list(key)?;
            for at in 0..values.len() {
                if let Some(number) = values.get(at) {
                    number_item(fields, number)?;
                }
            }
            fields.end();
        }
    }
    Ok(())
}

/// What `ncdump -s` shows as special attributes.
pub(super) fn push_storage(fields: &mut Fields, variable: Variable<'_>) -> Result<()> {
    let Some(storage) = variable.storage() else { return Ok(()) };
    fields.push("storage", storage.layout)?;
    if let Some(level) = storage.deflate {
        fields.push("deflate_level", level)?;
    }
    if storage.shuffle {
        fields.push("shuffle", true)?;
    }
    if storage.fletcher32 {
        fields.push("fletcher32", true)?;
    }
    if let Some(order) = storage.endianness {
        fields.push("endianness", order)?;
    }
    if storage.no_fill {
        fields.push("no_fill", true)?;
    }
    Ok(())
}

/// Attributes of the conventions whose value is told as it is.
const PLAIN: [(&str, &str); 13] = [
    ("units", "units"),
    ("calendar", "calendar"),
    ("standard_name", "standard_name"),
    ("long_name", "long_name"),
    ("scale_factor", "scale_factor"),
    ("add_offset", "add_offset"),
    ("_FillValue", "fill_value"),
    ("missing_value", "missing_value"),
    ("valid_min", "valid_min"),
    ("valid_max", "valid_max"),
    ("valid_range", "valid_range"),
    ("flag_values", "flag_values"),
    ("flag_masks", "flag_masks"),
];

/// The most values of an attribute that a variable's own entry repeats.
const REPEATED: u64 = 256;

/// What the CF conventions say of a variable.
pub(super) fn push_conventions(fields: &mut Fields, cf: Cf<'_>) -> Result<()> {
    for (attribute, key) in PLAIN {
        let values = cf.variable().attribute(attribute).and_then(|a| a.values());
        let short = |v: &Values<'_>| v.len() <= REPEATED || v.nc_type() == NcType::Char;
        if let Some(values) = values.filter(short) {
            push_values(fields, key, values)?;
        }
    }
    if let Some(meanings) = cf.text("flag_meanings") {
        fields.push("flag_meanings", meanings)?;
    }
    if let Some(unsigned) = cf.text("_Unsigned") {
        fields.push("unsigned", unsigned == "true")?;
    }
    for attribute in REFERENCES {
        if cf.text(attribute).is_none() {
            continue;
        }
        fields.begin_list(attribute)?;
        for (name, variable) in cf.references(attribute) {
            match variable {
                Some(variable) => {
                    let mut path = ChargedString::new(variable.header().arena.budget());
                    variable.push_path(&mut path)?;
                    fields.item(path.as_str())?;
                }
                None => fields.item(name)?,
            }
        }
        fields.end();
    }
    if let Some(reference) = cf.time().and_then(|time| time.reference()) {
        fields.push("reference", reference.to_string().as_str())?;
    }
    Ok(())
}
