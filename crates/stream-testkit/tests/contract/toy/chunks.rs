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
    pub(super) span: Span,
    pub(super) per_chunk: u64,
    pub(super) fault: Fault,
}

impl Numbers {
    fn count(&self) -> u64 {
        self.span.length / 2
    }
}

impl ChunkPlan for Numbers {
    fn len(&self) -> usize {
        self.count().div_ceil(self.per_chunk) as usize
    }

    fn read(&self, index: usize, _: &mut Scratch) -> Result<Chunk> {
        let first = match self.fault {
            Fault::TrustsIndex => index as u64 * self.per_chunk,
            _ => (index as u64).saturating_mul(self.per_chunk),
        };
        if first >= self.count() {
            return Err(Error::new(ErrorKind::Request, format!("no chunk {index}")));
        }
        let n = self.per_chunk.min(self.count() - first);
        let at = self.span.offset + first * 2;
        let mut buf = self.cx.buf(n as usize * 2)?;
        match self.fault {
            Fault::Unreserved => {
                let mut all = vec![0; self.span.length as usize];
                self.exact(self.span.offset, &mut all)?;
                buf.copy_from_slice(&all[first as usize * 2..][..n as usize * 2]);
            }
            Fault::UnreservedInC => {
                // SAFETY: malloc may be asked for any size; what it gives is freed and never read
                unsafe { libc::free(black_box(libc::malloc(self.span.length as usize))) };
                self.exact(at, &mut buf)?;
            }
            _ => self.exact(at, &mut buf)?,
        }
        if self.fault == Fault::SplitsArithmetic {
            buf[0] ^= 1;
        }
        Chunk::new(0, Dims::from([first]), Dims::from([n]), DType::U16, buf)
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
