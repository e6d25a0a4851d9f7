//! What cargo says of the workspace's own packages.
use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::project::{cargo, output};

/// One package of the workspace.
#[derive(Debug)]
pub struct Package {
    /// Its name, which is its folder's.
    pub name: String,
    /// Its manifest.
    pub manifest: std::path::PathBuf,
    /// Its description, empty where it has none.
    pub description: String,
    /// Its licence expression, empty where it has none.
    pub license: String,
    /// Whether it may be published.
    pub public: bool,
    /// The names of its features.
    pub features: Vec<String>,
    /// The names of the packages it needs in builds (not for its tests alone).
    pub dependencies: Vec<String>,
}

/// Reads the workspace's packages from `cargo metadata`.
///
/// # Errors
/// When cargo fails or answers in another shape.
pub fn read() -> Result<Vec<Package>> {
    let text = output(&mut cargo(["metadata", "--format-version", "1", "--no-deps", "--quiet"]))?;
    let value: Value = serde_json::from_str(&text)?;
    let packages = value["packages"].as_array().context("cargo metadata names no packages")?;
    Ok(packages.iter().map(package).collect())
}

fn package(value: &Value) -> Package {
    let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let list = value["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
    let needed = list.iter().filter(|one| one["kind"].as_str() != Some("dev"));
    Package {
        name: text("name"),
        manifest: text("manifest_path").into(),
        description: text("description"),
        license: text("license"),
        public: value["publish"].as_array().is_none_or(|registries| !registries.is_empty()),
        features: value["features"].as_object().map(keys).unwrap_or_default(),
        dependencies: needed.filter_map(|one| Some(one["name"].as_str()?.to_owned())).collect(),
    }
}

fn keys(map: &serde_json::Map<String, Value>) -> Vec<String> {
    map.keys().cloned().collect()
}
