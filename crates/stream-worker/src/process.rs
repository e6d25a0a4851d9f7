//! The worker process as its parent sees it: started, watched, killed, buried.

mod death;
mod stderr;

use std::io::{IoSlice, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use stream_core::{Cancel, Error, ErrorKind, Result};
use stream_memory::Budget;

use crate::board::Board;
use crate::codec::Put;
use crate::deadlines::{Deadlines, Stage};
use crate::executable::Settings;
use crate::wire::{self, DESCRIPTORS, head};
use death::{Cause, Death};
use stderr::Tail;

/// How long a wait lasts before the cancel flag and the clock are looked at again: 50 ms.
const PATIENCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
/// How long a worker that has closed its sockets may take to end by itself.
const DYING: Duration = Duration::from_secs(2);
/// How long a worker may take to leave the file before: it stops at the next entry or chunk, which nobody waits for.
const CLOSING: Duration = Duration::from_secs(2);

/// What is looked at while an answer is waited for.
pub(crate) struct Watch<'a> {
    pub(crate) board: &'a Board,
    pub(crate) cancel: &'a Cancel,
    pub(crate) stage: Stage,
    /// How long this answer was waited for before; grows.
    pub(crate) waited: &'a mut Duration,
}

#[derive(Debug)]
pub(crate) struct Process {
    child: Mutex<Child>,
    control: Mutex<UnixStream>,
    stderr: Mutex<Tail>,
    deadlines: Deadlines,
    /// Files that it was given.
    files: AtomicU32,
    /// What it had when it started, in address space that counts towards the wall; zero while unknown.
    idle: AtomicU64,
    death: OnceLock<Death>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn failed(what: &str, e: std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("{what}: {e}")).with_source(e)
}

impl Process {
    pub(crate) fn spawn(settings: &Settings) -> Result<Arc<Self>> {
        let process = Self::start(settings)?;
        let budget = Budget::new("hello", 4096);
        let mut hello = Put::new(&budget);
        // only the end of the main thread is the end of the process
        let parent = if on_main_thread() { std::process::id() } else { 0 };
        hello.u64(u64::from(parent))?;
        hello.u64(wire::PROTOCOL)?;
        hello.u8(settings.sandbox.number())?;
        process.command(wire::HELLO, &hello, &[])?;
        Ok(Arc::new(process))
    }

    fn start(settings: &Settings) -> Result<Self> {
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
            deadlines: settings.deadlines,
            files: AtomicU32::new(0),
            idle: AtomicU64::new(0),
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
        watch: Watch<'_>,
        doing: &dyn Fn() -> String,
    ) -> Result<()> {
        let Watch { board, cancel, stage, waited } = watch;
        let start = Instant::now();
        let (mut since, mut life) = (start, board.life());
        let before = *waited;
        loop {
            if cancel.is_cancelled() {
                self.bury(Cause::Cancelled, board);
                return Err(Error::cancelled().as_final());
            }
            let ready = self.poll(socket)?;
            *waited = before.saturating_add(start.elapsed());
            if ready {
                return Ok(());
            }
            let now = board.life();
            if now != life {
                (since, life) = (Instant::now(), now);
            }
            // a listing says that it is open with the first entries
            let opened = stage == Stage::Open && board.has_opened();
            let stage = if opened { Stage::Listing } else { stage };
            let deadline = self.deadlines.of(stage);
            let unbegun = stage == Stage::Open && self.is_warm() && !board.has_begun();
            let silence = if unbegun { deadline.silence.min(CLOSING) } else { deadline.silence };
            let cause = if since.elapsed() >= silence {
                Cause::Silence(silence)
            } else if let Some(total) = deadline.total.filter(|total| *waited >= *total) {
                Cause::Total(total)
            } else {
                continue;
            };
            return Err(self.bury(cause, board).error(stage, &doing()));
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
    pub(crate) fn gone(&self, board: &Board, stage: Stage, doing: &str) -> Error {
        self.bury(Cause::Itself, board).error(stage, doing)
    }

    /// The error for a worker that says what no worker says.
    pub(crate) fn mad(&self, board: &Board, e: &Error, (stage, doing): (Stage, &str)) -> Error {
        self.bury(Cause::Mad(e.message().to_owned()), board).error(stage, doing)
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
            let cause = match cause {
                Cause::Itself if !ended => Cause::Closed,
                cause => cause,
            };
            let status = child.wait().ok();
            let mut tail = lock(&self.stderr);
            tail.drain();
            Death::new(cause, status, board.wall(), tail.text())
        })
    }

    /// Counts a file that it is given; forgets what was said about those before.
    pub(crate) fn next_file(&self) {
        self.files.fetch_add(1, Ordering::Relaxed);
        lock(&self.stderr).forget();
    }

    /// Whether it was given a file before the one that it has.
    pub(crate) fn is_warm(&self) -> bool {
        self.files() > 1
    }

    pub(crate) fn files(&self) -> u32 {
        self.files.load(Ordering::Relaxed)
    }

    /// What it had when it started, in bytes of address space that counts towards the wall.
    pub(crate) fn idle(&self) -> u64 {
        self.idle.load(Ordering::Relaxed)
    }

    pub(crate) fn set_idle(&self, bytes: u64) {
        self.idle.store(bytes, Ordering::Relaxed);
    }

    /// Address space that counts towards the wall now, in bytes.
    pub(crate) fn data_size(&self) -> Option<u64> {
        let sizes = std::fs::read_to_string(format!("/proc/{}/statm", self.id())).ok()?;
        let pages = sizes.split_ascii_whitespace().nth(5)?.parse::<u64>().ok()?;
        pages.checked_mul(u64::try_from(rustix::param::page_size()).ok()?)
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
fn on_main_thread() -> bool {
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
