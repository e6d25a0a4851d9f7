//! Entries of one file that has more of them than memory is meant for.

use std::fs::File;
use std::io::{BufReader, BufWriter, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::RecordBatch;
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use stream_core::Result;

use super::arrow;
use crate::fault::Doing as _;
use crate::table::ENTRIES;

/// Record batches in a file that has no name: whatever happens, it is gone with this.
pub(crate) struct Spool {
    file: File,
}

/// A spool that is being filled.
pub(super) struct Filling {
    out: StreamWriter<BufWriter<File>>,
}

static NEXT: AtomicU64 = AtomicU64::new(0);

impl Filling {
    pub(super) fn new(folder: &Path) -> Result<Self> {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("spool-{}-{number}.tmp", std::process::id()));
        let mut options = std::fs::OpenOptions::new();
        let file = options.read(true).write(true).create_new(true).open(&path);
        let file = file.doing(&path, "creating")?;
        std::fs::remove_file(&path).doing(&path, "removing the name")?;
        let out = StreamWriter::try_new(BufWriter::new(file), &ENTRIES).map_err(arrow)?;
        Ok(Self { out })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.out.write(batch).map_err(arrow)
    }

    pub(super) fn finish(mut self) -> Result<Spool> {
        self.out.finish().map_err(arrow)?;
        let out = self.out.into_inner().map_err(arrow)?;
        let file = out.into_inner().map_err(|e| e.into_error());
        Ok(Spool { file: file.doing(Path::new("spool"), "writing")? })
    }
}

impl Spool {
    pub(super) fn batches(&self) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<>> {
        let at = Path::new("spool");
        let mut file = self.file.try_clone().doing(at, "opening")?;
        file.seek(SeekFrom::Start(0)).doing(at, "reading")?;
        let reader = StreamReader::try_new(BufReader::new(file), None).map_err(arrow)?;
        Ok(reader.map(|batch| batch.map_err(arrow)))
    }
}
