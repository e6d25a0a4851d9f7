//! A track whose samples the movie box lists, after its edits.

use stream_core::Result;

use super::edits::Plan;
use super::samples::{Cursor, Sample, Samples};

/// The samples of a track, in the order in which they are delivered.
pub(crate) struct Plain {
    samples: Samples,
    cursor: Cursor,
    ahead: Option<Sample>,
    plan: Option<Plan>,
    segment: usize,
    left: u64,
    shift: i64,
}

impl Plain {
    /// All samples from a cursor on.
    pub(crate) fn all(samples: Samples, cursor: Cursor) -> Self {
        Self { samples, cursor, ahead: None, plan: None, segment: 0, left: u64::MAX, shift: 0 }
    }

    /// What edits deliver.
    pub(crate) fn edited(samples: Samples, plan: Plan, shift: i64) -> Self {
        let cursor = Cursor::default();
        Self { samples, cursor, ahead: None, plan: Some(plan), segment: 0, left: 0, shift }
    }

    /// Stands before the first sample.
    ///
    /// # Errors
    /// What the source says.
    pub(crate) fn prime(&mut self) -> Result<()> {
        match &self.plan {
            None => self.ahead = self.samples.next(&mut self.cursor)?,
            Some(_) => self.enter(0)?,
        }
        Ok(())
    }

    fn enter(&mut self, segment: usize) -> Result<()> {
        self.segment = segment;
        let found = self.plan.as_ref().and_then(|p| p.segments.get(segment));
        (self.left, self.ahead) = (0, None);
        if let Some(found) = found {
            self.cursor = found.start;
            self.left = found.count;
            self.ahead = self.samples.next(&mut self.cursor)?;
        }
        Ok(())
    }

    /// The next sample; `None` at the end.
    ///
    /// # Errors
    /// What the source says.
    pub(crate) fn next(&mut self) -> Result<Option<Sample>> {
        while self.left == 0 {
            let segments = self.plan.as_ref().map_or(0, |p| p.segments.len());
            if self.segment.saturating_add(1) >= segments {
                return Ok(None);
            }
            self.enter(self.segment.saturating_add(1))?;
        }
        let Some(sample) = self.ahead else { return Ok(None) };
        self.ahead = self.samples.next(&mut self.cursor)?;
        self.left = self.left.saturating_sub(1);
        let Some(plan) = &self.plan else { return Ok(Some(sample)) };
        let Some(segment) = plan.segments.get(self.segment) else { return Ok(None) };
        let next = self.ahead.map(|n| n.dts);
        Ok(Some(segment.apply(&sample, next, self.shift, plan.earlier)))
    }
}
