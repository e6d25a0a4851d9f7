//! What decoding takes from the heap beside what it reserves.

use std::sync::Arc;

use stream_audio::Audio;
use stream_core::memory::Budget;
use stream_core::{Context, Format, MemorySource, ReaderExt, Request};
use stream_testkit::heap::measure;

fn decode(bytes: &[u8]) -> stream_core::Result<u64> {
    let budget = Budget::new("memory", 64 << 20);
    let cx = Context::new(Arc::new(MemorySource::new(bytes)), &budget).with_chunk_size(64 << 10);
    let mut reader = Audio.open(cx)?;
    reader.copy(&Request::entry("stream/0"), &mut std::io::sink())?;
    Ok(budget.peak())
}

#[test]
fn decoders_take_no_more_than_is_reserved_and_declared() -> stream_core::Result<()> {
    let overhead = Audio.descriptor().overhead;
    let files: [(&str, &[u8]); 7] = [
        ("mp3", include_bytes!("fixtures/tone.mp3")),
        ("mp2", include_bytes!("fixtures/tone.mp2")),
        ("aac", include_bytes!("fixtures/tone.aac")),
        ("vorbis", include_bytes!("fixtures/tone.ogg")),
        ("ogg flac", include_bytes!("fixtures/tone.oga")),
        ("alac", include_bytes!("fixtures/alac.m4a")),
        ("vorbis in mka", include_bytes!("fixtures/vorbis.mka")),
    ];
    for (name, bytes) in files {
        decode(bytes)?;
        let (reserved, usage) = measure(|| decode(bytes));
        let reserved = reserved?;
        println!("{name}: {} of the heap, {reserved} reserved", usage.peak);
        assert!(usage.peak <= reserved + overhead, "{name}");
    }
    Ok(())
}
