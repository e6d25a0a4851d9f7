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
mod verb;

use std::process::ExitCode;

use clap::Parser;

use cli::Cli;
use failure::Outcome;
use session::Session;

fn main() -> ExitCode {
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
