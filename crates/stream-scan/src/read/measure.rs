//! What an entry's data is like: one pass for all analyses.

mod hearing;

use stream_analysis::{Findings, Measures, Numbers, Set, Sound, Value};
use stream_core::{Entry, Form, Kind, Reader, Request, Result, ordered};

use crate::Analysis;
use hearing::Hearing;

/// Names and values.
pub(super) type Measured = Vec<(String, f64)>;

/// What is to be computed of one entry.
pub(super) struct Measuring {
    stats: bool,
    sound: Option<Sound>,
}

impl Measuring {
    /// What of `analyses` applies to an entry; `None` where nothing does.
    pub(super) fn of(entry: &Entry, analyses: &[Analysis]) -> Option<Self> {
        let kind =
            matches!(entry.kind(), Kind::Array | Kind::Column | Kind::Element | Kind::Stream);
        if analyses.is_empty() || !kind || !entry.has_data() {
            return None;
        }
        let numbers = entry.array().is_some_and(|array| array.dtype.is_number());
        let heard = analyses.iter().any(|analysis| *analysis != Analysis::Stats);
        // the length of a sound is not always told
        let sound = if heard || !numbers { Sound::of(entry).ok() } else { None };
        // an array of floats that tells no rate is none
        let sound = sound.filter(|s| entry.kind() == Kind::Stream || s.sample_rate.is_some());
        let stats = analyses.contains(&Analysis::Stats) && (numbers || sound.is_some());
        let sound = sound.filter(|_| heard);
        (stats || sound.is_some()).then_some(Self { stats, sound })
    }

    /// Reads the data of the entry, one chunk at a time, and adds what it is like; with the member's name in front where elements
    /// have several parts.
    pub(super) fn measure(
        self,
        reader: &mut dyn Reader,
        entry: &Entry,
        analyses: &[Analysis],
        measured: &mut Measured,
    ) -> Result<()> {
        let request = Request::entry(entry.path()).with_form(Form::Scaled);
        let cx = reader.context().clone();
        let mut set = Set::new(Measures::EXTREMES.and(Measures::SPREAD), cx.budget());
        let mut chunks = reader.chunks(&request)?;
        let mut hearing = match &self.sound {
            Some(sound) => {
                chunks = ordered(chunks, &cx);
                Some(Hearing::new(sound, analyses, cx.budget())?)
            }
            None => None,
        };
        while let Some(chunk) = chunks.next_chunk()? {
            if self.stats {
                set.add(&chunk)?;
            }
            if let Some(hearing) = &mut hearing {
                hearing.add(&chunk)?;
            }
        }
        let answer = set.answer(&[entry.path().to_owned()], 1, &[]);
        for column in answer.entries.iter().flat_map(|entry| &entry.columns) {
            if let Findings::Numbers(numbers) = &column.findings {
                push(&column.member, numbers, measured);
            }
        }
        hearing.map_or(Ok(()), |hearing| hearing.end(measured))
    }
}

fn push(member: &str, numbers: &Numbers, measured: &mut Measured) {
    let mut add = |name: &str, value: Option<f64>| {
        let name = if member.is_empty() { name.to_owned() } else { format!("{member}.{name}") };
        measured.extend(value.map(|value| (name, value)));
    };
    // counts beyond 2^53 are rounded
    add("count", Some(numbers.count as f64));
    add("missing", Some(numbers.missing as f64));
    add("min", numbers.min.as_ref().map(|e| float(e.value)));
    add("max", numbers.max.as_ref().map(|e| float(e.value)));
    add("mean", numbers.mean);
    add("sd", numbers.deviation);
}

fn float(value: Value) -> f64 {
    match value {
        Value::Integer(n) => n as f64,
        Value::Float(x) => x,
    }
}
