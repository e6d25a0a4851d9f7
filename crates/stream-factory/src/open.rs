//! From a path or a source to a reader.

use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::sync::Arc;

use stream_core::{
    Confidence, Context, Error, ErrorKind, FileSource, ForwardSource, GZIP_MAGIC, Needs, Reader,
    Result, Source, gunzip,
};

use crate::detect::{DetectedBy, Detection, find};
use crate::known::{Known, formats};
use crate::options::Options;
use crate::stream;

/// A reader, and how its format was found. Used as the reader it holds.
pub struct Opened {
    reader: Box<dyn Reader>,
    detection: Detection,
}

impl Opened {
    /// Which format, and why.
    pub fn detection(&self) -> &Detection {
        &self.detection
    }

    /// The reader alone.
    pub fn into_reader(self) -> Box<dyn Reader> {
        self.reader
    }
}

impl Deref for Opened {
    type Target = dyn Reader;
    fn deref(&self) -> &Self::Target {
        &*self.reader
    }
}

impl DerefMut for Opened {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut *self.reader
    }
}

/// Opens a file with the defaults of [`Options`].
///
/// # Errors
/// As [`open_path`].
pub fn open(path: impl AsRef<Path>) -> Result<Opened> {
    open_path(path, &Options::new())
}

/// Opens a file. `/dev/stdin` and `/dev/fd/N` are read as streams that only go forward.
///
/// # Errors
/// `Io` when it cannot be opened or is not a regular file, `Unrecognized` when it is empty, `NotEnabled` when its format's
/// reader is not compiled in, and what the format's reader says.
pub fn open_path(path: impl AsRef<Path>, options: &Options) -> Result<Opened> {
    let path = path.as_ref();
    let options = options.clone().with_budget(&options.budget());
    if stream::is_stream(path) {
        return open_with(stream::open(path, &options)?, &options);
    }
    open_with(Arc::new(FileSource::open(path)?), &options)
}

/// Opens a source.
///
/// A gzip stream is looked through when a format that reads forward is found inside; otherwise its bytes are read as they are.
///
/// # Errors
/// As [`open_path`], and `Unsupported` when the format cannot read a source that only goes forward.
pub fn open_with(source: Arc<dyn Source>, options: &Options) -> Result<Opened> {
    let budget = options.budget();
    let cx = options.context(source, &budget);
    let name = options.name(&**cx.source()).map(Path::to_owned);
    let chosen = options.format.as_deref().map(named).transpose()?;
    let zipped = is_gzip(&cx)?;
    if zipped && chosen.is_none_or(|known| known.descriptor().name != "binary") {
        let inside: Arc<dyn Source> =
            Arc::new(gunzip(cx.source().clone(), &cx, ForwardSource::WINDOW)?);
        let cx = cx.with_source(inside);
        match chosen {
            Some(known) => {
                return start(known, Detection { gzip: true, ..by_caller(known) }, cx);
            }
            None => {
                // a damaged gzip stream is still a file of bytes
                if let Ok((known, found)) = find(&cx, name.as_deref())
                    && found.confidence >= Confidence::Likely
                    && found.format.needs == Needs::Forward
                {
                    return start(known, Detection { gzip: true, ..found }, cx);
                }
            }
        }
    }
    match chosen {
        Some(known) => start(known, by_caller(known), cx),
        None => {
            let (known, found) = find(&cx, name.as_deref())?;
            start(known, found, cx)
        }
    }
}

fn named(name: &str) -> Result<&'static Known> {
    formats().iter().find(|k| k.descriptor().name == name).ok_or_else(|| {
        let names: Vec<_> = formats().iter().map(|k| k.descriptor().name).collect();
        let message = format!("no format is called {name:?} (known: {})", names.join(", "));
        Error::new(ErrorKind::Unrecognized, message)
    })
}

fn by_caller(known: &Known) -> Detection {
    Detection {
        format: known.descriptor(),
        by: DetectedBy::Caller,
        confidence: Confidence::No,
        gzip: false,
    }
}

fn is_gzip(cx: &Context) -> Result<bool> {
    let mut magic = [0; GZIP_MAGIC.len()];
    Ok(cx.read_full_at(0, &mut magic)? == magic.len() && magic == GZIP_MAGIC)
}

fn start(known: &'static Known, detection: Detection, cx: Context) -> Result<Opened> {
    let format = known.reader()?;
    let name = format.descriptor().name;
    if format.descriptor().needs > Needs::Forward && !cx.is_random() {
        let message =
            format!("{} cannot be read from a stream: give a file", detection.format.title);
        return Err(Error::new(ErrorKind::Unsupported, message).with_format(name));
    }
    let reader = format.open(cx).map_err(|e| e.with_format(name))?;
    Ok(Opened { reader, detection })
}
