//! The same fifteen tags as `slices`, through the generic reader that the factory gives: what the common form costs.
//!
//! `entries DIRECTORY [OUT]`

use std::error::Error;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stream_core::{Context, FileSource, Format, Value};
use stream_dicom::Dicom;
use stream_memory::{Budget, Pool};

const PATHS: [&str; 15] = [
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

fn files(directory: &Path, out: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files(&entry.path(), out)?;
        } else {
            out.push(entry.path());
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().collect();
    let directory = args.get(1).ok_or("entries DIRECTORY [OUT]")?;
    let mut paths = Vec::new();
    files(Path::new(directory), &mut paths)?;
    paths.sort();
    let out = args.get(2).map_or("/dev/null", String::as_str);
    let mut out = BufWriter::new(fs::File::create(out)?);
    let budget = Budget::new("entries", 4 << 20);
    let pool = Pool::new(&budget);
    let mut entry = None;
    for path in &paths {
        let cx = Context::with_pool(Arc::new(FileSource::open(path)?), &budget, pool.clone());
        let entry = entry.get_or_insert_with(|| cx.entry());
        let mut reader = Dicom.open(cx)?;
        let mut wanted = PATHS.iter().peekable();
        while wanted.peek().is_some() && reader.read_entry(entry)? {
            if entry.depth() > 0 {
                continue;
            }
            // top-level paths sort as their tags do; what the file does not have stays empty
            while wanted.next_if(|&&path| path < entry.path()).is_some() {
                out.write_all(b",")?;
            }
            if wanted.next_if(|&&path| path == entry.path()).is_none() {
                continue;
            }
            match entry.fields().get("value") {
                Some(Value::Text(text)) => out.write_all(text.as_bytes())?,
                Some(Value::Uint(number)) => write!(out, "{number}")?,
                Some(Value::List(list)) => {
                    for (i, value) in list.enumerate() {
                        let slash = if i > 0 { "\\" } else { "" };
                        write!(out, "{slash}{}", value.as_str().unwrap_or_default())?;
                    }
                }
                _ => {}
            }
            out.write_all(b",")?;
        }
        wanted.try_for_each(|_| out.write_all(b","))?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    println!("{} files", paths.len());
    Ok(())
}
