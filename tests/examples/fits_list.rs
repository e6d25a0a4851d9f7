//! Counts the HDUs of a file and their cards: `fits_list FILE`.
use std::sync::Arc;

use stream_core::{Context, FileSource, Format, Result, Value, memory::Budget};
use stream_fits::Fits;

fn main() -> Result<()> {
    // without a file: what the executable needs idle
    let Some(path) = std::env::args_os().nth(1) else { return Ok(()) };
    let budget = Budget::new("list", 16 << 20);
    let cx = Context::new(Arc::new(FileSource::open(path)?), &budget);
    let mut reader = Fits.open(cx)?;
    let mut entry = reader.context().entry();
    let (mut hdus, mut cards) = (0u64, 0);
    while reader.read_entry(&mut entry)? {
        if entry.depth() == 0 {
            hdus += 1;
            if let Some(Value::List(list)) = entry.fields().get("cards") {
                cards += list.count();
            }
        }
    }
    println!("{hdus} {cards}");
    Ok(())
}
