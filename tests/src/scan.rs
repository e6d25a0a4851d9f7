//! A catalogue that `narrows scan` made, as JSON.
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Map, Value, json};
use xtask::child::{End, Measured, measure};

use crate::command::narrows;

/// A scan of the corpus that has not ended by then hangs.
const DEADLINE: Duration = Duration::from_secs(900);

/// The rows of one file.
#[derive(Clone, Debug)]
pub struct Scanned {
    /// Its own.
    pub file: Value,
    /// Those of its entries, in file order.
    pub entries: Vec<Value>,
}

/// Scans a tree into `out` with more arguments.
///
/// # Errors
/// When the command cannot be started.
pub fn scan(tree: &Path, out: &Path, more: &[&str]) -> Result<Measured> {
    let mut command = Command::new(narrows()?);
    command.arg("scan").arg(tree).arg("-o").arg(out).args(more).stdin(Stdio::null());
    measure(command.stdout(Stdio::piped()).stderr(Stdio::piped()), Some(DEADLINE))
}

/// The rows of a catalogue, by path below `tree`.
///
/// # Errors
/// When they cannot be had, or a file has two rows.
pub fn rows(catalogue: &Path, tree: &Path) -> Result<BTreeMap<String, Scanned>> {
    let mut command = Command::new(narrows()?);
    command.args(["scan", "canonical"]).arg(catalogue).stdin(Stdio::null());
    let seen = measure(command.stdout(Stdio::piped()).stderr(Stdio::piped()), Some(DEADLINE))?;
    ensure!(seen.end == End::Code(0), "scan canonical: {:?} {}", seen.end, seen.stderr.text());
    let mut found = BTreeMap::new();
    let mut last = String::new();
    for line in std::str::from_utf8(&seen.stdout.kept)?.lines() {
        let row: Value = serde_json::from_str(line).with_context(|| line.to_owned())?;
        if row.get("status").is_none() {
            let scanned: &mut Scanned = found.get_mut(&last).context("an entry before a file")?;
            ensure!(row["file"] == scanned.file["id"], "an entry of another file than the last");
            scanned.entries.push(row);
            continue;
        }
        let path = Path::new(row["path"].as_str().context("a row without path")?);
        last = path.strip_prefix(tree)?.to_string_lossy().into_owned();
        let scanned = Scanned { file: row, entries: Vec::new() };
        ensure!(found.insert(last.clone(), scanned).is_none(), "{last} has two rows");
    }
    Ok(found)
}

/// The row of an entry as `ls --json` lists the entry, with each field's value where its text tells it: a number, a truth value, a
/// list or a map, else the text.
#[must_use]
pub fn listed(row: &Value) -> Value {
    let mut entry = Map::new();
    for key in ["path", "kind", "dtype", "shape", "chunk", "offset", "length"] {
        if let Some(value) = row.get(key) {
            entry.insert(key.to_owned(), value.clone());
        }
    }
    if row["filters"].as_array().is_some_and(|filters| !filters.is_empty()) {
        entry.insert("filters".to_owned(), row["filters"].clone());
    }
    let mut fields = Map::new();
    let pairs = row["fields"].as_array().into_iter().flatten();
    let pairs = pairs.map(|pair| (pair["key"].as_str().unwrap_or_default(), &pair["value"]));
    for (key, value) in pairs.chain(row.get("value").map(|value| ("value", value))) {
        fields.insert(key.to_owned(), value.as_str().map_or(Value::Null, typed));
    }
    entry.insert("fields".to_owned(), Value::Object(fields));
    Value::Object(entry)
}

fn typed(text: &str) -> Value {
    let value = || serde_json::from_str(text).ok();
    value().filter(|value: &Value| !value.is_string()).unwrap_or_else(|| json!(text))
}

/// The measures of an entry: count, least and so on.
#[must_use]
pub fn measures(row: &Value) -> BTreeMap<&str, f64> {
    let pairs = row["measures"].as_array().into_iter().flatten();
    let number = |value: &Value| value.as_f64().or_else(|| value.as_str()?.parse().ok());
    let pair = |pair: &'_ Value| number(&pair["value"]);
    pairs.filter_map(|p| Some((p["key"].as_str()?, pair(p)?))).collect()
}

/// Where measures differ from statistics that another library gives: counts exactly, extremes, mean and deviation within
/// `relative` times the greatest magnitude, and `absolute`.
#[must_use]
pub fn differences(
    ours: &BTreeMap<&str, f64>,
    theirs: &Value,
    (relative, absolute): (f64, f64),
) -> Vec<String> {
    let magnitude = |key: &str| theirs[key].as_f64().map_or(0.0, f64::abs);
    let largest = magnitude("min").max(magnitude("max"));
    let mut found = Vec::new();
    for key in ["count", "missing", "min", "max", "mean", "sd"] {
        let Some(their) = theirs[key].as_f64() else { continue };
        let exact = matches!(key, "count" | "missing");
        let allowed = if exact { 0.0 } else { absolute.max(relative * largest) };
        match ours.get(key) {
            Some(our) if (our - their).abs() <= allowed => {}
            our => found.push(format!("{key} {our:?}, theirs {their}")),
        }
    }
    found
}

/// Processes of the command and the programs beside it that nobody waits for.
///
/// # Errors
/// When there is no `/proc`.
pub fn orphans() -> Result<Vec<String>> {
    let folder = narrows()?.parent().context("a command without a folder")?.canonicalize()?;
    let program = |pid: &str| std::fs::read_link(format!("/proc/{pid}/exe")).ok();
    let ours = |pid: &str| program(pid).is_some_and(|exe| exe.starts_with(&folder));
    let parent = |pid: &str| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let rest = stat.rsplit_once(')')?.1;
        rest.split_whitespace().nth(1).map(str::to_owned)
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let pid = entry.file_name().to_string_lossy().into_owned();
        // the suites themselves lie in the same folder, one below
        let workers = program(&pid).is_some_and(|exe| exe.parent() == Some(&folder));
        if workers && !parent(&pid).is_some_and(|parent| ours(&parent)) {
            let line = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            found.push(format!("{pid}: {}", line.replace('\0', " ")));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_becomes_what_ls_lists() {
        let row = json!({
            "file": 3, "path": "/a@b", "kind": "attribute", "dtype": "f32", "shape": [2], "filters": [],
            "value": "[1.5,2]", "fields": [{"key": "units", "value": "K"}, {"key": "n", "value": "7"}],
            "measures": [{"key": "max", "value": 2.5}, {"key": "min", "value": "-inf"}],
        });
        let expected = json!({
            "path": "/a@b", "kind": "attribute", "dtype": "f32", "shape": [2],
            "fields": {"units": "K", "n": 7, "value": [1.5, 2]},
        });
        assert_eq!(listed(&row), expected);
        assert_eq!(measures(&row), BTreeMap::from([("max", 2.5), ("min", f64::NEG_INFINITY)]));
    }

    #[test]
    fn statistics_that_differ_are_told() {
        let theirs = json!({"count": 3, "min": -1.0, "max": 4.0, "mean": 2.0});
        let ours =
            BTreeMap::from([("count", 3.0), ("min", -1.0), ("max", 4.0), ("mean", 2.0 + 1e-12)]);
        assert!(differences(&ours, &theirs, (1e-10, 0.0)).is_empty());
        assert_eq!(
            differences(&ours, &json!({"count": 2}), (1.0, 0.0)),
            ["count Some(3.0), theirs 2"]
        );
    }
}
