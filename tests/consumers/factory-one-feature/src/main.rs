//! Uses the factory with the one feature `vtt`: WebVTT reads, DICOM is known and says what is missing.
use std::sync::Arc;

use stream_core::{ErrorKind, Kind, MemorySource, ReaderExt, Source};
use stream_factory::{Options, open_with};
use stream_memory::Budget;

fn memory(bytes: &[u8]) -> Arc<dyn Source> {
    Arc::new(MemorySource::new(bytes))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let budget = Budget::new("consumer", 4 << 20);
    let options = Options::new().with_budget(&budget);
    let text = memory(b"WEBVTT\n\n00:00.000 --> 00:01.000\none\n\n00:01.000 --> 00:02.000\ntwo\n");
    let mut reader = open_with(text, &options)?;
    assert_eq!(reader.detection().format.name, "vtt");
    let mut cues = 0;
    for entry in reader.entries() {
        cues += usize::from(entry?.kind() == Kind::Cue);
    }
    assert_eq!(cues, 2);

    let mut image = [0; 200];
    image[128..132].copy_from_slice(b"DICM");
    let error = open_with(memory(&image), &options).err().ok_or("DICOM opened")?;
    assert_eq!(error.kind(), ErrorKind::NotEnabled);
    assert!(error.to_string().contains("rebuild with feature \"dicom\""), "{error}");
    println!("2 cues, and: {error}");
    Ok(())
}
