//! Array files for `bench`, by the Python libraries that people write them with.
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::project::output;

const SCRIPT: &str = include_str!("arrays.py");

/// Makes the files of one group, `hdf5` or `netcdf`, unless a run before this did, and tells what is known of them.
///
/// # Errors
/// When Python or its module fails.
pub fn make(python: &Path, group: &str, folder: &Path, share: u64) -> Result<Value> {
    let known = folder.join(format!("{group}.json"));
    if let Ok(text) = std::fs::read_to_string(&known) {
        return serde_json::from_str(&text).with_context(|| known.display().to_string());
    }
    eprintln!("making the {group} files in {}", folder.display());
    let mut command = Command::new(python);
    command.args(["-c", SCRIPT, group]).arg(folder).arg(share.to_string());
    let text = output(&mut command)?;
    let facts = serde_json::from_str(&text).with_context(|| text.clone())?;
    std::fs::write(&known, text)?;
    Ok(facts)
}
