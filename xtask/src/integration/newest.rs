//! HDF5 2.x, built from its source in place of the system's libhdf5: the feature `static`.
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::project::{self, cargo, output, step, which};
use crate::python;

/// The least CMake that HDF5 is built with.
const CMAKE: (u32, u32) = (3, 26);

/// Runs the tests of what reads HDF5, then builds the command and looks at what its worker loads.
pub(super) fn run() -> Result<()> {
    let cmake = cmake()?;
    let start = Instant::now();
    for package in ["stream-hdf5", "stream-netcdf"] {
        let test = ["test", "--quiet", "--locked", "--package", package, "--features", "static"];
        step(cargo(test).env("CMAKE", &cmake))
            .with_context(|| format!("{package} with HDF5 2.x"))?;
    }
    let target = project::target().join("newest");
    let build = ["build", "--quiet", "--locked", "--package", "narrows", "--features"];
    let mut build = cargo(build);
    build
        .args(["netcdf,static", "--no-default-features", "--target-dir"])
        .arg(&target)
        .env("CMAKE", &cmake);
    step(&mut build)?;
    let worker = target.join("debug/narrows-h5");
    let text = output(Command::new("readelf").arg("-d").arg(&worker))?;
    if let Some(line) = text.lines().find(|line| line.contains("libhdf5")) {
        bail!("narrows-h5 loads the system's library beside its own: {}", line.trim());
    }
    let formats = output(Command::new(target.join("debug/narrows")).arg("formats"))?;
    let Some(version) = formats.split_whitespace().skip_while(|word| *word != "libhdf5").nth(1)
    else {
        bail!("narrows does not say which libhdf5 it reads with:\n{formats}");
    };
    let version = version.trim_end_matches(',');
    if !version.starts_with("2.") {
        bail!("narrows reads with libhdf5 {version}");
    }
    eprintln!("libhdf5 {version}, tested and built in {} s", start.elapsed().as_secs());
    Ok(())
}

/// A CMake that is new enough: the system's, or one in the project's own Python.
fn cmake() -> Result<PathBuf> {
    if let Some(system) = which("cmake").filter(|cmake| is_new_enough(cmake)) {
        return Ok(system);
    }
    python::install(&[("cmake", "cmake")])?;
    let own = python::find(&["cmake"]).map(|python| python.with_file_name("cmake"));
    let (major, minor) = CMAKE;
    own.filter(|cmake| is_new_enough(cmake))
        .with_context(|| format!("no CMake from {major}.{minor} on, which builds HDF5"))
}

fn is_new_enough(cmake: &Path) -> bool {
    let said = output(Command::new(cmake).arg("--version")).unwrap_or_default();
    version(&said).is_some_and(|found| found >= CMAKE)
}

/// Major and minor number of `cmake version 3.31.6`.
fn version(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.strip_prefix("cmake version ")?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_cmake_are_compared_as_numbers() {
        assert_eq!(version("cmake version 3.31.6\n\nCMake suite"), Some((3, 31)));
        assert!(version("cmake version 3.9.1\n").is_some_and(|found| found < CMAKE));
        assert!(version("cmake version 4.1.0-rc1\n").is_some_and(|found| found >= CMAKE));
        assert_eq!(version(""), None);
    }
}
