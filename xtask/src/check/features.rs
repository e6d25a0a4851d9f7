//! The combinations of features that have to build: none, each alone, all.
use anyhow::Result;

use crate::tidy::metadata;

/// A name and clippy's arguments for each combination of every crate that has features.
pub(super) fn combinations() -> Result<Vec<(String, Vec<String>)>> {
    let mut found = Vec::new();
    for package in metadata::read()? {
        let features = package.features.iter().filter(|name| *name != "default");
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
        for feature in alone {
            found.push((
                format!("{name} with {feature} alone"),
                arguments(&["--no-default-features", "--features", feature]),
            ));
        }
        found.push((format!("{name} with all features"), arguments(&["--all-features"])));
    }
    Ok(found)
}
