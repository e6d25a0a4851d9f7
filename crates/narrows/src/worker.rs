//! The worker processes of a run: one a program, started when a file needs it and used again for the next.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use stream_core::Result;
use stream_factory::Looked;
use stream_worker::{Executable, Remote, Settings, Worker};

use crate::task::WORKER;

/// The programs that read what this one links no library for, by the format's name. They lie beside it.
const PROGRAMS: [(&str, &str); 3] =
    [("hdf5", "narrows-h5"), ("netcdf", "narrows-h5"), ("video", "narrows-av")];

/// The name of the program that reads `format` where a library is needed, if it is not this one.
pub(crate) fn program(format: &str) -> Option<&'static str> {
    PROGRAMS.iter().find(|(name, _)| *name == format).map(|(_, program)| *program)
}

/// The program of that name, started with `argument`, if it is there.
pub(crate) fn beside(program: &str, argument: &str) -> Option<Executable> {
    Executable::beside(program, argument)
}

/// Which program reads a file in a process of its own.
pub(crate) fn for_library(looked: &Looked) -> Option<Executable> {
    let other = program(looked.detection().format.name).and_then(|name| beside(name, WORKER));
    other.or_else(|| looked.has_library().then(this))
}

/// This program.
pub(crate) fn this() -> Executable {
    Executable::current(WORKER)
}

/// How workers are started, and those that run.
pub(crate) struct Workers {
    deadline: Option<Duration>,
    running: Mutex<Vec<(Executable, Worker)>>,
}

impl Workers {
    /// `deadline` in seconds.
    pub(crate) fn new(deadline: Option<f64>) -> anyhow::Result<Self> {
        let deadline = deadline.map(|seconds| {
            let time = Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero());
            time.ok_or_else(|| {
                anyhow::anyhow!("deadline {seconds}: expected a number of seconds above 0")
            })
        });
        Ok(Self { deadline: deadline.transpose()?, running: Mutex::default() })
    }

    /// Opens a file in a worker of `program`. One that a file has taken down is replaced.
    pub(crate) fn open(&self, program: &Executable, looked: Looked) -> Result<Remote> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.retain(|(_, worker)| worker.is_alive());
        let at = running.iter().position(|(of, _)| of == program);
        let mut worker = match at {
            Some(at) => running.swap_remove(at).1,
            None => Worker::spawn(&self.settings(program))?,
        };
        let remote = worker.open_looked(looked);
        running.push((program.clone(), worker));
        remote
    }

    fn settings(&self, program: &Executable) -> Settings {
        let settings = Settings::new(program.clone());
        match self.deadline {
            Some(time) => settings.with_deadline(time),
            None => settings,
        }
    }

    /// The most memory that a worker had resident, in bytes.
    pub(crate) fn peak(&self) -> Option<u64> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.iter().filter_map(|(_, worker)| worker.peak()).max()
    }
}
