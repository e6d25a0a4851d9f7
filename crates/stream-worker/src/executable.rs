//! Which program is the worker.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::deadlines::Deadlines;
use crate::sandbox::Sandbox;

/// The program that calls [`serve`](crate::serve), and how it is told to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executable {
    program: PathBuf,
    arguments: Vec<OsString>,
}

impl Executable {
    /// This very program, started with `argument` as its first: its `main` looks for that before anything else.
    ///
    /// The file that runs is taken, not its name: a program that was replaced meanwhile is not started.
    pub fn current(argument: impl Into<OsString>) -> Self {
        Self { program: PathBuf::from("/proc/self/exe"), arguments: vec![argument.into()] }
    }

    /// The program of this name in the folder of this very program, if it is there.
    pub fn beside(name: &str, argument: impl Into<OsString>) -> Option<Self> {
        let program = std::env::current_exe().ok()?.parent()?.join(name);
        program.is_file().then(|| Self { program, arguments: vec![argument.into()] })
    }

    /// The program.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Another program with these arguments.
    pub fn at<A: Into<OsString>>(
        program: impl Into<PathBuf>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        Self { program: program.into(), arguments }
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        command
    }
}

/// How a worker is started and watched.
#[derive(Clone, Debug)]
pub struct Settings {
    pub(crate) executable: Executable,
    pub(crate) deadlines: Deadlines,
    pub(crate) sandbox: Sandbox,
}

impl Settings {
    /// Workers of this program, with the usual deadlines.
    pub fn new(executable: Executable) -> Self {
        Self { executable, deadlines: Deadlines::default(), sandbox: Sandbox::default() }
    }

    /// Kills a worker that for this long neither answers nor gets on.
    pub fn with_deadline(self, silence: Duration) -> Self {
        self.with_deadlines(Deadlines::new(silence))
    }

    /// How long each stage may take.
    pub fn with_deadlines(mut self, deadlines: Deadlines) -> Self {
        self.deadlines = deadlines;
        self
    }

    /// What of the file system the worker may read.
    pub fn with_sandbox(mut self, sandbox: Sandbox) -> Self {
        self.sandbox = sandbox;
        self
    }
}
