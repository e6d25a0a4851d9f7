//! Movie fragments (ISO 14496-12, 8.8): runs of samples, each before or beside its media.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::Result;

use super::boxes::{self, each};
use super::table::Sample;
use crate::input::Input;

/// A run of samples of one track.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub track: u32,
    /// Where its entries stand, and how many are left.
    pub entries: u64,
    pub left: u32,
    flags: u32,
    default_duration: u32,
    default_size: u32,
    /// Where the next sample's bytes stand.
    pub offset: u64,
    /// The time of the first sample, where the fragment says; else it goes on.
    pub time: Option<u64>,
}

/// What a track fragment says for its runs.
#[derive(Clone, Copy, Debug, Default)]
struct Defaults {
    track: u32,
    base: u64,
    duration: u32,
    size: u32,
    time: Option<u64>,
}

/// Runs in a fragment that are taken.
const RUNS: usize = 1024;

/// Reads the runs of the fragment box whose content ends at `end` and which starts at `start`.
///
/// # Errors
/// What reading gives.
pub(super) fn read(input: &mut Input, start: u64, end: u64) -> Result<Vec<Run>> {
    let mut runs: Vec<Run> = Vec::new();
    each(input, end, &mut |input, kind, end| {
        if kind != b"traf" {
            return Ok(());
        }
        let mut defaults = Defaults { base: start, ..Defaults::default() };
        let mut next = start;
        each(input, end, &mut |input, kind, _| {
            match kind {
                b"tfhd" => header(input, &mut defaults)?,
                b"tfdt" => {
                    let wide = boxes::full(input)?.is_some_and(|(version, _)| version == 1);
                    defaults.time = boxes::number(input, wide)?;
                }
                b"trun" if runs.len() < RUNS => {
                    if let Some(run) = run(input, &mut defaults, &mut next)? {
                        runs.push(run);
                    }
                }
                _ => {}
            }
            Ok(())
        })
    })?;
    Ok(runs)
}

/// 8.8.7.
fn header(input: &mut Input, defaults: &mut Defaults) -> Result<()> {
    let Some((_, flags)) = boxes::full(input)? else { return Ok(()) };
    defaults.track = input.u32_be()?.unwrap_or(0);
    if flags & 1 != 0 {
        defaults.base = boxes::number(input, true)?.unwrap_or(0);
    }
    if flags & 2 != 0 {
        input.skip(4);
    }
    if flags & 8 != 0 {
        defaults.duration = input.u32_be()?.unwrap_or(0);
    }
    if flags & 0x10 != 0 {
        defaults.size = input.u32_be()?.unwrap_or(0);
    }
    Ok(())
}

/// 8.8.8.
fn run(input: &mut Input, defaults: &mut Defaults, next: &mut u64) -> Result<Option<Run>> {
    let Some((_, flags)) = boxes::full(input)? else { return Ok(None) };
    let Some(left) = input.u32_be()? else { return Ok(None) };
    let mut offset = *next;
    if flags & 1 != 0 {
        let by = input.u32_be()?.unwrap_or(0).cast_signed();
        offset = defaults.base.saturating_add_signed(i64::from(by));
    }
    if flags & 4 != 0 {
        input.skip(4);
    }
    let run = Run {
        track: defaults.track,
        entries: input.pos(),
        left,
        flags,
        default_duration: defaults.duration,
        default_size: defaults.size,
        offset,
        time: defaults.time.take(),
    };
    // a run without an offset goes on where the last one ended
    let mut walk = run;
    let entries = input.end();
    while walk.entries < entries && walk.left > 0 {
        if walk.entry_size() == 0 {
            let all = u64::from(walk.left).saturating_mul(u64::from(walk.default_size));
            walk.offset = walk.offset.saturating_add(all);
            break;
        }
        if walk.take(input)?.is_none() {
            break;
        }
    }
    *next = walk.offset;
    Ok(Some(run))
}

impl Run {
    fn entry_size(&self) -> u64 {
        u64::from((self.flags >> 8 & 15).count_ones()).saturating_mul(4)
    }

    /// The next sample, without index and time; `None` behind the last.
    ///
    /// # Errors
    /// What reading gives.
    pub(super) fn take(&mut self, input: &mut Input) -> Result<Option<Sample>> {
        if self.left == 0 {
            return Ok(None);
        }
        let (mut duration, mut size) = (self.default_duration, self.default_size);
        input.go(self.entries);
        if self.flags & 0x100 != 0 {
            let Some(own) = input.u32_be()? else { return Ok(None) };
            duration = own;
        }
        if self.flags & 0x200 != 0 {
            let Some(own) = input.u32_be()? else { return Ok(None) };
            size = own;
        }
        self.entries = self.entries.saturating_add(self.entry_size());
        self.left = self.left.saturating_sub(1);
        let offset = self.offset;
        self.offset = offset.saturating_add(u64::from(size));
        Ok(Some(Sample {
            index: 0,
            offset,
            size: u64::from(size),
            time: 0,
            duration: u64::from(duration),
        }))
    }
}
