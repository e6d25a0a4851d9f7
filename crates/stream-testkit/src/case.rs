//! One reading of one file, on a thread of its own, measured and with a deadline.

use std::any::Any;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use stream_core::memory::Budget;
use stream_core::{Cancel, Entry, Error, Format, Request, Source};

use crate::heap::Mark;
use crate::promise::{Promise, Violation};
use crate::source::Counting;
use crate::transcript::{Hashes, Transcript};
use crate::walk;

/// Bytes of heap that a reading may use beside the budget and the format's own overhead: the thread it runs on, the context and
/// its budget's nodes, requests, errors, the folding threads' jobs, and what the test harness does meanwhile.
pub(crate) const NOISE: u64 = 16 * 1024;

/// The hook that says which data of an entry is read.
pub(crate) type RequestOf = Arc<dyn Fn(&Entry) -> Option<Request> + Send + Sync>;

/// What all readings of a contract share.
#[derive(Clone)]
pub(crate) struct Setup {
    pub(crate) format: &'static dyn Format,
    pub(crate) request: Option<RequestOf>,
    pub(crate) settings: Vec<(&'static str, &'static str)>,
    pub(crate) final_refusals: bool,
}

/// After which errors the same call is made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    Never,
    /// After a refusal, with the limit this much higher.
    Grow {
        step: u64,
    },
    /// After a cancellation, with the flag lowered.
    Cancelled,
}

/// When an entry's data is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Before the next entry.
    AtOnce,
    /// After the last entry, the last first, several at the same time.
    AfterAll,
    /// After the last entry, all in one request.
    Together,
    /// Before the next entry, in two requests for a half each.
    Halves,
    /// Before the next entry, and only the first chunk; only the facts are compared.
    Early,
}

/// What is kept of a reading.
#[derive(Clone)]
pub(crate) enum Record {
    Nothing,
    /// Where it first differs.
    Compare(Arc<Hashes>),
    /// All of it.
    Full,
    /// How far the source was read when each entry came.
    Furthest,
}

/// One reading.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) label: String,
    pub(crate) source: Arc<dyn Source>,
    /// The source's real size in bytes, even where it does not know it.
    pub(crate) size: u64,
    pub(crate) limit: u64,
    pub(crate) chunk: usize,
    pub(crate) threads: NonZeroUsize,
    /// Data through `fold` instead of chunk by chunk.
    pub(crate) fold: bool,
    pub(crate) order: Order,
    pub(crate) retry: Retry,
    pub(crate) record: Record,
    pub(crate) cancel: Cancel,
    /// The same source, or one inside it, where reads matter.
    pub(crate) counting: Option<Arc<Counting>>,
    /// Errors that this reading may meet although the bytes are innocent.
    pub(crate) io_fails: bool,
    pub(crate) is_cancelled: bool,
    /// Asks the format whether it knows the bytes first.
    pub(crate) sniffs: bool,
    /// Takes it for a violation when the reading thread writes anything.
    pub(crate) writes_are_counted: bool,
}

/// What a reading did.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) entries: usize,
    /// The first entry that is not as in the plain reading.
    pub(crate) mismatch: Option<usize>,
    /// Whether the summary or the error is not as in the plain reading.
    pub(crate) end_differs: bool,
    pub(crate) transcript: Transcript,
    pub(crate) hashes: Hashes,
    pub(crate) furthest: Vec<u64>,
    /// The error that ended the walk over the entries.
    pub(crate) failed: Option<Error>,
    /// The first error of an entry's data.
    pub(crate) data_failed: Option<Error>,
    /// The summary's verdict.
    pub(crate) complete: bool,
    /// Whether the summary has a warning or an error.
    pub(crate) noted: bool,
    pub(crate) broken: Vec<(Promise, String)>,
}

impl Seen {
    /// The first error of any call.
    pub(crate) fn error(&self) -> Option<&Error> {
        self.data_failed.as_ref().or(self.failed.as_ref())
    }
}

/// A reading that came to an end.
pub(crate) struct Outcome {
    pub(crate) seen: Seen,
    pub(crate) heap_peak: u64,
    pub(crate) allocations: u64,
    pub(crate) budget_peak: u64,
}

/// Broken promises so far.
#[derive(Default)]
pub(crate) struct Findings {
    pub(crate) violations: Vec<Violation>,
    /// The most heap beside the budget.
    pub(crate) excess: u64,
    hung: bool,
}

/// More of the same help nobody.
const MOST: usize = 12;
/// Of one promise.
const MOST_ALIKE: usize = 3;

impl Findings {
    pub(crate) fn add(&mut self, promise: Promise, file: &str, message: impl Into<String>) {
        let (file, message) = (file.to_owned(), message.into());
        let of_promise = || self.violations.iter().filter(|v| v.promise == promise);
        if of_promise().count() < MOST_ALIKE && of_promise().all(|v| v.message != message) {
            self.violations.push(Violation { promise, file, message });
        }
    }

    /// Whether looking on makes no sense: enough was found, or a reader that hangs still burns a core.
    pub(crate) fn enough(&self) -> bool {
        self.hung || self.violations.len() >= MOST
    }
}

/// Reads, and says what happened; `None` when the reader panicked or hung, which is found then.
pub(crate) fn run(
    setup: &Setup,
    case: Case,
    deadline: Duration,
    found: &mut Findings,
) -> Option<Outcome> {
    // these readings keep what they see, which is nobody's to pay for
    let keeps = matches!(case.record, Record::Full | Record::Furthest)
        || matches!(case.order, Order::AfterAll | Order::Together);
    let label = case.label.clone();
    let (limit, retry) = (case.limit, case.retry);
    let mark = Mark::now();
    let budget = Budget::new("contract", limit);
    let cancel = case.cancel.clone();
    let (done, end) = sync_channel(1);
    let (its_setup, its_budget) = (setup.clone(), budget.clone());
    // a reader that overflows its stack ends the process; the thread's name then says which file did it
    let name = label.replace('\0', " ");
    let reading = std::thread::Builder::new().name(name).spawn(move || {
        let walk = AssertUnwindSafe(move || walk::walk(&its_setup, case, its_budget));
        // nobody listens any more after the deadline
        let _ = done.send(catch_unwind(walk));
    });
    let Ok(reading) = reading else {
        found.add(Promise::Survival, &label, "no thread could be started");
        return None;
    };
    let result = end.recv_timeout(deadline);
    if result.is_ok() {
        // its memory is given back when it is gone
        let _ = reading.join();
    }
    let mut seen = match result {
        Ok(Ok(seen)) => seen,
        Ok(Err(panic)) => {
            found.add(Promise::Survival, &label, format!("panics: {}", words(&*panic)));
            return None;
        }
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
            // some hanging readers stop for this
            cancel.cancel();
            found.hung = true;
            let message = format!("hangs: no end within {} s", deadline.as_secs_f32());
            found.add(Promise::Survival, &label, message);
            return None;
        }
    };
    let heap = mark.usage();
    for (promise, message) in std::mem::take(&mut seen.broken) {
        found.add(promise, &label, message);
    }
    let overhead = setup.format.descriptor().overhead;
    let (used, peak) = (budget.used(), budget.peak());
    if used != 0 {
        let message = format!("{used} bytes are still reserved after everything was dropped");
        found.add(Promise::Budget, &label, message);
    }
    let kept_limit = matches!(retry, Retry::Grow { .. }) || budget.limit() == limit;
    if !kept_limit || peak > budget.limit() {
        let now = budget.limit();
        let message = format!("{peak} bytes are reserved of {limit}, and the limit is now {now}");
        found.add(Promise::Budget, &label, message);
    }
    if !keeps {
        found.excess = found.excess.max(heap.peak.saturating_sub(peak));
    }
    let allowed = peak.saturating_add(overhead).saturating_add(NOISE);
    if !keeps && heap.peak > allowed {
        found.add(
            Promise::Budget,
            &label,
            format!(
                "the heap grew by {} bytes (expected at most {allowed}: {peak} reserved, {overhead} of overhead, {NOISE} of noise)",
                heap.peak
            ),
        );
    }
    Some(Outcome { seen, heap_peak: heap.peak, allocations: heap.allocations, budget_peak: peak })
}

/// What a panic said.
fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without words")
}
