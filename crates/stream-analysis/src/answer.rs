//! What was found about the entries of a question.

use stream_core::Result;

use crate::codec::{Reader, Writer, malformed};
use crate::column::Extreme;
use crate::result::{Findings, Histogram, Numbers, Quantile, Statistics};
use crate::{Set, Texts, Value};

/// The statistics of each entry, in the order asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// One for each entry.
    pub entries: Vec<Entry>,
}

/// The statistics of an entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its path.
    pub path: String,
    /// One for plain numbers; one for each member of a struct, two for complex numbers; none where there was no data.
    pub columns: Vec<Statistics>,
    /// Why its data could not be read whole; there are no columns then.
    pub failure: Option<Failure>,
}

/// An error, as far as it goes through bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// [`stream_core::ErrorKind::as_str`].
    pub kind: String,
    /// What was expected and found, and where.
    pub message: String,
}

impl Set {
    /// What was found about the entries that are called `paths`.
    pub fn answer(&self, paths: &[String], bins: usize, quantiles: &[f64]) -> Answer {
        let entry = |(i, path): (usize, &String)| Entry {
            path: path.clone(),
            columns: self.results(i, bins, quantiles),
            failure: None,
        };
        Answer { entries: paths.iter().enumerate().map(entry).collect() }
    }
}

impl Answer {
    /// As bytes, for a task in another process of the same version.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.list(&self.entries, |w, entry| {
            w.text(&entry.path);
            w.list(&entry.columns, write_column);
            w.option(entry.failure.as_ref(), |w, failure| {
                w.text(&failure.kind);
                w.text(&failure.message);
            });
        });
        w.0
    }

    /// From bytes.
    ///
    /// # Errors
    /// `Malformed` for any that [`Answer::encode`] would not write.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let mut r = Reader(bytes);
        let failure = |r: &mut Reader<'_>| Ok(Failure { kind: r.text()?, message: r.text()? });
        let entries = r.list(|r| {
            Ok(Entry {
                path: r.text()?,
                columns: r.list(read_column)?,
                failure: r.option(failure)?,
            })
        })?;
        r.end()?;
        Ok(Self { entries })
    }
}

fn write_column(w: &mut Writer, column: &Statistics) {
    w.text(&column.member);
    w.text(&column.dtype);
    match &column.findings {
        Findings::Numbers(n) => {
            w.byte(0);
            write_numbers(w, n);
        }
        Findings::Texts(t) => {
            w.byte(1);
            w.number(t.count);
            w.number(t.empty);
            w.option(t.min_length, Writer::number);
            w.option(t.max_length, Writer::number);
            w.number(t.total_length);
        }
    }
}

fn read_column(r: &mut Reader<'_>) -> Result<Statistics> {
    let (member, dtype) = (r.text()?, r.text()?);
    let findings = match r.byte()? {
        0 => Findings::Numbers(Box::new(read_numbers(r)?)),
        1 => Findings::Texts(Texts {
            count: r.number()?,
            empty: r.number()?,
            min_length: r.option(Reader::number)?,
            max_length: r.option(Reader::number)?,
            total_length: r.number()?,
        }),
        _ => return Err(malformed("no such kind of statistics")),
    };
    Ok(Statistics { member, dtype, findings })
}

fn write_numbers(w: &mut Writer, n: &Numbers) {
    for count in [n.count, n.missing, n.negative_infinities, n.positive_infinities] {
        w.number(count);
    }
    for extreme in [&n.min, &n.max] {
        w.option(extreme.as_ref(), |w, e| {
            write_value(w, e.value);
            w.list(&e.at, |w, i| w.number(*i));
        });
    }
    w.option(n.sum, write_value);
    for x in [n.mean, n.variance, n.deviation] {
        w.option(x, Writer::float);
    }
    w.list(&n.quantiles, |w, q| {
        w.float(q.share);
        w.float(q.value);
        w.float(q.error);
    });
    w.option(n.quantile_bits, |w, bits| w.number(bits.into()));
    w.option(n.histogram.as_ref(), |w, h| {
        w.list(&h.edges, |w, x| w.float(*x));
        w.list(&h.counts, |w, c| w.number(*c));
    });
    w.list(&n.values, |w, (value, count)| {
        w.number(value.cast_unsigned());
        w.number(*count);
    });
}

fn read_numbers(r: &mut Reader<'_>) -> Result<Numbers> {
    let extreme = |r: &mut Reader<'_>| {
        let value = read_value(r)?;
        Ok(Extreme { value, at: r.list(Reader::number)?.into_iter().collect() })
    };
    Ok(Numbers {
        count: r.number()?,
        missing: r.number()?,
        negative_infinities: r.number()?,
        positive_infinities: r.number()?,
        min: r.option(extreme)?,
        max: r.option(extreme)?,
        sum: r.option(read_value)?,
        mean: r.option(Reader::float)?,
        variance: r.option(Reader::float)?,
        deviation: r.option(Reader::float)?,
        quantiles: r
            .list(|r| Ok(Quantile { share: r.float()?, value: r.float()?, error: r.float()? }))?,
        quantile_bits: r.option(Reader::number)?.and_then(|n| u32::try_from(n).ok()),
        histogram: r.option(|r| {
            Ok(Histogram { edges: r.list(Reader::float)?, counts: r.list(Reader::number)? })
        })?,
        values: r.list(|r| Ok((r.number()?.cast_signed(), r.number()?)))?,
    })
}

fn write_value(w: &mut Writer, value: Value) {
    match value {
        Value::Integer(n) => {
            w.byte(0);
            w.0.extend(n.to_le_bytes());
        }
        Value::Float(x) => {
            w.byte(1);
            w.float(x);
        }
    }
}

fn read_value(r: &mut Reader<'_>) -> Result<Value> {
    Ok(match r.byte()? {
        0 => {
            let (low, high) = (r.number()?, r.number()?);
            Value::Integer(i128::from(high.cast_signed()) << 64 | i128::from(low))
        }
        1 => Value::Float(r.float()?),
        _ => return Err(malformed("no such kind of number")),
    })
}
