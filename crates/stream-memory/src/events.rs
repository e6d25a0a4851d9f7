//! Alerts and actions as events of `tracing`.
//!
//! An alert: `level`, `cause` (`level` with the level before in `from`, or `spike` with its size in `bytes`), `reason`,
//! `recommendation`, `resident`. An action: `level`, `deed`, `freed`. Sizes are in bytes; the message is what
//! the alert or action says as text.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tracing::field::display;
use tracing::{error, info, warn};

use crate::governor::{Action, Deed};
use crate::level::Level;
use crate::monitor::{Alert, Cause};

/// An event under the target `stream_memory::monitor`: an error at critical, a warning at high, else an information.
pub(crate) fn alert(alert: &Alert) {
    let (cause, from, bytes) = match alert.cause {
        Cause::Level { from } => ("level", Some(from.as_str()), None),
        Cause::Spike(bytes) => ("spike", None, Some(bytes)),
    };
    let reason = alert.reason.as_ref().map(display);
    macro_rules! tell {
        ($severity:ident) => {
            $severity!(
                target: "stream_memory::monitor",
                level = alert.level.as_str(),
                cause,
                from,
                bytes,
                reason,
                recommendation = alert.recommendation,
                resident = alert.sample.process.resident,
                "{alert}"
            )
        };
    }
    apart(|| match alert.level {
        Level::Critical => tell!(error),
        Level::High => tell!(warn),
        Level::Elevated | Level::Healthy => tell!(info),
    });
}

/// An event under the target `stream_memory::governor`: a warning where new work is refused, else an information.
pub(crate) fn action(action: &Action) {
    macro_rules! tell {
        ($severity:ident) => {
            $severity!(
                target: "stream_memory::governor",
                level = action.level.as_str(),
                deed = %action.deed,
                freed = action.freed,
                "{action}"
            )
        };
    }
    apart(|| if action.deed == Deed::Admit(false) { tell!(warn) } else { tell!(info) });
}

/// Those who listen may panic; that ends neither watching nor governing.
fn apart(tell: impl FnOnce()) {
    let _ = catch_unwind(AssertUnwindSafe(tell));
}
