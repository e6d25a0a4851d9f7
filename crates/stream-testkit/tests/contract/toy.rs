//! A small real format, its reader, and the ways in which that reader can be bad.
//!
//! `TOY1`, then records: kind (1 byte), length (4 bytes, little endian), payload. `T` is text of up to 64 bytes, `A` 16-bit
//! numbers, `E` the end with the count of records (8 bytes).

mod chunks;
mod file;
mod reader;

use stream_core::{Confidence, Context, Descriptor, Error, Format, Needs, Reader, Result};
use stream_testkit::Contract;

pub(crate) use file::{file, long};

/// What is wrong with the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// Reads arrays through a vector that nobody pays for.
    Unreserved,
    /// The same through C's malloc.
    UnreservedInC,
    /// Keeps a block for ever.
    Leaks,
    /// Raises its own limit.
    HelpsItself,
    /// Keeps a reservation for ever.
    NeverGivesBack,
    /// Allocates what a text's length claims.
    TrustsLength,
    /// Keeps, charged, something of every record.
    Hoards,
    /// Lets the first element of each chunk differ.
    SplitsArithmetic,
    /// Moves on before it knows that the budget suffices.
    MovesBeforeReserving,
    /// Calls every refusal final.
    RefusesForGood,
    /// Knows only the last array.
    Forgets,
    /// Reads the first of the entries that a request names.
    OnlyFirst,
    /// Cuts regions one number too late.
    CutsOneOff,
    /// Asks for the size first.
    NeedsSize,
    /// Takes a short read for the end.
    TrustsReads,
    /// Indexes into what is not there.
    Panics,
    /// Multiplies an index that may be anything.
    TrustsIndex,
    /// Waits for bytes that do not come.
    Hangs,
    /// Delivers records only when the next three are whole.
    LooksAheadTooFar,
    /// Takes the end of the file for the end of the records.
    TakesCutsForEnds,
    /// Recurses for each record.
    OverflowsStack,
    /// Takes a failed read for the end.
    SwallowsErrors,
    /// Goes on after an error.
    GoesOnAfterError,
    /// Reads without looking at the flag.
    IgnoresCancel,
    /// Calls being cancelled final.
    CancelledForGood,
    /// Takes the flag for the end.
    EndsWhenCancelled,
    /// Counts what is left, not what is done.
    ProgressFalls,
    /// Says complete when the last record is found, and not when its end is.
    CompleteTooEarly,
    /// Says complete whenever it is asked for the summary.
    CompleteWhenAsked,
    /// Says complete at whatever end.
    CompleteAfterError,
    /// Says what, not where.
    NoOffset,
    /// Says where, beyond the end.
    WrongOffset,
    /// Says nothing of a wrong count.
    TakesBadForGood,
    /// Says in the wrong style.
    Shouts,
    /// Keeps an index file beside the file.
    WritesBeside,
    /// Writes to somewhere else.
    WritesElsewhere,
}

pub(crate) struct Toy(pub(crate) Fault);

static DESCRIPTOR: Descriptor = Descriptor {
    name: "toy",
    title: "Toy",
    extensions: &["toy"],
    media_types: &[],
    reads: "records of text and numbers",
    needs: Needs::Forward,
    overhead: 1024,
    settings: &[],
};

const MAGIC: &[u8] = b"TOY1";

impl Format for Toy {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn sniff(&self, head: &[u8]) -> Confidence {
        if head.starts_with(MAGIC) { Confidence::Certain } else { Confidence::No }
    }

    fn probe(&self, _: &Context, head: Confidence) -> Result<Confidence> {
        Ok(head)
    }

    fn open(&self, cx: Context) -> Result<Box<dyn Reader>> {
        let mut head = [0; 4];
        let n = cx.read_full_at(0, &mut head).map_err(|e| e.with_format("toy"))?;
        if head.get(..n) != Some(MAGIC) {
            let found = String::from_utf8_lossy(&head[..n]).into_owned();
            let e = Error::malformed(0, format!("magic TOY1 expected (found {found:?})"));
            return Err(if self.0 == Fault::NoOffset {
                Error::new(e.kind(), e.message().to_owned()).with_format("toy")
            } else {
                e.with_format("toy")
            });
        }
        Ok(Box::new(reader::ToyReader::new(cx, self.0)))
    }
}

/// The contract over a few files.
pub(crate) fn contract(format: &'static Toy) -> Contract {
    Contract::new(format)
        .good("mixed.toy", || {
            let numbers: Vec<u16> = (0..150).map(|n| n * 431).collect();
            file(&[Ok("one"), Err(&numbers), Ok("two, longer"), Err(&[7]), Ok("three"), Ok("four")])
        })
        .good("empty.toy", || file(&[]))
        .bad("no-magic.toy", || b"something else".to_vec())
        .bad("wrong-count.toy", || {
            let mut bytes = file(&[Ok("one")]);
            let at = bytes.len() - 8;
            bytes[at] = 9;
            bytes
        })
        .bad("no-end.toy", || {
            let mut bytes = file(&[Ok("one"), Err(&[1, 2, 3])]);
            bytes.truncate(bytes.len() - 13);
            bytes
        })
        // 24 bytes of index for each array, in memory that doubles and moves
        .long_with_index("long.toy", 72, long)
}
