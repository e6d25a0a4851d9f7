//! The whole fold over a reader's data.

use stream_core::{Error, ErrorKind, Reader, ReaderExt as _, Result};

use crate::states::States;
use crate::{Answer, Question};

/// The name of [`statistics`] among the tasks of a worker process.
pub const TASK: &str = "statistics";

/// Answers a question in one pass over the data: decodes and folds on the context's threads.
///
/// Memory: one set of statistics a thread (520 KiB a column with quantiles), fewer where the budget is short, beside the
/// chunks. `reader` may stand anywhere before or behind the entries of a random source.
///
/// # Errors
/// What reading gives, and those of [`Set::add`](crate::Set::add).
pub fn fold(reader: &mut dyn Reader, question: &Question) -> Result<Answer> {
    let budget = reader.context().budget().clone();
    let states = States::new(question.measures, &budget);
    list(reader, &question.request.entries)?;
    reader.fold(&question.request, || (), |(), chunk| states.add(chunk), |(), ()| Ok(()))?;
    let set = states.into_set();
    Ok(set.answer(&question.request.entries, question.bins, &question.quantiles))
}

/// [`fold`] with question and answer as bytes, for a worker process.
///
/// # Errors
/// As [`fold`], and `Malformed` for bytes that are no question.
pub fn statistics(reader: &mut dyn Reader, input: &[u8]) -> Result<Vec<u8>> {
    Ok(fold(reader, &Question::decode(input)?)?.encode())
}

/// Reads on until the first of the entries was listed, or over a random source all of them.
fn list(reader: &mut dyn Reader, paths: &[String]) -> Result<()> {
    let random = reader.context().is_random();
    if !random {
        // whoever reads a stream stands at its entry already
        return Ok(());
    }
    let mut left: Vec<&String> = paths.iter().collect();
    let mut entry = reader.context().entry();
    while !left.is_empty() {
        match reader.read_entry(&mut entry) {
            Ok(true) => left.retain(|path| *path != entry.path()),
            // read to its end before, or broken behind: asking for the data tells
            Ok(false) => break,
            Err(e) if e.kind() == ErrorKind::Cancelled => return Err(e),
            Err(e) if left.len() == paths.len() => return Err(Error::as_final(e)),
            Err(_) => break,
        }
    }
    Ok(())
}
