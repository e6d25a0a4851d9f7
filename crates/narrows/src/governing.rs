//! Memory watched and kept while a verb works.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use stream_core::{Error, Result};
use stream_memory::Level;
use stream_memory::governor::{Actions, Governor};
use stream_memory::monitor::{Cause, Monitor, Setup};

use crate::cli::Verb;
use crate::session::Session;
use crate::{settings, watch};

/// The monitor and the governor of a run; none for verbs that are done at once.
pub(crate) struct Governing(Option<(Monitor, Actions)>);

/// How long the next file waits for memory before it is refused.
const PATIENCE: Duration = Duration::from_secs(10);

impl Governing {
    /// Starts to watch where the verb may take long.
    pub(crate) fn start(session: &Session, verb: &Verb) -> Self {
        if !verb.is_long() || !settings::is_watched(&session.common.governed) {
            return Self(None);
        }
        match Setup::new().with_budget(&session.budget).start() {
            Ok(monitor) => Self(Some(govern(session, monitor))),
            Err(e) => {
                // the work itself does not need it
                if session.verbose() {
                    eprintln!("narrows: {e}");
                }
                Self(None)
            }
        }
    }

    /// Stops, and with `-v` says what was done.
    pub(crate) fn end(self, session: &Session) {
        let Some((monitor, actions)) = self.0 else { return };
        let level = monitor.level();
        monitor.leave();
        session.screen().clear();
        let did = actions.last().len();
        if session.verbose() && (level > Level::Healthy || did > 0) {
            let freed = session.size(actions.freed());
            eprintln!("narrows: memory: {level} at the end, {did} actions freed {freed}");
        }
    }
}

fn govern(session: &Session, monitor: Monitor) -> (Monitor, Actions) {
    let screen = session.screen().clone();
    let (quiet, verbose) = (session.quiet(), session.verbose());
    let level = session.level.clone();
    monitor.on_alert(move |alert| {
        *level.lock().unwrap_or_else(PoisonError::into_inner) = alert.level;
        let worse = matches!(alert.cause, Cause::Level { from } if alert.level > from);
        // what passes by itself is for those who ask for more
        if verbose || (worse && alert.level >= Level::High && !quiet) {
            screen.say(&format!("narrows: {alert}"));
        }
    });
    let mut governor = Governor::new(&session.budget).with_throttle(&session.throttle);
    if verbose {
        let screen = session.screen().clone();
        governor = governor.on_action(move |action| screen.say(&format!("narrows: {action}")));
    }
    let actions = governor.actions().clone();
    governor.attach(&monitor);
    watch::start(session, &monitor);
    (monitor, actions)
}

/// Waits, for a while, until new work is admitted.
///
/// # Errors
/// `OverBudget` where memory stays tight.
pub(crate) fn wait_for_room(session: &Session) -> Result<()> {
    let start = Instant::now();
    while let Err(refused) = session.throttle.admit() {
        session.cancel.check()?;
        if start.elapsed() > PATIENCE {
            return Err(Error::from(refused));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
