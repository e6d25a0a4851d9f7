//! `narrows analyze loudness`: EBU R 128.

use std::io::Write;

use stream_analysis::{loudness, meter};
use stream_core::{Error, Reader};

use super::heard::Heard;
use super::sound::{self, Found};
use crate::cli::Loudness;
use crate::failure::Outcome;
use crate::output::human::Paint;
use crate::output::sound::loudness as written;
use crate::output::{self, Out};
use crate::session::Session;

pub(super) fn run(session: &Session, of: &Loudness) -> anyhow::Result<Outcome> {
    let mut out = output::stdout();
    sound::each(session, &of.sounds, &mut out, |reader, found, out| {
        one(session, reader, found, of.every, out)
    })
}

fn one(
    session: &Session,
    reader: &mut dyn Reader,
    found: &Found<'_>,
    every: Option<u64>,
    out: &mut Out,
) -> anyhow::Result<Outcome> {
    let mut meter = meter(reader, found.sound)?;
    let mut heard = Heard::new(session, found);
    let measured = loudness(reader, found.entry, &mut meter, |meter| {
        if every.is_some_and(|every| meter.steps().is_multiple_of(every)) {
            let so_far = meter.so_far();
            let written = written::running(out, found.file, &so_far).and_then(|()| out.flush());
            written.map_err(|e| Error::from(e).as_final())?;
        }
        heard.step(meter);
        Ok(())
    });
    heard.end();
    let missing = meter.missing();
    let samples = meter.samples();
    let cut = measured.is_ok() && found.sound.frames.is_some_and(|claimed| claimed != samples);
    let result = meter.end();
    if session.json() || every.is_some() {
        let complete = measured.is_ok() && !cut && missing == 0;
        written::line(out, found.file, found.entry, &result, complete)?;
    } else {
        let paint = Paint(session.color());
        written::facts(out, found.name, found.entry, &result, paint)?;
    }
    measured.map_err(|e| e.in_entry(found.entry))?;
    if let Some(claimed) = found.sound.frames.filter(|_| cut) {
        return Err(sound::short(found.entry, claimed, samples).into());
    }
    Ok(sound::missing(found.name, missing))
}
