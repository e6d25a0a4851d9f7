//! Every developer's command, one file per verb. It depends on none of the crates it builds, so it
//! works while they do not.
use anyhow::Result;
use clap::{Parser, Subcommand};

pub mod bench;
pub mod check;
pub mod child;
pub mod demo;
pub mod fuzz;
pub mod integration;
mod jobs;
pub mod make;
pub mod project;
pub mod python;
pub mod setup;
pub mod table;
pub mod test;
pub mod tidy;
pub mod wall;

/// Sets up, shows, tests, checks, fuzzes and measures Narrows.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", version)]
pub struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Setup(setup::Args),
    Demo(demo::Args),
    Test(test::Args),
    Check(check::Args),
    Tidy(tidy::Args),
    Integration(integration::Args),
    Fuzz(fuzz::Args),
    Bench(bench::Args),
    #[command(hide = true)]
    Floor(bench::floor::Args),
}

/// Runs the verb that was asked for.
///
/// # Errors
/// Whatever the verb found wrong; the message names the command that mends it where there is one.
pub fn run(cli: Cli) -> Result<()> {
    match cli.verb {
        Verb::Setup(args) => setup::run(&args),
        Verb::Demo(args) => demo::run(&args),
        Verb::Test(args) => test::run(&args),
        Verb::Check(args) => check::run(&args),
        Verb::Tidy(args) => tidy::run(&args),
        Verb::Integration(args) => integration::run(&args),
        Verb::Fuzz(args) => fuzz::run(&args),
        Verb::Bench(args) => bench::run(&args),
        Verb::Floor(args) => bench::floor::run(&args),
    }
}
