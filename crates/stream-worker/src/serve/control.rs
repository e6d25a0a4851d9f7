//! Commands and the descriptors that come with them.

use std::io::{IoSliceMut, Read};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};

use crate::wire::{DESCRIPTORS, HEAD, MOST, parse};

pub(super) struct Command {
    pub(super) tag: u8,
    pub(super) payload: Vec<u8>,
    pub(super) fds: Vec<OwnedFd>,
}

/// The socket to the parent.
pub(super) struct Control(UnixStream);

impl Control {
    pub(super) fn new(socket: UnixStream) -> Self {
        Self(socket)
    }

    /// The next command; `None` when the parent is gone.
    pub(super) fn receive(&self) -> Option<Command> {
        let mut fds = Vec::new();
        let mut head = [0; HEAD];
        let mut done = 0usize;
        // descriptors come with the first bytes of a head, which may come in pieces
        while let Some(rest) = head.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
            let mut rights = RecvAncillaryBuffer::new(&mut space);
            let mut into = [IoSliceMut::new(rest)];
            match recvmsg(&self.0, &mut into, &mut rights, RecvFlags::CMSG_CLOEXEC) {
                Ok(received) if received.bytes == 0 => return None,
                Ok(received) => done = done.saturating_add(received.bytes),
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return None,
            }
            for message in rights.drain() {
                if let RecvAncillaryMessage::ScmRights(rights) = message {
                    fds.extend(rights);
                }
            }
        }
        let (tag, len) = parse(head);
        if len > MOST {
            return None;
        }
        let mut payload = vec![0; len];
        (&self.0).read_exact(&mut payload).ok()?;
        Some(Command { tag, payload, fds })
    }
}
