//! `narrows analyze`: analyses of data as it streams.

mod heard;
mod loudness;
mod rms;
mod sound;

use crate::cli::Analyze;
use crate::failure::Outcome;
use crate::session::Session;

pub(crate) fn run(session: &Session, analyze: &Analyze) -> anyhow::Result<Outcome> {
    match analyze {
        Analyze::Rms(of) => rms::run(session, of),
        Analyze::Loudness(of) => loudness::run(session, of),
    }
}
