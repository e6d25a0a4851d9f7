//! Takes 15 tags from each DICOM file under a folder, as a catalogue would: `tags FOLDER`.
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stream_core::{
    Context, FileSource, Format, Value,
    memory::{Budget, Pool},
};
use stream_dicom::Dicom;

/// In the order of a file: the walk ends behind the last.
const TAGS: [&str; 15] = [
    "(0008,0018)",
    "(0008,0020)",
    "(0008,0060)",
    "(0010,0010)",
    "(0010,0020)",
    "(0018,0050)",
    "(0020,000D)",
    "(0020,000E)",
    "(0020,0011)",
    "(0020,0013)",
    "(0020,0032)",
    "(0028,0010)",
    "(0028,0011)",
    "(0028,0030)",
    "(0028,1053)",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // without a folder: what the executable needs idle
    let Some(folder) = std::env::args_os().nth(1) else { return Ok(()) };
    let mut files = Vec::new();
    collect(Path::new(&folder), &mut files)?;
    files.sort();
    let budget = Budget::new("tags", 16 << 20);
    let pool = Pool::new(&budget);
    let (mut found, mut bytes) = (0_u64, 0_u64);
    let mut line = String::new();
    for file in &files {
        line.clear();
        found += tags(file, (&budget, &pool), &mut line)?;
        bytes += line.len() as u64;
    }
    println!("{} files, {found} tags, {bytes} bytes", files.len());
    Ok(())
}

/// Appends the tags' values and says how many there were.
fn tags(
    file: &Path,
    (budget, pool): (&Budget, &Pool),
    line: &mut String,
) -> stream_core::Result<u64> {
    let source = Arc::new(FileSource::open(file)?);
    let mut reader = Dicom.open(Context::with_pool(source, budget, pool.clone()))?;
    let mut entry = reader.context().entry();
    let mut wanted = TAGS.iter().peekable();
    let mut found = 0;
    while wanted.peek().is_some() && reader.read_entry(&mut entry)? {
        let path = entry.path();
        while wanted.next_if(|tag| **tag < path && entry.depth() == 0).is_some() {}
        if wanted.next_if(|tag| **tag == path).is_some() {
            found += 1;
            if let Some(value) = entry.fields().get("value") {
                append(&value, line);
            }
            line.push('\t');
        }
    }
    Ok(found)
}

fn append(value: &Value<'_>, line: &mut String) {
    match value {
        Value::Text(text) => line.push_str(text),
        Value::List(list) => (*list).for_each(|one| append(&one, line)),
        other => line.push_str(&format!("{other:?}")),
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}
