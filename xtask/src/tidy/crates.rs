//! Rules for crates: their manifests, and which may know which.
use anyhow::{Context as _, Result};

use super::metadata::Package;
use crate::project;

/// The crates that each read one format.
pub(super) const FORMATS: [&str; 8] = [
    "stream-audio",
    "stream-binary",
    "stream-vtt",
    "stream-dicom",
    "stream-fits",
    "stream-hdf5",
    "stream-netcdf",
    "stream-video",
];

/// Our crates by layer. A crate may need crates of lower layers and none of its own or above.
const LAYERS: [&[&str]; 8] = [
    &["stream-memory"],
    &["stream-core"],
    &[
        "stream-ndarray",
        "stream-testkit",
        "stream-binary",
        "stream-vtt",
        "stream-dicom",
        "stream-fits",
        "stream-hdf5",
        "stream-audio",
        "stream-video",
        "stream-analysis",
    ],
    // netCDF-4 files are HDF5 files: the one format that knows another
    &["stream-netcdf"],
    &["stream-factory"],
    &["stream-worker"],
    &["stream-scan"],
    &["narrows"],
];

/// Packages that are used and never needed by others.
const TOOLS: [&str; 2] = ["xtask", "narrows-tests"];

/// Every rule that a package breaks.
pub(super) fn violations(packages: &[Package]) -> Result<Vec<String>> {
    let root = project::root();
    let mut broken = Vec::new();
    let page = root.join("docs/architecture.md");
    let map = std::fs::read_to_string(&page)
        .with_context(|| format!("cannot read {}", page.display()))?;
    for package in packages {
        let manifest = std::fs::read_to_string(&package.manifest)
            .with_context(|| format!("cannot read {}", package.manifest.display()))?;
        judge(package, &manifest, &map, &mut broken);
        direction(package, &mut broken);
    }
    Ok(broken)
}

fn judge(package: &Package, manifest: &str, map: &str, broken: &mut Vec<String>) {
    let name = &package.name;
    if !manifest.contains("[lints]\nworkspace = true") {
        broken.push(format!("{name}: does not inherit the workspace's lints"));
    }
    if package.license.is_empty() {
        broken.push(format!("{name}: has no licence"));
    }
    if package.public && package.description.is_empty() {
        broken.push(format!("{name}: is public and has no description"));
    }
    let folder = package.manifest.parent().and_then(|folder| folder.file_name());
    if package.public && folder.is_none_or(|folder| folder.to_string_lossy() != *name) {
        broken.push(format!("{name}: its folder has another name"));
    }
    if !map.contains(&format!("`{name}`")) {
        broken.push(format!("{name}: docs/architecture.md does not mention it"));
    }
}

fn layer(name: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&name))
}

fn direction(package: &Package, broken: &mut Vec<String>) {
    let name = &package.name;
    let tool = TOOLS.contains(&name.as_str());
    let Some(own) = layer(name) else {
        if !tool {
            broken.push(format!("{name}: has no layer; give it one in xtask's tidy"));
        }
        if name == "xtask" {
            for other in package.dependencies.iter().filter(|other| layer(other).is_some()) {
                broken.push(format!("xtask: needs {other}, so it fails to build when that does"));
            }
        }
        return;
    };
    for other in &package.dependencies {
        if TOOLS.contains(&other.as_str()) || layer(other).is_some_and(|other| other >= own) {
            broken.push(format!("{name}: needs {other}, which is not below it"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependencies: &[&str]) -> Package {
        Package {
            name: name.into(),
            manifest: format!("crates/{name}/Cargo.toml").into(),
            description: "x".into(),
            license: "MIT".into(),
            public: true,
            features: Vec::new(),
            dependencies: dependencies.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn a_format_may_not_know_another() {
        let mut broken = Vec::new();
        direction(&package("stream-vtt", &["stream-core", "stream-memory", "memchr"]), &mut broken);
        assert!(broken.is_empty(), "{broken:?}");
        direction(&package("stream-vtt", &["stream-dicom"]), &mut broken);
        direction(&package("stream-core", &["stream-factory"]), &mut broken);
        direction(&package("stream-new", &[]), &mut broken);
        direction(&package("xtask", &["stream-core"]), &mut broken);
        assert_eq!(broken.len(), 4, "{broken:?}");
    }

    #[test]
    fn a_manifest_must_inherit_and_be_on_the_map() {
        let mut broken = Vec::new();
        let good = "[lints]\nworkspace = true\n";
        judge(&package("stream-vtt", &[]), good, "`stream-vtt`", &mut broken);
        assert!(broken.is_empty(), "{broken:?}");
        judge(&package("stream-vtt", &[]), "", "", &mut broken);
        assert_eq!(broken.len(), 2, "{broken:?}");
    }
}
