//! Looking and judging, one step at a time.

use super::alert::{Alert, Cause};
use super::history::{History, Point};
use super::judge::Judge;
use super::sampler::Sampler;
use super::threshold::Thresholds;
use super::trend::{Slopes, Trend};
use super::{Reason, Sample};
use crate::level::Level;

/// What a [`Monitor`](super::Monitor) does at each interval, for those who have a loop of their own.
///
/// A step allocates nothing unless there is something to tell.
pub struct Watcher {
    sampler: Sampler,
    thresholds: Thresholds,
    judge: Judge,
    slopes: Slopes,
    pub(super) history: History,
    pub(super) latest: Sample,
    pub(super) trend: Trend,
    level: Level,
}

impl Watcher {
    pub(super) fn new(sampler: Sampler, thresholds: Thresholds, history: usize) -> Watcher {
        Watcher {
            sampler,
            thresholds,
            judge: Judge::default(),
            slopes: Slopes::new(),
            history: History::new(history),
            latest: Sample::default(),
            trend: Trend::default(),
            level: Level::Healthy,
        }
    }

    /// Takes a sample and judges it; what there is to tell is handed to `tell`, and with the feature `tracing` is an event too.
    pub fn step(&mut self, mut tell: impl FnMut(&Alert)) -> Level {
        let sample = self.sampler.look();
        let now = sample.unaccounted();
        let least = self.history.least_unaccounted().unwrap_or(now);
        let level = self.judge.judge(&sample, now.saturating_sub(least), &self.thresholds);
        self.history.push(Point::of(&sample, level));
        self.trend = self.slopes.trend(&self.history);
        self.latest = sample;
        let from = std::mem::replace(&mut self.level, level);
        let mut tell = |alert: Alert| {
            #[cfg(feature = "tracing")]
            crate::events::alert(&alert);
            tell(&alert);
        };
        if level != from {
            tell(self.alert(Cause::Level { from }));
        }
        if let Some(step) = self.trend.spike {
            tell(self.alert(Cause::Spike(step)));
        }
        level
    }

    /// The last sample.
    pub fn latest(&self) -> &Sample {
        &self.latest
    }

    /// The level after the last step.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The measure that made the level; `None` at `Healthy`.
    pub fn reason(&self) -> Option<Reason> {
        self.judge.reason().filter(|_| self.level > Level::Healthy)
    }

    /// Where it goes.
    pub fn trend(&self) -> Trend {
        self.trend
    }

    /// The samples so far, as many as are kept.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// What limits the control group that was the tightest at the last step, as the system names it.
    pub fn limit(&self) -> Option<String> {
        self.sampler.tightest().map(ToString::to_string)
    }

    /// The budget that is watched.
    pub fn budget(&self) -> Option<&crate::Budget> {
        self.sampler.budget()
    }

    fn alert(&self, cause: Cause) -> Alert {
        let reason = self.reason();
        Alert {
            cause,
            level: self.level,
            reason,
            limit: self.limit(),
            recommendation: reason.map_or("", |reason| reason.measure.recommendation()),
            sample: self.latest,
            trend: self.trend,
        }
    }
}
