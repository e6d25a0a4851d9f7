//! What Ctrl-C does, and a request to end (SIGTERM).

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator::Signals;
use stream_core::Cancel;

const SIGNALS: [i32; 2] = [SIGINT, SIGTERM];
/// The exit code of a command that was interrupted.
const INTERRUPTED: i32 = 130;
/// How often it is looked whether another signal came.
const LOOK: Duration = Duration::from_millis(20);

/// The flags that signals raise.
pub(super) struct Interrupts {
    /// Nothing more is begun.
    pub(super) stop: Cancel,
    /// What is being done is given up.
    pub(super) cancel: Cancel,
}

impl Interrupts {
    /// The first signal raises both flags, so that what was done is kept; the second ends the process.
    pub(super) fn at_once() -> io::Result<Self> {
        let raised = Arc::new(AtomicBool::new(false));
        for signal in SIGNALS {
            flag::register_conditional_shutdown(signal, INTERRUPTED, raised.clone())?;
            flag::register(signal, raised.clone())?;
        }
        let cancel = Cancel::from(raised);
        Ok(Self { stop: cancel.clone(), cancel })
    }

    /// The first signal raises `stop`, and is told to `say`; the second, or the end of `patience`, raises `cancel`; the next one
    /// ends the process.
    pub(super) fn patient(
        patience: Duration,
        say: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        let raised = Arc::new(AtomicBool::new(false));
        for signal in SIGNALS {
            flag::register_conditional_shutdown(signal, INTERRUPTED, raised.clone())?;
        }
        let mut signals = Signals::new(SIGNALS)?;
        let (stop, cancel) = (Cancel::new(), Cancel::from(raised));
        let flags = Self { stop: stop.clone(), cancel: cancel.clone() };
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            if signals.forever().next().is_none() {
                return;
            }
            stop.cancel();
            let start = Instant::now();
            say();
            while start.elapsed() < patience && signals.pending().next().is_none() {
                std::thread::sleep(LOOK);
            }
            cancel.cancel();
        })?;
        Ok(flags)
    }
}
