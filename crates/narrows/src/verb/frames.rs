//! `narrows frames`: pictures of a video, or of any array of them, one at a time.

mod picture;

use std::fs::File;
use std::io::Write;
use std::path::Path;

use stream_core::{
    Array, Entry, Error, ErrorKind, Form, Kind, Reader, Region, Request, Slice, ordered,
};

use crate::cli::{At, Frames};
use crate::failure::{Outcome, report};
use crate::input;
use crate::output::json::{self, Object};
use crate::output::{self, Out};
use crate::progress::Meter;
use crate::session::Session;
use picture::{Painter, Pictures};

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
        let pass = Pass { session, entry: &entry, wanted, gray: frames.gray, keys: frames.keys };
        pass.run(&mut *reader, &mut sink, &mut meter, out)?;
    }
    meter.end(stream_core::Progress { done: sink.written, total: None, complete: true });
    if sink.written == 0 {
        return Err(Error::new(ErrorKind::Request, "no frame is there").into());
    }
    Ok(())
}

/// One pass over the pictures of an entry.
struct Pass<'a> {
    session: &'a Session,
    entry: &'a Entry,
    wanted: Wanted,
    gray: bool,
    keys: bool,
}

impl Pass<'_> {
    fn run(
        &self,
        reader: &mut dyn Reader,
        sink: &mut Sink<'_>,
        meter: &mut Meter,
        out: &mut Out,
    ) -> anyhow::Result<()> {
        let request = Request::entry(self.entry.path()).with_form(Form::Decoded);
        // a stream tells the shape of its frames as they come
        let mut pictures = match self.entry.kind() {
            Kind::Stream => None,
            _ => {
                let chunks = reader.chunks(&request)?;
                let array = chunks.array().or_else(|| self.entry.array().cloned());
                array.map(|array| Pictures::of(&array, self.samples())).transpose()?
            }
        };
        let request = match (self.wanted, pictures) {
            (Wanted::Indices(slice), None) => request.with_region(Region::new([slice])),
            (Wanted::Indices(slice), Some(p)) if p.many => {
                request.with_region(Region::new([slice]))
            }
            // the only one has index 0
            (Wanted::Indices(slice), Some(_)) if slice.start.unwrap_or(0) > 0 => return Ok(()),
            _ => request,
        };
        let step = match self.wanted {
            Wanted::Indices(slice) => slice.step,
            Wanted::Time(_) => 1,
        };
        let cx = reader.context().clone();
        let mut chunks = ordered(reader.chunks(&request)?, &cx);
        let mut painter: Option<(Painter, String, u64)> = None;
        while let Some(chunk) = chunks.next_chunk().map_err(|e| e.in_entry(self.entry.path()))? {
            let of = match pictures {
                Some(of) => of,
                None => {
                    let array = Array::new(chunk.dtype().clone(), chunk.shape());
                    *pictures.insert(Pictures::of(&array, self.samples())?)
                }
            };
            let first = if of.many { chunk.origin().first().copied().unwrap_or(0) } else { 0 };
            let mut rest = chunk.bytes();
            let mut begun = 0u64;
            while !rest.is_empty() {
                let (mut current, file, index) = match painter.take() {
                    Some(going_on) => going_on,
                    None => {
                        let index = first.saturating_add(begun.saturating_mul(step));
                        begun = begun.saturating_add(1);
                        let (to, file) = sink.next(&self.label(index))?;
                        (of.begin(to)?, file, index)
                    }
                };
                let _room = self.session.budget.reserve(of.room())?;
                rest = current.paint(rest)?;
                if current.is_whole() {
                    current.end()?;
                    self.say(out, of, &file, index)?;
                } else {
                    painter = Some((current, file, index));
                }
            }
            meter.tick(|| reader.progress());
        }
        match painter {
            Some((_, file, _)) => {
                Err(Error::new(ErrorKind::Truncated, format!("{file}: the picture is cut")).into())
            }
            None => Ok(()),
        }
    }

    /// What a picture's file is called by: its index, its index among the key frames, or the time that was asked for.
    fn label(&self, index: u64) -> String {
        match self.wanted {
            Wanted::Time(seconds) => format!("{seconds}s"),
            Wanted::Indices(_) if self.keys => format!("key-{index:06}"),
            Wanted::Indices(_) => format!("{index:06}"),
        }
    }

    /// How many samples a pixel has, where the entry or the wish says so.
    fn samples(&self) -> Option<u64> {
        match self.entry.kind() {
            Kind::Stream => Some(if self.gray { 1 } else { 3 }),
            _ => self.entry.fields().get("samples").and_then(|v| v.as_u64()),
        }
    }

    fn say(&self, out: &mut Out, of: Pictures, file: &str, index: u64) -> anyhow::Result<()> {
        if self.session.quiet() || file.is_empty() {
            return Ok(());
        }
        if !self.session.json() {
            writeln!(out, "{file}  {}x{}", of.width, of.height)?;
            return Ok(());
        }
        let mut object = Object::begin(out)?;
        match self.wanted {
            Wanted::Time(seconds) => json::float(object.key("time")?, seconds)?,
            Wanted::Indices(_) if self.keys => object.number("key_frame", index)?,
            Wanted::Indices(_) => object.number("frame", index)?,
        }
        object.number("width", u64::from(of.width))?;
        object.number("height", u64::from(of.height))?;
        object.text("file", file)?;
        object.end()?;
        out.write_all(b"\n")?;
        Ok(())
    }
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
    // PS3.5, A.4: pixel data, which may be compressed
    (entry.kind() == Kind::Element && entry.depth() == 0 && entry.path() == "(7FE0,0010)")
        || (entry.kind() == Kind::Array
            && entry.array().is_some_and(|array| Pictures::of(array, None).is_ok()))
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

    /// Where the next picture goes, and its name; standard output has none.
    fn next(&mut self, label: &str) -> anyhow::Result<(Box<dyn Write>, String)> {
        self.written = self.written.saturating_add(1);
        let Some((folder, stem)) = &self.folder else {
            return Ok((Box::new(std::io::stdout()), String::new()));
        };
        let path = folder.join(format!("{stem}-{label}.png"));
        let file = File::create(&path).map_err(|e| anyhow::anyhow!("{}: {e}", path.display()))?;
        // PNG comes in pieces of 32 KiB
        Ok((Box::new(file), output::human::clean(&path.to_string_lossy())))
    }
}
