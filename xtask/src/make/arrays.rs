//! Array files for `bench`, by the Python libraries that people write them with.
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::project::output;

const SCRIPT: &str = include_str!("arrays.py");

/// What the script makes.
const GROUPS: [(&str, &[&str]); 3] = [
    ("fits", &["image.fits", "rice.fits", "table.fits", "hdus.fits"]),
    ("hdf5", &["deflated.h5", "deflated.chunks", "contiguous.h5", "deflated10.h5", "tree.h5"]),
    ("netcdf", &["deflated.nc", "classic.nc", "classic10.nc"]),
];

/// Makes the files of one group, `fits`, `hdf5` or `netcdf`, unless a run before this did and all are there, and tells what is
/// known of them.
///
/// # Errors
/// When Python or its module fails.
pub fn make(python: &Path, group: &str, folder: &Path, share: u64) -> Result<Value> {
    let known = folder.join(format!("{group}.json"));
    let files = GROUPS.iter().find(|(name, _)| *name == group).map_or(&[][..], |(_, files)| files);
    let there = files.iter().all(|name| folder.join(name).is_file());
    if let (true, Ok(text)) = (there, std::fs::read_to_string(&known)) {
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
