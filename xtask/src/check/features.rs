//! The combinations of features that have to build: none, each alone, all.
//!
//! All but one: `static` builds HDF5 2.x from its source, which takes minutes and a CMake that Debian 12 has not.
use anyhow::Result;

use crate::tidy::metadata;

/// What is built on demand only.
const ON_DEMAND: &str = "static";

/// All features of all crates, as `--features` of the workspace takes them.
pub(super) fn all() -> Result<String> {
    let mut all = Vec::new();
    for package in metadata::read()? {
        let features = package.features.iter().filter(|name| *name != ON_DEMAND);
        all.extend(features.map(|feature| format!("{}/{feature}", package.name)));
    }
    Ok(all.join(","))
}

/// A name and clippy's arguments for each combination of every crate that has features.
pub(super) fn combinations() -> Result<Vec<(String, Vec<String>)>> {
    let mut found = Vec::new();
    for package in metadata::read()? {
        let features =
            package.features.iter().filter(|name| *name != "default" && *name != ON_DEMAND);
        let alone: Vec<&String> = features.collect();
        if alone.is_empty() {
            continue;
        }
        let arguments = |rest: &[&str]| {
            let head = ["--package", &package.name, "--all-targets"];
            head.iter().chain(rest).map(ToString::to_string).collect::<Vec<_>>()
        };
        let name = &package.name;
        found.push((format!("{name} without features"), arguments(&["--no-default-features"])));
        let together: Vec<&str> = alone.iter().map(|name| name.as_str()).collect();
        let together = together.join(",");
        for feature in alone {
            found.push((
                format!("{name} with {feature} alone"),
                arguments(&["--no-default-features", "--features", feature]),
            ));
        }
        found.push((format!("{name} with all features"), arguments(&["--features", &together])));
    }
    Ok(found)
}
