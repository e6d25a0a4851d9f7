//! Uses one reader crate alone, through its typed API.
use std::sync::Arc;

use stream_core::{Context, MemorySource};
use stream_memory::Budget;
use stream_vtt::{Cue, Reader, Tree};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = b"WEBVTT\n\nintro\n00:01.000 --> 00:02.500 line:0\n<v Ann>Hello, <b>world</b></v>\n\n\
        00:03.000 --> 00:04.000\n&lt;end&gt;\n";
    let budget = Budget::new("consumer", 1 << 20);
    let mut reader = Reader::open(Context::new(Arc::new(MemorySource::new(&file[..])), &budget))?;
    let (mut cue, mut tree, mut texts) = (Cue::default(), Tree::new(), Vec::new());
    while reader.read_cue(&mut cue)? {
        tree.parse(&cue.text);
        texts.push((cue.start.millis(), cue.end.millis(), tree.plain()));
    }
    let expected = [(1000, 2500, "Hello, world".to_owned()), (3000, 4000, "<end>".to_owned())];
    assert_eq!(texts, expected);
    assert!(reader.diagnostics().kept().is_empty());
    drop(reader);
    assert_eq!(budget.used(), 0);
    println!("{} cues in at most {} bytes", texts.len(), budget.peak());
    Ok(())
}
