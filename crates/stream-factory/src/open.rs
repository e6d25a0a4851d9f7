//! From a path or a source to a reader.

use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::sync::Arc;

use stream_core::{
    Confidence, Context, Error, ErrorKind, FileSource, ForwardSource, GZIP_MAGIC, Needs, Reader,
    Result, Source, gunzip,
};
use stream_memory::Settings;

use crate::detect::{DetectedBy, Detection, HEAD, find};
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
/// `Unsupported` when it is larger than the process's settings allow, `OverBudget` (resumable) while a governor refuses new work,
/// `Io` when it cannot be opened or is not a regular file, `Unrecognized` when it is empty, `NotEnabled` when its format's
/// reader is not compiled in, and what the format's reader says.
pub fn open_path(path: impl AsRef<Path>, options: &Options) -> Result<Opened> {
    look_path(path, options)?.open()
}

/// Opens a source.
///
/// A gzip stream is looked through when a format that reads forward is found inside; otherwise its bytes are read as they are.
///
/// # Errors
/// As [`open_path`], and `Unsupported` when the format cannot read a source that only goes forward.
pub fn open_with(source: Arc<dyn Source>, options: &Options) -> Result<Opened> {
    look_with(source, options)?.open()
}

/// A source whose format is known, before its reader is opened.
pub struct Looked {
    known: &'static Known,
    detection: Detection,
    cx: Context,
}

/// Finds a file's format, as [`open_path`] does before it opens the reader.
///
/// # Errors
/// As [`open_path`], but for what the reader says.
pub fn look_path(path: impl AsRef<Path>, options: &Options) -> Result<Looked> {
    let path = path.as_ref();
    let options = options.clone().with_budget(&options.budget());
    if stream::is_stream(path) {
        return look_with(stream::open(path, &options)?, &options);
    }
    look_with(Arc::new(FileSource::open(path)?), &options)
}

/// Finds a source's format, as [`open_with`] does before it opens the reader.
///
/// # Errors
/// As [`open_with`], but for what the reader says.
pub fn look_with(source: Arc<dyn Source>, options: &Options) -> Result<Looked> {
    let budget = options.budget();
    let cx = options.context(source, &budget);
    not_too_large(&cx)?;
    cx.throttle().admit()?;
    let name = options.name(&**cx.source()).map(Path::to_owned);
    let chosen = options.format.as_deref().map(named).transpose()?;
    let zipped = is_gzip(&cx)?;
    if zipped && chosen.is_none_or(|known| known.descriptor().name != "binary") {
        let inside: Arc<dyn Source> =
            Arc::new(gunzip(cx.source().clone(), &cx, ForwardSource::WINDOW)?);
        let cx = cx.with_source(inside);
        match chosen {
            Some(known) => {
                let detection = Detection { gzip: true, ..by_caller(known) };
                return Ok(Looked { known, detection, cx });
            }
            None => {
                // a damaged gzip stream is still a file of bytes
                if let Ok((known, found)) = find(&cx, name.as_deref())
                    && found.confidence >= Confidence::Likely
                    && found.format.needs == Needs::Forward
                {
                    let detection = Detection { gzip: true, ..found };
                    return Ok(Looked { known, detection, cx });
                }
            }
        }
    }
    let (known, detection) = match chosen {
        Some(known) => (known, by_caller(known)),
        None => find(&cx, name.as_deref())?,
    };
    Ok(Looked { known, detection, cx })
}

impl Looked {
    /// Which format, and why.
    pub fn detection(&self) -> &Detection {
        &self.detection
    }

    /// What the reader will read within.
    pub fn context(&self) -> &Context {
        &self.cx
    }

    /// Whether the format's reader is compiled in.
    pub fn is_compiled_in(&self) -> bool {
        self.known.format().is_some()
    }

    /// Whether the reader that is compiled in stands on a C library; without one it does not read what needs it.
    pub fn has_library(&self) -> bool {
        self.known.format().is_some_and(|format| format.library().is_some())
    }

    /// Whether reading this file enters a C library (see [`Format::enters_library`]).
    ///
    /// [`Format::enters_library`]: stream_core::Format::enters_library
    ///
    /// # Errors
    /// What the source says.
    pub fn enters_library(&self) -> Result<bool> {
        let Some(format) = self.known.format() else {
            return Ok(false);
        };
        let mut head = self.cx.buf(HEAD)?;
        // not through the context, whose counters count what the reader reads
        let n = read_head(&**self.cx.source(), &mut head)?;
        head.truncate(n);
        Ok(format.enters_library(&head))
    }

    /// Whether the reader that is compiled in has no decoder for some of the file's data (see [`Format::lacks_decoder`]).
    ///
    /// [`Format::lacks_decoder`]: stream_core::Format::lacks_decoder
    ///
    /// # Errors
    /// What the source says.
    pub fn lacks_decoder(&self) -> Result<bool> {
        let Some(format) = self.known.format() else {
            return Ok(false);
        };
        // with counters of its own, since those of the context count what the reader reads
        format.lacks_decoder(&self.cx.with_source(self.cx.source().clone()))
    }

    /// Opens the reader.
    ///
    /// # Errors
    /// `NotEnabled` when the format's reader is not compiled in, `Unsupported` when it cannot read a source that only goes
    /// forward, and what the reader says.
    pub fn open(self) -> Result<Opened> {
        start(self.known, self.detection, self.cx)
    }
}

fn read_head(source: &dyn Source, head: &mut [u8]) -> Result<usize> {
    let mut done = 0usize;
    while let Some(rest) = head.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match source.read_at(u64::try_from(done).unwrap_or(u64::MAX), rest) {
            Ok(0) => break,
            Ok(n) => done = done.saturating_add(n),
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(done)
}

fn not_too_large(cx: &Context) -> Result<()> {
    let (size, most) = (cx.source().size(), Settings::current().max_file_size);
    match (size, most) {
        (Some(size), Some(most)) if size > most => {
            let message =
                format!("file of {size} bytes: larger than the maximum file size of {most}");
            Err(Error::new(ErrorKind::Unsupported, message))
        }
        _ => Ok(()),
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
    let name = detection.format.name;
    if detection.format.needs > Needs::Forward && !cx.is_random() {
        let message =
            format!("{} cannot be read from a stream: give a file", detection.format.title);
        return Err(Error::new(ErrorKind::Unsupported, message).with_format(name));
    }
    let format = known.reader()?;
    let reader = stream_core::open_reader(format, cx)?;
    Ok(Opened { reader, detection })
}
