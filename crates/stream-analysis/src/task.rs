//! The whole fold over a reader's data.

use stream_core::{Error, ErrorKind, Reader, ReaderExt as _, Request, Result};

use crate::states::States;
use crate::{Answer, Entry, Failure, Measures, Question, Set};

/// The name of [`statistics`] among the tasks of a worker process.
pub const TASK: &str = "statistics";

/// Answers a question: decodes and folds on the context's threads. Columns of one table are read in one pass, as many at a time
/// as the budget has room for; other entries one after another. An entry that cannot be read has its failure in the answer.
///
/// Memory: one set of statistics a thread (520 KiB a column with quantiles), fewer where the budget is short, beside the
/// chunks. `reader` may stand anywhere before or behind the entries of a random source.
///
/// # Errors
/// `OverBudget` and `Cancelled`, and what listing the entries gives.
pub fn fold(reader: &mut dyn Reader, question: &Question) -> Result<Answer> {
    let paths = &question.request.entries;
    list(reader, paths)?;
    let mut answer = Answer::default();
    let mut rest = &paths[..];
    while !rest.is_empty() {
        let (group, after) = rest.split_at(together(reader, question, rest).min(rest.len()));
        rest = after;
        match one_pass(reader, question, group) {
            Ok(entries) => answer.entries.extend(entries),
            Err(e) if matches!(e.kind(), ErrorKind::OverBudget | ErrorKind::Cancelled) => {
                return Err(e);
            }
            // one of several failed: each alone, so that the others have their statistics
            Err(_) if group.len() > 1 => {
                for path in group {
                    let path = std::slice::from_ref(path);
                    answer.entries.extend(
                        one_pass(reader, question, path).unwrap_or_else(|e| failed(path, &e)),
                    );
                }
            }
            Err(e) => answer.entries.extend(failed(group, &e)),
        }
    }
    Ok(answer)
}

fn one_pass(reader: &mut dyn Reader, question: &Question, group: &[String]) -> Result<Vec<Entry>> {
    let budget = reader.context().budget().clone();
    let states = States::new(question.measures, &budget);
    let request = Request { entries: group.to_vec(), ..question.request.clone() };
    reader.fold(&request, || (), |(), chunk| states.add(chunk), |(), ()| Ok(()))?;
    Ok(states.into_set().answer(group, question.bins, &question.quantiles).entries)
}

fn failed(group: &[String], e: &Error) -> Vec<Entry> {
    let failure = || Some(Failure { kind: e.kind().as_str().to_owned(), message: e.to_string() });
    let entry =
        |path: &String| Entry { path: path.clone(), columns: Vec::new(), failure: failure() };
    group.iter().map(entry).collect()
}

/// How many of the first entries are columns of one table whose statistics fit, for every thread, into half of the budget.
fn together(reader: &dyn Reader, question: &Question, paths: &[String]) -> usize {
    let table = |path: &'_ String| path.rsplit_once("/column/").map(|(table, _)| table.to_owned());
    let Some(first) = paths.first().and_then(table) else { return 1 };
    let same = paths.iter().take_while(|path| table(path).as_ref() == Some(&first)).count();
    if !question.measures.has(Measures::BINS) {
        return same;
    }
    let cx = reader.context();
    let threads = u64::try_from(cx.threads().get()).unwrap_or(u64::MAX);
    let each = Set::COLUMN.saturating_mul(threads).saturating_mul(2);
    let most = cx.budget().attainable().checked_div(each).unwrap_or(1);
    same.min(usize::try_from(most).unwrap_or(usize::MAX)).max(1)
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
