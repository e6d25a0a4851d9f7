//! Small C programs over other people's libraries, compiled on the spot.
use std::path::PathBuf;
use std::process::Command;

use crate::project::{self, output};

/// A program over the library that pkg-config knows as `library`; nothing where it does not compile.
pub(in crate::bench) fn program(name: &str, source: &str, library: &str) -> Option<PathBuf> {
    let flags = output(Command::new("pkg-config").args(["--cflags", "--libs", library])).ok()?;
    let folder = project::target().join("bench");
    let (text, built) = (folder.join(format!("{name}.c")), folder.join(name));
    std::fs::write(&text, source).ok()?;
    let mut cc = Command::new("cc");
    cc.args(["-O2", "-o"]).arg(&built).arg(&text).args(flags.split_whitespace()).arg("-lm");
    output(&mut cc).ok().map(|_| built)
}
