//! One static value per format: what it is called, how it is recognised, how it is opened.

use crate::{Context, Reader, Result};

/// How sure a format is that bytes are its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// They are not.
    No,
    /// They may be: nothing speaks against it.
    Possible,
    /// Something speaks for it.
    Likely,
    /// The format's own signature stands where the standard puts it.
    Certain,
}

/// What a format needs of its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Needs {
    /// Reads onwards only: pipes will do.
    Forward,
    /// Reads anywhere.
    Random,
    /// Reads through a library that insists on a file name.
    Path,
}

/// A setting that a format's reader knows, given through [`Context::with_setting`].
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name, prefixed by the format's: `vtt.recovery`.
    pub name: &'static str,
    /// What it does and which values it takes.
    pub about: &'static str,
}

/// What a format says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Descriptor {
    /// Its name in listings, features and flags: `dicom`.
    pub name: &'static str,
    /// Its name in its own words: `DICOM`.
    pub title: &'static str,
    /// Usual extensions, lower case, without the dot.
    pub extensions: &'static [&'static str],
    /// Media types, the preferred one first.
    pub media_types: &'static [&'static str],
    /// What is read, in a line, with the standard.
    pub reads: &'static str,
    /// What it needs of a source.
    pub needs: Needs,
    /// Heap in bytes that an open reader may use beside its budget: fixed tables and structures whose size no input
    /// decides.
    pub overhead: u64,
    /// Settings.
    pub settings: &'static [Setting],
}

/// A format that can be recognised and read.
pub trait Format: Send + Sync + 'static {
    /// What it says of itself.
    fn descriptor(&self) -> &'static Descriptor;

    /// How sure it is that a file whose first bytes (up to 4 KiB; the whole file if that is shorter) are `head` is its own.
    /// Pure: the same bytes give the same answer.
    fn sniff(&self, head: &[u8]) -> Confidence;

    /// The second look, where the head cannot tell: may read up to 64 KiB by position. `head` is what [`Format::sniff`]
    /// said; a format whose head always tells returns it.
    ///
    /// # Errors
    /// What the source says. Bytes of another format are no error.
    fn probe(&self, cx: &Context, head: Confidence) -> Result<Confidence>;

    /// Opens a reader that stands before the first entry. Reads at most what the first entry needs.
    ///
    /// # Errors
    /// `Malformed` or `Truncated` when nothing of it is this format, `Passed` or `Unsupported` when the source cannot do what
    /// the format needs, `OverBudget` (resumable), and what the source says.
    fn open(&self, cx: Context) -> Result<Box<dyn Reader>>;

    /// The C library that the reader stands on, with the version that is linked: `libhdf5 1.10.8`. `None` for pure Rust.
    fn library(&self) -> Option<String> {
        None
    }

    /// Whether reading a file that begins with `head` (as for [`Format::sniff`]) enters a C library, so that whoever must not
    /// be taken down by a file reads it in a worker process.
    fn enters_library(&self, _head: &[u8]) -> bool {
        self.library().is_some()
    }

    /// Whether the file has data in a code that this reader does not decode, so that whoever has another reader for the format
    /// (which stands on a library) asks that one. Reads what opening reads.
    ///
    /// # Errors
    /// `OverBudget`, `Cancelled`, and what the source says. A file that is broken lacks no decoder.
    fn lacks_decoder(&self, _cx: &Context) -> Result<bool> {
        Ok(false)
    }
}
