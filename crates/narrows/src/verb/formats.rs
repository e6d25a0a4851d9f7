//! `narrows formats`: what can be read.

use std::io::Write;
use std::process::{Command, ExitCode};

use serde::{Deserialize, Serialize};
use stream_core::{Descriptor, Format, Needs};
use stream_factory::{Known, formats};
use stream_worker::Landlock;

use crate::cli::When;
use crate::failure::Outcome;
use crate::output::human::Paint;
use crate::output::{self, Out};
use crate::session::Session;
use crate::task::FORMATS;
use crate::worker;

/// What is told of a format: a line of `--json`.
#[derive(Serialize, Deserialize)]
struct Row {
    name: String,
    title: String,
    state: State,
    extensions: Vec<String>,
    media_types: Vec<String>,
    needs: String,
    reads: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    library: Option<String>,
    /// The program that reads it, if it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    program: Option<String>,
    worker: bool,
    settings: Vec<Setting>,
}

#[derive(Serialize, Deserialize)]
struct Setting {
    name: String,
    about: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    #[serde(rename = "reads")]
    Reads,
    #[serde(rename = "not compiled in")]
    NotCompiledIn,
    #[serde(rename = "not in this version")]
    NotInThisVersion,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            Self::Reads => "reads",
            Self::NotCompiledIn => "not compiled in",
            Self::NotInThisVersion => "not in this version",
        }
    }
}

pub(crate) fn run(session: &Session) -> anyhow::Result<Outcome> {
    let mut out = output::stdout();
    let mut told = Vec::new();
    for known in formats() {
        let row =
            elsewhere(known.descriptor().name, &mut told).unwrap_or_else(|| here(session, known));
        if session.json() {
            serde_json::to_writer(&mut out, &row)?;
            out.write_all(b"\n")?;
        } else {
            print(&mut out, session, &row)?;
        }
    }
    if !session.json() {
        match Landlock::here() {
            Some(landlock) => {
                writeln!(out, "workers read only in their file's directory ({landlock})")?;
            }
            None => writeln!(out, "workers read what their user may (no Landlock in this kernel)")?,
        }
    }
    out.flush()?;
    Ok(Outcome::Fine)
}

/// What the program of a worker answers to [`FORMATS`]: a row for each of its formats.
pub(crate) fn tell(formats: &[&'static dyn Format]) -> ExitCode {
    let mut out = output::stdout();
    for format in formats {
        let row = Row {
            library: format.library(),
            worker: true,
            ..row(format.descriptor(), State::Reads)
        };
        let told = serde_json::to_writer(&mut out, &row).map_err(Into::into);
        if told.and_then(|()| out.write_all(b"\n")).is_err() {
            return ExitCode::FAILURE;
        }
    }
    if out.flush().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn row(d: &Descriptor, state: State) -> Row {
    let texts = |all: &[&str]| all.iter().map(|&text| text.to_owned()).collect();
    let setting = |s: &stream_core::Setting| Setting { name: s.name.into(), about: s.about.into() };
    Row {
        name: d.name.to_owned(),
        title: d.title.to_owned(),
        state,
        extensions: texts(d.extensions),
        media_types: texts(d.media_types),
        needs: match d.needs {
            Needs::Forward => "forward",
            Needs::Random => "random",
            Needs::Path => "path",
        }
        .to_owned(),
        reads: d.reads.to_owned(),
        library: None,
        program: None,
        worker: false,
        settings: d.settings.iter().map(setting).collect(),
    }
}

fn here(session: &Session, known: &Known) -> Row {
    let state = match (known.format().is_some(), known.has_feature()) {
        (true, _) => State::Reads,
        (false, true) => State::NotCompiledIn,
        (false, false) => State::NotInThisVersion,
    };
    let library = known.format().and_then(|format| format.library());
    let worker = known.format().is_some()
        && match session.isolate() {
            When::Always => true,
            When::Never => false,
            When::Auto => library.is_some(),
        };
    Row { library, worker, ..row(known.descriptor(), state) }
}

/// What another program says of a format that it reads; `told` keeps what programs have said.
fn elsewhere(format: &str, told: &mut Vec<(&'static str, Vec<Row>)>) -> Option<Row> {
    let program = worker::program(format)?;
    if !told.iter().any(|(of, _)| *of == program) {
        told.push((program, ask(program).unwrap_or_default()));
    }
    let (_, rows) = told.iter_mut().find(|(of, _)| *of == program)?;
    let at = rows.iter().position(|row| row.name == format)?;
    Some(Row { program: Some(program.to_owned()), ..rows.swap_remove(at) })
}

fn ask(program: &str) -> Option<Vec<Row>> {
    let executable = worker::beside(program, FORMATS)?;
    let answer = Command::new(executable.program()).arg(FORMATS).output().ok()?;
    let text = String::from_utf8(answer.stdout).ok().filter(|_| answer.status.success())?;
    text.lines().map(|line| serde_json::from_str(line).ok()).collect()
}

fn print(out: &mut Out, session: &Session, row: &Row) -> anyhow::Result<()> {
    let paint = Paint(session.color());
    let state = format!("{:<19}", row.state.as_str());
    let state = if row.state == State::Reads { paint.good(state) } else { paint.dim(state) };
    let name = paint.bold(format_args!("{:<8}", row.name));
    writeln!(out, "{name} {state} {:<40} {}", row.extensions.join(" "), row.reads)?;
    if let Some(library) = &row.library {
        let place = match (&row.program, session.isolate()) {
            (Some(program), _) => format!("in a process of its own, {program}"),
            (None, When::Never) => "in this process".to_owned(),
            (None, _) => "in a worker process where it is entered".to_owned(),
        };
        writeln!(out, "         {library}, {place}")?;
    }
    if session.verbose() {
        for setting in &row.settings {
            writeln!(out, "         --set {}: {}", setting.name, setting.about)?;
        }
    }
    Ok(())
}
