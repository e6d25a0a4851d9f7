//! The typed reader behind the traits that all formats share: one entry, `bytes`.
#![deny(clippy::arithmetic_side_effects)]

mod facts;

use std::num::NonZeroUsize;
use std::sync::Arc;

use stream_core::{
    Chunks, Context, Entry, Error, ErrorKind, Form, NoChunks, Progress, Request, Result, Summary,
    no_such_entry,
};

use crate::bytes::{Bytes, Feed};
use crate::format::{PATH, located};
use crate::{Digests, Options, Reader};

/// Where the walk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    Listed,
    Ended,
    Failed,
}

/// The generic reader.
///
/// The end of the walk (the `read_entry` that gives `false`) reads what nobody has read yet, where it has to: over a source
/// that only goes forward, to count its bytes; with the settings for digest, entropy or strings, to compute them. Chunks read in
/// order from the start count as read. `finish` then tells, and never reads.
pub(crate) struct Adapter {
    reader: Reader,
    state: State,
    feed: Arc<Feed>,
}

impl Adapter {
    pub(crate) fn open(cx: Context) -> Result<Self> {
        let whole = cx.setting("binary.digest").unwrap_or_default().parse::<Digests>();
        let options = Options {
            whole: whole.map_err(located)?,
            entropy: cx.switched_on("binary.entropy"),
            runs: cx.switched_on("binary.strings"),
            ..Options::default()
        };
        let feed = Arc::new(Feed::new(options));
        Ok(Self { reader: Reader::open(cx)?, state: State::Start, feed })
    }

    fn cx(&self) -> &Context {
        self.reader.context()
    }

    /// Reads what has to be read before the end.
    fn pass(&self) -> Result<()> {
        let cx = self.cx();
        if self.feed.computes() {
            return self.feed.read_to(cx, None);
        }
        if !cx.is_random() {
            // nothing is computed: a second thread would only wait
            return self.feed.read_to(&cx.clone().with_threads(NonZeroUsize::MIN), None);
        }
        cx.cancel().check()?;
        let now = cx.source().identity().map_err(Error::from)?;
        match (cx.source().size(), now) {
            (Some(then), Some(now)) if now.size < then => {
                Err(cx.ended(now.size, usize::try_from(then).unwrap_or(usize::MAX), 0))
            }
            _ => Ok(()),
        }
    }
}

impl stream_core::Reader for Adapter {
    fn context(&self) -> &Context {
        self.reader.context()
    }

    fn read_entry(&mut self, entry: &mut Entry) -> Result<bool> {
        let (result, next) = match self.state {
            State::Start => (facts::fill(&self.reader, entry).map(|()| true), State::Listed),
            State::Listed => (self.pass().map(|()| false), State::Ended),
            State::Ended | State::Failed => return Ok(false),
        };
        match &result {
            Ok(_) => self.state = next,
            Err(e) if !e.resumable() => self.state = State::Failed,
            Err(_) => {}
        }
        result.map_err(located)
    }

    fn chunks(&mut self, request: &Request) -> Result<Box<dyn Chunks>> {
        let Some(path) = request.entries.first() else { return Ok(Box::new(NoChunks)) };
        if let Some(other) = request.entries.iter().find(|path| *path != PATH) {
            return Err(no_such_entry(other).with_format("binary"));
        }
        if request.entries.len() > 1 {
            let message = format!("{path} is asked for {} times", request.entries.len());
            return Err(located(Error::new(ErrorKind::Request, message)));
        }
        if request.form == Form::Decoded {
            let message = "bytes have no codec: ask for them as stored";
            return Err(located(Error::new(ErrorKind::Request, message)));
        }
        let cx = self.reader.context();
        if !cx.is_random() && matches!(self.state, State::Ended | State::Failed) {
            let message = "the bytes have passed (the source only goes forward)";
            return Err(located(Error::new(ErrorKind::Passed, message).at(0)));
        }
        let feed = self.feed.clone();
        let bytes = Bytes::new(cx, &request.region, request.chunk_size, feed);
        Ok(Box::new(bytes.map_err(located)?))
    }

    fn progress(&self) -> Progress {
        let (total, complete) = (self.reader.size(), self.state == State::Ended);
        let done = self.feed.furthest();
        Progress { done: if complete { total.unwrap_or(done) } else { done }, total, complete }
    }

    fn finish(&mut self) -> Result<Summary> {
        let mut summary = Summary::new(self.cx().budget());
        summary.entries = u64::from(self.state != State::Start);
        summary.complete = self.state == State::Ended;
        if summary.complete {
            if let Some(size) = self.reader.size() {
                summary.fields.push("size", size)?;
            }
            facts::tell(&self.feed.totals(), &mut summary.fields)?;
        }
        Ok(summary)
    }
}
