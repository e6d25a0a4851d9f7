//! Computes facts of each MiB of a file on all cores: `digests xxh3|entropy FILE`.
use std::sync::Arc;

use stream_binary::{Digests, Options, Reader};
use stream_core::{Context, FileSource, memory::Budget};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1);
    // without arguments: what the executable needs idle
    let Some(what) = arguments.next() else { return Ok(()) };
    let path = arguments.next().ok_or("usage: digests xxh3|entropy FILE")?;
    let budget = Budget::new("digests", 16 << 20);
    let options = Options::new().with_block_size(1 << 20).with_digests(Digests::XXH3);
    let options = if what == "entropy" { options.with_entropy() } else { options };
    let cx = Context::new(Arc::new(FileSource::open(path)?), &budget);
    let mut blocks = Reader::open(cx)?.blocks(&options)?;
    let (mut count, mut mixed, mut entropy) = (0_u64, 0_u64, 0.0);
    for block in &mut blocks {
        let block = block?;
        count += 1;
        mixed = mixed.rotate_left(1) ^ block.digest.xxh3.unwrap_or_default();
        entropy += block.entropy.unwrap_or_default();
    }
    let whole = blocks.totals().length();
    println!("{whole} bytes, {count} blocks, {mixed:016x}, {entropy:.3} bits");
    Ok(())
}
