//! The programs of the command: `narrows` itself, and those that read for it in processes of their own.
//!
//! Not a library to build on: `stream-factory` is.

mod allocator;
mod cli;
mod config;
mod failure;
mod governing;
mod input;
mod meter;
mod output;
mod pipeline;
mod profiling;
mod progress;
mod session;
mod settings;
mod task;
mod verb;
mod watch;
mod worker;

use std::process::ExitCode;

use clap::Parser;
use stream_core::Format;
use stream_memory::profile;

use cli::Cli;
use failure::Outcome;
use governing::Governing;
use session::Session;

/// What `narrows-h5` and its like do: read files of `formats` for the command that started them.
pub fn worker(formats: &[&'static dyn Format]) -> ExitCode {
    allocator::install();
    let first = std::env::args_os().nth(1).unwrap_or_default();
    if first == task::WORKER {
        return stream_worker::serve(formats, task::ALL);
    }
    if first == task::FORMATS {
        return verb::formats::tell(formats);
    }
    eprintln!("this program reads for `narrows`, which starts it where it is needed");
    ExitCode::from(2)
}

/// The command, from its arguments to its exit code.
pub fn command() -> ExitCode {
    allocator::install();
    // before anything else: a worker closes what it inherited
    if std::env::args_os().nth(1).is_some_and(|first| first == task::WORKER) {
        return stream_worker::serve(&stream_factory::readers(), task::ALL);
    }
    // wrong usage ends here, with exit code 2
    let cli = Cli::parse();
    let session = match Session::new(cli.common, cli.verb.patience()) {
        Ok(session) => session.with_settings(cli.verb.settings()),
        Err(e) => {
            eprintln!("narrows: {e:#}");
            return ExitCode::from(2);
        }
    };
    let (governing, whole) = (Governing::start(&session, &cli.verb), cli.verb.is_whole());
    let outcome = profile::within("run", || verb::run(&session, cli.verb));
    governing.end(&session);
    session.say_memory();
    if whole {
        session.note_peak();
    }
    let outcome = session.end_profile().and(outcome);
    match outcome {
        Ok(outcome) => outcome.code(),
        // whoever read our output has had enough: nothing failed
        Err(e) if failure::is_broken_pipe(&e) => Outcome::Fine.code(),
        Err(e) => {
            eprintln!("narrows: {e:#}");
            failure::of(&e).code()
        }
    }
}
