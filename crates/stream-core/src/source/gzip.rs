//! Gzip members as a forward-only source.

use std::io::{self, BufRead, Read};
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;
use stream_memory::{Buf, Reservation};

use crate::source::{ForwardSource, Source, SourceReader};
use crate::{Context, Result};

/// The first bytes of a gzip member with deflate (RFC 1952, 2.3.1).
pub const GZIP_MAGIC: [u8; 3] = [0x1f, 0x8b, 8];

/// Compressed bytes read at a time.
const INPUT: usize = 64 * 1024;
/// What an inflating state holds beside its input: a 32 KiB window (RFC 1951, 2), code tables and bookkeeping.
const STATE: u64 = 64 * 1024;

/// Inflates the gzip members of `compressed` (RFC 1952) as one stream that only goes forward, in constant memory:
/// `window` bytes of output, 64 KiB of input and 64 KiB of decoder, all charged to `cx`.
///
/// A damaged or cut member ends the stream with an error, after all that could be inflated.
///
/// # Errors
/// `OverBudget`.
pub fn gunzip(compressed: Arc<dyn Source>, cx: &Context, window: usize) -> Result<ForwardSource> {
    let input = Input {
        from: SourceReader::new(compressed, 0),
        buf: cx.pool().take(cx.budget(), INPUT)?,
        range: 0..0,
        _state: cx.budget().reserve(STATE)?,
    };
    ForwardSource::within(cx, Named(MultiGzDecoder::new(input)), window)
}

/// A buffered reader whose buffer is charged.
struct Input {
    from: SourceReader,
    buf: Buf,
    range: std::ops::Range<usize>,
    _state: Reservation,
}

impl Read for Input {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(out)?;
        self.consume(n);
        Ok(n)
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.range.is_empty() {
            self.range = 0..self.from.read(&mut self.buf)?;
        }
        Ok(self.buf.get(self.range.clone()).unwrap_or_default())
    }

    fn consume(&mut self, n: usize) {
        self.range.start = self.range.start.saturating_add(n).min(self.range.end);
    }
}

/// Says which layer failed: a message like "corrupt deflate stream" alone would be taken for the format's.
struct Named<R>(R);

impl<R: Read> Read for Named<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf).map_err(|e| match e.kind() {
            io::ErrorKind::UnexpectedEof => {
                crate::Error::new(crate::ErrorKind::Truncated, "gzip stream cut short").into_io()
            }
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
                let message = format!("gzip stream damaged: {e}");
                crate::Error::new(crate::ErrorKind::Malformed, message).into_io()
            }
            _ => e,
        })
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use crate::source::MemorySource;
    use crate::{Error, ErrorKind};
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;
    use stream_memory::Budget;

    fn zipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn inflate(zipped: Vec<u8>) -> Result<Vec<u8>> {
        let budget = Budget::new("b", 1 << 20);
        let source: Arc<dyn Source> = Arc::new(MemorySource::new(zipped));
        let cx = Context::new(source.clone(), &budget);
        let source = gunzip(source, &cx, 4096)?;
        let mut all = Vec::new();
        let mut buf = [0; 1000];
        loop {
            match source.read_at(all.len() as u64, &mut buf).map_err(Error::from)? {
                0 => return Ok(all),
                n => all.extend_from_slice(&buf[..n]),
            }
        }
    }

    #[test]
    fn members_one_after_another_are_one_stream() {
        let bytes: Vec<u8> = (0..100_000u32).flat_map(u32::to_le_bytes).collect();
        let mut two = zipped(&bytes);
        two.extend(zipped(b"tail"));
        let all = inflate(two).unwrap();
        assert_eq!(&all[..bytes.len()], bytes);
        assert_eq!(&all[bytes.len()..], b"tail");
    }

    #[test]
    fn a_cut_member_is_truncated_and_a_damaged_one_malformed() {
        let whole = zipped(&[7; 5000]);
        let cut = inflate(whole[..whole.len() - 10].to_vec()).unwrap_err();
        assert_eq!(cut.kind(), ErrorKind::Truncated);
        let mut bad = whole;
        let at = bad.len() - 6;
        bad[at] ^= 1;
        assert_eq!(inflate(bad).unwrap_err().kind(), ErrorKind::Malformed);
    }
}
