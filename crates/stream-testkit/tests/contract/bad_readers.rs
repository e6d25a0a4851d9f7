//! For each promise, readers that break it: each is caught, and the violation names the promise.

use std::time::Duration;

use stream_testkit::Promise;

use crate::toy::{Fault, Toy, contract};

/// The readings for `promise` find that `fault` breaks it; the messages are returned.
#[track_caller]
fn caught(fault: Fault, promise: Promise) -> String {
    let format: &'static Toy = Box::leak(Box::new(Toy(fault)));
    let deadline = Duration::from_millis(if fault == Fault::Hangs { 500 } else { 20_000 });
    // a lying length is met where good files are spoilt
    let readings = if fault == Fault::TrustsLength { Promise::Survival } else { promise };
    let violations = contract(format).deadline(deadline).violations_of(readings);
    let of_promise = violations.iter().filter(|v| v.promise == promise);
    let messages: Vec<String> = of_promise.map(ToString::to_string).collect();
    assert!(!messages.is_empty(), "{fault:?} is not caught; found: {violations:?}");
    messages.join("\n")
}

macro_rules! caught {
    ($($name:ident: $fault:ident breaks $promise:ident, $words:literal;)*) => {$(
        #[test]
        fn $name() {
            let message = caught(Fault::$fault, Promise::$promise);
            assert!(message.contains($words), "{message}");
        }
    )*};
}

caught! {
    a_reader_that_allocates_unreserved: Unreserved breaks Budget, "the heap grew by";
    a_reader_that_allocates_unreserved_in_c: UnreservedInC breaks Budget, "the heap grew by";
    a_reader_that_leaks: Leaks breaks Budget, "stay after everything was dropped";
    a_reader_that_raises_its_limit: HelpsItself breaks Budget, "the limit is now";
    a_reader_that_keeps_a_reservation: NeverGivesBack breaks Budget, "still reserved";
    a_reader_that_trusts_a_length: TrustsLength breaks Budget, "the heap grew by";
    a_reader_that_keeps_something_of_each_record: Hoards breaks Growth, "long.toy 100 times";
    a_reader_whose_arithmetic_is_split_by_chunks: SplitsArithmetic breaks Streaming, "in chunks of 7";
    a_reader_that_moves_before_it_reserves: MovesBeforeReserving breaks Streaming, "grows from nothing";
    a_reader_that_refuses_for_good: RefusesForGood breaks Streaming, "cannot go on after a refusal";
    a_reader_that_forgets: Forgets breaks Streaming, "after the last entry";
    a_reader_that_reads_one_entry_of_several: OnlyFirst breaks Streaming, "in one request";
    a_reader_that_cuts_regions_wrongly: CutsOneOff breaks Streaming, "in two halves";
    a_reader_that_needs_the_size_of_a_pipe: NeedsSize breaks Streaming, "going forward only";
    a_reader_that_takes_reads_for_whole: TrustsReads breaks Streaming, "byte by byte";
    a_reader_that_panics_on_a_cut: Panics breaks Survival, "panics: index out of bounds";
    a_reader_that_trusts_an_index: TrustsIndex breaks Survival, "panics: attempt to";
    a_reader_that_hangs_on_a_cut: Hangs breaks Survival, "hangs: no end within";
    a_reader_that_keeps_back_what_was_readable: LooksAheadTooFar breaks Survival, "which lie before the cut";
    a_reader_that_takes_a_cut_for_the_end: TakesCutsForEnds breaks Survival, "as if it was whole";
    a_reader_that_swallows_a_failed_read: SwallowsErrors breaks Survival, "expected an error of the kind io";
    a_reader_that_goes_on_after_an_error: GoesOnAfterError breaks Survival, "not the end";
    a_reader_that_ignores_the_flag: IgnoresCancel breaks Cancel, "after the flag was raised";
    a_reader_that_cannot_go_on_when_cancelled: CancelledForGood breaks Cancel, "cannot go on";
    a_reader_that_takes_the_flag_for_the_end: EndsWhenCancelled breaks Cancel, "as if it was whole";
    a_reader_whose_progress_falls: ProgressFalls breaks Progress, "fell from";
    a_reader_that_is_complete_too_early: CompleteTooEarly breaks Progress, "before the end was told";
    a_reader_that_is_complete_when_asked: CompleteWhenAsked breaks Progress, "the summary";
    a_reader_that_is_complete_after_an_error: CompleteAfterError breaks Progress, "complete after an error";
    a_reader_that_does_not_say_where: NoOffset breaks Errors, "does not say at which offset";
    a_reader_that_says_the_wrong_place: WrongOffset breaks Errors, "names offset 10";
    a_reader_that_shouts: Shouts breaks Errors, "capital letter";
    a_reader_that_takes_bad_for_good: TakesBadForGood breaks Errors, "as if nothing was wrong";
    a_reader_that_writes_beside_the_file: WritesBeside breaks ReadOnly, "was created";
    a_reader_that_writes_elsewhere: WritesElsewhere breaks ReadOnly, "wrote 3 bytes";
}

/// Set in the process that the overflow ends.
const IN_ITS_OWN_PROCESS: &str = "NARROWS_TEST_OVERFLOW";

#[test]
fn a_reader_that_overflows_its_stack_names_the_file() {
    if std::env::var_os(IN_ITS_OWN_PROCESS).is_some() {
        caught(Fault::OverflowsStack, Promise::Survival);
        return;
    }
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    let this = "bad_readers::a_reader_that_overflows_its_stack_names_the_file";
    child.args(["--exact", this, "--nocapture"]).env(IN_ITS_OWN_PROCESS, "1");
    let output = child.output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(
        words.contains("thread 'no-magic.toy'") || words.contains("thread 'wrong-count.toy'"),
        "{words}"
    );
    assert!(words.contains("has overflowed its stack"), "{words}");
}
