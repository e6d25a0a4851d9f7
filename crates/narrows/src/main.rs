//! Reads scientific and media files of any size through a narrow, fixed amount of memory.

mod allocator;
mod cli;
mod config;
mod failure;
mod input;
mod meter;
mod output;
mod pipeline;
mod progress;
mod session;
mod task;
mod verb;
mod worker;

use std::process::ExitCode;

use clap::Parser;

use cli::Cli;
use failure::Outcome;
use session::Session;

fn main() -> ExitCode {
    // before anything else: a worker closes what it inherited
    if std::env::args_os().nth(1).is_some_and(|first| first == task::WORKER) {
        return stream_worker::serve(task::ALL);
    }
    // wrong usage ends here, with exit code 2
    let cli = Cli::parse();
    let session = match Session::new(cli.common) {
        Ok(session) if matches!(cli.verb, cli::Verb::Check { .. }) => session.verifying(),
        Ok(session) => session,
        Err(e) => {
            eprintln!("narrows: {e:#}");
            return ExitCode::from(2);
        }
    };
    let outcome = verb::run(&session, cli.verb);
    session.say_memory();
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
