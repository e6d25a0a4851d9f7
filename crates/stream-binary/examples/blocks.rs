//! One line for each block of a file, or with `--quiet` only the totals, and what it took.
//!
//! ```text
//! cargo run --release -p stream-binary --example blocks -- FILE [read|xxh3|entropy|all] [--whole] [--quiet]
//! ```
//!
//! `-` as FILE reads standard input. `BLOCK`, `BUDGET` (bytes) and `THREADS` are read from the environment.

use std::io::{BufWriter, Write};
use std::num::NonZeroUsize;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Instant;

use stream_binary::{Block, Digests, Options, Reader};
use stream_core::memory::{Budget, Pool};
use stream_core::{Context, FileSource, ForwardSource, Source};

fn variable<T: FromStr>(name: &str, default: T) -> T {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (flags, words): (Vec<_>, Vec<_>) = arguments.iter().partition(|a| a.starts_with("--"));
    let path = words.first().ok_or("which file?")?;
    let what = words.get(1).map_or("all", |what| what.as_str());
    let mut options = Options::new().with_block_size(variable("BLOCK", 1 << 20));
    if ["xxh3", "entropy", "all"].contains(&what) {
        options.digests = Digests::XXH3;
    }
    options.entropy = ["entropy", "all", "count"].contains(&what);
    options.runs = what == "all";
    if flags.iter().any(|flag| *flag == "--whole") {
        options.whole = Digests::ALL;
    }
    let quiet = flags.iter().any(|flag| *flag == "--quiet");

    let budget = Budget::new("blocks", variable("BUDGET", 16 << 20));
    let source: Arc<dyn Source> = match path.as_str() {
        "-" => {
            let pool = Pool::new(&budget);
            let stream = std::io::stdin();
            Arc::new(ForwardSource::new(stream, ForwardSource::WINDOW, &pool, &budget)?)
        }
        path => Arc::new(FileSource::open(path)?),
    };
    let cx = Context::new(source, &budget);
    let threads = NonZeroUsize::new(variable("THREADS", 2)).unwrap_or(NonZeroUsize::MIN);
    let reader = Reader::open(cx.with_threads(threads))?;
    let start = Instant::now();
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut blocks = reader.blocks(&options)?;
    let mut block = Block::default();
    while blocks.read_block(&mut block)? {
        if quiet {
            continue;
        }
        let Block { offset, length, .. } = block;
        write!(out, r#"{{"offset":{offset},"length":{length}"#)?;
        if let Some(hash) = block.digest.xxh3 {
            write!(out, r#","xxh3":"{hash:016x}""#)?;
        }
        if let Some(entropy) = block.entropy {
            write!(out, r#","entropy":{entropy}"#)?;
        }
        if let Some(runs) = block.runs {
            write!(out, r#","strings":{}"#, runs.count())?;
        }
        writeln!(out, "}}")?;
    }
    out.flush()?;
    let totals = blocks.finish()?;
    let elapsed = start.elapsed().as_secs_f64();
    let rate = totals.length() as f64 / elapsed / 1e9;
    let magic = reader.magic();
    eprintln!("{} ({})", magic.name, magic.media_type);
    eprintln!("{totals:?}");
    eprintln!("{elapsed:.3} s, {rate:.2} GB/s, budget peak {}", budget.peak());
    Ok(())
}
