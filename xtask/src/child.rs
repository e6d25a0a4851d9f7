//! Runs one process and measures it: wall time, the kernel's figure of its peak, how it ended.
use std::io::Read;
use std::process::Command;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It left by itself with this code.
    Code(i32),
    /// A signal ended it.
    Signal(i32),
    /// It was killed because its deadline had passed.
    Deadline,
}

/// What one run cost and said.
#[derive(Debug)]
pub struct Measured {
    /// From the start of the process to its end.
    pub wall: Duration,
    /// The largest resident memory in bytes, as the kernel counts it (`ru_maxrss` of `wait4`). A
    /// child starts as a copy of its parent, so this is never below what the parent itself had
    /// when the child started ([`Measured::floor`]).
    pub peak: u64,
    /// What the parent had resident when the child started, in bytes.
    pub floor: u64,
    /// How it ended.
    pub end: End,
    /// What it printed, where standard output was a pipe.
    pub stdout: Output,
    /// What it complained, where standard error was a pipe.
    pub stderr: Output,
}

/// What came through a pipe.
#[derive(Debug, Default)]
pub struct Output {
    /// The first bytes, as many as were to be kept.
    pub kept: Vec<u8>,
    /// How many bytes came in all.
    pub bytes: u64,
    /// How many line feeds came in all.
    pub lines: u64,
}

impl Output {
    /// What was kept, as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.kept).trim().to_owned()
    }
}

impl Measured {
    /// Whether it left by itself with code 0.
    #[must_use]
    pub fn success(&self) -> bool {
        self.end == End::Code(0)
    }
}

/// Runs a command to its end, or to its deadline, and keeps all that comes through its pipes.
///
/// # Errors
/// As [`measure_keeping`].
pub fn measure(command: &mut Command, deadline: Option<Duration>) -> Result<Measured> {
    measure_keeping(command, deadline, usize::MAX)
}

/// Runs a command to its end, or to its deadline, and keeps the first `keep` bytes that come through
/// each of its pipes; the rest is counted.
///
/// # Errors
/// When it cannot be started or waited for. An unhappy end is not an error: see [`Measured::end`].
pub fn measure_keeping(
    command: &mut Command,
    deadline: Option<Duration>,
    keep: usize,
) -> Result<Measured> {
    let floor = lower_floor();
    let started = Instant::now();
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
    let stdout = child.stdout.take().map(|pipe| collect(pipe, keep));
    let stderr = child.stderr.take().map(|pipe| collect(pipe, keep));
    let pid = i32::try_from(child.id()).context("process id out of range")?;
    let (done, waiting) = channel::<()>();
    let watchdog = deadline.map(|limit| {
        std::thread::spawn(move || {
            let late = waiting.recv_timeout(limit) == Err(RecvTimeoutError::Timeout);
            if late {
                // SAFETY: `pid` is our own child, not yet waited for, so the number is still its.
                unsafe { libc::kill(pid, libc::SIGKILL) };
            }
            late
        })
    });
    let (status, peak) = wait(pid).with_context(|| format!("cannot wait for {name}"))?;
    let wall = started.elapsed();
    drop(done);
    let late = watchdog.is_some_and(|thread| thread.join().unwrap_or(false));
    let end = if late {
        End::Deadline
    } else if libc::WIFSIGNALED(status) {
        End::Signal(libc::WTERMSIG(status))
    } else {
        End::Code(libc::WEXITSTATUS(status))
    };
    Ok(Measured { wall, peak, floor, end, stdout: finish(stdout), stderr: finish(stderr) })
}

/// Reads a pipe in a thread, so that a full pipe never stops the child.
fn collect(mut pipe: impl Read + Send + 'static, keep: usize) -> JoinHandle<Output> {
    std::thread::spawn(move || {
        let mut output = Output::default();
        let mut piece = vec![0; 1 << 16];
        // a pipe that breaks half-way leaves what came before
        while let Ok(got @ 1..) = pipe.read(&mut piece) {
            let bytes = &piece[..got];
            output.bytes += got as u64;
            output.lines += bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
            let room = keep.saturating_sub(output.kept.len()).min(got);
            output.kept.extend_from_slice(&bytes[..room]);
        }
        output
    })
}

fn finish(thread: Option<JoinHandle<Output>>) -> Output {
    thread.and_then(|thread| thread.join().ok()).unwrap_or_default()
}

/// Waits for one child: its raw status and its peak in bytes.
fn wait(pid: i32) -> std::io::Result<(i32, u64)> {
    loop {
        let mut status = 0;
        // SAFETY: an all-zero `rusage` is valid, it holds only integers.
        let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
        // SAFETY: both pointers are to live locals of the types that wait4 writes.
        let got = unsafe { libc::wait4(pid, &raw mut status, 0, &raw mut usage) };
        if got == pid {
            return Ok((status, u64::try_from(usage.ru_maxrss).unwrap_or(0) * 1024));
        }
        let error = std::io::Error::last_os_error();
        if error.kind() != std::io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

/// Gives unused memory back and makes the kernel forget this process's peak, so that little of it
/// is counted as the next child's. What is left is returned in bytes.
fn lower_floor() -> u64 {
    #[cfg(target_env = "gnu")]
    // SAFETY: malloc_trim may be called at any time from any thread.
    unsafe {
        libc::malloc_trim(0);
    }
    // 5 resets the high-water mark (proc(5)); where it may not be written, the floor stays higher
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let Ok(text) = std::fs::read_to_string("/proc/self/status") else { return 0 };
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|rest| rest.trim().split(' ').next()?.parse::<u64>().ok());
    number.unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;

    use super::*;

    #[test]
    fn a_code_a_signal_and_a_deadline_are_told_apart() {
        let run = |line: &str, limit| {
            let deadline = Some(Duration::from_millis(limit));
            measure(Command::new("sh").args(["-c", line]).stdout(Stdio::piped()), deadline).unwrap()
        };
        let fine = run("echo hello; exit 3", 10_000);
        assert_eq!((fine.end, fine.stdout.text().as_str()), (End::Code(3), "hello"));
        assert_eq!(run("kill -SEGV $$", 10_000).end, End::Signal(libc::SIGSEGV));
        assert_eq!(run("exec sleep 60", 50).end, End::Deadline);
    }

    #[test]
    fn the_peak_is_the_childs_own_and_in_bytes() {
        let grow = "head -c 80000000 /dev/zero | tail -c 1 >/dev/null; x=$(head -c 30000000 /dev/zero | tr '\\0' x); exit 0";
        let seen = measure(Command::new("sh").args(["-c", grow]), None).unwrap();
        assert!(seen.peak > 30_000_000, "{} bytes", seen.peak);
        assert!(seen.peak < 2_000_000_000, "{} bytes", seen.peak);
    }
}
