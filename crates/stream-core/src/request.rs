//! What data a caller wants.

use crate::Region;

/// In which form data is delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// The format's natural values: numbers as stored, in the machine's byte order; text and other values as bytes;
    /// compressed frames as their bytes.
    #[default]
    Stored,
    /// Decoded by a codec: compressed frames as arrays of pixels.
    Decoded,
    /// Numbers after the format's own scaling and its rules for missing values.
    Scaled,
    /// The bytes as they stand in the file.
    Bytes,
}

/// The data of one or several entries, in one pass.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Paths of entries, as listed.
    pub entries: Vec<String>,
    /// Which part of each.
    pub region: Region,
    /// In which form.
    pub form: Form,
    /// Chunks of about this many bytes; `None` takes the context's size.
    pub chunk_size: Option<usize>,
}

impl Request {
    /// All of one entry's data.
    pub fn entry(path: impl Into<String>) -> Self {
        Self { entries: vec![path.into()], ..Self::default() }
    }

    /// All data of several entries.
    pub fn entries<P: Into<String>>(paths: impl IntoIterator<Item = P>) -> Self {
        Self { entries: paths.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Takes only `region` of each entry.
    pub fn with_region(mut self, region: Region) -> Self {
        self.region = region;
        self
    }

    /// Delivers in `form`.
    pub fn with_form(mut self, form: Form) -> Self {
        self.form = form;
        self
    }

    /// Asks for chunks of about `bytes` bytes.
    pub fn with_chunk_size(mut self, bytes: usize) -> Self {
        self.chunk_size = Some(bytes);
        self
    }
}
