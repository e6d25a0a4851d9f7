//! A reader of another format, whose streams FFmpeg decodes where it does not.

use std::collections::VecDeque;
use std::sync::Arc;

use stream_core::{
    Array, Chunk, ChunkPlan, Chunks, Context, Entry, ErrorKind, Form, Kind, Progress, Reader,
    Request, Result, Summary,
};

use super::SETTING;
use super::facts;
use crate::ffi::demuxer::{Demuxer, Purpose};
use crate::findings::Findings;
use crate::keyframes::is_of_input;
use crate::sound::{Called, Sound};
use crate::{Media, Stream};

/// Rates up to which AAC may be half of what it is (ISO/IEC 14496-3, 4.6.18).
const HALVED: u64 = 24_000;

/// The other reader, and what is lent to it.
pub(super) struct Helped {
    over: Box<dyn Reader>,
    /// FFmpeg's, in which it reads all containers.
    cx: Context,
    format: &'static str,
    /// FFmpeg's streams of sound, once they were asked for.
    streams: Option<Vec<Stream>>,
    /// Streams that FFmpeg decodes: which of the file's, and FFmpeg's number of it.
    lent: Vec<(usize, usize)>,
    /// The entry as the other reader filled it.
    before: Entry,
    findings: Findings,
    /// The entry before waits for FFmpeg, which was refused memory or cancelled.
    waiting: bool,
    /// After an error of FFmpeg's side.
    ended: bool,
}

impl Helped {
    pub(super) fn new(over: Box<dyn Reader>, cx: &Context, format: &'static str) -> Self {
        Self {
            over,
            cx: cx.clone().with_setting(SETTING, "all"),
            format,
            streams: None,
            lent: Vec::new(),
            before: cx.entry(),
            findings: Findings::new(cx.budget()),
            waiting: false,
            ended: false,
        }
    }

    /// FFmpeg's view of the `at`-th stream of sound; `None` where it has none, or does not decode it.
    fn theirs(&mut self, at: usize) -> Result<Option<Stream>> {
        let streams = match &self.streams {
            Some(streams) => streams,
            None => {
                let found = match sounds(&self.cx) {
                    Ok(found) => found,
                    // then there is no help
                    Err(error) if is_of_input(&error) => Vec::new(),
                    Err(error) => return Err(error),
                };
                self.streams.insert(found)
            }
        };
        let stream = streams.get(at).filter(|stream| {
            let audio = stream.audio.as_ref();
            audio.is_some_and(|a| a.has_decoder && a.channels > 0 && a.sample_rate > 0)
        });
        Ok(stream.cloned())
    }

    /// Lends FFmpeg's decoder to a stream that has none, or less.
    fn help(&mut self, entry: &mut Entry) -> Result<()> {
        let Some(at) = number(entry.path()) else { return Ok(()) };
        if entry.has_data() && !may_be_halved(entry) {
            return Ok(());
        }
        let Some(theirs) = self.theirs(at)? else { return Ok(()) };
        if entry.has_data() && !facts::is_more(entry, &theirs) {
            return Ok(());
        }
        facts::lend(entry, &mut self.before, &theirs)?;
        self.lend(at, &theirs);
        Ok(())
    }

    fn lend(&mut self, at: usize, theirs: &Stream) -> usize {
        let index = usize::try_from(theirs.index).unwrap_or(usize::MAX);
        if !self.lent.iter().any(|(lent, _)| *lent == at) {
            self.lent.push((at, index));
        }
        index
    }

    /// The data of one entry.
    fn one(&mut self, request: &Request, entry: usize) -> Result<Box<dyn Chunks>> {
        let path = request.entries.first().map_or("", String::as_str);
        let at = number(path).filter(|_| request.form != Form::Bytes);
        let Some(at) = at else { return self.over.chunks(request) };
        let lent = self.lent.iter().find(|(lent, _)| *lent == at).map(|(_, index)| *index);
        let index = match lent {
            Some(index) => index,
            None => match self.over.chunks(request) {
                // asked for before its entry was read
                Err(error) if error.kind() == ErrorKind::Unsupported => match self.theirs(at)? {
                    Some(theirs) => self.lend(at, &theirs),
                    None => return Err(error),
                },
                chunks => return chunks,
            },
        };
        let called = Called { path: path.to_owned(), format: self.format };
        let sound = Sound::open(&self.cx, (index, called), (request, entry), self.findings.clone());
        Ok(Box::new(sound.map_err(|e| e.in_entry(path).with_format(self.format))?))
    }
}

/// FFmpeg's streams of sound, in their order.
fn sounds(cx: &Context) -> Result<Vec<Stream>> {
    let (facts, _held) = Demuxer::open_to(cx, Purpose::Facts)?.facts()?;
    Ok(facts.streams.into_iter().filter(|stream| stream.media == Media::Audio).collect())
}

/// Which stream a path names.
fn number(path: &str) -> Option<usize> {
    let number = path.strip_prefix("stream/")?;
    number.parse().ok().filter(|n: &usize| n.to_string() == number)
}

/// Whether spectral band replication may be hidden in a stream: whoever does not know of it decodes the lower half.
fn may_be_halved(entry: &Entry) -> bool {
    let field = |name: &str| entry.fields().get(name);
    field("codec").and_then(|v| v.as_str()) == Some("aac")
        && field("sample_rate").and_then(|v| v.as_u64()).is_some_and(|rate| rate <= HALVED)
}

impl Reader for Helped {
    fn context(&self) -> &Context {
        self.over.context()
    }

    fn read_entry(&mut self, entry: &mut Entry) -> Result<bool> {
        if self.waiting {
            // the other reader has gone on
            entry.copy_from(&self.before)?;
        } else if self.ended || !self.over.read_entry(entry)? {
            return Ok(false);
        }
        if entry.kind() == Kind::Stream {
            self.before.copy_from(entry).map_err(|e| stream_core::Error::from(e).as_final())?;
            let helped = self.help(entry);
            self.waiting = helped.as_ref().is_err_and(|error| error.resumable());
            self.ended |= helped.is_err() && !self.waiting;
            helped.map_err(|error| error.with_format(self.format))?;
        }
        Ok(true)
    }

    fn chunks(&mut self, request: &Request) -> Result<Box<dyn Chunks>> {
        if request.entries.len() == 1 {
            return self.one(request, 0);
        }
        let named =
            |lent: &(usize, usize)| request.entries.iter().any(|p| number(p) == Some(lent.0));
        if !self.lent.iter().any(named) {
            return self.over.chunks(request);
        }
        let mut all = VecDeque::new();
        for (entry, path) in request.entries.iter().enumerate() {
            let one = Request { entries: vec![path.clone()], ..request.clone() };
            all.push_back((entry, self.one(&one, entry)?));
        }
        Ok(Box::new(Several(all)))
    }

    fn progress(&self) -> Progress {
        let progress = self.over.progress();
        Progress { complete: progress.complete && !self.ended, ..progress }
    }

    fn finish(&mut self) -> Result<Summary> {
        let mut summary = self.over.finish()?;
        for (at, index) in &self.lent {
            if let Some(samples) = self.findings.samples(*index) {
                summary.fields.push_named(&format!("stream_{at}_frames_counted"), samples)?;
            }
        }
        if self.ended || self.waiting {
            // the entry at which it ended was not delivered
            summary.entries = summary.entries.saturating_sub(1);
            summary.complete = false;
        }
        let lost = self.findings.errors();
        if lost > 0 {
            summary.fields.push("undecoded", lost)?;
            summary.complete = false;
        }
        self.findings.append_to(&mut summary.diagnostics)?;
        Ok(summary)
    }
}

/// The chunks of several entries, one entry behind the other.
struct Several(VecDeque<(usize, Box<dyn Chunks>)>);

impl Chunks for Several {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        while let Some((entry, first)) = self.0.front_mut() {
            if let Some(chunk) = first.next_chunk()? {
                let (origin, shape) = (chunk.origin().into(), chunk.shape().into());
                let (entry, dtype) = (*entry, chunk.dtype().clone());
                return Chunk::new(entry, origin, shape, dtype, chunk.into_buf()).map(Some);
            }
            self.0.pop_front();
        }
        Ok(None)
    }

    fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
        None
    }

    fn array(&self) -> Option<Array> {
        self.0.front().and_then(|(_, first)| first.array())
    }
}
