//! Programs outside the workspace: they build, say what they should, and pull in nothing foreign.
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::project::{self, cargo, output, step};

/// A program in `tests/consumers`, and the crates of ours that it may pull in.
struct Consumer {
    name: &'static str,
    ours: &'static [&'static str],
    /// Whether it may compile or link C.
    c: bool,
}

const CONSUMERS: [Consumer; 3] = [
    Consumer {
        name: "one-reader",
        ours: &["stream-memory", "stream-core", "stream-vtt"],
        c: false,
    },
    Consumer {
        name: "factory-one-feature",
        ours: &["stream-memory", "stream-core", "stream-vtt", "stream-factory"],
        c: false,
    },
    Consumer {
        name: "everything",
        ours: &[
            "stream-memory",
            "stream-core",
            "stream-ndarray",
            "stream-vtt",
            "stream-dicom",
            "stream-fits",
            "stream-hdf5",
            "stream-netcdf",
            "stream-audio",
            "stream-video",
            "stream-binary",
            "stream-factory",
        ],
        c: true,
    },
];

/// Named like bindings to C, and pure Rust: declarations of kernel types, a port of zlib.
const RUST_IN_SPITE_OF_ITS_NAME: [&str; 2] = ["linux-raw-sys", "libz-rs-sys"];

pub(super) fn run() -> Result<()> {
    for consumer in &CONSUMERS {
        let folder = project::root().join("tests/consumers").join(consumer.name);
        // the same versions as the workspace's, and nothing new from the network
        std::fs::copy(project::root().join("Cargo.lock"), folder.join("Cargo.lock"))
            .with_context(|| format!("cannot lock {}", consumer.name))?;
        let target = project::target().join("consumers");
        step(cargo(["run", "--quiet"]).current_dir(&folder).env("CARGO_TARGET_DIR", target))?;
        judge(consumer, &tree(&folder)?)?;
    }
    Ok(())
}

/// The names of all packages that a build of the program needs.
fn tree(folder: &Path) -> Result<Vec<String>> {
    let arguments = ["tree", "--quiet", "--edges", "normal,build", "--prefix", "none"];
    let text = output(cargo(arguments).args(["--format", "{p}"]).current_dir(folder))?;
    let mut names: Vec<String> =
        text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    Ok(names)
}

fn judge(consumer: &Consumer, names: &[String]) -> Result<()> {
    let foreign = |name: &&String| {
        let ours = name.starts_with("stream-") || *name == "narrows";
        let c = matches!(name.as_str(), "cc" | "cmake" | "bindgen" | "pkg-config")
            || (name.ends_with("-sys") && !RUST_IN_SPITE_OF_ITS_NAME.contains(&name.as_str()));
        (ours && !consumer.ours.contains(&name.as_str())) || (c && !consumer.c)
    };
    let found: Vec<&str> = names.iter().filter(foreign).map(String::as_str).collect();
    if !found.is_empty() {
        bail!("{} pulls in {}", consumer.name, found.join(", "));
    }
    if let Some(lost) = consumer.ours.iter().find(|name| !names.iter().any(|one| one == *name)) {
        bail!("{} does not pull in {lost}, so it shows nothing about it", consumer.name);
    }
    eprintln!("{}: {} packages, none foreign", consumer.name, names.len());
    Ok(())
}
