//! What a file would need.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use stream_core::Result;
use stream_factory::decoded_size;
use stream_memory::strategy::{Basis, Choice, Estimate, Facts as Known, PastPeaks};

use crate::input;
use crate::output::Out;
use crate::output::human::Facts;
use crate::output::json::{self, Object};
use crate::session::Session;

/// A file's strategy and estimate.
pub(super) struct Needs {
    format: &'static str,
    size: u64,
    decoded: Option<u64>,
    choice: Choice,
    estimate: Estimate,
}

/// How long entries are added up; what a longer listing holds is not known then.
const PATIENCE: Duration = Duration::from_secs(2);

impl Needs {
    /// Looks at the structure of a file, never at its data.
    pub(super) fn of(session: &Session, file: &Path, past: &PastPeaks, idle: u64) -> Result<Self> {
        let mut reader = input::open(session, file)?;
        let format = reader.detection().format;
        let size = reader.context().source().size().unwrap_or(0);
        let decoded = decoded_size(&mut *reader, PATIENCE);
        let choice = session.choice(Some(size));
        let (format, overhead) = (format.name, format.overhead);
        let facts = Known { format, size, decoded, overhead, idle };
        let estimate = Estimate::of(&facts, &choice, past);
        Ok(Self { format, size, decoded, choice, estimate })
    }

    pub(super) fn facts(&self, session: &Session) -> Facts {
        let mut facts = Facts::new();
        let size = |bytes| session.size(bytes);
        let tuning = &self.choice.tuning;
        facts.push("format", self.format);
        let decoded =
            self.decoded.map_or(String::new(), |bytes| format!(", {} decoded", size(bytes)));
        facts.push("size", format!("{}{decoded}", size(self.size)));
        facts.push("strategy", self.choice.to_string());
        let set = format!(
            "chunks of up to {}, {} ahead of each of {} threads, {} read ahead",
            size(tuning.chunk as u64),
            tuning.prefetch,
            tuning.threads,
            size(tuning.read_ahead),
        );
        facts.push("sets", set);
        let basis = match self.estimate.basis {
            Basis::Model => "by the model".to_owned(),
            Basis::Past(past) => format!("as of {} files like it", past.runs),
        };
        facts.push("peak", format!("{} expected, {basis}", size(self.estimate.peak)));
        let (whole, saving) = (size(self.estimate.whole), size(self.estimate.saving));
        facts.push("loaded whole", format!("{whole}: streaming saves {saving}"));
        facts
    }

    pub(super) fn line(&self, path: &str, out: &mut Out) -> std::io::Result<()> {
        let tuning = &self.choice.tuning;
        let mut object = Object::begin(out)?;
        object.text("path", path)?;
        object.text("format", self.format)?;
        object.number("size", self.size)?;
        if let Some(decoded) = self.decoded {
            object.number("decoded", decoded)?;
        }
        object.text("strategy", self.choice.strategy.as_str())?;
        object.text("tier", self.choice.tier.as_str())?;
        if let Some(ratio) = self.choice.ratio {
            json::float(object.key("ratio")?, ratio)?;
        }
        object.text("why", &self.choice.to_string())?;
        object.number("chunk", tuning.chunk as u64)?;
        object.number("prefetch", tuning.prefetch.get() as u64)?;
        object.number("threads", tuning.threads.get() as u64)?;
        object.number("read_ahead", tuning.read_ahead)?;
        object.number("expected_peak", self.estimate.peak)?;
        object.number("whole", self.estimate.whole)?;
        object.number("saving", self.estimate.saving)?;
        let basis = match self.estimate.basis {
            Basis::Model => "model",
            Basis::Past(_) => "past",
        };
        object.text("basis", basis)?;
        object.end()?;
        out.write_all(b"\n")
    }
}
