//! A worker that talks nonsense, and a parent that dies.

use std::io::{IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use stream_core::{ErrorKind, Reader, Request, Scratch};
use stream_factory::Options;
use stream_memory::Budget;
use stream_worker::{Executable, Settings, Worker};

use crate::files::{Files, vtt};
use crate::{MAD, Test, children, settings};

pub(crate) const ALL: &[Test] = &[
    ("nonsense_is_an_error_in_time", nonsense),
    ("what_a_mad_worker_claims_is_not_allocated", claims),
];

/// The seed that makes the worker start a worker of its own and wait to be killed.
pub(crate) const PARENT: &str = MAD;

/// Answers every command with bytes drawn from the seed; or is a parent, where a file is given.
pub(crate) fn worker(argument: Option<&String>) -> ExitCode {
    let argument = argument.cloned().unwrap_or_default();
    let Ok(seed) = argument.parse::<u64>() else { return parent(&argument) };
    let control = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned().unwrap());
    let mut random = Random(seed.wrapping_mul(2).wrapping_add(1));
    let mut kept = Vec::new();
    loop {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
        let mut rights = RecvAncillaryBuffer::new(&mut space);
        let mut head = [0; 5];
        let got =
            recvmsg(&control, &mut [IoSliceMut::new(&mut head)], &mut rights, RecvFlags::empty());
        if got.map_or(0, |got| got.bytes) < 5 {
            return ExitCode::SUCCESS;
        }
        let len = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
        (&control).read_exact(&mut vec![0; len]).unwrap();
        let mut fds = Vec::new();
        for message in rights.drain() {
            if let RecvAncillaryMessage::ScmRights(rights) = message {
                fds.extend(rights);
            }
        }
        let Some(answer) = fds.into_iter().next() else { continue };
        let mut answer = UnixStream::from(answer);
        // the right beginning at times, so that more than the first frame is looked at
        if head[0] == 2 && !random.next().is_multiple_of(4) {
            let _ = answer.write_all(&[65, 0, 0, 0, 0]);
        }
        let _ = answer.write_all(&random.frames(seed));
        if random.next().is_multiple_of(2) {
            kept.push(answer);
        }
    }
}

/// Says the number of its worker, and waits.
fn parent(path: &str) -> ExitCode {
    let mut worker = Worker::spawn(&settings()).unwrap();
    let mut remote = worker.open(path, &Options::new()).unwrap();
    println!("{}", worker.id().unwrap());
    std::io::stdout().flush().unwrap();
    let _ = remote.call("sleep", b"100000");
    ExitCode::SUCCESS
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Frames with plausible tags and lengths and any content; with seeds of a hundred and more, huge lengths.
    fn frames(&mut self, seed: u64) -> Vec<u8> {
        let mut all = Vec::new();
        for _ in 0..self.next() % 20 {
            let tag = 65 + (self.next() % 10) as u8;
            let len = (self.next() % 40) as u32;
            let claimed = if seed >= 100 { (self.next() >> 32) as u32 } else { len };
            all.push(tag);
            all.extend(claimed.to_le_bytes());
            for _ in 0..len {
                let byte = self.next();
                all.push(if byte.is_multiple_of(3) {
                    (byte >> 8) as u8
                } else {
                    (byte >> 8) as u8 % 4
                });
            }
        }
        all
    }
}

/// Everything that a parent may ask, whatever the answers.
fn ask_everything(seed: u64, limit: u64) -> (Budget, Vec<ErrorKind>) {
    let files = Files::new();
    let path = files.with("a.vtt", vtt(3));
    let settings = Settings::new(Executable::at("/proc/self/exe", [MAD, &seed.to_string()]));
    let settings = settings.with_deadline(Duration::from_millis(150));
    let budget = Budget::new("test", limit);
    let mut kinds = Vec::new();
    let mut worker = Worker::spawn(&settings).unwrap();
    let opened = worker.open(&path, &Options::new().with_budget(&budget));
    let Ok(mut remote) = opened.map_err(|e| kinds.push(e.kind())) else {
        return (budget, kinds);
    };
    let request = Request::entry("cue/1");
    match remote.chunks(&request) {
        Ok(mut chunks) => {
            if let Some(plan) = chunks.plan() {
                let _ = plan.place(3);
                kinds.extend(plan.read(0, &mut Scratch::new()).err().map(|e| e.kind()));
            }
            for _ in 0..50 {
                match chunks.next_chunk() {
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    Err(e) => kinds.push(e.kind()),
                }
            }
        }
        Err(e) => kinds.push(e.kind()),
    }
    let mut entry = remote.context().entry();
    for _ in 0..100 {
        match remote.read_entry(&mut entry) {
            Ok(true) => {}
            Ok(false) => break,
            Err(e) => kinds.push(e.kind()),
        }
    }
    kinds.extend(remote.call("count", b"").err().map(|e| e.kind()));
    kinds.extend(remote.finish().err().map(|e| e.kind()));
    drop((entry, remote, worker));
    (budget, kinds)
}

fn nonsense() {
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..60 {
        let start = Instant::now();
        let (budget, kinds) = ask_everything(seed, 1 << 20);
        assert!(start.elapsed() < Duration::from_secs(8), "seed {seed}: {:?}", start.elapsed());
        assert_eq!((budget.used(), children()), (0, vec![]), "seed {seed}");
        seen.extend(kinds);
    }
    assert!(seen.contains(&ErrorKind::Crashed), "{seen:?}");
}

fn claims() {
    for seed in 100..140 {
        let (budget, kinds) = ask_everything(seed, 256 << 10);
        assert!(budget.peak() <= 256 << 10, "seed {seed}: {}", budget.peak());
        assert!(!kinds.is_empty(), "seed {seed}");
    }
}
