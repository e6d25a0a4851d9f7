//! How a cue is placed: the cue settings of WebVTT 4.4, with the values that the parser's rules leave.

mod known;
mod number;
pub(crate) mod parse;

pub(crate) use known::Known;
pub(crate) use number::{integer, percentage};
pub(crate) use parse::{Findings, parse};

/// A cue's settings; [`Settings::default`] is what a cue without any has (WebVTT 6.1, cue creation).
///
/// The cue's region is not here: it is text, and stands in the cue.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Settings {
    /// The writing direction.
    pub vertical: Vertical,
    /// The line, with the snap-to-lines flag.
    pub line: Line,
    /// Which edge of the cue box stands on the line.
    pub line_align: LineAlign,
    /// The indent of the cue box.
    pub position: Position,
    /// Which edge of the cue box stands at the position.
    pub position_align: PositionAlign,
    /// The size of the cue box.
    pub size: Size,
    /// The alignment of text in the cue box.
    pub align: Align,
}

/// The WebVTT cue writing direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Vertical {
    /// Lines run horizontally.
    #[default]
    Horizontal,
    /// `rl`: lines run vertically and grow to the left.
    GrowingLeft,
    /// `lr`: lines run vertically and grow to the right.
    GrowingRight,
}

/// The WebVTT cue line, with its snap-to-lines flag.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Line {
    /// Placed by the renderer.
    #[default]
    Auto,
    /// A number of lines from the start of the viewport, or from its end when negative; snaps to lines. The syntax
    /// has whole numbers, the parser's rules take fractions too.
    Number(f64),
    /// A percentage of the viewport, 0 to 100; does not snap to lines.
    Percent(f64),
}

/// The WebVTT cue line alignment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LineAlign {
    /// The start edge.
    #[default]
    Start,
    /// The middle.
    Center,
    /// The end edge.
    End,
}

/// The WebVTT cue position.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Position {
    /// Follows the text's alignment.
    #[default]
    Auto,
    /// A percentage of the viewport, 0 to 100.
    Percent(f64),
}

/// The WebVTT cue position alignment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PositionAlign {
    /// Follows the text's alignment.
    #[default]
    Auto,
    /// `line-left`: the left edge, or the top of vertical text.
    LineLeft,
    /// `center`: the middle.
    Center,
    /// `line-right`: the right edge, or the bottom of vertical text.
    LineRight,
}

/// The WebVTT cue size: a percentage of the viewport, 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size(pub f64);

impl Default for Size {
    fn default() -> Self {
        Size(100.0)
    }
}

/// The WebVTT cue text alignment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Align {
    /// The side on which the text's base direction starts.
    Start,
    /// The middle.
    #[default]
    Center,
    /// The side on which the text's base direction ends.
    End,
    /// The left.
    Left,
    /// The right.
    Right,
}

impl Vertical {
    /// The standard's word: `rl`, `lr`, or nothing.
    pub fn as_str(self) -> &'static str {
        match self {
            Vertical::Horizontal => "",
            Vertical::GrowingLeft => "rl",
            Vertical::GrowingRight => "lr",
        }
    }
}

impl LineAlign {
    /// The standard's word.
    pub fn as_str(self) -> &'static str {
        match self {
            LineAlign::Start => "start",
            LineAlign::Center => "center",
            LineAlign::End => "end",
        }
    }
}

impl PositionAlign {
    /// The standard's word.
    pub fn as_str(self) -> &'static str {
        match self {
            PositionAlign::Auto => "auto",
            PositionAlign::LineLeft => "line-left",
            PositionAlign::Center => "center",
            PositionAlign::LineRight => "line-right",
        }
    }
}

impl Align {
    /// The standard's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Align::Start => "start",
            Align::Center => "center",
            Align::End => "end",
            Align::Left => "left",
            Align::Right => "right",
        }
    }
}
