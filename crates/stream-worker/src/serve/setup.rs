//! What a worker does to itself before it reads anything, and its walls.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;

use rustix::process::{
    Resource, Rlimit, Signal, getppid, getrlimit, set_parent_process_death_signal, setrlimit,
};
use stream_core::Context;

use super::control::Control;
use crate::board::BoardMap;
use crate::codec::Take;
use crate::sandbox::Sandbox;
use crate::wire::PROTOCOL;

/// Takes the socket from standard input, closes what was inherited, leaves no core, and makes every panic the end.
pub(super) fn begin() -> io::Result<Control> {
    close_inherited();
    let stdin = io::stdin();
    // fails where standard input is no socket
    rustix::net::sockopt::socket_type(stdin.as_fd())?;
    let socket = UnixStream::from(stdin.as_fd().try_clone_to_owned()?);
    // a library that reads standard input reads nothing
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    // only lowers it, which is always allowed
    let hard = getrlimit(Resource::Core).maximum;
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: hard });
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        report(panic);
        exit_at_once(101);
    }));
    Ok(Control::new(socket))
}

/// Closes what the parent had opened without saying that its children shall not have it.
fn close_inherited() {
    const FIRST: libc::c_uint = 3;
    // SAFETY: nothing in this process was opened yet (`serve` is called first thing), so that no descriptor from three on belongs
    // to anybody here.
    let closed = unsafe { libc::syscall(libc::SYS_close_range, FIRST, libc::c_uint::MAX, 0) };
    // kernels before 5.9 do not know it: what was inherited stays then, which harms nobody but the curious
    let _ = closed;
}

/// Ends the process without running what libraries registered for its end: other threads may be within them.
pub(super) fn exit_at_once(code: i32) -> ! {
    // SAFETY: takes no memory and returns to nobody.
    unsafe { libc::_exit(code) }
}

/// The command that names the parent: its number, or zero where its thread may end before it does, what it speaks, and what of the
/// file system is to be read.
pub(super) fn meet_parent(take: &mut Take<'_>) -> Sandbox {
    let parent = take.u64().unwrap_or(0);
    let spoken = take.u64().unwrap_or(0);
    if spoken != PROTOCOL {
        eprintln!("worker speaks protocol {PROTOCOL}, its parent {spoken}: install both again");
        exit_at_once(2);
    }
    let sandbox = Sandbox::from_number(take.u8().unwrap_or(u8::MAX));
    if parent == 0 {
        return sandbox;
    }
    // where it fails the closed socket still tells
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    let now = getppid().map(|pid| i64::from(pid.as_raw_nonzero().get()));
    if now != i64::try_from(parent).ok() {
        // it died before it could be asked for
        exit_at_once(0);
    }
    sandbox
}

/// What the wall lets a worker have beside its budget and what it had when it started: stacks of its threads, tables of
/// libraries, and what an allocator keeps for later. Address space, of which only what is touched is memory.
const SLACK: u64 = 64 << 20;
/// The same for each thread that decodes: its stack and its allocator's cache.
const PER_THREAD: u64 = 8 << 20;

/// Sets the memory wall: private memory that can be written to, all of it, without regard to budgets. Says where it is.
pub(super) fn wall(idle: u64, budget: u64, threads: usize) -> u64 {
    let threads = PER_THREAD.saturating_mul(u64::try_from(threads).unwrap_or(u64::MAX));
    let wall = [budget, SLACK, threads].into_iter().fold(idle, u64::saturating_add);
    // where it cannot be set, budgets hold all the same
    stream_memory::wall::data(wall).unwrap_or(wall)
}

/// The wall around the file that is open, which moves with what the budget is granted.
pub(super) struct Wall {
    pub(super) idle: u64,
}

/// More of the budget, until it is dropped.
pub(super) struct Granted<'a> {
    wall: &'a Wall,
    cx: &'a Context,
    board: &'a BoardMap,
    bytes: u64,
}

impl Wall {
    /// Lets the file's budget have `bytes` more.
    pub(super) fn grant<'a>(
        &'a self,
        cx: &'a Context,
        board: &'a BoardMap,
        bytes: u64,
    ) -> Granted<'a> {
        let budget = cx.budget();
        // before anybody may need it
        let limit = budget.limit().saturating_add(bytes);
        board.set_wall(wall(self.idle, limit, cx.most_threads().get()));
        budget.set_limit(limit);
        Granted { wall: self, cx, board, bytes }
    }
}

impl Drop for Granted<'_> {
    fn drop(&mut self) {
        let budget = self.cx.budget();
        let limit = budget.limit().saturating_sub(self.bytes);
        budget.set_limit(limit);
        self.board.set_wall(wall(self.wall.idle, limit, self.cx.most_threads().get()));
    }
}
