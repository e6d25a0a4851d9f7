//! Which libraries the command loads before its first line runs: none that only some files need.
use std::process::Command;

use anyhow::{Result, bail};

use crate::project::{self, output};

/// What libraries' names begin with that belong to the programs beside the command: loading them takes each run longer than many
/// a file.
const ELSEWHERE: [&str; 6] = ["libhdf5", "libnetcdf", "libav", "libsw", "libcurl", "libssl"];

/// The programs beside the command, and a library that each has to load, so that the check can fail.
const BESIDE: [(&str, &str); 2] = [("narrows-h5", "libhdf5"), ("narrows-av", "libavformat")];

pub(super) fn run() -> Result<()> {
    let narrows = project::narrows()?;
    let needed = |name: &str| -> Result<Vec<String>> {
        let path = narrows.with_file_name(name);
        let text = output(Command::new("readelf").arg("-d").arg(path))?;
        let lines = text.lines().filter(|line| line.contains("(NEEDED)"));
        let name = |line: &str| Some(line.split_once('[')?.1.trim_end_matches(']').to_owned());
        Ok(lines.filter_map(name).collect())
    };
    let loads = needed("narrows")?;
    let foreign: Vec<&String> =
        loads.iter().filter(|lib| ELSEWHERE.iter().any(|name| lib.starts_with(name))).collect();
    if !foreign.is_empty() {
        bail!("narrows loads {foreign:?}");
    }
    for (program, library) in BESIDE {
        if !needed(program)?.iter().any(|lib| lib.starts_with(library)) {
            bail!("{program} does not load {library}, so the check shows nothing");
        }
    }
    eprintln!("narrows loads {}", loads.join(", "));
    Ok(())
}
