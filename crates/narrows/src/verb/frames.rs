//! `narrows frames`: pictures of a video, or of any array of them, one at a time.

mod picture;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use stream_core::{DType, Entry, Error, ErrorKind, Form, Kind, Reader, Region, Request, Slice};

use crate::cli::{At, Frames};
use crate::failure::{Outcome, report};
use crate::input;
use crate::output::json::Object;
use crate::output::{self, Out};
use crate::progress::Meter;
use crate::session::Session;
use picture::{Picture, pictures};

pub(crate) fn run(session: &Session, frames: &Frames) -> anyhow::Result<Outcome> {
    let mut out = output::stdout();
    let name = input::name(&frames.file);
    let result = write(session, frames, &name, &mut out);
    out.flush()?;
    match result {
        Ok(()) => Ok(Outcome::Fine),
        Err(e) => match e.downcast_ref::<Error>() {
            Some(inner) => {
                report(&name, inner);
                Ok(Outcome::of(inner))
            }
            None => Err(e),
        },
    }
}

fn write(session: &Session, frames: &Frames, name: &str, out: &mut Out) -> anyhow::Result<()> {
    let mut sink = Sink::new(frames)?;
    let mut meter = Meter::new(session, name);
    for wanted in wanted(frames) {
        let mut options = session.options();
        if let Wanted::Time(seconds) = wanted {
            options = options.with_setting("video.at", seconds.to_string());
        }
        let mut reader = input::open_with_options(session, &frames.file, &options)?;
        let entry = find(&mut *reader, frames.entry.as_deref())?;
        let mut request = Request::entry(entry.path()).with_form(Form::Decoded);
        if let Wanted::Indices(slice) = wanted {
            request = request.with_region(Region::new([slice]));
        }
        let mut chunks = reader.chunks(&request)?;
        while let Some(chunk) = chunks.next_chunk().map_err(|e| e.in_entry(entry.path()))? {
            for picture in pictures(&chunk)? {
                let picture = picture?;
                let _rows = session.budget.reserve(picture.rows())?;
                let file = sink.write(out, &picture)?;
                if let Some(file) = file {
                    say(out, session, &picture, &file)?;
                }
            }
            meter.tick(|| reader.progress());
        }
    }
    meter.end(stream_core::Progress { done: sink.written, total: None, complete: true });
    if sink.written == 0 {
        return Err(Error::new(ErrorKind::Request, "no frame is there").into());
    }
    Ok(())
}

/// One pass over the file.
#[derive(Clone, Copy)]
enum Wanted {
    Indices(Slice),
    Time(f64),
}

fn wanted(frames: &Frames) -> Vec<Wanted> {
    if frames.at.is_empty() {
        let step = u64::from(frames.every.unwrap_or(1));
        return vec![Wanted::Indices(Slice { step, ..Slice::ALL })];
    }
    let one = |at: &At| match *at {
        At::Seconds(seconds) => Wanted::Time(seconds),
        At::Index(index) => {
            let start = i64::try_from(index).unwrap_or(i64::MAX);
            let stop = start.saturating_add(1);
            Wanted::Indices(Slice { start: Some(start), stop: Some(stop), step: 1 })
        }
    };
    frames.at.iter().map(one).collect()
}

/// The entry whose pictures are wanted.
fn find(reader: &mut dyn Reader, path: Option<&str>) -> anyhow::Result<Entry> {
    let mut entry = reader.context().entry();
    while reader.read_entry(&mut entry)? {
        let found = match path {
            Some(path) => entry.path() == path,
            None => holds_pictures(&entry),
        };
        if found {
            return Ok(entry);
        }
    }
    match path {
        Some(path) => Err(stream_core::no_such_entry(path).into()),
        None => anyhow::bail!("no entry holds pictures: name one by --entry"),
    }
}

fn holds_pictures(entry: &Entry) -> bool {
    if entry.kind() == Kind::Stream {
        return entry.fields().get("width").is_some();
    }
    entry.has_data()
        && entry.array().is_some_and(|array| {
            matches!(array.dtype, DType::U8 | DType::U16 | DType::I8 | DType::I16)
                && matches!(array.shape.len(), 3 | 4)
        })
}

fn say(out: &mut Out, session: &Session, picture: &Picture<'_>, file: &str) -> anyhow::Result<()> {
    if session.quiet() {
        return Ok(());
    }
    if !session.json() {
        writeln!(out, "{file}  {}x{}", picture.width, picture.height)?;
        return Ok(());
    }
    let mut object = Object::begin(out)?;
    object.number("frame", picture.index)?;
    object.number("width", u64::from(picture.width))?;
    object.number("height", u64::from(picture.height))?;
    object.text("file", file)?;
    object.end()?;
    out.write_all(b"\n")?;
    Ok(())
}

/// Where pictures go.
struct Sink<'a> {
    /// A folder, and what its files' names begin with; none is standard output.
    folder: Option<(&'a Path, String)>,
    written: u64,
}

impl<'a> Sink<'a> {
    fn new(frames: &'a Frames) -> anyhow::Result<Self> {
        let stem = frames.file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let folder = (frames.output != Path::new("-")).then_some((&*frames.output, stem));
        if let Some((folder, _)) = &folder {
            std::fs::create_dir_all(folder)
                .map_err(|e| anyhow::anyhow!("{}: {e}", folder.display()))?;
        }
        Ok(Self { folder, written: 0 })
    }

    /// Gives the name of the file, if it is one.
    fn write(&mut self, out: &mut Out, picture: &Picture<'_>) -> anyhow::Result<Option<String>> {
        self.written = self.written.saturating_add(1);
        let Some((folder, stem)) = &self.folder else {
            picture.write_png(&mut *out)?;
            return Ok(None);
        };
        let path = folder.join(format!("{stem}-{:06}.png", picture.index));
        let file = File::create(&path).map_err(|e| anyhow::anyhow!("{}: {e}", path.display()))?;
        let mut file = BufWriter::new(file);
        picture.write_png(&mut file)?;
        file.flush()?;
        Ok(Some(output::human::clean(&path.to_string_lossy())))
    }
}
