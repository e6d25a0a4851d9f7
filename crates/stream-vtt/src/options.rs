//! How a file is read.

/// How a file is read. The default is the standard, to the letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    pub(crate) dialect: Dialect,
    pub(crate) recovery: Recovery,
    pub(crate) kept: usize,
    /// Whether the file's name says SubRip.
    pub(crate) named_subrip: bool,
}

/// What kind of file is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// WebVTT where the file starts with its signature; SubRip where its first lines are those of a SubRip cue.
    #[default]
    Auto,
    /// WebVTT.
    WebVtt,
    /// SubRip (`.srt`): numbered cues with comma decimals. There is no standard; the reading is tolerant.
    SubRip,
}

/// Whether what real files do wrong is read as it was meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recovery {
    /// The standard's rules decide.
    #[default]
    Off,
    /// Where the standard's rules would lose a cue, these are mended and reported: a missing signature; commas, short
    /// parts and odd fractions in times; no blank line between two cues; `-->` within the text of a cue.
    On,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            dialect: Dialect::Auto,
            recovery: Recovery::Off,
            kept: crate::diagnostic::KEPT,
            named_subrip: false,
        }
    }
}

impl Options {
    /// Reads the file as this dialect.
    pub fn with_dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Mends, or does not mend, what real files do wrong.
    pub fn with_recovery(mut self, recovery: Recovery) -> Self {
        self.recovery = recovery;
        self
    }

    /// Keeps at most `count` diagnostics; all are counted.
    pub fn with_diagnostics(mut self, count: usize) -> Self {
        self.kept = count;
        self
    }
}
