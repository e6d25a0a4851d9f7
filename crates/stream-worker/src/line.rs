//! The parent's end of one answer.

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use stream_core::{Error, Result};
use stream_memory::Buf;

use crate::codec::{Take, take_error};
use crate::deadlines::Stage;
use crate::held::Held;
use crate::process::Watch;
use crate::wire::{self, HEAD, ask, parse};

/// A socket on which a worker answers. Dropping it tells the worker that nobody listens any more.
pub(crate) struct Line {
    socket: UnixStream,
    held: Arc<Held>,
    stage: Stage,
    /// How long it was waited for.
    waited: Duration,
    /// The head of a frame whose content had no room yet.
    head: Option<(u8, usize)>,
}

impl Line {
    pub(crate) fn new(socket: UnixStream, held: Arc<Held>, stage: Stage) -> Self {
        Self { socket, held, stage, waited: Duration::ZERO, head: None }
    }

    /// The answers from here on belong to that stage.
    pub(crate) fn turn_to(&mut self, stage: Stage) {
        self.stage = stage;
        self.waited = Duration::ZERO;
    }

    pub(crate) fn held(&self) -> &Arc<Held> {
        &self.held
    }

    /// Says something to the worker. One that does not take it is dead, which is told when the answer is waited for.
    pub(crate) fn ask(&mut self, what: u8, n: usize) {
        self.held.tell_limits();
        // nine bytes: any socket takes them at once
        let _ = self.socket.write_all(&ask(what, n));
    }

    /// Fills `buf`.
    ///
    /// # Errors
    /// Final: why the worker is no more.
    pub(crate) fn read_exact(&mut self, buf: &mut [u8], doing: &dyn Fn() -> String) -> Result<()> {
        let mut done = 0usize;
        while let Some(rest) = buf.get_mut(done..).filter(|rest| !rest.is_empty()) {
            match self.socket.read(rest) {
                Ok(0) => return Err(self.ended(doing)),
                Ok(n) => done = done.saturating_add(n),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                    let watch = Watch {
                        board: &self.held.board,
                        cancel: self.held.cx.cancel(),
                        stage: self.stage,
                        waited: &mut self.waited,
                    };
                    self.held.process.wait(self.socket.as_fd(), watch, doing)?;
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(self.ended(doing)),
            }
        }
        Ok(())
    }

    /// Tag and length of the next frame. Called again without [`Line::content`], it gives the same.
    pub(crate) fn head(&mut self, doing: &dyn Fn() -> String) -> Result<(u8, usize)> {
        if let Some(head) = self.head {
            return Ok(head);
        }
        self.held.tell_limits();
        let mut bytes = [0; HEAD];
        self.read_exact(&mut bytes, doing)?;
        let (tag, len) = parse(bytes);
        let most =
            if matches!(tag, wire::BATCH | wire::RESULT) { wire::MOST_BYTES } else { wire::MOST };
        if len > most {
            return Err(self.mad(&format!("a frame of {len} bytes"), doing));
        }
        self.head = Some((tag, len));
        Ok((tag, len))
    }

    /// The content of the frame whose head was read last.
    ///
    /// # Errors
    /// `OverBudget`, resumable: the frame is still to be read.
    pub(crate) fn content(&mut self, doing: &dyn Fn() -> String) -> Result<Buf> {
        let (_, len) = self.head(doing)?;
        let mut buf = self.held.cx.buf(len)?;
        self.head = None;
        self.read_exact(&mut buf, doing)?;
        Ok(buf)
    }

    /// As [`Line::content`], into a buffer that is used again where it is large enough.
    pub(crate) fn content_into(
        &mut self,
        buf: &mut Option<Buf>,
        doing: &dyn Fn() -> String,
    ) -> Result<usize> {
        let (_, len) = self.head(doing)?;
        let mut filled = match buf.take().filter(|buf| buf.len() >= len) {
            Some(buf) => buf,
            None => self.held.cx.buf(len)?,
        };
        self.head = None;
        self.read_exact(filled.get_mut(..len).unwrap_or_default(), doing)?;
        *buf = Some(filled);
        Ok(len)
    }

    /// The error in a frame of that tag.
    pub(crate) fn error(&mut self, doing: &dyn Fn() -> String) -> Error {
        let content = match self.content(doing) {
            Ok(content) => content,
            Err(e) => return e,
        };
        let mut take = Take::new(&content);
        match take_error(&mut take) {
            Ok(e) => self.held.to_whole(e),
            Err(flaw) => self.wrong(&flaw.into(), doing),
        }
    }

    /// The error for a frame that does not come here.
    pub(crate) fn unexpected(&self, tag: u8, doing: &dyn Fn() -> String) -> Error {
        self.mad(&format!("a frame of kind {tag}"), doing)
    }

    /// An error of decoding: short of memory, or a worker gone mad, which is then ended.
    pub(crate) fn wrong(&self, e: &Error, doing: &dyn Fn() -> String) -> Error {
        self.held.process.mad(&self.held.board, e, (self.stage, &doing()))
    }

    fn mad(&self, what: &str, doing: &dyn Fn() -> String) -> Error {
        let text = format!("the worker sent what cannot be read: {what}");
        self.wrong(&Error::new(stream_core::ErrorKind::Crashed, text), doing)
    }

    /// The error for a worker that is no more.
    pub(crate) fn ended(&self, doing: &dyn Fn() -> String) -> Error {
        self.held.at_the_wall(self.held.process.gone(&self.held.board, self.stage, &doing()))
    }
}
