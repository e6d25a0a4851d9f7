//! `narrows stats`: what an entry's numbers are like, in one pass.

use std::io::Write;

use stream_analysis::{Answer, Findings, Measures, Question, Sound};
use stream_core::{Entry, Error, ErrorKind, Form, Kind, Request};

use crate::cli::Stats;
use crate::failure::{Outcome, report};
use crate::input;
use crate::output::human::Paint;
use crate::output::{self, Out, statistics};
use crate::session::Session;

mod paths;

use paths::Paths;

pub(crate) fn run(session: &Session, stats: &Stats) -> anyhow::Result<Outcome> {
    let mut out = output::stdout();
    let name = input::name(&stats.file);
    let result =
        input::open(session, &stats.file).map_err(anyhow::Error::from).and_then(|mut reader| {
            if reader.context().is_random() {
                let mut entries = Paths::new(&session.budget);
                match &stats.entry[..] {
                    [] => numeric(&mut *reader, &mut entries)?,
                    named => named.iter().try_for_each(|path| entries.push(path))?,
                }
                if entries.is_empty() {
                    return Err(none().into());
                }
                let mut reader = Some(reader);
                let mut worst = Outcome::Fine;
                for batch in entries.batches() {
                    // a task wants a reader that stands before the first entry
                    drop(reader.take());
                    let reader = reader.insert(input::open(session, &stats.file)?);
                    let answer = reader.call(&STATISTICS, &question(stats, batch).encode())?;
                    let answer = Answer::decode(&answer)?;
                    worst = worst.max(print(session, &mut out, &name, &answer)?);
                }
                Ok(worst)
            } else {
                stream(session, stats, &mut *reader, &name, &mut out)
            }
        });
    out.flush()?;
    match result {
        Ok(outcome) => Ok(outcome),
        Err(e) => match e.downcast_ref::<Error>() {
            Some(inner) => {
                report(&name, inner);
                Ok(Outcome::of(inner))
            }
            None => Err(e),
        },
    }
}

/// The statistics as work for a worker process.
pub(crate) const STATISTICS: stream_worker::Task =
    stream_worker::Task { name: stream_analysis::TASK, run: stream_analysis::statistics };

fn none() -> Error {
    Error::new(ErrorKind::Request, "no entry holds numbers; name one with --entry")
}

fn question(stats: &Stats, entries: Vec<String>) -> Question {
    let mut request =
        Request::entries(entries).with_form(stats.form.map_or(Form::Scaled, Form::from));
    if let Some(region) = &stats.region {
        request = request.with_region(region.clone());
    }
    let measures = stats.measures.unwrap_or(Measures::ALL);
    Question { measures, bins: usize::from(stats.bins), ..Question::new(request) }
}

/// The entries that are there for their numbers: arrays, columns, pixel data.
fn numeric(reader: &mut dyn stream_core::Reader, paths: &mut Paths) -> stream_core::Result<()> {
    let mut entry = reader.context().entry();
    while reader.read_entry(&mut entry)? {
        if is_numeric(&entry) {
            paths.push(entry.path())?;
        }
    }
    Ok(())
}

fn is_numeric(entry: &Entry) -> bool {
    let kind = matches!(entry.kind(), Kind::Array | Kind::Column | Kind::Element | Kind::Stream);
    let numbers = entry.array().is_some_and(|array| array.dtype.is_number());
    // the length of a sound is not always told
    kind && entry.has_data() && (numbers || Sound::is(entry))
}

/// Over a pipe an entry's data can only be had while the reader stands at it.
fn stream(
    session: &Session,
    stats: &Stats,
    reader: &mut dyn stream_core::Reader,
    name: &str,
    out: &mut Out,
) -> anyhow::Result<Outcome> {
    let mut left: Vec<&str> = stats.entry.iter().map(String::as_str).collect();
    let mut entry = reader.context().entry();
    let mut found = false;
    let mut worst = Outcome::Fine;
    while (stats.entry.is_empty() || !left.is_empty()) && reader.read_entry(&mut entry)? {
        let named = left.iter().position(|path| *path == entry.path());
        match named {
            Some(at) => drop(left.swap_remove(at)),
            None if stats.entry.is_empty() && is_numeric(&entry) => {}
            None => continue,
        }
        found = true;
        let answer =
            stream_analysis::fold(reader, &question(stats, vec![entry.path().to_owned()]))?;
        worst = worst.max(print(session, out, name, &answer)?);
    }
    if let Some(missing) = left.first() {
        return Err(stream_core::no_such_entry(missing).into());
    }
    if found { Ok(worst) } else { Err(none().into()) }
}

fn print(session: &Session, out: &mut Out, name: &str, answer: &Answer) -> anyhow::Result<Outcome> {
    let paint = Paint(session.color());
    let mut worst = Outcome::Fine;
    for entry in &answer.entries {
        if let Some(failure) = &entry.failure {
            if session.json() {
                statistics::failure_line(out, &entry.path, failure)?;
            }
            out.flush()?;
            eprintln!("narrows: {name}: {}", output::human::clean(&failure.message));
            let usage = failure.kind == ErrorKind::Request.as_str();
            worst = worst.max(if usage { Outcome::Usage } else { Outcome::Broken });
        }
        for column in &entry.columns {
            if session.json() {
                statistics::line(out, &entry.path, column)?;
            } else {
                statistics::heading(out, &entry.path, column, paint)?;
                match &column.findings {
                    Findings::Numbers(numbers) => {
                        statistics::numbers(out, numbers, &column.dtype, paint)?;
                    }
                    Findings::Texts(texts) => statistics::texts(out, texts, paint)?,
                }
            }
        }
    }
    Ok(worst)
}
