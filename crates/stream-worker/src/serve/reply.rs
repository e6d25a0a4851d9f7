//! The worker's end of one answer.

use std::io::{self, IoSlice, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use crate::wire::{ASK, GO, GRANT, PIECES, head, parse_ask};

/// How a stream of chunks starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// As the format has them.
    Chunks,
    /// In C order, in pieces of at most so many bytes; for that the budget grows.
    Pieces { most: usize, grant: u64 },
}

/// A socket on which frames are sent. An error means that nobody listens any more.
pub(super) struct Reply {
    socket: UnixStream,
    /// What goes out with the next frame, before it.
    first: Vec<u8>,
}

impl Reply {
    pub(super) fn new(fd: OwnedFd) -> Self {
        Self { socket: UnixStream::from(fd), first: Vec::new() }
    }

    /// Sends an empty frame with the next one.
    pub(super) fn send_soon(&mut self, tag: u8) {
        self.first.extend(head(tag, 0));
    }

    /// Sends a frame whose content are `parts`, one after another.
    pub(super) fn send(&mut self, tag: u8, parts: &[&[u8]]) -> io::Result<()> {
        self.send_with(tag, parts, &[])
    }

    /// The same, followed by bytes that do not count for its length.
    pub(super) fn send_with(&mut self, tag: u8, parts: &[&[u8]], after: &[u8]) -> io::Result<()> {
        let first = std::mem::take(&mut self.first);
        let len = parts.iter().fold(0usize, |n, part| n.saturating_add(part.len()));
        let head = head(tag, len);
        let mut slices = [IoSlice::new(&[]); 7];
        let all = [&first[..], &head[..]].into_iter().chain(parts.iter().copied()).chain([after]);
        let mut count = 0usize;
        for (slot, bytes) in slices.iter_mut().zip(all) {
            *slot = IoSlice::new(bytes);
            count = count.saturating_add(1);
        }
        let mut left = slices.get_mut(..count).unwrap_or_default();
        IoSlice::advance_slices(&mut left, 0);
        while !left.is_empty() {
            match self.socket.write_vectored(left) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(n) => IoSlice::advance_slices(&mut left, n),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    /// Waits for what the parent says next.
    pub(super) fn asked(&mut self) -> io::Result<(u8, usize)> {
        let mut bytes = [0; ASK];
        self.socket.read_exact(&mut bytes)?;
        Ok(parse_ask(bytes))
    }

    /// Waits until the stream may go on.
    pub(super) fn may_go(&mut self) -> io::Result<()> {
        match self.asked()? {
            (GO, _) => Ok(()),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// Waits until a stream of chunks may start.
    pub(super) fn start(&mut self) -> io::Result<Start> {
        let mut grant = 0;
        loop {
            match self.asked()? {
                (GRANT, bytes) => grant = u64::try_from(bytes).unwrap_or(0),
                (PIECES, most) => return Ok(Start::Pieces { most, grant }),
                (GO, _) => return Ok(Start::Chunks),
                _ => return Err(io::ErrorKind::InvalidData.into()),
            }
        }
    }

    pub(super) fn try_clone(&self) -> io::Result<Self> {
        Ok(Self { socket: self.socket.try_clone()?, first: Vec::new() })
    }
}
