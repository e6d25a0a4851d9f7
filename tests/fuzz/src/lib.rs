//! What every target does: read all of an input, entries and data, under a small budget.
use std::sync::Arc;

use stream_core::{MemorySource, Reader, Request, Result, Source};
use stream_factory::{Options, open_with};
use stream_memory::Budget;

mod wall;

/// Entries whose data is read: an input may hold thousands, and the first show what reading does.
const READ: usize = 32;

/// Reads an input as `format`, or as what detection makes of it. Errors are fine; what is not fine
/// ends the process: a panic, the allocator's wall, libFuzzer's clock. So does memory that is still
/// reserved when everything is dropped.
pub fn drive(format: Option<&str>, settings: &[(&str, &str)], input: &[u8]) {
    let budget = Budget::new("fuzz", wall::BUDGET);
    let mut options = Options::new().with_budget(&budget);
    if let Some(name) = format {
        options = options.with_format(name);
    }
    for (name, value) in settings {
        options = options.with_setting(*name, *value);
    }
    let source: Arc<dyn Source> = Arc::new(MemorySource::new(input));
    let _ = read(source, &options);
    drop(options);
    assert_eq!(budget.used(), 0, "bytes are still reserved after everything was dropped");
}

fn read(source: Arc<dyn Source>, options: &Options) -> Result<()> {
    let mut reader = open_with(source, options)?;
    let mut entry = reader.context().entry();
    let mut read = 0;
    let walked = loop {
        match reader.read_entry(&mut entry) {
            Ok(false) => break Ok(()),
            Err(error) => break Err(error),
            Ok(true) if entry.has_data() && read < READ => {
                read += 1;
                // what one entry's data says against it must not end the walk
                let _ = data(&mut *reader, entry.path());
            }
            Ok(true) => {}
        }
    };
    let progress = reader.progress();
    if walked.is_err() {
        assert!(!progress.complete, "progress is complete after an error");
    }
    reader.finish()?;
    walked
}

fn data(reader: &mut dyn Reader, path: &str) -> Result<()> {
    let mut chunks = reader.chunks(&Request::entry(path).with_chunk_size(4096))?;
    while let Some(chunk) = chunks.next_chunk()? {
        std::hint::black_box(chunk.bytes().len());
    }
    Ok(())
}
