//! Opening the sounds of files one after another.

use std::io::Write;

use stream_analysis::Sound;
use stream_core::{Error, ErrorKind, Reader, Result, Severity, no_such_entry};

use crate::cli::Sounds;
use crate::failure::{Outcome, report};
use crate::input;
use crate::output::Out;
use crate::output::human::clean;
use crate::session::Session;

/// A sound that is about to be read.
pub(super) struct Found<'f> {
    /// The file's name in messages.
    pub(super) name: &'f str,
    /// The file, in JSON.
    pub(super) file: &'f str,
    /// The entry's path.
    pub(super) entry: &'f str,
    pub(super) sound: &'f Sound,
}

/// Visits the sound of each file; says what went wrong, and goes on with the next.
pub(super) fn each(
    session: &Session,
    sounds: &Sounds,
    out: &mut Out,
    mut visit: impl FnMut(&mut dyn Reader, &Found<'_>, &mut Out) -> anyhow::Result<Outcome>,
) -> anyhow::Result<Outcome> {
    let mut worst = Outcome::Fine;
    for file in &sounds.files {
        let name = input::name(file);
        let path = input::path(file);
        let visited =
            input::open(session, file).map_err(anyhow::Error::from).and_then(|mut reader| {
                let (entry, sound) = find(&mut *reader, sounds.entry.as_deref())?;
                let found = Found { name: &name, file: &path, entry: &entry, sound: &sound };
                let outcome = visit(&mut *reader, &found, out)?;
                // what was readable comes before what was not
                out.flush()?;
                Ok(outcome.max(findings(&mut *reader, &name)?))
            });
        worst = worst.max(match visited {
            Ok(outcome) => outcome,
            Err(e) => {
                out.flush()?;
                match e.downcast_ref::<Error>() {
                    // the output's own failure is the run's
                    Some(inner) if !crate::failure::is_broken_pipe(&e) => {
                        report(&name, inner);
                        Outcome::of(inner)
                    }
                    _ => return Err(e),
                }
            }
        });
        if session.stop.is_cancelled() {
            break;
        }
    }
    out.flush()?;
    Ok(worst)
}

/// Reads on to the sound: over a pipe its data can only be had while the reader stands there.
fn find(reader: &mut dyn Reader, path: Option<&str>) -> Result<(String, Sound)> {
    let mut entry = reader.context().entry();
    while reader.read_entry(&mut entry)? {
        match path {
            Some(path) if entry.path() != path => {}
            Some(path) => return Ok((path.to_owned(), Sound::of(&entry)?)),
            None if Sound::is(&entry) => return Ok((entry.path().to_owned(), Sound::of(&entry)?)),
            None => {}
        }
    }
    Err(match path {
        Some(path) => no_such_entry(path),
        None => Error::new(
            ErrorKind::Request,
            "no entry holds a sound: frames by channels of f32 or f64; name one with --entry",
        ),
    })
}

/// Says what the reader found broken on the way.
fn findings(reader: &mut dyn Reader, name: &str) -> Result<Outcome> {
    let found = reader.finish()?.diagnostics;
    for finding in found.kept().iter().filter(|d| d.severity == Severity::Error) {
        eprintln!("narrows: {name}: {}", clean(&finding.to_string()));
    }
    Ok(if found.count(Severity::Error) > 0 { Outcome::Broken } else { Outcome::Fine })
}

/// Says how much of a sound was missing.
pub(super) fn missing(name: &str, samples: u64) -> Outcome {
    if samples == 0 {
        return Outcome::Fine;
    }
    eprintln!("narrows: {name}: {samples} samples a channel are missing and count as silence");
    Outcome::Broken
}

/// The error for a sound that is not as long as its header says.
pub(super) fn short(entry: &str, claimed: u64, found: u64) -> Error {
    let message = format!("{claimed} samples a channel were announced, and {found} were there");
    Error::new(ErrorKind::Truncated, message).in_entry(entry)
}
