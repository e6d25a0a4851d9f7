//! Lists every element of the files named, one a line: path, VR, length, offset, keyword, value.
//!
//! `list [--count] FILE…`: with `--count`, counts them only, and says how much of the file was read.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{BufWriter, Write};
use std::sync::Arc;

use stream_core::{Context, FileSource};
use stream_dicom::{Element, Reader, Value};
use stream_memory::Budget;

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut count_only = false;
    for path in std::env::args().skip(1) {
        if path == "--count" {
            count_only = true;
            continue;
        }
        let budget = Budget::new("list", 16 << 20);
        let cx = Context::new(Arc::new(FileSource::open(&path)?), &budget);
        let mut reader = match Reader::open(cx.clone()) {
            Ok(reader) => reader,
            Err(e) => {
                writeln!(out, "error: {e}")?;
                continue;
            }
        };
        let mut element = Element::new(&cx);
        let mut line = String::new();
        let mut count = 0u64;
        loop {
            match reader.read_element(&mut element) {
                Ok(true) => {}
                Ok(false) => break,
                Err(e) => {
                    writeln!(out, "error: {e}")?;
                    break;
                }
            }
            count += 1;
            if count_only {
                continue;
            }
            line.clear();
            element.write_path(&mut line)?;
            let vr = element.vr();
            match element.length() {
                Some(length) => write!(line, " {vr} {length}")?,
                None => write!(line, " {vr} u/l")?,
            }
            write!(line, " @{} {}", element.offset(), element.keyword().unwrap_or("-"))?;
            match element.value() {
                Value::Text(text) => {
                    line.push(' ');
                    text.decode(&mut line);
                }
                Value::NotLoaded | Value::Bytes(_) | Value::Empty => {}
                numbers => write!(line, " {numbers:?}")?,
            }
            writeln!(out, "{line}")?;
        }
        for deviation in reader.deviations() {
            writeln!(out, "deviation: {deviation}")?;
        }
        if count_only {
            let read = cx.counters().bytes_read();
            writeln!(
                out,
                "{path}: {count} elements, {read} bytes read, budget's peak {}",
                budget.peak()
            )?;
        }
    }
    Ok(())
}
