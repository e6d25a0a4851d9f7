//! Part files: one of `files` and one of `entries`, which are there together or not at all.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use arrow_schema::{Field, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::schema::types::ColumnPath;
use stream_core::Result;

use crate::Block;
use crate::fault::{Doing as _, table_fault};
use crate::files::{finish, unfinished};
use crate::table::{ENTRIES, FILES};

/// The folders of the two tables.
pub(crate) const TABLES: [&str; 2] = ["files", "entries"];

/// Where a part of a table is.
pub(crate) fn part_path(catalogue: &Path, table: &str, name: &str) -> PathBuf {
    catalogue.join(table).join(format!("part-{name}.parquet"))
}

/// A part that is being written.
pub(crate) struct Part {
    name: String,
    files: Table,
    entries: Table,
    ids: Vec<u64>,
    begun: Instant,
}

/// What a finished part holds.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) name: String,
    /// Sorted.
    pub(crate) ids: Vec<u64>,
    pub(crate) entries: u64,
    /// Bytes of the two files, in the order of [`TABLES`].
    pub(crate) sizes: [u64; 2],
}

impl Part {
    /// Begins a part whose row groups are written out at about `group` bytes.
    pub(crate) fn begin(catalogue: &Path, name: String, group: usize) -> Result<Self> {
        let [files, entries] = TABLES.map(|table| part_path(catalogue, table, &name));
        Ok(Self {
            files: Table::begin(files, &FILES, group / 4)?,
            entries: Table::begin(entries, &ENTRIES, group)?,
            name,
            ids: Vec::new(),
            begun: Instant::now(),
        })
    }

    pub(crate) fn take(&mut self, block: &Block) -> Result<()> {
        for batch in block.entries()? {
            self.entries.write(&batch?)?;
        }
        self.files.write(&block.files()?)?;
        self.ids.extend(block.rows().iter().map(|row| row.id));
        Ok(())
    }

    /// Adds rows of another part: of files where `table` is the first of [`TABLES`], else of entries.
    pub(crate) fn copy(&mut self, table: usize, batch: &RecordBatch, ids: &[u64]) -> Result<()> {
        if table > 0 {
            return self.entries.write(batch);
        }
        self.ids.extend(ids);
        self.files.write(batch)
    }

    /// Bytes on disk so far.
    pub(crate) fn bytes(&self) -> u64 {
        let bytes = self.files.out.bytes_written().saturating_add(self.entries.out.bytes_written());
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }

    pub(crate) fn age(&self) -> Duration {
        self.begun.elapsed()
    }

    pub(crate) fn files(&self) -> usize {
        self.ids.len()
    }

    /// Gives both files their names; they last when this returns.
    pub(crate) fn finish(mut self) -> Result<Done> {
        self.ids.sort_unstable();
        let (second, entries) = self.entries.finish()?;
        let (first, _) = self.files.finish()?;
        Ok(Done { name: self.name, ids: self.ids, entries, sizes: [first, second] })
    }

    /// Removes what was written.
    pub(crate) fn abandon(self) {
        for table in [self.files, self.entries] {
            // what cannot be removed is removed by the next run
            let _ = fs::remove_file(unfinished(&table.path));
        }
    }
}

struct Table {
    path: PathBuf,
    out: ArrowWriter<File>,
    group: usize,
    rows: u64,
}

/// Bytes of a column's page, and of its dictionary: small, since memory is so many times the columns.
const PAGE: usize = 128 << 10;

/// Whether a reader may want to leave out rows by the extremes of this column.
fn told(field: &Field) -> bool {
    !field.data_type().is_nested() && field.name() != "value"
}

fn column(field: &Field) -> ColumnPath {
    ColumnPath::new(vec![field.name().clone()])
}

impl Table {
    fn begin(path: PathBuf, schema: &SchemaRef, group: usize) -> Result<Self> {
        let file = File::create(unfinished(&path)).doing(&path, "creating")?;
        let properties = WriterProperties::builder()
            .set_writer_version(WriterVersion::PARQUET_1_0)
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_data_page_size_limit(PAGE)
            .set_dictionary_page_size_limit(PAGE)
            .set_statistics_enabled(EnabledStatistics::None)
            .set_created_by("narrows".to_owned());
        // a dictionary of numbers takes 72 KiB from its first value on: those of all columns would be more than the rows of `files`
        // may take, which were written out at each block then
        let plain = schema.fields().iter().filter(|field| field.data_type().is_primitive());
        let properties = plain
            .fold(properties, |to, field| to.set_column_dictionary_enabled(column(field), false));
        // extremes of a list's items or of values of all kinds tell nobody which rows to leave out
        let told = schema.fields().iter().filter(|field| told(field));
        let properties = told
            .fold(properties, |to, field| {
                to.set_column_statistics_enabled(column(field), EnabledStatistics::Chunk)
            })
            .build();
        let out = ArrowWriter::try_new(file, schema.clone(), Some(properties))
            .map_err(|e| table_fault(&path, e))?;
        Ok(Self { path, out, group, rows: 0 })
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let written = self.out.write(batch).and_then(|()| match self.out.memory_size() {
            held if held >= self.group => self.out.flush(),
            _ => Ok(()),
        });
        self.rows = self.rows.saturating_add(u64::try_from(batch.num_rows()).unwrap_or(0));
        written.map_err(|e| table_fault(&self.path, e))
    }

    /// Its size in bytes, and its rows.
    fn finish(self) -> Result<(u64, u64)> {
        let Self { path, out, rows, .. } = self;
        let file = out.into_inner().map_err(|e| table_fault(&path, e))?;
        finish(&file, &path)?;
        let size = file.metadata().doing(&path, "looking at")?.len();
        Ok((size, rows))
    }
}

#[cfg(test)]
mod tests {
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use stream_core::Entry;
    use stream_memory::Budget;

    use super::*;
    use crate::files::make_folder;
    use crate::row::FileRow;
    use crate::table::{Entries, Files, Veil};

    #[test]
    fn blocks_of_a_few_files_are_one_row_group_of_each_table() {
        let dir = tempfile::tempdir().unwrap();
        TABLES.iter().for_each(|table| make_folder(&dir.path().join(table)).unwrap());
        // as little as there is, with more columns than rows in a block
        let mut part = Part::begin(dir.path(), "p".to_owned(), 1 << 20).unwrap();
        for block in 0..100 {
            let (mut files, mut entries) = (Files::new(), Entries::new());
            let ids: Vec<u64> = (block * 10..block * 10 + 10).collect();
            for &id in &ids {
                files.push(FileRow::new(id, format!("archive/{id:08}.dcm").into()));
                entries.push(
                    id,
                    &Entry::new(&Budget::new("entry", 1 << 10)),
                    &[],
                    Veil { redactor: None, format: "dicom" },
                );
            }
            part.copy(0, &files.batch().unwrap(), &ids).unwrap();
            part.copy(1, &entries.finish().unwrap(), &[]).unwrap();
        }
        part.finish().unwrap();
        for table in TABLES {
            let file = File::open(part_path(dir.path(), table, "p")).unwrap();
            let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
            let metadata = reader.metadata();
            let rows = metadata.file_metadata().num_rows();
            assert_eq!((rows, metadata.num_row_groups()), (1000, 1), "{table}");
        }
    }
}
