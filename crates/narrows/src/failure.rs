//! What failures mean for the exit code.

use std::error::Error as _;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use stream_core::{Error, ErrorKind};

use crate::output::human::clean;

/// How a run ended; the worst of several inputs counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    #[default]
    Fine,
    /// Some input could not be read whole.
    Broken,
    /// The request does not fit the input.
    Usage,
    /// The budget is too small.
    OverBudget,
    /// The user stopped it.
    Interrupted,
}

impl Outcome {
    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Fine => 0,
            Self::Broken => 1,
            Self::Usage => 2,
            Self::OverBudget => 3,
            Self::Interrupted => 130,
        })
    }

    /// What an error of a reader means.
    pub(crate) fn of(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::OverBudget => Self::OverBudget,
            ErrorKind::Cancelled => Self::Interrupted,
            ErrorKind::Request => Self::Usage,
            _ => Self::Broken,
        }
    }
}

/// What an error of the command means: that of the reader's error in it.
pub(crate) fn of(error: &anyhow::Error) -> Outcome {
    error.downcast_ref::<Error>().map_or(Outcome::Broken, Outcome::of)
}

/// Whether whoever reads our output has closed it.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
    })
}

/// The message with what a user can do about it.
fn explain(error: &Error) -> String {
    match error.over_budget() {
        Some(refusal) => format!(
            "{error}; give at least --memory {}",
            // rounded up to what is easily typed
            format_args!("{}KiB", refusal.needed().div_ceil(1024))
        ),
        None => error.to_string(),
    }
}

/// Whether `report` tells where an error came from.
static CAUSES: AtomicBool = AtomicBool::new(false);

/// Makes `report` tell where errors came from.
pub(crate) fn say_causes(say: bool) {
    CAUSES.store(say, Ordering::Relaxed);
}

/// Says on standard error what happened to an input.
pub(crate) fn report(name: &str, error: &Error) {
    let text = explain(error);
    // a file that cannot be opened is named by the message itself
    if text.starts_with(name) {
        eprintln!("narrows: {text}");
    } else {
        eprintln!("narrows: {name}: {text}");
    }
    let mut cause = error.source().filter(|_| CAUSES.load(Ordering::Relaxed));
    while let Some(this) = cause {
        for line in this.to_string().lines() {
            eprintln!("narrows:   {}", clean(line));
        }
        cause = this.source();
    }
}
