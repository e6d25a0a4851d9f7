//! One file a verb.

mod analyze;
mod cat;
mod check;
pub(crate) mod formats;
mod frames;
mod info;
mod ls;
mod memory;
#[cfg(feature = "scan")]
mod scan;
pub(crate) mod stats;

use crate::cli::Verb;
use crate::failure::Outcome;
use crate::session::Session;

pub(crate) fn run(session: &Session, verb: Verb) -> anyhow::Result<Outcome> {
    match verb {
        Verb::Info { files } => info::run(session, &files),
        Verb::Ls(ls) => ls::run(session, &ls),
        Verb::Cat(cat) => cat::run(session, &cat),
        Verb::Stats(stats) => stats::run(session, &stats),
        Verb::Frames(frames) => frames::run(session, &frames),
        Verb::Analyze(name) => analyze::run(session, &name),
        Verb::Check { files } => check::run(session, &files),
        #[cfg(feature = "scan")]
        Verb::Scan(words) => scan::run(session, &words),
        Verb::Formats => formats::run(session),
        Verb::Memory(memory) => memory::run(session, &memory),
    }
}
