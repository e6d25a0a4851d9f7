//! The contract of one format, over the files it is given.

mod budget;
mod cancel;
mod growth;
mod plain;
mod read_only;
mod streaming;
mod survival;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use stream_core::{Entry, Format, Request};

use crate::case::{Case, Findings, Outcome, Setup, run};
use crate::difference::Difference;
use crate::heap;
use crate::promise::{Promise, Violation, assert_kept};

type Make = Arc<dyn Fn() -> Vec<u8> + Send + Sync>;
type MakeLong = Arc<dyn Fn(usize) -> Vec<u8> + Send + Sync>;
type MayDiffer = Arc<dyn Fn(&Difference) -> bool + Send + Sync>;

/// A named file that is made when it is needed: while another test measures, nothing large may be allocated.
struct File {
    name: String,
    make: Make,
    /// Whether reading it has to leave a trace.
    must_be_noted: bool,
}

struct Long {
    name: String,
    make: MakeLong,
    index: u64,
}

/// A format and the files over which it is to keep the eight promises.
///
/// Every `check_…` panics with all violations; `violations` returns them. All of them read in the process, with the heap counted, one
/// at a time.
pub struct Contract {
    setup: Setup,
    good: Vec<File>,
    bad: Vec<File>,
    long: Vec<Long>,
    may_differ: Option<MayDiffer>,
    limit: u64,
    deadline: Duration,
}

/// Enough for any file that tests make, and little enough that a claimed length is refused.
const LIMIT: u64 = 64 << 20;
/// A thousand times what a reading of a small file takes, so that a busy machine is not taken for a hang.
const DEADLINE: Duration = Duration::from_secs(10);

impl Contract {
    /// The contract of a format, without files yet.
    pub fn new(format: &'static dyn Format) -> Self {
        let settings = Vec::new();
        Self {
            setup: Setup { format, request: None, settings, final_refusals: false },
            good: Vec::new(),
            bad: Vec::new(),
            long: Vec::new(),
            may_differ: None,
            limit: LIMIT,
            deadline: DEADLINE,
        }
    }

    /// Adds a file that is read to a clean end. A few hundred bytes to some KiB are best: it is read thousands of times.
    pub fn good<B: Into<Vec<u8>>>(
        mut self,
        name: &str,
        make: impl Fn() -> B + Send + Sync + 'static,
    ) -> Self {
        let make: Make = Arc::new(move || make().into());
        self.good.push(File { name: name.to_owned(), make, must_be_noted: false });
        self
    }

    /// Adds a file that something is wrong with: reading it ends in an error, incomplete, or with a warning.
    pub fn bad<B: Into<Vec<u8>>>(
        mut self,
        name: &str,
        make: impl Fn() -> B + Send + Sync + 'static,
    ) -> Self {
        let make: Make = Arc::new(move || make().into());
        self.bad.push(File { name: name.to_owned(), make, must_be_noted: true });
        self
    }

    /// Adds a file of which nobody says whether it is good or bad: from a collection, or found by a fuzzer.
    pub fn any<B: Into<Vec<u8>>>(
        mut self,
        name: &str,
        make: impl Fn() -> B + Send + Sync + 'static,
    ) -> Self {
        let make: Make = Arc::new(move || make().into());
        self.bad.push(File { name: name.to_owned(), make, must_be_noted: false });
        self
    }

    /// Adds a good file of any length: `make(n)` repeats its content `n` times. It is made once and a hundred times as long; once
    /// has to be longer than what the reader reads ahead, at least 64 KiB where it reads ahead at all.
    pub fn long<B: Into<Vec<u8>>>(
        self,
        name: &str,
        make: impl Fn(usize) -> B + Send + Sync + 'static,
    ) -> Self {
        self.long_with_index(name, 0, make)
    }

    /// As [`Contract::long`], for a format whose index is kept in memory, charged: `index` bytes per repetition. The docs of
    /// the format say the same number.
    pub fn long_with_index<B: Into<Vec<u8>>>(
        mut self,
        name: &str,
        index: u64,
        make: impl Fn(usize) -> B + Send + Sync + 'static,
    ) -> Self {
        let make: MakeLong = Arc::new(move |n| make(n).into());
        self.long.push(Long { name: name.to_owned(), make, index });
        self
    }

    /// Reads this data of each entry instead of the whole of every entry that has data.
    pub fn request(
        mut self,
        request: impl Fn(&Entry) -> Option<Request> + Send + Sync + 'static,
    ) -> Self {
        self.setup.request = Some(Arc::new(request));
        self
    }

    /// Reads with a setting of the format.
    pub fn setting(mut self, name: &'static str, value: &'static str) -> Self {
        self.setup.settings.push((name, value));
        self
    }

    /// Allows what a format cannot know: a fact that the end of a file decides, when the file is cut; the size, on a pipe; that a
    /// file is cut at all (`complete`), where the format has no end. It is never asked about chunk sizes, threads and short
    /// reads: nothing may differ there.
    pub fn may_differ(
        mut self,
        allows: impl Fn(&Difference) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.may_differ = Some(Arc::new(allows));
        self
    }

    /// Allows refusals by the budget to be final: for libraries that cannot be called again.
    pub fn final_refusals(mut self) -> Self {
        self.setup.final_refusals = true;
        self
    }

    /// Reads within this many bytes instead of 64 MiB.
    pub fn limit(mut self, bytes: u64) -> Self {
        self.limit = bytes;
        self
    }

    /// Takes a reading for a hang after this time instead of 10 s.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Checks all eight promises.
    ///
    /// # Panics
    /// With all violations.
    #[track_caller]
    pub fn check(&self) {
        // held while it panics as well: what a panic allocates must not show in another test's measurement
        let _alone = heap::lock();
        assert_kept(&self.look_at(&Promise::ALL));
    }

    /// Runs the readings that show whether one promise is kept. What they find of other promises counts as well.
    ///
    /// # Panics
    /// With all violations.
    #[track_caller]
    pub fn check_promise(&self, promise: Promise) {
        let _alone = heap::lock();
        assert_kept(&self.look_at(&[promise]));
    }

    /// What is broken, over the readings for all promises.
    pub fn violations(&self) -> Vec<Violation> {
        let _alone = heap::lock();
        self.look_at(&Promise::ALL)
    }

    /// What is broken, over the readings for one promise; some may be of another promise, which each violation names.
    pub fn violations_of(&self, promise: Promise) -> Vec<Violation> {
        let _alone = heap::lock();
        self.look_at(&[promise])
    }

    fn look_at(&self, promises: &[Promise]) -> Vec<Violation> {
        let mut found = Findings::default();
        for promise in promises {
            if !found.enough() {
                self.look(*promise, &mut found);
            }
        }
        found.violations
    }

    fn look(&self, promise: Promise, found: &mut Findings) {
        // the pool of threads in which readers fold is made once per process: now, not while somebody is measured
        rayon::scope(|scope| (0..64).for_each(|_| scope.spawn(|_| {})));
        let name = self.setup.format.descriptor().name;
        if self.good.is_empty() && self.bad.is_empty() {
            return found.add(promise, name, "no file was given");
        }
        match promise {
            Promise::Budget => self.look_at_budget(found),
            Promise::Growth => self.look_at_growth(found),
            Promise::Streaming => self.look_at_streaming(found),
            Promise::Survival => self.look_at_survival(found, survival::Effort::FULL),
            Promise::Cancel => self.look_at_cancelling(found),
            // every reading is watched for both: what matters is that many different ones are made
            Promise::Progress | Promise::Errors => {
                self.look_at_survival(found, survival::Effort::SAMPLE);
            }
            Promise::ReadOnly => self.look_at_files(found),
        }
    }

    /// The most bytes of heap beside the budget in the readings for the first promise: what the descriptor's `overhead` has to cover, 16
    /// KiB of noise included. An overhead that is much larger hides what is allocated unreserved.
    pub fn measured_overhead(&self) -> u64 {
        let _alone = heap::lock();
        let mut found = Findings::default();
        self.look(Promise::Budget, &mut found);
        found.excess
    }

    fn run(&self, case: Case, found: &mut Findings) -> Option<Outcome> {
        run(&self.setup, case, self.deadline, found)
    }
}

fn threads(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).unwrap_or(NonZeroUsize::MIN)
}
