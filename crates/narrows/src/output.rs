//! How results are written.

pub(crate) mod array;
pub(crate) mod element;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod sound;
pub(crate) mod statistics;

use std::io::{self, StdoutLock, Write};

/// Enough that a line costs no system call.
const CAPACITY: usize = 64 * 1024;

/// Standard output behind a buffer of fixed size: results pass through in pieces and are never held whole.
///
/// Unlike `BufWriter` it is made for very short pieces, of which a line of JSON has forty: those are copied in place,
/// without a call.
pub(crate) struct Out {
    buf: Box<[u8]>,
    len: usize,
    inner: StdoutLock<'static>,
}

pub(crate) fn stdout() -> Out {
    Out { buf: vec![0; CAPACITY].into(), len: 0, inner: io::stdout().lock() }
}

impl Out {
    #[cold]
    fn spill(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.drain()?;
        if bytes.len() > self.buf.len() {
            return self.inner.write_all(bytes);
        }
        self.buf[..bytes.len()].copy_from_slice(bytes);
        self.len = bytes.len();
        Ok(())
    }

    fn drain(&mut self) -> io::Result<()> {
        let len = std::mem::take(&mut self.len);
        self.inner.write_all(&self.buf[..len])
    }
}

impl Write for Out {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let n = bytes.len();
        let Some(free) = self.buf.get_mut(self.len..) else { return self.spill(bytes) };
        if free.len() < n {
            return self.spill(bytes);
        }
        // two copies of fixed size that overlap cover any length between one and two of them
        match n {
            8..=16 => {
                free[..8].copy_from_slice(&bytes[..8]);
                free[n - 8..n].copy_from_slice(&bytes[n - 8..]);
            }
            4..=7 => {
                free[..4].copy_from_slice(&bytes[..4]);
                free[n - 4..n].copy_from_slice(&bytes[n - 4..]);
            }
            1..=3 => {
                free[0] = bytes[0];
                free[n / 2] = bytes[n / 2];
                free[n - 1] = bytes[n - 1];
            }
            _ => free[..n].copy_from_slice(bytes),
        }
        self.len += n;
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.drain()?;
        self.inner.flush()
    }
}

impl Drop for Out {
    /// What was written before an error is delivered all the same.
    fn drop(&mut self) {
        let _ = self.drain();
    }
}
