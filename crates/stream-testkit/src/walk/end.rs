//! The summary.

use stream_core::{Error, Reader, Summary};

use super::Walk;
use crate::case::Record;
use crate::promise::Promise;
use crate::transcript::hash_summary;
use crate::watch::{self, Phase};

impl Walk<'_> {
    pub(super) fn summary(
        &mut self,
        reader: &dyn Reader,
        summary: &Summary,
        failed: Option<&Error>,
    ) {
        self.seen.complete = summary.complete && failed.is_none();
        self.seen.noted = watch::noted(summary);
        let complete = reader.progress().complete;
        if failed.is_some() {
            self.progress(reader, Phase::Failed);
            if summary.complete {
                self.broke(Promise::Progress, "the summary is complete after an error");
            }
        } else if complete != summary.complete {
            let verdict = summary.complete;
            let message =
                format!("at the end progress says complete: {complete}, the summary {verdict}");
            self.broke(Promise::Progress, message);
        } else {
            self.progress(reader, Phase::End);
        }
        let (counted, delivered) = (summary.entries, self.seen.entries);
        if usize::try_from(counted).ok() != Some(delivered) {
            let message =
                format!("the summary counts {counted} entries, delivered were {delivered}");
            self.broke(Promise::Streaming, message);
        }
        if let Some(message) = watch::findings(summary, self.case.size) {
            self.broke(Promise::Errors, message);
        }
        match &self.case.record {
            Record::Compare(_) => self.summary = hash_summary(summary),
            Record::Full => {
                self.summary = hash_summary(summary);
                self.seen.transcript.summary(summary);
            }
            Record::Nothing | Record::Furthest => {}
        }
    }
}
