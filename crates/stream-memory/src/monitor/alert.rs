//! What subscribers are told.

use std::fmt;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use super::{Reason, Sample, Trend};
use crate::level::Level;
use crate::size::Bytes;

/// Something that whoever is responsible should know.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Alert {
    /// What happened.
    pub cause: Cause,
    /// The level now.
    pub level: Level,
    /// The measure that made the level; `None` at `Healthy`.
    pub reason: Option<Reason>,
    /// The control group that limits, as the system names it.
    pub limit: Option<String>,
    /// What can be done about it; empty at `Healthy`.
    pub recommendation: &'static str,
    /// What was seen, with who holds most.
    pub sample: Sample,
    /// Where it goes.
    pub trend: Trend,
}

/// What an [`Alert`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The level rose or fell.
    Level {
        /// The level before.
        from: Level,
    },
    /// Resident memory jumped up by so many bytes from one sample to the next.
    Spike(u64),
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cause {
            Cause::Level { from } => write!(f, "memory is {} (was {from})", self.level)?,
            Cause::Spike(step) => write!(f, "memory jumped by {}", Bytes(step))?,
        }
        if let Some(reason) = &self.reason {
            write!(f, ": {reason}")?;
        }
        if let Some(limit) = &self.limit {
            write!(f, " in {limit}")?;
        }
        write!(f, "; {} resident", Bytes(self.sample.process.resident))?;
        if let Some(time) = self.trend.until_full {
            write!(f, ", full in {} s at this rate", time.as_secs())?;
        }
        if let Some(budget) = &self.sample.budget {
            write!(f, "; {} of {} reserved", Bytes(budget.used), Bytes(budget.limit))?;
            for (index, holder) in budget.top.holders().enumerate() {
                let before = if index == 0 { ", by" } else { "," };
                write!(f, "{before} {} {}", holder.name(), Bytes(holder.bytes))?;
            }
        }
        if !self.recommendation.is_empty() {
            write!(f, "; {}", self.recommendation)?;
        }
        Ok(())
    }
}

type Callback = Box<dyn FnMut(&Alert) + Send>;

/// Those who are told.
#[derive(Default)]
pub(super) struct Subscribers(Vec<To>);

enum To {
    Callback(Callback),
    Channel(SyncSender<Alert>),
}

/// Alerts that wait in a channel; a subscriber who takes none misses what comes later.
const WAITING: usize = 64;

impl Subscribers {
    pub(super) fn call(&mut self, callback: Callback) {
        self.0.push(To::Callback(callback));
    }

    pub(super) fn channel(&mut self) -> Receiver<Alert> {
        let (sender, receiver) = sync_channel(WAITING);
        self.0.push(To::Channel(sender));
        receiver
    }

    /// Tells all of them; those who are gone, and those who panic, are told no more.
    pub(super) fn tell(&mut self, alert: &Alert) {
        self.0.retain_mut(|to| match to {
            To::Channel(sender) => {
                !matches!(sender.try_send(alert.clone()), Err(TrySendError::Disconnected(_)))
            }
            To::Callback(callback) => {
                // a callback that panicked is dropped, so that nothing broken is seen
                let call = std::panic::AssertUnwindSafe(|| callback(alert));
                std::panic::catch_unwind(call).is_ok()
            }
        });
    }
}
