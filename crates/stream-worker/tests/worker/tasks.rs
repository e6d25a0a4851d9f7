//! What the worker of these tests can be told to do, most of it bad.

use std::time::Duration;

use stream_core::{Error, Reader, ReaderExt, Request, Result};
use stream_worker::Task;

pub(crate) const ALL: &[Task] = &[
    Task { name: "count", run: count },
    Task { name: "fail", run: fail },
    Task { name: "segfault", run: segfault },
    Task { name: "abort", run: |_, _| std::process::abort() },
    Task { name: "panic", run: |_, _| panic!("made to panic") },
    Task { name: "panic elsewhere", run: panic_elsewhere },
    Task { name: "exit", run: |_, _| std::process::exit(7) },
    Task { name: "overflow", run: |_, input| Ok(vec![overflow(input.len() as u64) as u8]) },
    Task { name: "loop", run: endless },
    Task { name: "sleep", run: sleep },
    Task { name: "read on", run: read_on },
    Task { name: "allocate", run: allocate },
    Task { name: "malloc", run: malloc },
    Task { name: "reserve", run: reserve },
    Task { name: "talk", run: talk },
    Task { name: "descriptors", run: descriptors },
    Task { name: "reach", run: reach },
    Task { name: "limits", run: limits },
    Task { name: "leak 4 MiB", run: |_, _| leak(4) },
    Task { name: "leak 40 MiB", run: |_, _| leak(40) },
];

/// Entries, and the bytes of their data.
fn count(reader: &mut dyn Reader, input: &[u8]) -> Result<Vec<u8>> {
    let (mut entries, mut bytes) = (0u64, 0u64);
    reader.walk(|entry, data| {
        entries += 1;
        if entry.has_data() {
            let mut chunks = data.request(Request::default())?;
            while let Some(chunk) = chunks.next_chunk()? {
                bytes += chunk.bytes().len() as u64;
            }
        }
        Ok(std::ops::ControlFlow::Continue(()))
    })?;
    Ok(format!("{entries} entries, {bytes} bytes, {}", String::from_utf8_lossy(input)).into())
}

/// What the reader may use now: threads, of how many, and bytes of a chunk.
#[allow(clippy::unnecessary_wraps)]
fn limits(reader: &mut dyn Reader, _: &[u8]) -> Result<Vec<u8>> {
    let cx = reader.context();
    Ok(format!("{} of {}, {}", cx.threads(), cx.most_threads(), cx.chunk_size()).into())
}

fn fail(_: &mut dyn Reader, _: &[u8]) -> Result<Vec<u8>> {
    let cause = std::io::Error::other("the cause");
    Err(Error::malformed(77, "made to fail").in_entry("/g/t").with_format("vtt").with_source(cause))
}

#[allow(clippy::unnecessary_wraps)]
fn segfault(_: &mut dyn Reader, _: &[u8]) -> Result<Vec<u8>> {
    eprintln!("about to crash");
    // SAFETY: unsound on purpose: the test is what becomes of the process.
    unsafe { std::ptr::null_mut::<u8>().wrapping_add(64).write_volatile(1) };
    Ok(Vec::new())
}

fn panic_elsewhere(_: &mut dyn Reader, _: &[u8]) -> Result<Vec<u8>> {
    let _ = std::thread::spawn(|| panic!("made to panic elsewhere")).join();
    std::thread::sleep(Duration::from_secs(100));
    Ok(Vec::new())
}

#[allow(unconditional_recursion)]
fn overflow(n: u64) -> u64 {
    let held = std::hint::black_box([n; 100]);
    overflow(n + 1) + held[3]
}

fn endless(_: &mut dyn Reader, _: &[u8]) -> Result<Vec<u8>> {
    loop {
        std::hint::spin_loop();
    }
}

fn millis(input: &[u8]) -> u64 {
    String::from_utf8_lossy(input).parse().unwrap_or(0)
}

fn sleep(_: &mut dyn Reader, input: &[u8]) -> Result<Vec<u8>> {
    std::thread::sleep(Duration::from_millis(millis(input)));
    Ok(b"slept".to_vec())
}

/// Takes long, and gets on.
fn read_on(reader: &mut dyn Reader, input: &[u8]) -> Result<Vec<u8>> {
    for _ in 0..millis(input) / 50 {
        std::thread::sleep(Duration::from_millis(50));
        reader.context().read_at(0, &mut [0; 1])?;
    }
    Ok(b"done".to_vec())
}

fn allocate(_: &mut dyn Reader, _: &[u8]) -> Result<Vec<u8>> {
    let mut all = Vec::new();
    for _ in 0..100_000 {
        all.push(vec![1u8; 1 << 20]);
    }
    Ok(vec![all.len() as u8])
}

/// What C sees at the wall: no memory, and no end.
fn malloc(_: &mut dyn Reader, _: &[u8]) -> Result<Vec<u8>> {
    for n in 0..100_000u64 {
        // SAFETY: the memory is written to within its length, and leaked.
        let memory = unsafe { libc::malloc(1 << 20) };
        if std::hint::black_box(memory).is_null() {
            return Ok(format!("{n}").into());
        }
        // SAFETY: as above.
        unsafe { std::ptr::write_bytes(memory.cast::<u8>(), 1, 1 << 20) };
    }
    Ok(b"no wall".to_vec())
}

fn reserve(reader: &mut dyn Reader, _: &[u8]) -> Result<Vec<u8>> {
    let budget = reader.context().budget();
    let _all = budget.reserve(budget.available().saturating_add(1))?;
    Ok(Vec::new())
}

/// More on standard error than any pipe holds.
fn talk(_: &mut dyn Reader, _: &[u8]) -> Result<Vec<u8>> {
    for n in 0..20_000 {
        eprintln!("HDF5-DIAG: Error detected in a library that likes to talk, number {n}");
    }
    std::process::exit(3)
}

/// What this process has open.
fn descriptors(_: &mut dyn Reader, _: &[u8]) -> Result<Vec<u8>> {
    let all = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
    let links = all.filter_map(|fd| std::fs::read_link(fd.path()).ok());
    Ok(links.map(|link| format!("{}\n", link.display())).collect::<String>().into())
}

#[allow(clippy::unnecessary_wraps)]
fn leak(mebibytes: usize) -> Result<Vec<u8>> {
    std::mem::forget(std::hint::black_box(vec![1u8; mebibytes << 20]));
    Ok(Vec::new())
}

/// Tries what the input says: `read PATH`, `list PATH`, `write PATH`, `remove PATH`, `run PATH`, `connect PORT`, `again`.
fn reach(reader: &mut dyn Reader, input: &[u8]) -> Result<Vec<u8>> {
    let input = String::from_utf8_lossy(input);
    let (what, of) = input.split_once(' ').unwrap_or((&input, ""));
    let source = reader.context().source().clone();
    let done = match what {
        "read" => std::fs::read(of).map(|bytes| bytes.len()),
        "list" => std::fs::read_dir(of).map(|all| all.count()),
        "write" => std::fs::write(of, "x").map(|()| 1),
        "remove" => std::fs::remove_file(of).map(|()| 1),
        "run" => std::process::Command::new(of).status().map(|_| 1),
        "connect" => {
            std::net::TcpStream::connect(("127.0.0.1", of.parse().unwrap_or(0))).map(|_| 1)
        }
        // as libraries do that insist on a name
        "again" => {
            let fd = source.descriptor().map_or(-1, |fd| std::os::fd::AsRawFd::as_raw_fd(&fd));
            std::fs::read(format!("/proc/self/fd/{fd}")).map(|bytes| bytes.len())
        }
        _ => Err(std::io::ErrorKind::InvalidInput.into()),
    };
    Ok(match done {
        Ok(n) => format!("{n}"),
        Err(e) => format!("{:?}", e.kind()),
    }
    .into())
}
