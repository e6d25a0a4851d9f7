//! What a tracker tells.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt;

use super::Snapshot;
use crate::json::Object;
use crate::size::Bytes;

/// Snapshots, what grew, and where it jumped. Displayed as a table for people; [`json`](Report::json) is for programs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What everything is compared with.
    pub baseline: Snapshot,
    /// In order, the newest last.
    pub snapshots: Vec<Snapshot>,
    /// Older snapshots that were not kept.
    pub dropped: u64,
    /// From the baseline to the newest snapshot.
    pub growth: Growth,
    /// Steps up between neighbours, in order.
    pub spikes: Vec<Spike>,
}

/// How much more is held than before, in bytes; below zero where it is less.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Growth {
    /// Reserved from the budget.
    pub reserved: i64,
    /// Allocated and not freed.
    pub live: Option<i64>,
    /// In memory.
    pub resident: Option<i64>,
}

/// A step up from one snapshot to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spike {
    /// The label before.
    pub from: String,
    /// The label after.
    pub to: String,
    /// By how much.
    pub growth: Growth,
}

impl Growth {
    fn between(before: &Snapshot, after: &Snapshot) -> Growth {
        let both = |a: Option<u64>, b: Option<u64>| Some(difference(a?, b?));
        Growth {
            reserved: difference(before.reserved, after.reserved),
            live: both(before.live, after.live),
            resident: both(before.resident, after.resident),
        }
    }

    fn most(&self) -> i64 {
        self.reserved.max(self.live.unwrap_or(0)).max(self.resident.unwrap_or(0))
    }
}

fn difference(before: u64, after: u64) -> i64 {
    let size = i64::try_from(after.abs_diff(before)).unwrap_or(i64::MAX);
    if after < before { size.saturating_neg() } else { size }
}

impl Report {
    pub(super) fn new(
        baseline: &Snapshot,
        snapshots: &[Snapshot],
        dropped: u64,
        spike: u64,
    ) -> Report {
        let spike = i64::try_from(spike).unwrap_or(i64::MAX);
        // neighbours that were dropped from between are none
        let first = (dropped == 0).then_some(baseline);
        let all: Vec<_> = first.into_iter().chain(snapshots).collect();
        let steps = all.windows(2).filter_map(|pair| match pair {
            [from, to] => Some((from, to, Growth::between(from, to))),
            _ => None,
        });
        let spikes = steps.filter(|(.., growth)| growth.most() >= spike);
        let spikes = spikes.map(|(from, to, growth)| Spike {
            from: from.label.clone(),
            to: to.label.clone(),
            growth,
        });
        Report {
            baseline: baseline.clone(),
            dropped,
            growth: Growth::between(baseline, snapshots.last().unwrap_or(baseline)),
            spikes: spikes.collect(),
            snapshots: snapshots.to_vec(),
        }
    }

    /// The report as one JSON object: `snapshots`, the baseline first, each with `label`, `seconds`, `reserved`, `live`, `resident`;
    /// `growth` with the last three; `spikes` with `from`, `to` and those; in bytes.
    pub fn json(&self) -> String {
        let all = std::iter::once(&self.baseline).chain(&self.snapshots);
        let mut object = Object::new();
        object.list(
            "snapshots",
            all.map(|snapshot| {
                let mut object = Object::new();
                object.text("label", &snapshot.label);
                object.float("seconds", snapshot.at.as_secs_f64());
                object.number("reserved", snapshot.reserved);
                if let Some(live) = snapshot.live {
                    object.number("live", live);
                }
                if let Some(resident) = snapshot.resident {
                    object.number("resident", resident);
                }
                object.end()
            }),
        );
        object.number("dropped", self.dropped);
        let mut growth = Object::new();
        put(&mut growth, &self.growth);
        object.value("growth", &growth.end());
        object.list(
            "spikes",
            self.spikes.iter().map(|spike| {
                let mut object = Object::new();
                object.text("from", &spike.from);
                object.text("to", &spike.to);
                put(&mut object, &spike.growth);
                object.end()
            }),
        );
        object.end()
    }
}

fn put(object: &mut Object, growth: &Growth) {
    object.signed("reserved", growth.reserved);
    if let Some(live) = growth.live {
        object.signed("live", live);
    }
    if let Some(resident) = growth.resident {
        object.signed("resident", resident);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = || std::iter::once(&self.baseline).chain(&self.snapshots);
        let width = all().map(|snapshot| snapshot.label.chars().count()).max().unwrap_or(0).max(8);
        let (seconds, reserved, live) = ("seconds", "reserved", "live");
        writeln!(
            f,
            "{:width$}  {seconds:>9}  {reserved:>10}  {live:>10}  {:>10}",
            "snapshot", "resident"
        )?;
        let size = |bytes: Option<u64>| bytes.map_or("-".to_owned(), |b| Bytes(b).to_string());
        for snapshot in all() {
            let seconds = snapshot.at.as_secs_f64();
            let (live, resident) = (size(snapshot.live), size(snapshot.resident));
            let reserved = size(Some(snapshot.reserved));
            let label = &snapshot.label;
            writeln!(
                f,
                "{label:width$}  {seconds:>9.3}  {reserved:>10}  {live:>10}  {resident:>10}"
            )?;
        }
        writeln!(f, "growth: {}", self.growth)?;
        for spike in &self.spikes {
            writeln!(f, "spike from {} to {}: {}", spike.from, spike.to, spike.growth)?;
        }
        Ok(())
    }
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "reserved {}", Signed(self.reserved))?;
        if let Some(live) = self.live {
            write!(f, ", live {}", Signed(live))?;
        }
        if let Some(resident) = self.resident {
            write!(f, ", resident {}", Signed(resident))?;
        }
        Ok(())
    }
}

struct Signed(i64);

impl fmt::Display for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.0 < 0 { "-" } else { "+" }, Bytes(self.0.unsigned_abs()))
    }
}
