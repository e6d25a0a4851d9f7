//! The running statistics of all entries of a request.

use stream_core::memory::Budget;
use stream_core::{Chunk, DType, Error, ErrorKind, Result};

use crate::Measures;
use crate::column::half::Half;
use crate::column::{BLOCK, Column, Number, Place};
use crate::lanes::{self, Content, Lane};
use crate::result::{Findings, Statistics};
use crate::texts::Texts;

/// Statistics of some of the chunks of a request. Those of other chunks merge into it, exactly: how the data was split, and in
/// which order and by which thread it was added, changes nothing.
pub struct Set {
    measures: Measures,
    budget: Budget,
    entries: Vec<Option<Entry>>,
}

struct Entry {
    dtype: DType,
    lanes: Vec<(Lane, State)>,
}

/// Boxed: a column has two sums of a kilobyte.
enum State {
    Numbers(Box<Column>),
    Texts(Texts),
}

/// Entries of a request; one with more is refused.
const MOST_ENTRIES: usize = 65_536;

impl Set {
    /// Bytes of a column whose quantiles are asked; those of others are few.
    pub(crate) const COLUMN: u64 = crate::bins::Bins::SIZE as u64 + 4096;

    /// Nothing yet; memory is charged to `budget` as entries come: 520 KiB for each column whose quantiles are asked, 3 KiB
    /// for each other.
    pub fn new(measures: Measures, budget: &Budget) -> Self {
        Self { measures, budget: budget.clone(), entries: Vec::new() }
    }

    /// Adds a chunk's elements, all or none.
    ///
    /// # Errors
    /// `OverBudget` (resumable: nothing was added), `Unsupported` for a type without numbers or texts, `Malformed` where elements
    /// of variable size do not fill the chunk.
    pub fn add(&mut self, chunk: &Chunk) -> Result<()> {
        let index = chunk.entry();
        if index >= MOST_ENTRIES {
            return Err(Error::new(ErrorKind::Request, "more than 65536 entries in a request"));
        }
        if self.entries.len() <= index {
            self.entries.resize_with(index.saturating_add(1), || None);
        }
        let Some(slot) = self.entries.get_mut(index) else { return Ok(()) };
        let entry = match slot {
            Some(entry) => entry,
            None => slot.insert(Entry::new(chunk.dtype(), self.measures, &self.budget)?),
        };
        if entry.dtype != *chunk.dtype() {
            let message = format!("chunk of {} among {}", chunk.dtype(), entry.dtype);
            return Err(Error::new(ErrorKind::Request, message));
        }
        entry.lanes.iter_mut().try_for_each(|(lane, state)| match state {
            State::Numbers(column) => {
                numbers(lane, column, chunk);
                Ok(())
            }
            State::Texts(texts) => add_texts(lane, texts, chunk),
        })
    }

    /// Adds what another found in other chunks of the same request.
    pub fn merge(&mut self, other: Self) {
        if self.entries.len() < other.entries.len() {
            self.entries.resize_with(other.entries.len(), || None);
        }
        for (mine, theirs) in self.entries.iter_mut().zip(other.entries) {
            match (mine, theirs) {
                (Some(mine), Some(theirs)) => mine.merge(&theirs),
                (mine @ None, theirs) => *mine = theirs,
                (Some(_), None) => {}
            }
        }
    }

    /// What was found in the request's `index`-th entry, a row a column; empty where no chunk of it came.
    pub(crate) fn results(&self, index: usize, bins: usize, quantiles: &[f64]) -> Vec<Statistics> {
        let entry = self.entries.get(index).and_then(Option::as_ref);
        let lanes = entry.map(|entry| entry.lanes.iter()).into_iter().flatten();
        let one = |(lane, state): &(Lane, State)| Statistics {
            member: lane.name.clone(),
            dtype: lane.dtype.clone(),
            findings: match state {
                State::Numbers(column) => {
                    Findings::Numbers(Box::new(column.results(bins, quantiles, lane.named)))
                }
                State::Texts(texts) => Findings::Texts(texts.clone()),
            },
        };
        lanes.map(one).collect()
    }
}

impl Entry {
    fn new(dtype: &DType, measures: Measures, budget: &Budget) -> Result<Self> {
        let with_state = |lane: Lane| {
            let state = match lane.of {
                Content::Field(_) | Content::Text => State::Texts(Texts::default()),
                of => State::Numbers(Box::new(column(of, measures, budget)?)),
            };
            Ok((lane, state))
        };
        let lanes = lanes::of(dtype)?.into_iter().map(with_state).collect::<Result<_>>()?;
        Ok(Self { dtype: dtype.clone(), lanes })
    }

    fn merge(&mut self, other: &Self) {
        for ((_, mine), (_, theirs)) in self.lanes.iter_mut().zip(&other.lanes) {
            match (mine, theirs) {
                (State::Numbers(mine), State::Numbers(theirs)) => mine.merge(theirs),
                (State::Texts(mine), State::Texts(theirs)) => mine.merge(theirs),
                // both were made for one type
                _ => {}
            }
        }
    }
}

/// Calls a function of the type of number that a content stands for.
macro_rules! typed {
    ($of:expr, $f:ident($($arg:expr),*), $else:expr) => {
        match $of {
            Content::I8 => $f::<i8>($($arg),*),
            Content::I16 => $f::<i16>($($arg),*),
            Content::I32 => $f::<i32>($($arg),*),
            Content::I64 => $f::<i64>($($arg),*),
            Content::U8 => $f::<u8>($($arg),*),
            Content::U16 => $f::<u16>($($arg),*),
            Content::U32 => $f::<u32>($($arg),*),
            Content::U64 => $f::<u64>($($arg),*),
            Content::F16 => $f::<Half>($($arg),*),
            Content::F32 => $f::<f32>($($arg),*),
            Content::F64 => $f::<f64>($($arg),*),
            Content::Field(_) | Content::Text => $else,
        }
    };
}

fn column(of: Content, measures: Measures, budget: &Budget) -> Result<Column> {
    fn new<N: Number>(measures: Measures, budget: &Budget) -> Result<Column> {
        Column::new::<N>(measures, budget)
    }
    typed!(of, new(measures, budget), new::<u8>(Measures::COUNTS, budget))
}

fn numbers(lane: &Lane, column: &mut Column, chunk: &Chunk) {
    typed!(lane.of, fold(lane, column, chunk), ());
}

/// Folds a lane's numbers, where they lie if nothing lies between them, else gathered block by block.
fn fold<N: Number>(lane: &Lane, column: &mut Column, chunk: &Chunk) {
    let repeat = u64::try_from(lane.repeat).unwrap_or(0);
    let mut first = 0u64;
    let mut block = |numbers: &[N]| {
        let place = Place { origin: chunk.origin(), shape: chunk.shape(), first, repeat };
        N::fold(numbers, column, &place);
        first = first.saturating_add(u64::try_from(numbers.len()).unwrap_or(u64::MAX));
    };
    let Some(stride) = chunk.dtype().size().filter(|n| *n > 0) else { return };
    let alone = lane.step == N::SIZE && lane.repeat.checked_mul(N::SIZE) == Some(stride);
    if alone && let Some(numbers) = N::cast(chunk.bytes()) {
        return numbers.chunks(BLOCK).for_each(block);
    }
    let mut gathered = [N::from_bytes(&[]); BLOCK];
    if lane.repeat == 1 {
        // as many elements as a block has numbers
        for some in chunk.bytes().chunks(stride.saturating_mul(BLOCK)) {
            let mut n = 0usize;
            for (slot, element) in gathered.iter_mut().zip(some.chunks_exact(stride)) {
                *slot = N::from_bytes(element.get(lane.offset..).unwrap_or_default());
                n = n.saturating_add(1);
            }
            block(gathered.get(..n).unwrap_or_default());
        }
        return;
    }
    let mut n = 0usize;
    for element in chunk.bytes().chunks_exact(stride) {
        for i in 0..lane.repeat {
            let at = i.saturating_mul(lane.step).saturating_add(lane.offset);
            if let Some(slot) = gathered.get_mut(n) {
                *slot = N::from_bytes(element.get(at..).unwrap_or_default());
            }
            n = n.saturating_add(1);
            if n == BLOCK {
                block(&gathered);
                n = 0;
            }
        }
    }
    block(gathered.get(..n).unwrap_or_default());
}

fn add_texts(lane: &Lane, texts: &mut Texts, chunk: &Chunk) -> Result<()> {
    if let Content::Field(size) = lane.of {
        let Some(stride) = chunk.dtype().size().filter(|n| *n > 0) else { return Ok(()) };
        for element in chunk.bytes().chunks_exact(stride) {
            for i in 0..lane.repeat {
                let at = i.saturating_mul(lane.step).saturating_add(lane.offset);
                let field = element.get(at..at.saturating_add(size)).unwrap_or_default();
                texts.add_field(field);
            }
        }
        return Ok(());
    }
    let mut lengths = Texts::default();
    let mut rest = chunk.bytes();
    while let Some((head, tail)) = rest.split_first_chunk() {
        let length = usize::try_from(u32::from_ne_bytes(*head)).unwrap_or(usize::MAX);
        let Some(after) = tail.get(length..) else { break };
        lengths.add(length);
        rest = after;
    }
    if !rest.is_empty() || lengths.count != chunk.elements() {
        return Err(Error::new(ErrorKind::Malformed, "texts do not fill their chunk"));
    }
    texts.merge(&lengths);
    Ok(())
}
