//! What statistics are asked of which entries.

use stream_core::{Form, Region, Request, Result, Slice};

use crate::Measures;
use crate::codec::{Reader, Writer, malformed};

/// Entries of one request, and what to find about them.
#[derive(Clone, Debug)]
pub struct Question {
    /// The data: entries, region, form.
    pub request: Request,
    /// What to gather.
    pub measures: Measures,
    /// About how many bins the histogram has; at most 1024.
    pub bins: usize,
    /// The shares of quantiles, 0 to 1; at most 1024.
    pub quantiles: Vec<f64>,
}

/// Bins and quantiles that can be asked for.
const MOST: usize = 1024;

impl Question {
    /// Everything about the values of `request`, scaled: 20 bins, and quantiles at 1, 5, 25, 50, 75, 95 and 99 %.
    pub fn new(request: Request) -> Self {
        let quantiles = vec![0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];
        Self { request, measures: Measures::ALL, bins: 20, quantiles }
    }

    /// As bytes, for a task in another process of the same version.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.list(&self.request.entries, |w, path| w.text(path));
        w.list(self.request.region.axes(), |w, slice| {
            for bound in [slice.start, slice.stop] {
                w.option(bound, |w, n| w.number(n.cast_unsigned()));
            }
            w.number(slice.step);
        });
        w.byte(match self.request.form {
            Form::Decoded => 1,
            Form::Scaled => 2,
            Form::Bytes => 3,
            _ => 0,
        });
        w.option(self.request.chunk_size, |w, n| w.length(n));
        w.byte(self.measures.bits());
        w.length(self.bins);
        w.list(&self.quantiles, |w, q| w.float(*q));
        w.0
    }

    /// From bytes.
    ///
    /// # Errors
    /// `Malformed` for any that [`Question::encode`] would not write.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let mut r = Reader(bytes);
        let entries = r.list(Reader::text)?;
        let axes = r.list(|r| {
            let start = r.option(Reader::number)?.map(u64::cast_signed);
            let stop = r.option(Reader::number)?.map(u64::cast_signed);
            Ok(Slice { start, stop, step: r.number()? })
        })?;
        let form = match r.byte()? {
            0 => Form::Stored,
            1 => Form::Decoded,
            2 => Form::Scaled,
            3 => Form::Bytes,
            _ => return Err(malformed("no such form")),
        };
        let chunk_size = r.option(Reader::length)?;
        let measures = Measures::from_bits(r.byte()?);
        let bins = r.length()?.clamp(1, MOST);
        let quantiles = r.list(Reader::float)?;
        if quantiles.len() > MOST || !quantiles.iter().all(|q| (0.0..=1.0).contains(q)) {
            return Err(malformed("quantiles are up to 1024 shares from 0 to 1"));
        }
        r.end()?;
        let request = Request { entries, region: Region::new(axes), form, chunk_size };
        Ok(Self { request, measures, bins, quantiles })
    }
}
