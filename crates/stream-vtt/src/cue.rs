//! Cues (WebVTT 3.1, 4.1).

use crate::block::replace;
use crate::{Settings, Span, Timestamp, Tokens};

/// A cue: text or data for a stretch of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cue {
    /// Which cue of the file it is, from 0.
    pub index: u64,
    /// Its identifier; empty where it has none.
    pub id: String,
    /// When it starts.
    pub start: Timestamp,
    /// When it ends; the rules do not ask that this is after the start.
    pub end: Timestamp,
    /// How it is placed.
    pub settings: Settings,
    /// The settings as the file has them: what follows the end time.
    pub settings_text: String,
    /// The identifier of its region; empty where it is in none.
    pub region: String,
    /// The cue text: the payload with its markup, lines joined by U+000A.
    pub text: String,
    /// Where the block stands.
    pub span: Span,
    /// Where the payload stands.
    pub text_span: Span,
}

/// A cue, borrowed from where it was parsed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CueRef<'a> {
    /// Which cue of the file it is, from 0.
    pub index: u64,
    /// Its identifier; empty where it has none.
    pub id: &'a str,
    /// When it starts.
    pub start: Timestamp,
    /// When it ends; the rules do not ask that this is after the start.
    pub end: Timestamp,
    /// How it is placed.
    pub settings: Settings,
    /// The settings as the file has them: what follows the end time.
    pub settings_text: &'a str,
    /// The identifier of its region; empty where it is in none.
    pub region: &'a str,
    /// The cue text: the payload with its markup, lines joined by U+000A.
    pub text: &'a str,
    /// Where the block stands.
    pub span: Span,
    /// Where the payload stands.
    pub text_span: Span,
}

impl Cue {
    /// Copies a borrowed cue into this one's memory.
    pub fn copy_from(&mut self, cue: &CueRef<'_>) {
        self.index = cue.index;
        self.start = cue.start;
        self.end = cue.end;
        self.settings = cue.settings;
        self.span = cue.span;
        self.text_span = cue.text_span;
        replace(&mut self.id, cue.id);
        replace(&mut self.settings_text, cue.settings_text);
        replace(&mut self.region, cue.region);
        replace(&mut self.text, cue.text);
    }

    /// This cue, borrowed.
    pub fn view(&self) -> CueRef<'_> {
        CueRef {
            index: self.index,
            id: &self.id,
            start: self.start,
            end: self.end,
            settings: self.settings,
            settings_text: &self.settings_text,
            region: &self.region,
            text: &self.text,
            span: self.span,
            text_span: self.text_span,
        }
    }

    /// The tokens of the cue text.
    pub fn tokens(&self) -> Tokens<'_> {
        Tokens::new(&self.text)
    }
}

impl<'a> CueRef<'a> {
    /// The tokens of the cue text.
    pub fn tokens(&self) -> Tokens<'a> {
        Tokens::new(self.text)
    }
}
