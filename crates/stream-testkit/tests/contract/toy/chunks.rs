//! The numbers of an array.

use std::hint::black_box;
use std::sync::Arc;

use stream_core::{
    Chunk, ChunkPlan, Chunks, Context, DType, Dims, Error, ErrorKind, Planned, Result, Scratch,
    Span,
};

use super::Fault;

pub(super) struct Numbers {
    pub(super) cx: Context,
    /// Of the request's entries.
    pub(super) spans: Vec<Span>,
    pub(super) per_chunk: u64,
    pub(super) fault: Fault,
}

impl Numbers {
    fn chunks_of(&self, span: &Span) -> u64 {
        (span.length / 2).div_ceil(self.per_chunk)
    }

    /// The entry of a chunk, and the chunk's number in it.
    fn find(&self, index: usize) -> Option<(usize, Span, u64)> {
        let mut rest = index as u64;
        for (entry, span) in self.spans.iter().enumerate() {
            match rest.checked_sub(self.chunks_of(span)) {
                Some(behind) => rest = behind,
                None => return Some((entry, *span, rest)),
            }
        }
        if self.fault == Fault::TrustsIndex {
            return self.spans.first().map(|span| (0, *span, index as u64));
        }
        None
    }
}

impl ChunkPlan for Numbers {
    fn len(&self) -> usize {
        self.spans.iter().map(|span| self.chunks_of(span) as usize).sum()
    }

    fn read(&self, index: usize, _: &mut Scratch) -> Result<Chunk> {
        let Some((entry, span, number)) = self.find(index) else {
            return Err(Error::new(ErrorKind::Request, format!("no chunk {index}")));
        };
        let first = number * self.per_chunk;
        let n = self.per_chunk.min(span.length / 2 - first);
        let at = span.offset + first * 2;
        let mut buf = self.cx.buf(n as usize * 2)?;
        match self.fault {
            Fault::Unreserved => {
                let mut all = vec![0; span.length as usize];
                self.exact(span.offset, &mut all)?;
                buf.copy_from_slice(&all[first as usize * 2..][..n as usize * 2]);
            }
            Fault::UnreservedInC => {
                // SAFETY: malloc may be asked for any size; what it gives is freed and never read
                unsafe { libc::free(black_box(libc::malloc(span.length as usize))) };
                self.exact(at, &mut buf)?;
            }
            _ => self.exact(at, &mut buf)?,
        }
        if self.fault == Fault::SplitsArithmetic {
            buf[0] ^= 1;
        }
        Chunk::new(entry, Dims::from([first]), Dims::from([n]), DType::U16, buf)
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
