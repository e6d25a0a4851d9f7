//! `narrows cat`: streams an entry's data.

#[cfg(feature = "binary")]
mod blocks;
mod cues;
mod table;

use std::io::Write;

use stream_analysis::Sound;
use stream_core::{
    Array, Chunks, DType, Dims, Entry, Form, Kind, Reader, Request, Result, no_such_entry, pieces,
};

use crate::cli::{Cat, To};
use crate::failure::{Outcome, report};
use crate::input::{self, Opened};
use crate::output::array::{Sink, sink};
use crate::output::sound::wav::Wav;
use crate::output::{self, Out};
use crate::pipeline;
use crate::progress::Meter;
use crate::session::Session;

pub(crate) fn run(session: &Session, cat: &Cat) -> anyhow::Result<Outcome> {
    let mut out = output::stdout();
    let name = input::name(&cat.file);
    let result = match input::open(session, &cat.file) {
        Ok(mut reader) => stream(session, cat, &mut reader, &name, &mut out),
        Err(e) => Err(e.into()),
    };
    // what was readable comes first
    out.flush()?;
    match result {
        Ok(()) => Ok(Outcome::Fine),
        Err(e) => match e.downcast_ref::<stream_core::Error>() {
            Some(inner) => {
                report(&name, inner);
                Ok(Outcome::of(inner))
            }
            None => Err(e),
        },
    }
}

fn stream(
    session: &Session,
    cat: &Cat,
    reader: &mut Opened,
    name: &str,
    out: &mut Out,
) -> anyhow::Result<()> {
    let format = reader.detection().format.name;
    #[cfg(feature = "binary")]
    if format == "binary" && cat.to == Some(To::Jsonl) {
        return blocks::stream(cat, &mut **reader, out);
    }
    let mut meter = Meter::new(session, name);
    let mut cues = cues::Cues::new(cat.to);
    if format == "vtt" && cat.entry.is_empty() && cues.takes(cat) {
        return all_cues(&mut cues, &mut **reader, &mut meter, out);
    }
    if cat.entry.len() > 1
        && reader.context().is_random()
        && let Some(entries) = side_by_side(cat, &mut **reader)?
    {
        let to = cat.to.unwrap_or(To::Raw);
        return table::stream(&mut **reader, &entries, &request(cat, &cat.entry), to, out);
    }
    let mut left: Vec<&str> = cat.entry.iter().map(String::as_str).collect();
    let mut entry = reader.context().entry();
    let mut found = false;
    // one pass in file order: over a pipe, an entry's data can only be had while the reader stands there
    while (cat.entry.is_empty() || !left.is_empty()) && reader.read_entry(&mut entry)? {
        meter.tick(|| reader.progress());
        let named = left.iter().position(|path| *path == entry.path());
        if !cat.entry.is_empty() {
            let Some(at) = named else { continue };
            left.swap_remove(at);
        } else if !is_default(format, cat.to, &entry) {
            continue;
        }
        found = true;
        if entry.kind() == Kind::Cue && cues.takes(cat) {
            cues.write(out, &entry)?;
        } else {
            data(cat, &mut **reader, &entry, &mut meter, out)?;
            if cat.entry.is_empty() && format != "vtt" {
                break;
            }
        }
    }
    meter.end(reader.progress());
    if let Some(missing) = left.first() {
        return Err(no_such_entry(missing).into());
    }
    if !found && cat.entry.is_empty() && format == "dicom" {
        return Err(no_such_entry("(7FE0,0010)").into());
    }
    Ok(())
}

/// Every cue from its facts.
fn all_cues(
    cues: &mut cues::Cues,
    reader: &mut dyn Reader,
    meter: &mut Meter,
    out: &mut Out,
) -> anyhow::Result<()> {
    let threads = reader.context().threads().get();
    let read = pipeline::run(reader, threads, |entry, progress| {
        meter.tick(progress);
        if entry.kind() == Kind::Cue {
            cues.write(out, entry)?;
        }
        Ok(())
    })?;
    meter.end(reader.progress());
    Ok(read?)
}

/// What is streamed when no entry is named: the thing that a file of this format is there for.
fn is_default(format: &str, to: Option<To>, entry: &Entry) -> bool {
    match format {
        // packets are no numbers
        "video" if to.is_some_and(To::is_of_numbers) => Sound::is(entry),
        "vtt" => entry.kind() == Kind::Cue,
        // PS3.5, A.4: pixel data, float and double float pixel data
        "dicom" => {
            entry.depth() == 0
                && matches!(entry.path(), "(7FE0,0010)" | "(7FE0,0008)" | "(7FE0,0009)")
        }
        // an attribute or a column is part of something else
        _ => entry.has_data() && !matches!(entry.kind(), Kind::Attribute | Kind::Column),
    }
}

fn data(
    cat: &Cat,
    reader: &mut dyn Reader,
    entry: &Entry,
    meter: &mut Meter,
    out: &mut Out,
) -> anyhow::Result<()> {
    let request = request(cat, &[entry.path().to_owned()]);
    let cx = reader.context().clone();
    let chunks = reader.chunks(&request)?;
    let mut array = chunks.array().or_else(|| delivered(entry, &request));
    let mut chunks = chunks;
    let again = cx.is_random() && cx.setting("audio.layout") != Some("planar");
    if array.is_none() && cat.to == Some(To::Npy) && again && Sound::is(entry) {
        array = measured(&mut *chunks, entry)?;
        chunks = reader.chunks(&request)?;
    }
    // in C order, and decoded while what came before is written
    let mut chunks = pieces(chunks, &cx);
    let mut sink: Box<dyn Sink> = match cat.to.unwrap_or(To::Raw) {
        To::Wav => Box::new(Wav::of(entry)?),
        to => sink(to),
    };
    sink.begin(out, array.as_ref())?;
    pump(&mut *chunks, &mut *sink, meter, entry, out)?;
    sink.end(out)
}

/// What the chunks of a sound make up whose length nothing tells: all of it is decoded, and thrown away.
fn measured(chunks: &mut dyn Chunks, entry: &Entry) -> Result<Option<Array>> {
    let mut all: Option<Array> = None;
    while let Some(chunk) = next(chunks, entry)? {
        let shape: Dims = chunk.shape().into();
        match &mut all {
            None => all = Some(Array::new(chunk.dtype().clone(), shape)),
            Some(array) => {
                for (sum, more) in array.shape.iter_mut().zip(shape.iter()).take(1) {
                    *sum = sum.saturating_add(*more);
                }
            }
        }
    }
    Ok(all)
}

fn request(cat: &Cat, paths: &[String]) -> Request {
    let mut request = Request::entries(paths);
    if let Some(region) = &cat.region {
        request = request.with_region(region.clone());
    }
    if let Some(form) = cat.form {
        request = request.with_form(form.into());
    }
    request
}

/// The named entries, where they are to be written as columns of one table.
fn side_by_side(cat: &Cat, reader: &mut dyn Reader) -> anyhow::Result<Option<Vec<Entry>>> {
    if !matches!(cat.to, Some(To::Csv | To::Jsonl | To::Npy)) {
        return Ok(None);
    }
    let mut found: Vec<Option<Entry>> = cat.entry.iter().map(|_| None).collect();
    let mut entry = reader.context().entry();
    while found.iter().any(Option::is_none) && reader.read_entry(&mut entry)? {
        if let Some(at) = cat.entry.iter().position(|path| path == entry.path()) {
            let mut kept = reader.context().entry();
            kept.copy_from(&entry)?;
            if let Some(slot) = found.get_mut(at) {
                *slot = Some(kept);
            }
        }
    }
    if let Some(at) = found.iter().position(Option::is_none) {
        return Err(no_such_entry(&cat.entry[at]).into());
    }
    let entries: Vec<Entry> = found.into_iter().flatten().collect();
    anyhow::ensure!(
        table::fits(&entries, cat.to),
        "entries of different length cannot stand side by side: one --entry at a time, or --to raw"
    );
    Ok(Some(entries))
}

fn pump(
    chunks: &mut dyn Chunks,
    sink: &mut dyn Sink,
    meter: &mut Meter,
    entry: &Entry,
    out: &mut Out,
) -> anyhow::Result<()> {
    let total = entry.span().map(|s| s.length);
    let mut done = 0u64;
    while let Some(chunk) = next(chunks, entry)? {
        sink.chunk(out, &chunk)?;
        done = done.saturating_add(chunk.bytes().len() as u64);
        meter.step(stream_core::Progress { done, total, complete: false });
    }
    Ok(())
}

fn next(chunks: &mut dyn Chunks, entry: &Entry) -> Result<Option<stream_core::Chunk>> {
    chunks.next_chunk().map_err(|e| e.in_entry(entry.path()))
}

/// What the request makes of the entry, from the entry's own facts.
fn delivered(entry: &Entry, request: &Request) -> Option<Array> {
    let (dtype, shape) = match (request.form, entry.array(), entry.span()) {
        (Form::Stored, Some(array), _) => (array.dtype.clone(), array.shape.clone()),
        (Form::Stored | Form::Bytes, None, Some(span)) => (DType::U8, Dims::from([span.length])),
        _ => return None,
    };
    let extents = request.region.resolve(&shape).ok()?;
    Some(Array::new(dtype, stream_core::shape_of(&extents)))
}
