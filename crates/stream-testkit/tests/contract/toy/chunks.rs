//! The numbers of an array.

use std::hint::black_box;
use std::sync::Arc;

use stream_core::{
    Chunk, ChunkPlan, Chunks, Context, DType, Dims, Error, ErrorKind, Planned, Result, Scratch,
};

use super::Fault;

/// A part of an array that is asked for.
#[derive(Clone, Copy)]
pub(super) struct Part {
    /// The index of its first number.
    pub(super) first: u64,
    /// Where that stands in the file.
    pub(super) at: u64,
    pub(super) count: u64,
}

pub(super) struct Numbers {
    pub(super) cx: Context,
    /// Of the request's entries.
    pub(super) parts: Vec<Part>,
    pub(super) per_chunk: u64,
    pub(super) fault: Fault,
}

impl Numbers {
    fn chunks_of(&self, part: &Part) -> u64 {
        part.count.div_ceil(self.per_chunk)
    }

    /// The entry of a chunk, and the chunk's number in it.
    fn find(&self, index: usize) -> Option<(usize, Part, u64)> {
        let mut rest = index as u64;
        for (entry, part) in self.parts.iter().enumerate() {
            match rest.checked_sub(self.chunks_of(part)) {
                Some(behind) => rest = behind,
                None => return Some((entry, *part, rest)),
            }
        }
        if self.fault == Fault::TrustsIndex {
            return self.parts.first().map(|part| (0, *part, index as u64));
        }
        None
    }
}

impl ChunkPlan for Numbers {
    fn len(&self) -> usize {
        self.parts.iter().map(|part| self.chunks_of(part) as usize).sum()
    }

    fn read(&self, index: usize, _: &mut Scratch) -> Result<Chunk> {
        let Some((entry, part, number)) = self.find(index) else {
            return Err(Error::new(ErrorKind::Request, format!("no chunk {index}")));
        };
        let before = number * self.per_chunk;
        let n = self.per_chunk.min(part.count - before);
        let at = part.at + before * 2;
        let mut buf = self.cx.buf(n as usize * 2)?;
        match self.fault {
            Fault::Unreserved => {
                let mut all = vec![0; part.count as usize * 2];
                self.exact(part.at, &mut all)?;
                buf.copy_from_slice(&all[before as usize * 2..][..n as usize * 2]);
            }
            Fault::UnreservedInC => {
                // SAFETY: malloc may be asked for any size; what it gives is freed and never read
                unsafe { libc::free(black_box(libc::malloc(part.count as usize * 2))) };
                self.exact(at, &mut buf)?;
            }
            _ => self.exact(at, &mut buf)?,
        }
        if self.fault == Fault::SplitsArithmetic {
            buf[0] ^= 1;
        }
        Chunk::new(entry, Dims::from([part.first + before]), Dims::from([n]), DType::U16, buf)
    }
}

impl Numbers {
    fn exact(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        match self.fault {
            Fault::IgnoresCancel => super::reader::read_raw(&self.cx, at, buf).map(drop),
            Fault::TrustsReads => self.cx.read_at(at, buf).map(drop),
            _ => self.cx.read_exact_at(at, buf).map_err(|e| e.with_format("toy")),
        }
    }
}

/// In order; a plan is shown only where the source can be read anywhere.
pub(super) struct InOrder(pub(super) Planned);

impl Chunks for InOrder {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        self.0.next_chunk()
    }

    fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
        None
    }
}
