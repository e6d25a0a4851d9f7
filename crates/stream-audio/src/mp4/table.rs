//! Sample tables, paged through in order.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Context, Result};

use super::track::{Table, Tables};
use crate::input::Input;

/// Bytes of a table in memory.
const PAGE: usize = 2048;

/// One sample's place and time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sample {
    pub index: u64,
    pub offset: u64,
    pub size: u64,
    /// Ticks of the media.
    pub time: u64,
    pub duration: u64,
}

/// Runs of a table: how many items the current one still covers.
#[derive(Clone, Copy, Debug, Default)]
struct Run {
    /// The next entry.
    entry: u64,
    left: u64,
    value: u64,
}

/// All that changes, copied before a step and put back where it fails.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    sample: u64,
    /// Packets before this one: as many, where each is one sample.
    packet: u64,
    time: u64,
    durations: Run,
    /// The chunk at hand, counted from 1, what is left of it, and where its next sample stands.
    chunk: u64,
    in_chunk: u64,
    offset: u64,
    /// Samples of a chunk in the run of chunks at hand, and the next run's first chunk.
    per_chunk: u64,
    run: u64,
    next_run: u64,
}

/// The samples of a track.
pub(super) struct Cursor {
    tables: Tables,
    stts: Input,
    stsc: Input,
    stsz: Input,
    stco: Input,
    state: State,
}

fn page(cx: &Context, table: Table) -> Input {
    Input::with_window(cx, table.offset, u64::MAX, PAGE)
}

/// A big-endian number of four bytes at an offset.
fn number(input: &mut Input, offset: u64) -> Result<u64> {
    input.go(offset);
    match input.u32_be()? {
        Some(n) => Ok(u64::from(n)),
        None => Err(input.context().ended(offset, 4, 0)),
    }
}

fn entry(table: Table, index: u64, size: u64) -> u64 {
    table.offset.saturating_add(index.saturating_mul(size))
}

impl Cursor {
    pub(super) fn new(cx: &Context, tables: Tables) -> Self {
        Self {
            tables,
            stts: page(cx, tables.stts),
            stsc: page(cx, tables.stsc),
            stsz: page(cx, tables.stsz),
            stco: page(cx, tables.stco),
            state: State::default(),
        }
    }

    /// The next sample; `None` at the end. Where it fails, nothing has moved.
    ///
    /// # Errors
    /// What reading gives.
    pub(super) fn next(&mut self) -> Result<Option<Sample>> {
        let mut state = self.state;
        let sample = self.step(&mut state)?;
        self.state = state;
        Ok(sample)
    }

    /// Back before the first sample.
    pub(super) fn rewind(&mut self) {
        self.state = State::default();
    }

    fn step(&mut self, state: &mut State) -> Result<Option<Sample>> {
        if state.sample >= self.tables.stsz.count || !self.chunk(state)? {
            return Ok(None);
        }
        let mut size = self.size(state.sample)?;
        let mut duration = self.duration(state)?;
        let left = self.tables.stsz.count.saturating_sub(state.sample);
        let count = self.tables.group.min(state.in_chunk).min(left).max(1);
        for _ in 1..count {
            duration = duration.saturating_add(self.duration(state)?);
        }
        size = size.saturating_mul(count);
        let (index, offset, time) = (state.packet, state.offset, state.time);
        let sample = Sample { index, offset, size, time, duration };
        state.packet = state.packet.saturating_add(1);
        state.sample = state.sample.saturating_add(count);
        state.time = state.time.saturating_add(duration);
        state.in_chunk = state.in_chunk.saturating_sub(count);
        state.offset = state.offset.saturating_add(size);
        Ok(Some(sample))
    }

    /// Goes to the next chunk where none of this is left; `false` behind the last.
    fn chunk(&mut self, state: &mut State) -> Result<bool> {
        while state.in_chunk == 0 {
            if state.chunk >= self.tables.stco.count {
                return Ok(false);
            }
            state.chunk = state.chunk.saturating_add(1);
            while state.run < self.tables.stsc.count && state.chunk >= state.next_run {
                let at = entry(self.tables.stsc, state.run, 12);
                let first = number(&mut self.stsc, at)?;
                if first > state.chunk {
                    state.next_run = first;
                    break;
                }
                state.per_chunk = number(&mut self.stsc, at.saturating_add(4))?;
                state.run = state.run.saturating_add(1);
                state.next_run = state.chunk;
            }
            state.in_chunk = state.per_chunk;
            let index = state.chunk.saturating_sub(1);
            state.offset = if self.tables.wide {
                let at = entry(self.tables.stco, index, 8);
                let high = number(&mut self.stco, at)?;
                high << 32 | number(&mut self.stco, at.saturating_add(4))?
            } else {
                number(&mut self.stco, entry(self.tables.stco, index, 4))?
            };
        }
        Ok(true)
    }

    fn size(&mut self, index: u64) -> Result<u64> {
        if self.tables.size > 0 {
            return Ok(u64::from(self.tables.size));
        }
        let bits = u64::from(self.tables.size_bits);
        let first = index.saturating_mul(bits);
        if bits == 32 {
            return number(&mut self.stsz, entry(self.tables.stsz, index, 4));
        }
        self.stsz.go(self.tables.stsz.offset.saturating_add(first >> 3));
        let bytes = self.stsz.array::<1>()?.unwrap_or_default();
        let [byte] = bytes;
        Ok(match bits {
            4 if first & 7 == 0 => u64::from(byte >> 4),
            4 => u64::from(byte & 15),
            16 => {
                let [low] = self.stsz.array::<1>()?.unwrap_or_default();
                u64::from(u16::from_be_bytes([byte, low]))
            }
            _ => u64::from(byte),
        })
    }

    fn duration(&mut self, state: &mut State) -> Result<u64> {
        let run = &mut state.durations;
        while run.left == 0 && run.entry < self.tables.stts.count {
            let at = entry(self.tables.stts, run.entry, 8);
            run.left = number(&mut self.stts, at)?;
            run.value = number(&mut self.stts, at.saturating_add(4))?;
            run.entry = run.entry.saturating_add(1);
        }
        run.left = run.left.saturating_sub(1);
        Ok(run.value)
    }
}
