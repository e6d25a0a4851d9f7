//! The worker process as its parent sees it: started, watched, killed, buried.

mod death;
mod stderr;

use std::io::{IoSlice, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use stream_core::{Cancel, Error, ErrorKind, Result};

use crate::board::Board;
use crate::codec::Put;
use crate::executable::Settings;
use crate::wire::{self, DESCRIPTORS, head};
use death::{Cause, Death};
use stderr::Tail;

/// How long a wait lasts before the cancel flag and the clock are looked at again: 50 ms.
const PATIENCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
/// How long a worker that has closed its sockets may take to end by itself.
const DYING: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(crate) struct Process {
    child: Mutex<Child>,
    control: Mutex<UnixStream>,
    stderr: Mutex<Tail>,
    deadline: Duration,
    death: OnceLock<Death>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn failed(what: &str, e: std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("{what}: {e}")).with_source(e)
}

impl Process {
    pub(crate) fn spawn(settings: &Settings) -> Result<Self> {
        let failed = |e| failed("the worker cannot be started", e);
        let (ours, theirs) = UnixStream::pair().map_err(failed)?;
        let mut child = settings
            .executable
            .command()
            .stdin(Stdio::from(std::os::fd::OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            // a group of its own: the terminal's Ctrl-C is the parent's to decide on
            .process_group(0)
            .spawn()
            .map_err(failed)?;
        let stderr = Tail::new(child.stderr.take());
        Ok(Self {
            child: Mutex::new(child),
            control: Mutex::new(ours),
            stderr: Mutex::new(stderr),
            deadline: settings.deadline,
            death: OnceLock::new(),
        })
    }

    pub(crate) fn id(&self) -> u32 {
        lock(&self.child).id()
    }

    /// The most memory it ever had resident, in bytes; `None` once it has ended.
    pub(crate) fn peak(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.death.get().is_none() && matches!(lock(&self.child).try_wait(), Ok(None))
    }

    /// Sends a command with descriptors. A worker that cannot take it is dead, and that is told when the answer is waited for.
    pub(crate) fn command(&self, tag: u8, payload: &Put, fds: &[BorrowedFd<'_>]) -> Result<()> {
        let bytes = payload.as_bytes();
        if bytes.len() > wire::MOST {
            let message = format!("a request of {} bytes", bytes.len());
            return Err(Error::new(ErrorKind::Request, message));
        }
        let head = head(tag, bytes.len());
        let mut space =
            [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
        let mut rights = SendAncillaryBuffer::new(&mut space);
        if !fds.is_empty() {
            rights.push(SendAncillaryMessage::ScmRights(fds));
        }
        let mut control = lock(&self.control);
        let sent = loop {
            let head = [IoSlice::new(&head)];
            match sendmsg(&*control, &head, &mut rights, SendFlags::NOSIGNAL) {
                Err(rustix::io::Errno::INTR) => {}
                sent => break sent,
            }
        };
        // the head is shorter than what any socket takes at once
        if sent.is_ok() {
            let _ = control.write_all(bytes);
        }
        Ok(())
    }

    /// Waits until `socket` has something to read. `doing` completes "… while".
    pub(crate) fn wait(
        &self,
        socket: BorrowedFd<'_>,
        board: &Board,
        cancel: &Cancel,
        doing: &dyn Fn() -> String,
    ) -> Result<()> {
        let (mut since, mut life) = (Instant::now(), board.life());
        loop {
            if cancel.is_cancelled() {
                self.bury(Cause::Cancelled, board);
                return Err(Error::cancelled().as_final());
            }
            let ready = self.poll(socket)?;
            if ready {
                return Ok(());
            }
            let now = board.life();
            if now != life {
                (since, life) = (Instant::now(), now);
            }
            if since.elapsed() >= self.deadline {
                return Err(self.bury(Cause::Deadline(self.deadline), board).error(&doing()));
            }
        }
    }

    fn poll(&self, socket: BorrowedFd<'_>) -> Result<bool> {
        // one thread that waits listens for all
        let mut tail = self.stderr.try_lock().ok();
        let mut fds = vec![PollFd::new(&socket, PollFlags::IN)];
        let talk = tail.as_ref().and_then(|tail| tail.fd());
        fds.extend(talk.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)));
        match poll(&mut fds, Some(&PATIENCE)) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => return Ok(false),
            Err(e) => return Err(failed("waiting for the worker", e.into())),
        }
        let ready = fds.first().is_some_and(|fd| !fd.revents().is_empty());
        let talks = fds.get(1).is_some_and(|fd| !fd.revents().is_empty());
        drop(fds);
        if let Some(tail) = tail.as_mut().filter(|_| talks) {
            tail.drain();
        }
        Ok(ready)
    }

    /// The error for a worker that has closed a socket in the middle of an answer.
    pub(crate) fn gone(&self, board: &Board, doing: &str) -> Error {
        self.bury(Cause::Itself, board).error(doing)
    }

    /// The error for a worker that says what no worker says.
    pub(crate) fn mad(&self, board: &Board, e: &Error, doing: &str) -> Error {
        self.bury(Cause::Mad(e.message().to_owned()), board).error(doing)
    }

    fn bury(&self, cause: Cause, board: &Board) -> &Death {
        self.death.get_or_init(|| {
            let mut child = lock(&self.child);
            let ended = match &cause {
                Cause::Itself => ends(&mut child, DYING),
                _ => false,
            };
            if !ended {
                // an error means that it has ended already
                let _ = child.kill();
            }
            let status = child.wait().ok();
            let mut tail = lock(&self.stderr);
            tail.drain();
            Death::new(cause, status.filter(|_| ended), board.wall(), tail.text())
        })
    }
}

/// Whether the child ends by itself in time.
fn ends(child: &mut Child, within: Duration) -> bool {
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(None) if start.elapsed() < within => std::thread::sleep(Duration::from_millis(1)),
            Ok(None) => return false,
            Ok(Some(_)) | Err(_) => return true,
        }
    }
}

impl Drop for Process {
    /// Leaves neither a process nor a zombie.
    fn drop(&mut self) {
        let child = self.child.get_mut().unwrap_or_else(PoisonError::into_inner);
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// Whether the calling thread is the one whose end ends the process: only then may a child ask for its parent's death signal,
/// which is sent when the thread that started it ends.
pub(crate) fn on_main_thread() -> bool {
    rustix::thread::gettid() == rustix::process::getpid()
}

/// Makes a socket for an answer: the parent's end does not block, the worker's does.
pub(crate) fn answer() -> Result<(UnixStream, UnixStream)> {
    let (ours, theirs) = UnixStream::pair().map_err(|e| failed("a socket for the worker", e))?;
    ours.set_nonblocking(true).map_err(|e| failed("a socket for the worker", e))?;
    let _ = rustix::net::sockopt::set_socket_send_buffer_size(theirs.as_fd(), BUFFER);
    Ok((ours, theirs))
}

/// What a socket may hold: as much as the kernel gives, of a few hundred KiB, so that writer and reader work at once.
const BUFFER: usize = 1 << 20;
