//! A list of inputs on its way to disk.

use std::fs::File;
use std::hash::Hasher as _;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use stream_core::Result;
use twox_hash::XxHash3_64;

use crate::Input;
use crate::fault::Doing as _;
use crate::files::{finish, unfinished};

/// A list of inputs that is being written.
pub(crate) struct Listing {
    path: PathBuf,
    out: Summed<BufWriter<File>>,
    pub(crate) inputs: u64,
    bytes: u64,
}

/// A list that is written.
pub(crate) struct Listed {
    pub(super) inputs: u64,
    pub(super) bytes: u64,
    pub(super) checksum: String,
}

impl Listing {
    pub(crate) fn begin(path: PathBuf) -> Result<Self> {
        let file = File::create(unfinished(&path)).doing(&path, "creating")?;
        let out = Summed { out: BufWriter::new(file), hash: XxHash3_64::new() };
        Ok(Self { path, out, inputs: 0, bytes: 0 })
    }

    pub(crate) fn add(&mut self, input: &Input) -> Result<()> {
        self.inputs = self.inputs.saturating_add(1);
        self.bytes = self.bytes.saturating_add(input.size);
        let out = &mut self.out;
        let line = serde_json::to_writer(&mut *out, input).map_err(std::io::Error::from);
        line.and_then(|()| out.write_all(b"\n")).doing(&self.path, "writing")
    }

    pub(crate) fn finish(self) -> Result<Listed> {
        let Self { path, out: Summed { out, hash }, inputs, bytes } = self;
        let file = out.into_inner().map_err(|e| e.into_error()).doing(&path, "writing")?;
        finish(&file, &path)?;
        Ok(Listed { inputs, bytes, checksum: format!("{:016x}", hash.finish()) })
    }
}

/// Counts a checksum of what passes.
struct Summed<W> {
    out: W,
    hash: XxHash3_64,
}

impl<W: std::io::Write> std::io::Write for Summed<W> {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        let n = self.out.write(buf)?;
        self.hash.write(buf.get(..n).unwrap_or_default());
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}
