//! Scripts over other people's Python modules, which say what those read.
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use xtask::child::{End, measure};
use xtask::python::find;

/// A script that has not ended by then hangs.
const DEADLINE: Duration = Duration::from_secs(120);

/// A script, and the Python that has the modules it needs.
#[derive(Debug)]
pub struct Script {
    python: std::path::PathBuf,
    text: &'static str,
}

impl Script {
    /// The script, or nothing where no Python has its modules; that is said.
    #[must_use]
    pub fn new(text: &'static str, modules: &[&str]) -> Option<Self> {
        let python = find(modules);
        if python.is_none() {
            let modules = modules.join(", ");
            eprintln!("skipped: no Python with {modules} (`cargo xtask integration` makes one)");
        }
        python.map(|python| Self { python, text })
    }

    /// Runs it and gives the JSON lines that it prints.
    ///
    /// # Errors
    /// When it fails, with its last words, or prints something else.
    pub fn lines(&self, arguments: &[&Path]) -> Result<Vec<Value>> {
        let mut command = Command::new(&self.python);
        command.args(["-c", self.text]).args(arguments).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let seen = measure(&mut command, Some(DEADLINE))?;
        if seen.end != End::Code(0) {
            let said = seen.stderr.text();
            bail!("python: {:?} {}", seen.end, said.lines().last().unwrap_or_default());
        }
        let text = seen.stdout.text();
        text.lines()
            .map(|line| serde_json::from_str(line).with_context(|| line.to_owned()))
            .collect()
    }
}
