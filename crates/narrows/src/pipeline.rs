//! Reading and writing a long listing on two threads.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use stream_core::{Entry, ErrorKind, Progress, Reader, Result};
use stream_memory::profile::{self, Place};

/// Entries listed on one thread first: most files have fewer, and are done before a second thread would have started.
const ALONE: usize = 1024;
/// Entries handed over together, so that a hand-over costs nothing beside them.
const BATCH: usize = 256;
/// Batches under way: one is read, one is written, one waits.
const BATCHES: usize = 3;

struct Batch {
    entries: Vec<Entry>,
    filled: usize,
    progress: Progress,
}

/// Passes every entry to `write`, in order. Where the source can be read anywhere and the budget has room for batches, the
/// next entries are read while these are written; a pipe's entries are passed on as they come.
///
/// Ends with what `write` gives, or with the reader's error after all entries before it were written.
pub(crate) fn run(
    reader: &mut dyn Reader,
    threads: usize,
    mut write: impl FnMut(&Entry, &mut dyn FnMut() -> Progress) -> anyhow::Result<()>,
) -> anyhow::Result<Result<()>> {
    let alone = if threads > 1 && reader.context().is_random() { ALONE } else { usize::MAX };
    if let Some(ended) = in_turn(reader, alone, &mut write)? {
        return Ok(ended);
    }
    match together(reader, &mut write)? {
        Ended::Done(ended) => Ok(ended),
        // no room for batches: on with one entry at a time
        Ended::ShortOfMemory => Ok(in_turn(reader, usize::MAX, &mut write)?.unwrap_or(Ok(()))),
    }
}

/// Lists up to `most` entries; `None` when there may be more.
fn in_turn(
    reader: &mut dyn Reader,
    most: usize,
    write: &mut impl FnMut(&Entry, &mut dyn FnMut() -> Progress) -> anyhow::Result<()>,
) -> anyhow::Result<Option<Result<()>>> {
    let _span = profile::span("list");
    let mut entry = reader.context().entry();
    for _ in 0..most {
        match reader.read_entry(&mut entry) {
            Ok(true) => write(&entry, &mut || reader.progress())?,
            Ok(false) => return Ok(Some(Ok(()))),
            Err(e) => return Ok(Some(Err(e))),
        }
    }
    Ok(None)
}

enum Ended {
    Done(Result<()>),
    ShortOfMemory,
}

fn together(
    reader: &mut dyn Reader,
    write: &mut impl FnMut(&Entry, &mut dyn FnMut() -> Progress) -> anyhow::Result<()>,
) -> anyhow::Result<Ended> {
    let (full, filled) = sync_channel::<Batch>(BATCHES);
    let (empty, emptied) = channel::<Batch>();
    for _ in 0..BATCHES {
        empty.send(Batch { entries: Vec::new(), filled: 0, progress: Progress::default() })?;
    }
    std::thread::scope(|scope| {
        let place = profile::current();
        let reading = scope.spawn(move || read(reader, place, &emptied, &full));
        let written = drain(&filled, &empty, write);
        // a reader that waits for room in the channel ends when nobody reads it any more
        drop((filled, empty));
        let ended = match reading.join() {
            Ok(ended) => ended,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        written.map(|()| ended)
    })
}

/// Fills batches until the end; what was read before it is passed on.
fn read(
    reader: &mut dyn Reader,
    place: Place,
    emptied: &Receiver<Batch>,
    full: &SyncSender<Batch>,
) -> Ended {
    for mut batch in emptied {
        let span = place.span("list");
        batch.filled = 0;
        let mut ended = None;
        while batch.filled < BATCH && ended.is_none() {
            if batch.entries.len() == batch.filled {
                batch.entries.push(reader.context().entry());
            }
            let Some(entry) = batch.entries.get_mut(batch.filled) else { break };
            match reader.read_entry(entry) {
                Ok(true) => batch.filled = batch.filled.saturating_add(1),
                Ok(false) => ended = Some(Ended::Done(Ok(()))),
                Err(e) if e.kind() == ErrorKind::OverBudget && e.resumable() => {
                    ended = Some(Ended::ShortOfMemory);
                }
                Err(e) => ended = Some(Ended::Done(Err(e))),
            }
        }
        batch.progress = reader.progress();
        // waiting for the writer is no part of it
        drop(span);
        if full.send(batch).is_err() {
            break;
        }
        if let Some(ended) = ended {
            return ended;
        }
    }
    // the writer has stopped, and tells why itself
    Ended::Done(Ok(()))
}

fn drain(
    filled: &Receiver<Batch>,
    empty: &Sender<Batch>,
    write: &mut impl FnMut(&Entry, &mut dyn FnMut() -> Progress) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    for batch in filled {
        for entry in batch.entries.iter().take(batch.filled) {
            write(entry, &mut || batch.progress)?;
        }
        // the reader may have ended already
        let _ = empty.send(batch);
    }
    Ok(())
}
