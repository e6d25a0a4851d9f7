//! What our listing says, in the same shape.
use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::{Described, Item};
use crate::ddl::{flatten, unescape};

/// Gathers the items that `ls --json` lists of a netCDF file.
///
/// # Errors
/// When an entry has no path, or a kind that is not known.
pub fn listed(entries: &[Value]) -> Result<Described> {
    let mut found = Described::default();
    for entry in entries {
        let path = entry["path"].as_str().context("an entry without path")?;
        let fields = &entry["fields"];
        let dtype = || entry["dtype"].as_str().unwrap_or_default().to_owned();
        let item = match entry["kind"].as_str().unwrap_or_default() {
            "file" => continue,
            "group" => Item::Group,
            "dimension" => {
                let length = fields["length"].as_u64().context("a dimension without length")?;
                Item::Dimension(length, fields["unlimited"].as_bool().unwrap_or(false))
            }
            "type" => Item::Type(fields["dtype"].as_str().unwrap_or_default().to_owned()),
            "array" => Item::Variable(dtype(), dimensions(&fields["dimensions"])),
            "attribute" => {
                let mut scalars = Vec::new();
                flatten(fields.get("value").unwrap_or(&Value::Null), None, &mut scalars);
                Item::Attribute(Some(dtype()), scalars)
            }
            other => bail!("{path} is a {other}"),
        };
        found.items.insert(unescape(path), item);
    }
    Ok(found)
}

/// Names, whether the listing gives those or the paths of the dimensions' entries.
fn dimensions(list: &Value) -> Vec<String> {
    let names = list.as_array().into_iter().flatten().filter_map(Value::as_str);
    names.map(|name| name.rsplit("@dim/").next().map(unescape).unwrap_or_default()).collect()
}
