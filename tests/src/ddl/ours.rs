//! What our listing says, in the same shape.
use anyhow::{Context as _, Result};
use serde_json::Value;

use super::value::flatten;
use super::{Kind, Object, Objects, Type};

/// Undoes the percent escapes of a path.
#[must_use]
pub fn unescape(path: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = path.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn numbers(value: &Value) -> Option<Vec<u64>> {
    value.as_array().map(|items| items.iter().filter_map(Value::as_u64).collect())
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// Gathers the objects that `ls --json` lists of an HDF5 file.
///
/// # Errors
/// When an entry has no path, or a kind or type that is not known.
pub fn listed(entries: &[Value]) -> Result<Objects> {
    let mut found = Objects::new();
    for entry in entries {
        let path = entry["path"].as_str().context("an entry without path")?;
        if entry["kind"] == "file" {
            continue;
        }
        let object = object(entry).with_context(|| path.to_owned())?;
        found.insert(unescape(path), object);
    }
    Ok(found)
}

fn object(entry: &Value) -> Result<Object> {
    let fields = &entry["fields"];
    let kind = match (entry["kind"].as_str(), fields["link"].as_str()) {
        (Some("group"), _) => Kind::Group,
        (Some("array" | "table"), _) => Kind::Dataset,
        (Some("type"), _) => Kind::Type,
        (Some("attribute"), _) => Kind::Attribute,
        (Some("link"), Some("hard")) => Kind::HardLink,
        (Some("link"), Some("soft")) => Kind::SoftLink,
        (Some("link"), Some("external")) => Kind::ExternalLink,
        (Some("link"), _) => Kind::UserLink,
        (other, _) => anyhow::bail!("kind {other:?}"),
    };
    let dtype = match fields["stored_type"].as_str() {
        Some(text) => Some(Type::parse(text)?),
        None => None,
    };
    let filters = entry["filters"].as_array().into_iter().flatten().filter_map(text);
    let max_shape = fields["maxshape"].as_array();
    let mut own = Object {
        kind,
        shape: numbers(&entry["shape"]),
        max_shape: max_shape.map(|axes| axes.iter().map(Value::as_u64).collect()),
        layout: text(&fields["layout"]),
        chunk: numbers(&entry["chunk"]),
        filters: filters.collect(),
        offset: entry["offset"].as_u64(),
        stored: fields["storage_size"].as_u64(),
        comment: text(&fields["comment"]),
        target: text(&fields["target"]).map(|path| unescape(&path)),
        files: files(fields),
        ..Object::default()
    };
    // null: the file says that there is none
    if let Some(fill) = fields.get("fill").filter(|fill| !fill.is_null()) {
        flatten(fill, dtype.as_ref(), &mut own.fill);
    }
    if let Some(value) = fields.get("value") {
        let mut scalars = Vec::new();
        flatten(value, dtype.as_ref(), &mut scalars);
        own.value = Some(scalars);
    }
    own.dtype = dtype;
    Ok(own)
}

/// The files that a link, an external layout or a virtual one names.
fn files(fields: &Value) -> Vec<String> {
    let mut found: Vec<String> = text(&fields["file"]).into_iter().collect();
    for list in [&fields["external"], &fields["virtual"]] {
        for item in list.as_array().into_iter().flatten() {
            found.extend(text(item).or_else(|| text(&item["file"])));
        }
    }
    found
}
