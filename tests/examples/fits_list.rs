//! Counts the HDUs of a file and their cards: `fits_list FILE`.
use stream_core::{Result, Value, memory::Budget};
use stream_factory::{Options, open_path};

fn main() -> Result<()> {
    // without a file: what the executable needs idle
    let Some(path) = std::env::args_os().nth(1) else { return Ok(()) };
    let budget = Budget::new("list", 16 << 20);
    let mut reader = open_path(path, &Options::new().with_budget(&budget))?;
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
