//! The thread that watches.

use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::alert::{Alert, Subscribers};
use super::{History, MonitorError, Reason, Sample, Trend, Watcher};
use crate::level::Level;

/// Watches memory until it is dropped.
///
/// The first sample is taken before [`Setup::start`](super::Setup::start) returns.
pub struct Monitor {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    watcher: Mutex<Watcher>,
    level: AtomicU8,
    subscribers: Mutex<Subscribers>,
    observers: Mutex<Vec<Observer>>,
    stopped: Mutex<bool>,
    stop: Condvar,
}

/// Somebody who is shown every sample.
type Observer = Box<dyn FnMut(&Watcher) + Send>;

/// Enough for a step's small buffers and for what subscribers do.
const STACK: usize = 256 << 10;

impl Monitor {
    pub(super) fn start(watcher: Watcher, interval: Duration) -> Result<Monitor, MonitorError> {
        let shared = Arc::new(Shared {
            watcher: Mutex::new(watcher),
            level: AtomicU8::new(0),
            subscribers: Mutex::default(),
            observers: Mutex::default(),
            stopped: Mutex::new(false),
            stop: Condvar::new(),
        });
        shared.step();
        let thread = std::thread::Builder::new().name("memory".to_owned()).stack_size(STACK);
        let watching = Arc::clone(&shared);
        let thread = thread.spawn(move || watching.run(interval)).map_err(MonitorError::Thread)?;
        Ok(Monitor { shared, thread: Some(thread) })
    }

    /// The level now.
    pub fn level(&self) -> Level {
        let index = usize::from(self.shared.level.load(Ordering::Relaxed));
        Level::ALL.get(index).copied().unwrap_or(Level::Critical)
    }

    /// The last sample.
    pub fn latest(&self) -> Sample {
        self.shared.watcher().latest
    }

    /// The measure that made the level; `None` at `Healthy`.
    pub fn reason(&self) -> Option<Reason> {
        self.shared.watcher().reason()
    }

    /// Where it goes.
    pub fn trend(&self) -> Trend {
        self.shared.watcher().trend
    }

    /// The samples so far, as many as are kept: a copy.
    pub fn history(&self) -> History {
        self.shared.watcher().history.clone()
    }

    /// The control group that limits, as the system names it.
    pub fn limit(&self) -> Option<String> {
        self.shared.watcher().limit()
    }

    /// Takes a sample now instead of waiting for the next.
    pub fn look(&self) -> Sample {
        self.shared.step();
        self.latest()
    }

    /// Ends it without waiting for its thread, which may still finish the step that it is at: for a program that is about to
    /// end itself, on a machine so busy that a thread's turn takes long to come.
    pub fn leave(mut self) {
        // a thread that is not joined ends by itself
        drop(self.thread.take());
    }

    /// Calls `callback` with each alert from now on, on the monitor's thread. It must not use this monitor. One that
    /// panics is not called again.
    pub fn on_alert(&self, callback: impl FnMut(&Alert) + Send + 'static) {
        lock(&self.shared.subscribers).call(Box::new(callback));
    }

    /// Sends each alert from now on; up to 64 wait to be taken, later ones are missed.
    pub fn alerts(&self) -> Receiver<Alert> {
        lock(&self.shared.subscribers).channel()
    }

    /// Writes each alert from now on as a line to standard error, after `prefix`.
    pub fn log_alerts(&self, prefix: impl Into<String>) {
        let prefix = prefix.into();
        self.on_alert(move |alert| eprintln!("{prefix}{alert}"));
    }

    /// Shows `observer` each sample from now on, on the monitor's thread, after alerts were told. It must not use
    /// this monitor.
    pub fn on_sample(&self, observer: impl FnMut(&Watcher) + Send + 'static) {
        lock(&self.shared.observers).push(Box::new(observer));
    }
}

impl Shared {
    fn watcher(&self) -> MutexGuard<'_, Watcher> {
        lock(&self.watcher)
    }

    fn step(&self) {
        let mut watcher = self.watcher();
        let store = |level: Level| self.level.store(level as u8, Ordering::Relaxed);
        let level = watcher.step(|alert| {
            // whoever is told, and asks, is not to hear something older
            store(alert.level);
            lock(&self.subscribers).tell(alert);
        });
        store(level);
        lock(&self.observers).iter_mut().for_each(|observer| observer(&watcher));
    }

    fn run(&self, interval: Duration) {
        let mut stopped = lock(&self.stopped);
        while !*stopped {
            let wait = self.stop.wait_timeout_while(stopped, interval, |stopped| !*stopped);
            let (guard, _) = wait.unwrap_or_else(PoisonError::into_inner);
            stopped = guard;
            if !*stopped {
                drop(stopped);
                self.step();
                stopped = lock(&self.stopped);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Monitor {
    /// Ends the thread, which takes as long as a step at most.
    fn drop(&mut self) {
        *lock(&self.shared.stopped) = true;
        self.shared.stop.notify_all();
        if let Some(thread) = self.thread.take() {
            // an observer that panicked ended it earlier
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Monitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Monitor").field("level", &self.level()).finish_non_exhaustive()
    }
}
