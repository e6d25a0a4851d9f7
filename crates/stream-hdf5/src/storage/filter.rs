//! The filter pipeline backwards (clause IV.A.2.l): from a chunk as stored to its elements.

mod bitshuffle;
mod blosc;
mod blosclz;
mod deflate;
mod fletcher32;
mod lz4;
mod lzf;
mod shuffle;
mod zstd;

use stream_core::{Context, Error, ErrorKind, Result, Scratch};

use self::bitshuffle::Bitshuffle;
use super::Filter;
use super::defect::Defect;

/// What a filter reads and writes: the stored bytes, and room for what they become.
///
/// It says how many bytes it wrote, or which of its rules the bytes break.
type Decode = Result<usize, &'static str>;

/// Why bytes are not decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// They break this rule of the filter.
    Broken(&'static str),
    /// They use this, which is not known here.
    Unknown(&'static str),
}

impl From<&'static str> for Fault {
    fn from(rule: &'static str) -> Self {
        Self::Broken(rule)
    }
}

impl Fault {
    /// The error that says so of a chunk of filter `id`, which stands `at` this place of the file.
    #[cold]
    fn at(self, id: u16, at: u64) -> Error {
        match self {
            Self::Broken(rule) => Defect::Filter { id, rule }.at(at),
            Self::Unknown(what) => {
                Error::new(ErrorKind::Unsupported, format!("filter {id}: {what}")).at(at)
            }
        }
    }
}

/// A filter that is undone here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Deflate,
    /// With the size of an element.
    Shuffle(usize),
    Fletcher32,
    Lzf,
    Lz4,
    Zstd,
    Bitshuffle(Bitshuffle),
    Blosc,
}

/// A pipeline that is undone here.
#[derive(Clone, Debug)]
pub(super) struct Pipeline {
    steps: Vec<(Step, u16)>,
}

/// The number of the first filter that is not undone here, so that the dataset is read through the library. `None` when all are.
pub fn missing_filter(filters: &[Filter], element: usize) -> Option<u16> {
    Pipeline::new(filters, element).err()
}

impl Step {
    fn new(filter: &Filter, element: usize) -> Option<Self> {
        let first = filter.values.first().and_then(|&n| usize::try_from(n).ok());
        Some(match filter.id {
            1 => Self::Deflate,
            2 => Self::Shuffle(first.unwrap_or(element)),
            3 => Self::Fletcher32,
            32000 => Self::Lzf,
            32004 => Self::Lz4,
            32001 => Self::Blosc,
            32008 => Self::Bitshuffle(Bitshuffle::new(&filter.values)?),
            32015 => Self::Zstd,
            _ => return None,
        })
    }

    /// Whether what it gives may be as long as the chunk whatever it is given.
    fn compresses(self) -> bool {
        !matches!(self, Self::Shuffle(_) | Self::Fletcher32)
    }

    /// Whether it needs memory of its own, as much as it gives.
    fn needs_spare(self) -> bool {
        matches!(self, Self::Bitshuffle(_) | Self::Blosc)
    }

    /// Undoes it from `from` into `to`.
    fn decode(self, from: &[u8], to: &mut [u8], spare: &mut [u8]) -> Result<usize, Fault> {
        let decoded = match self {
            Self::Deflate => deflate::decode(from, to),
            Self::Shuffle(size) => shuffle::decode(size, from, to),
            Self::Lzf => lzf::decode(from, to),
            Self::Lz4 => lz4::decode(from, to),
            Self::Zstd => zstd::decode(from, to),
            Self::Bitshuffle(filter) => filter.decode(from, to, spare),
            Self::Blosc => return blosc::decode(from, to, spare),
            // its bytes stay where they are
            Self::Fletcher32 => Err("checked in place"),
        };
        decoded.map_err(Fault::from)
    }
}

impl Pipeline {
    /// The steps of `filters`; the number of the first that is not known as the error. `element` is the size of a stored element.
    pub(super) fn new(filters: &[Filter], element: usize) -> Result<Self, u16> {
        let step = |f: &Filter| Step::new(f, element).map(|step| (step, f.id)).ok_or(f.id);
        Ok(Self { steps: filters.iter().map(step).collect::<Result<_, _>>()? })
    }

    /// The steps that a chunk with this mask went through, the last one first.
    fn undo(&self, mask: u32) -> impl Iterator<Item = (Step, u16)> {
        let used = move |number: usize| {
            let bit = u32::try_from(number).ok().and_then(|n| mask.checked_shr(n)).unwrap_or(0);
            bit & 1 == 0
        };
        let steps = self.steps.iter().enumerate().rev();
        steps.filter(move |(number, _)| used(*number)).map(|(_, &step)| step)
    }

    /// Whether a chunk with this mask is stored as it is.
    pub(super) fn is_plain(&self, mask: u32) -> bool {
        self.undo(mask).next().is_none()
    }

    /// How many steps write what they read elsewhere.
    fn moves(&self, mask: u32) -> usize {
        self.undo(mask).filter(|(step, _)| *step != Step::Fletcher32).count()
    }

    /// Whether a sum over the chunk itself is checked last, so that what the step before wrote is longer than the chunk.
    fn sum_last(&self, mask: u32) -> bool {
        self.undo(mask).last().is_some_and(|(step, _)| step == Step::Fletcher32)
    }

    /// Bytes of scratch that undoing needs beside the stored bytes: room for what stands between two steps, twice.
    fn between(&self, mask: u32, chunk: usize) -> (usize, usize) {
        let compressing = self.undo(mask).filter(|(step, _)| step.compresses()).count();
        // sums stand behind what is shuffled or compressed; what a second compressor gave may be longer than the chunk
        let sums = self.steps.len().saturating_mul(4);
        let longer = if compressing > 1 { (chunk / 8).saturating_add(4096) } else { 0 };
        let room = chunk.saturating_add(sums).saturating_add(longer);
        let last = usize::from(!self.sum_last(mask));
        (self.moves(mask).saturating_sub(last).min(2), room)
    }

    /// Reads the stored bytes with `read` and undoes the filters into `out`, which is as long as the chunk. No step copies: the
    /// last one writes straight into `out`.
    pub(super) fn decode(
        &self,
        cx: &Context,
        stored: StoredChunk,
        scratch: &mut Scratch,
        out: &mut [u8],
    ) -> Result<()> {
        let StoredChunk { at, size, mask } = stored;
        let fail = |defect: Defect| defect.at(at);
        let expected = u64::try_from(out.len()).unwrap_or(u64::MAX);
        let wrong = |found: usize| {
            let found = u64::try_from(found).unwrap_or(u64::MAX);
            fail(Defect::ChunkSize { expected, found })
        };
        if self.is_plain(mask) {
            if size != out.len() {
                return Err(wrong(size));
            }
            return cx.read_exact_at(at, out);
        }
        let (rooms, room) = self.between(mask, out.len());
        let spares = usize::from(self.undo(mask).any(|(step, _)| step.needs_spare()));
        let all = rooms.saturating_add(spares).saturating_mul(room).saturating_add(size);
        let bytes = scratch.bytes(cx, all)?;
        let (stored, rest) = bytes.split_at_mut_checked(size).unwrap_or_default();
        let (spare, rest) =
            rest.split_at_mut_checked(spares.saturating_mul(room)).unwrap_or_default();
        let (first, second) = rest.split_at_mut_checked(rest.len().min(room)).unwrap_or_default();
        cx.read_exact_at(at, stored)?;
        let moves = self.moves(mask);
        let sum_last = self.sum_last(mask);
        let mut moved = 0usize;
        let mut length = size;
        // where the bytes are now: as stored, in one of the two rooms, or in `out`
        let mut now = Room::Stored;
        for (step, id) in self.undo(mask) {
            if step == Step::Fletcher32 {
                let bytes: &[u8] = match now {
                    Room::Stored => stored,
                    Room::First => first,
                    Room::Second => second,
                    Room::Out => out,
                };
                let bytes = bytes.get(..length).unwrap_or_default();
                length = fletcher32::check(bytes).map_err(fail)?;
                continue;
            }
            moved = moved.saturating_add(1);
            let last = moved == moves && !sum_last;
            let (from, to, next): (&[u8], &mut [u8], Room) = match (now, last) {
                (Room::Stored, true) => (stored, &mut *out, Room::Out),
                (Room::Stored, false) => (stored, &mut *first, Room::First),
                (Room::First, true) => (first, &mut *out, Room::Out),
                (Room::First, false) => (first, &mut *second, Room::Second),
                (Room::Second, true) => (second, &mut *out, Room::Out),
                (Room::Second, false) => (second, &mut *first, Room::First),
                (Room::Out, _) => return Err(wrong(length)),
            };
            let from = from.get(..length).unwrap_or_default();
            length = step.decode(from, to, spare).map_err(|fault| fault.at(id, at))?;
            now = next;
        }
        if length != out.len() {
            return Err(wrong(length));
        }
        // where a sum came last, its data is still elsewhere
        let from: &[u8] = match now {
            Room::Out => return Ok(()),
            Room::Stored => stored,
            Room::First => first,
            Room::Second => second,
        };
        out.copy_from_slice(from.get(..length).unwrap_or_default());
        Ok(())
    }
}

/// Where the bytes of a chunk are while they are decoded.
#[derive(Clone, Copy)]
enum Room {
    Stored,
    First,
    Second,
    Out,
}

/// Where a chunk stands: base address included.
#[derive(Clone, Copy)]
pub(super) struct StoredChunk {
    pub(super) at: u64,
    pub(super) size: usize,
    pub(super) mask: u32,
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests;
