//! Blocks of a binary file as JSON lines: place, digest, entropy; then the totals.

use std::io::Write;

use stream_binary::{Block, Digest, Digests, Options, Reader, Runs};
use stream_core::{Context, Form, ReaderExt as _};

use crate::cli::Cat;
use crate::output::Out;
use crate::output::json::{self, Object};

/// The size of a block when none is given.
const BLOCK: usize = 1 << 20;

/// Writes a line for each block. The digest is XXH3 unless `binary.digest` says otherwise; entropy and printable runs come when
/// `binary.entropy` and `binary.strings` are on.
pub(super) fn stream(
    cat: &Cat,
    reader: &mut dyn stream_core::Reader,
    out: &mut Out,
) -> anyhow::Result<()> {
    let cx = reader.context().clone();
    if let Some(missing) = cat.entry.iter().find(|path| *path != "bytes") {
        // the reader knows what its entries are called
        reader.find(missing)?;
        return Err(stream_core::no_such_entry(missing).into());
    }
    let bytes = Reader::open(cx.clone())?;
    let mut blocks = bytes.blocks(&options(cat, &cx)?)?;
    let mut block = Block::default();
    while blocks.read_block(&mut block)? {
        let mut object = Object::begin(out)?;
        object.number("offset", block.offset)?;
        object.number("length", block.length)?;
        if block.hole {
            object.boolean("hole", true)?;
        }
        facts(&mut object, &block.digest, block.entropy, block.runs.as_ref())?;
        object.end()?;
        out.write_all(b"\n")?;
    }
    let totals = blocks.totals();
    out.write_all(b"{\"total\":")?;
    let mut object = Object::begin(out)?;
    object.number("offset", totals.start())?;
    object.number("length", totals.length())?;
    object.number("blocks", totals.blocks())?;
    facts(&mut object, &totals.digest(), totals.entropy(), totals.runs())?;
    object.end()?;
    out.write_all(b"}\n")?;
    Ok(())
}

fn options(cat: &Cat, cx: &Context) -> anyhow::Result<Options> {
    let mut options = Options::new();
    options.block_size = Some(cx.fixed_chunk_size().unwrap_or(BLOCK));
    options.digests = match cx.setting("binary.digest") {
        Some(names) => names.parse()?,
        None => Digests::XXH3,
    };
    // the digest of the whole costs a pass in order: only when asked for by name
    options.whole = cx.setting("binary.digest").map_or(Ok(Digests::NONE), str::parse)?;
    options.entropy = cx.switched_on("binary.entropy");
    options.runs = cx.switched_on("binary.strings");
    anyhow::ensure!(
        cat.form.is_none_or(|form| matches!(form.into(), Form::Stored | Form::Bytes)),
        "bytes have no other form"
    );
    if let Some(region) = &cat.region {
        let size = cx.source().size().unwrap_or(u64::MAX);
        let extents = region.resolve(&[size])?;
        if let [extent] = extents[..] {
            anyhow::ensure!(extent.step == 1, "blocks of a region with a step are not supported");
            options.range = Some(extent.start..extent.start.saturating_add(extent.count));
        }
    }
    Ok(options)
}

fn facts(
    object: &mut Object<'_, Out>,
    digest: &Digest,
    entropy: Option<f64>,
    runs: Option<&Runs>,
) -> std::io::Result<()> {
    if let Some(xxh3) = digest.xxh3_hex() {
        object.text("xxh3", &xxh3)?;
    }
    if let Some(blake3) = digest.blake3_hex() {
        object.text("blake3", &blake3)?;
    }
    if let Some(entropy) = entropy {
        json::float(object.key("entropy")?, entropy)?;
    }
    if let Some(runs) = runs {
        object.number("printable_runs", runs.count())?;
        object.number("printable_bytes", runs.bytes())?;
    }
    Ok(())
}
