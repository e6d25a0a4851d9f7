//! Finding the corpus' files and reading them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use stream_core::memory::Budget;
use stream_core::{Context, FileSource};
use stream_vtt::{Block, Cue, Reader, Region};

/// A folder or file of the corpus.
pub(crate) fn corpus(path: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("NARROWS_CORPUS") else {
        println!("skipped: NARROWS_CORPUS does not name the corpus ({path})");
        return None;
    };
    let path = Path::new(&root).join("webvtt").join(path);
    assert!(path.exists(), "the corpus has no {}", path.display());
    Some(path)
}

/// A track of web-platform-tests' file parsing.
pub(crate) fn file_parsing(name: &str) -> Option<PathBuf> {
    let class = if name == "regions-id" { "good" } else { "bad" };
    corpus(&format!("{class}/wpt/webvtt/parsing/file-parsing/tests/support/{name}.vtt"))
}

/// A track of web-platform-tests' track elements.
pub(crate) fn track_element(name: &str) -> Option<PathBuf> {
    let folder = "wpt/html/semantics/embedded-content/media-elements/track/track-element/resources";
    let good = corpus(&format!("good/{folder}"))?.join(format!("{name}.vtt"));
    if good.exists() { Some(good) } else { corpus(&format!("bad/{folder}/{name}.vtt")) }
}

#[derive(Default)]
pub(crate) struct Track {
    pub(crate) cues: Vec<Cue>,
    pub(crate) regions: Vec<Region>,
}

/// What a file holds, by the standard's rules and within a small budget.
pub(crate) fn read(path: &Path) -> Track {
    let source = FileSource::open(path).expect("a file");
    let cx = Context::new(Arc::new(source), &Budget::new("corpus", 1 << 20));
    let mut reader = Reader::open(cx).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut track = Track::default();
    for block in reader.blocks() {
        match block.unwrap_or_else(|e| panic!("{}: {e}", path.display())) {
            Block::Cue(cue) => track.cues.push(cue),
            Block::Region(region) => track.regions.push(region),
            _ => {}
        }
    }
    track
}
