//! What work may use right now, for all who do it to see.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{error, fmt};

use crate::level::Level;

/// A handle that a [`Governor`](crate::governor::Governor) sets and readers look at, shared by its clones. By default
/// nothing is throttled. A look is one atomic load.
#[derive(Clone, Debug, Default)]
pub struct Throttle(Arc<AtomicU32>);

/// What a [`Throttle`] allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The level that they are for.
    pub level: Level,
    /// The largest chunk, in bytes; a power of two, what is not is rounded down. `None`: any.
    pub chunk: Option<usize>,
    /// Of 100 threads, how many may work, from 1 to 100; of any number at least one.
    pub threads: u8,
    /// Chunks that a thread may have ready ahead of who uses them, from 1 to 255; `None`: any.
    pub ahead: Option<u8>,
    /// Whether new work may begin.
    pub admits: bool,
}

/// New work is refused for want of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// How tight memory is.
    pub level: Level,
}

impl Throttle {
    /// One that allows everything.
    pub fn new() -> Throttle {
        Throttle::default()
    }

    /// What is allowed now.
    pub fn limits(&self) -> Limits {
        Limits::unpack(self.0.load(Ordering::Relaxed))
    }

    /// Allows this from now on.
    pub fn set(&self, limits: Limits) {
        self.0.store(limits.pack(), Ordering::Relaxed);
    }

    /// Whether new work may begin.
    ///
    /// # Errors
    /// [`Refused`] while it may not.
    pub fn admit(&self) -> Result<(), Refused> {
        let limits = self.limits();
        if limits.admits { Ok(()) } else { Err(Refused { level: limits.level }) }
    }

    /// Whether both are handles to the same.
    pub fn ptr_eq(&self, other: &Throttle) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Limits {
    /// Everything is allowed.
    pub const NONE: Limits =
        Limits { level: Level::Healthy, chunk: None, threads: 100, ahead: None, admits: true };

    /// A chunk of about `wanted` bytes within these limits.
    pub fn chunk(&self, wanted: usize) -> usize {
        self.chunk.map_or(wanted, |most| wanted.min(most))
    }

    /// How many of `wanted` threads may work.
    pub fn threads(&self, wanted: NonZeroUsize) -> NonZeroUsize {
        if self.threads >= 100 {
            return wanted;
        }
        let share = wanted.get().saturating_mul(usize::from(self.threads)) / 100;
        NonZeroUsize::new(share).unwrap_or(NonZeroUsize::MIN)
    }

    /// How many chunks `threads` threads may have ready, if they would like `wanted`; at least one.
    pub fn ahead(&self, wanted: usize, threads: NonZeroUsize) -> usize {
        let most = self.ahead.map(|each| usize::from(each).saturating_mul(threads.get()));
        most.map_or(wanted, |most| wanted.min(most)).max(1)
    }

    /// These limits as a number, for another process that works for this one; zero where everything is allowed.
    pub fn to_bits(&self) -> u32 {
        self.pack()
    }

    /// The limits of a number that [`to_bits`](Limits::to_bits) made; of any other, some limits.
    pub fn from_bits(bits: u32) -> Limits {
        Limits::unpack(bits)
    }

    /// Nothing allowed less is zero, so that a fresh word throttles nothing.
    fn pack(&self) -> u32 {
        let chunk = self.chunk.and_then(usize::checked_ilog2).map_or(0, |log| log.clamp(1, 63));
        let fewer = 100u8.saturating_sub(self.threads.clamp(1, 100));
        let refuses = u32::from(!self.admits);
        (self.level as u32)
            | chunk << CHUNK
            | u32::from(fewer) << THREADS
            | u32::from(self.ahead.map_or(0, |each| each.max(1))) << AHEAD
            | refuses << REFUSES
    }

    fn unpack(word: u32) -> Limits {
        let bits =
            |from: u32, count: u32| (word >> from) & (u32::MAX >> (32u32.saturating_sub(count)));
        let byte = |from| u8::try_from(bits(from, 8)).unwrap_or(u8::MAX);
        let level = match bits(0, 2) {
            0 => Level::Healthy,
            1 => Level::Elevated,
            2 => Level::High,
            _ => Level::Critical,
        };
        let log = bits(CHUNK, 6);
        Limits {
            level,
            chunk: (log > 0).then(|| 1usize.checked_shl(log).unwrap_or(usize::MAX)),
            threads: 100u8.saturating_sub(byte(THREADS)),
            ahead: Some(byte(AHEAD)).filter(|each| *each > 0),
            admits: bits(REFUSES, 1) == 0,
        }
    }
}

const CHUNK: u32 = 2;
const THREADS: u32 = 8;
const AHEAD: u32 = 16;
const REFUSES: u32 = 24;

impl Default for Limits {
    fn default() -> Self {
        Limits::NONE
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "new work is refused: memory is {}", self.level)
    }
}

impl error::Error for Refused {}

#[cfg(test)]
mod tests {
    use super::*;

    fn threads(n: usize) -> NonZeroUsize {
        NonZeroUsize::new(n).unwrap()
    }

    #[test]
    fn nothing_is_throttled_by_default() {
        let throttle = Throttle::new();
        let limits = throttle.limits();
        assert_eq!((limits, throttle.admit()), (Limits::NONE, Ok(())));
        assert_eq!(limits.to_bits(), 0);
        assert_eq!(limits.chunk(usize::MAX), usize::MAX);
        assert_eq!(limits.threads(threads(7)), threads(7));
        assert_eq!(limits.ahead(14, threads(7)), 14);
    }

    #[test]
    fn what_is_set_is_what_all_handles_see() {
        let throttle = Throttle::new();
        let seen = throttle.clone();
        let all = Level::ALL.into_iter().zip([None, Some(1 << 20), Some(1 << 18), Some(2)]);
        for (level, chunk) in all {
            for (share, ahead, admits) in
                [(100, None, true), (50, Some(1), false), (1, Some(255), true)]
            {
                let limits = Limits { level, chunk, threads: share, ahead, admits };
                throttle.set(limits);
                assert_eq!(seen.limits(), limits);
                assert_eq!(Limits::from_bits(limits.to_bits()), limits);
                assert_eq!(seen.admit().is_ok(), admits);
            }
        }
    }

    #[test]
    fn shares_never_come_to_nothing() {
        let limits = Limits { threads: 50, ahead: Some(1), chunk: Some(1 << 18), ..Limits::NONE };
        assert_eq!([1, 2, 3, 8].map(|n| limits.threads(threads(n)).get()), [1, 1, 1, 4]);
        assert_eq!((limits.ahead(16, threads(4)), limits.ahead(0, threads(4))), (4, 1));
        assert_eq!((limits.chunk(1 << 20), limits.chunk(1000)), (1 << 18, 1000));
    }

    #[test]
    fn a_refusal_says_how_tight_memory_is() {
        let throttle = Throttle::new();
        throttle.set(Limits { level: Level::Critical, admits: false, ..Limits::NONE });
        let refusal = throttle.admit().unwrap_err();
        assert_eq!(refusal.to_string(), "new work is refused: memory is critical");
    }
}
