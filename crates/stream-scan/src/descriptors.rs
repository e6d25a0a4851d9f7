//! How many files may be open at once.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors of a file that is being read: its own, those of a process that reads it, those of files that it refers to.
const EACH: u64 = 8;
/// Descriptors for the catalogue, its journal, what is read ahead, and what others in this process open meanwhile.
const RESERVE: u64 = 32;
/// Descriptors of a worker process that reads nothing.
const WORKER: u64 = 3;
/// What is taken for open where the system does not tell.
const UNKNOWN: u64 = 64;

/// Lets this process have as many open files as it may ever have: raises the soft limit to the hard one. Where files are read by
/// many threads the usual 1,024 are few.
///
/// What cannot be raised stays; a scan reads as many files at once as it has descriptors for.
pub fn raise_descriptors() {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        // a refusal leaves what was
        let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
    }
}

/// How many files `threads` threads may read at once; one at least.
pub(crate) fn places(threads: usize) -> usize {
    let taken = std::fs::read_dir("/proc/self/fd")
        .map_or(UNKNOWN, |all| u64::try_from(all.count()).unwrap_or(UNKNOWN));
    match getrlimit(Resource::Nofile).current {
        Some(limit) => places_of(limit, taken, threads),
        None => usize::MAX,
    }
}

fn places_of(limit: u64, taken: u64, threads: usize) -> usize {
    let workers = u64::try_from(threads).unwrap_or(u64::MAX).saturating_mul(WORKER);
    let free = limit.saturating_sub(taken).saturating_sub(RESERVE).saturating_sub(workers);
    usize::try_from(free / EACH).unwrap_or(usize::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_share_what_is_left_of_the_limit_and_one_is_always_read() {
        assert_eq!(places_of(1024, 20, 8), (1024 - 20 - 32 - 24) / 8);
        assert_eq!(places_of(64, 20, 8), 1);
        assert!(places(2) > 1);
    }
}
