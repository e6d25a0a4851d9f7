//! The worker process of a run: started when a file needs one, and used again for the next.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use stream_core::Result;
use stream_factory::Looked;
use stream_worker::{Executable, Remote, Settings, Worker};

use crate::task::WORKER;

/// How workers are started, and the one that runs.
pub(crate) struct Workers {
    settings: Settings,
    worker: Mutex<Option<Worker>>,
}

impl Workers {
    /// `deadline` in seconds.
    pub(crate) fn new(deadline: Option<f64>) -> anyhow::Result<Self> {
        let mut settings = Settings::new(Executable::current(WORKER));
        if let Some(seconds) = deadline {
            let time = Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero());
            let time = time.ok_or_else(|| {
                anyhow::anyhow!("deadline {seconds}: expected a number of seconds above 0")
            })?;
            settings = settings.with_deadline(time);
        }
        Ok(Self { settings, worker: Mutex::new(None) })
    }

    /// Opens a file in the worker. One that a file has taken down is replaced.
    pub(crate) fn open(&self, looked: Looked) -> Result<Remote> {
        let mut slot = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        let mut worker = match slot.take().filter(Worker::is_alive) {
            Some(worker) => worker,
            None => Worker::spawn(&self.settings)?,
        };
        let remote = worker.open_looked(looked);
        *slot = Some(worker);
        remote
    }

    /// The most memory that the worker had resident, in bytes.
    pub(crate) fn peak(&self) -> Option<u64> {
        let slot = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        slot.as_ref().and_then(Worker::peak)
    }
}
