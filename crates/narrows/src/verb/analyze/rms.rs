//! `narrows analyze rms`: root mean square and peak of each frame of a sound.

use stream_analysis::{Edges, Framing, rms};
use stream_core::{Error, Reader};

use super::sound::{self, Found};
use crate::cli::{Rms, Rows};
use crate::failure::Outcome;
use crate::output::sound::levels::Levels;
use crate::output::{self, Out};
use crate::session::Session;

pub(super) fn run(session: &Session, of: &Rms) -> anyhow::Result<Outcome> {
    let edges = match (of.no_center, of.partial) {
        (false, _) => Edges::Centered,
        (true, false) => Edges::Whole,
        (true, true) => Edges::Partial,
    };
    let framing = Framing::new(of.frame, of.hop, edges)?;
    let several = of.sounds.files.len() > 1;
    anyhow::ensure!(!(several && of.to == Rows::Npy), "npy holds the frames of one file");
    let mut out = output::stdout();
    sound::each(session, &of.sounds, &mut out, |reader, found, out| {
        let file = several.then_some(found.file);
        one(reader, found, &framing, Levels::new(of.to, file, &framing, found.sound), out)
    })
}

fn one(
    reader: &mut dyn Reader,
    found: &Found<'_>,
    framing: &Framing,
    mut levels: Levels<'_>,
    out: &mut Out,
) -> anyhow::Result<Outcome> {
    levels.begin(out)?;
    let heard = rms(reader, found.entry, found.sound.channels, framing, |level| {
        levels.write(out, level).map_err(|e| Error::from(e).as_final())
    })
    .map_err(|e| e.in_entry(found.entry))?;
    let missing = sound::missing(found.name, heard.missing);
    if let Some(claimed) = found.sound.frames
        && claimed != heard.samples
    {
        return Err(sound::short(found.entry, claimed, heard.samples).into());
    }
    Ok(missing)
}
