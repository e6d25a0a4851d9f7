//! Fifteen tags of each file below a directory as comma-separated lines, as a catalogue wants them.
//!
//! `slices DIRECTORY [OUT]`

use std::error::Error;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stream_core::{Context, FileSource};
use stream_dicom::{Checks, Element, ElementKind, Options, Reader, Tag, Value};
use stream_memory::{Budget, Pool};

const TAGS: [Tag; 15] = [
    Tag(0x0008, 0x0018),
    Tag(0x0008, 0x0020),
    Tag(0x0008, 0x0060),
    Tag(0x0010, 0x0010),
    Tag(0x0010, 0x0020),
    Tag(0x0018, 0x0050),
    Tag(0x0020, 0x000d),
    Tag(0x0020, 0x000e),
    Tag(0x0020, 0x0011),
    Tag(0x0020, 0x0013),
    Tag(0x0020, 0x0032),
    Tag(0x0028, 0x0010),
    Tag(0x0028, 0x0011),
    Tag(0x0028, 0x0030),
    Tag(0x0028, 0x1053),
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
    let directory = args.get(1).ok_or("slices DIRECTORY [OUT]")?;
    let mut paths = Vec::new();
    files(Path::new(directory), &mut paths)?;
    paths.sort();
    let out = args.get(2).map_or("/dev/null", String::as_str);
    let mut out = BufWriter::new(fs::File::create(out)?);
    let budget = Budget::new("slices", 4 << 20);
    let pool = Pool::new(&budget);
    let options = Options::default()
        .with_until(TAGS[TAGS.len() - 1])
        .with_read_ahead(4096)
        .with_checks(Checks::Structure);
    let mut text = String::new();
    let mut element = None;
    for path in &paths {
        let cx = Context::with_pool(Arc::new(FileSource::open(path)?), &budget, pool.clone());
        let element = element.get_or_insert_with(|| Element::new(&cx));
        let mut reader = Reader::with_options(cx, options)?;
        let mut wanted = TAGS.iter().peekable();
        while reader.read_element(element)? {
            if element.depth() > 0 || element.kind() != ElementKind::Value {
                continue;
            }
            // what the file does not have stays empty
            while wanted.next_if(|&&tag| tag < element.tag()).is_some() {
                out.write_all(b",")?;
            }
            if wanted.next_if_eq(&&element.tag()).is_none() {
                continue;
            }
            match element.value() {
                Value::Text(value) => {
                    text.clear();
                    value.decode(&mut text);
                    out.write_all(text.as_bytes())?;
                }
                Value::U16(mut numbers) => write!(out, "{}", numbers.next().unwrap_or(0))?,
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
