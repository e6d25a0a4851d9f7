//! Cues in the words of the oracles, so that what the command lists can be compared with them.
pub mod browser;
pub mod listed;
pub mod mocha;
pub mod vttjs;

/// A cue as a browser's `VTTCue` shows it.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs)]
pub struct Cue {
    pub id: String,
    /// Seconds.
    pub start: f64,
    /// Seconds.
    pub end: f64,
    /// The payload as it stands in the file.
    pub text: String,
    pub vertical: String,
    /// `None` is `auto`.
    pub line: Option<f64>,
    pub snap_to_lines: bool,
    pub line_align: String,
    /// `None` is `auto`.
    pub position: Option<f64>,
    pub position_align: String,
    pub size: f64,
    pub align: String,
    /// The identifier of a region that the file defines.
    pub region: Option<String>,
    /// The payload as a tree.
    pub tree: Vec<Node>,
}

/// A region as a browser's `VTTRegion` shows it.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs)]
pub struct Region {
    pub id: String,
    pub width: f64,
    pub lines: f64,
    pub region_anchor: (f64, f64),
    pub viewport_anchor: (f64, f64),
    pub scroll: String,
}

/// A node of a cue's payload, as the DOM shows it: timestamps are processing instructions there.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Text, entities replaced.
    Text(String),
    /// An element.
    Element {
        /// `b i u ruby rt`, and `span` for `c`, `v` and `lang`.
        name: String,
        /// Classes, joined by spaces.
        classes: String,
        /// The voice.
        title: String,
        /// The language.
        lang: String,
        /// What is inside.
        children: Vec<Node>,
    },
    /// A moment within the cue, in seconds.
    Timestamp(f64),
}

impl Node {
    /// All text inside, as `textContent` gives it.
    #[must_use]
    pub fn content(nodes: &[Self]) -> String {
        let text = |node: &Self| match node {
            Self::Text(text) => text.clone(),
            Self::Element { children, .. } => Self::content(children),
            Self::Timestamp(_) => String::new(),
        };
        nodes.iter().map(text).collect()
    }
}

/// What one file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Track {
    /// In file order.
    pub cues: Vec<Cue>,
    /// In file order.
    pub regions: Vec<Region>,
}
