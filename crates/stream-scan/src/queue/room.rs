//! What files that are being read have taken, and which of those that wait may take more.

use std::collections::VecDeque;

use super::Job;

/// What there is to take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Most {
    /// Bytes of the budget.
    pub(crate) bytes: u64,
    /// Threads that read files.
    pub(crate) threads: usize,
    /// Files that descriptors suffice for.
    pub(crate) files: usize,
}

/// What a file that is being read has taken, to be given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    share: u64,
    large: bool,
    /// The number of the first file that this one went before once no more were to delay that.
    beside: Option<u64>,
}

/// Memory, threads and descriptors, and the turns of those that wait for them.
///
/// The first that waits is next. While it does not fit, any that do may go before it, [`OVERTAKEN`] times. From then on only those
/// may that fit beside it: when what ran before has ended, it begins, however many small ones there are. A large file leaves one
/// thread, and a part of the memory, to smaller ones that wait.
pub(super) struct Room {
    pub(super) most: Most,
    taken: u64,
    running: usize,
    /// Large files, and their bytes of what is taken.
    large: usize,
    large_taken: u64,
    /// How often the first that waits was overtaken.
    overtaken: u32,
    /// Which that is: counts those that were first.
    first: u64,
    /// Bytes of those that were let in because they fit beside it.
    beside: u64,
}

/// How many files that may delay it may go before the first one.
pub(super) const OVERTAKEN: u32 = 64;

/// Bytes from which on reading a file may take long.
pub(crate) const LARGE: u64 = 64 << 20;

/// What large files have of so many bytes, all together, while small ones wait.
pub(crate) fn for_large(bytes: u64) -> u64 {
    bytes.saturating_sub(bytes / 4)
}

impl Room {
    pub(super) fn new(most: Most) -> Self {
        Self {
            most,
            taken: 0,
            running: 0,
            large: 0,
            large_taken: 0,
            overtaken: 0,
            first: 0,
            beside: 0,
        }
    }

    /// Whether nothing is being read.
    pub(super) fn is_empty(&self) -> bool {
        self.running == 0
    }

    /// Which of those that wait may begin now.
    pub(super) fn find(&self, waiting: &VecDeque<Job>) -> Option<usize> {
        let first = waiting.front()?;
        if self.is_empty() {
            return Some(0);
        }
        if self.running >= self.most.files {
            return None;
        }
        if self.fits(first, waiting) {
            return Some(0);
        }
        let delayed = self.overtaken >= OVERTAKEN;
        let others = waiting.iter().enumerate().skip(1);
        let mut fit = others.filter(|(_, job)| self.fits(job, waiting));
        fit.find(|(_, job)| !delayed || self.is_beside(first, job)).map(|(at, _)| at)
    }

    fn fits(&self, job: &Job, waiting: &VecDeque<Job>) -> bool {
        let free = self.most.bytes.saturating_sub(self.taken);
        if job.share > free {
            return false;
        }
        // the last thread and the last part of the memory are for small ones, where there are such
        let last = || {
            let large = self.large_taken.saturating_add(job.share);
            self.large.saturating_add(1) >= self.most.threads || large > for_large(self.most.bytes)
        };
        !(job.is_large() && last() && waiting.iter().any(|job| !job.is_large()))
    }

    /// Whether the first fits even while `job`, and those let in like it, are read.
    fn is_beside(&self, first: &Job, job: &Job) -> bool {
        let all = self.beside.saturating_add(job.share).saturating_add(first.share);
        !job.is_large() && all <= self.most.bytes
    }

    /// Lets in the file that [`Room::find`] found at this place.
    pub(super) fn admit(&mut self, at: usize, job: &Job) -> Ticket {
        let delayed = self.overtaken >= OVERTAKEN;
        let beside = (at > 0 && delayed).then_some(self.first);
        match beside {
            Some(_) => self.beside = self.beside.saturating_add(job.share),
            None if at > 0 => self.overtaken = self.overtaken.saturating_add(1),
            None => self.turn(),
        }
        let large = job.is_large();
        self.taken = self.taken.saturating_add(job.share);
        self.running = self.running.saturating_add(1);
        if large {
            self.large = self.large.saturating_add(1);
            self.large_taken = self.large_taken.saturating_add(job.share);
        }
        Ticket { share: job.share, large, beside }
    }

    /// Another is the first that waits.
    pub(super) fn turn(&mut self) {
        self.first = self.first.saturating_add(1);
        (self.overtaken, self.beside) = (0, 0);
    }

    /// A file is done.
    pub(super) fn leave(&mut self, ticket: Ticket) {
        self.taken = self.taken.saturating_sub(ticket.share);
        self.running = self.running.saturating_sub(1);
        if ticket.large {
            self.large = self.large.saturating_sub(1);
            self.large_taken = self.large_taken.saturating_sub(ticket.share);
        }
        if ticket.beside == Some(self.first) {
            self.beside = self.beside.saturating_sub(ticket.share);
        }
    }
}
