//! Every way in which a file can differ from the standard's syntax, and what became of it.

use std::fmt;

use stream_core::Severity;

use crate::{Excerpt, Timestamp, TimestampFault};

/// A departure from the syntax of WebVTT (section 4) or SubRip that the parser's rules (section 6) survived.
///
/// Clauses are those of "WebVTT: The Web Video Text Tracks Format", W3C.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Defect {
    /// 6.1: the file does not start with `WEBVTT`; only recovery reads on.
    MissingSignature,
    /// 4.1, 6.1: bytes that are not UTF-8, each sequence read as U+FFFD.
    InvalidUtf8,
    /// 6.1: U+0000, read as U+FFFD.
    NullCharacter,
    /// 4.1: lines between the signature and the first blank line. Kept as metadata.
    HeaderLines,
    /// 4.1, 6.1: a line with `-->` ended the header; it starts a block of its own.
    ArrowInHeader,
    /// 4.1: the last line of a block has no line terminator.
    NoFinalTerminator,

    /// 6.1: a block that is no cue, style sheet, region or comment.
    UnknownBlock(Excerpt),
    /// 4.1, 6.1: a style sheet after the first cue.
    LateStyle,
    /// 4.1, 6.1: a region after the first cue.
    LateRegion,
    /// 4.1: `STYLE` or `REGION` with nothing below it.
    EmptyBlock(Excerpt),
    /// 4.1, 6.1: `-->` inside a block ended it.
    ArrowInBlock,
    /// Recovery: cues without a blank line between them were taken apart.
    MissingBlankLine,

    /// 6.3: the start time cannot be read, so the cue is ignored.
    StartTime(TimestampFault, Excerpt),
    /// 6.3: `-->` does not follow the start time, so the cue is ignored.
    Arrow(Excerpt),
    /// 6.3: the end time cannot be read, so the cue is ignored.
    EndTime(TimestampFault, Excerpt),
    /// Recovery: a time that is not written as the standard asks was read as meant.
    RecoveredTime(Excerpt),
    /// 4.1: the arrow is not between spaces or tabs, or something stands before the start time.
    ArrowSpacing,
    /// 4.1: hours of one digit.
    ShortHours,
    /// 6.3: hours beyond what 64 bits hold in milliseconds; the time stands at the largest.
    TimestampOverflow,
    /// 4.1: a cue starts before one that precedes it.
    StartDecreases {
        /// The latest start time before this cue.
        after: Timestamp,
    },
    /// 4.1: a cue does not end after it starts.
    EndNotAfterStart,

    /// 4.1: settings follow the end time without a space or tab.
    SettingsSpacing,
    /// 6.3: a setting that is not `name:value`, or whose name is unknown.
    UnknownSetting(Excerpt),
    /// 6.3: a setting whose value is not allowed.
    BadSetting(Excerpt),
    /// 4.4: a setting given more than once; the last that is valid holds.
    RepeatedSetting(Excerpt),
    /// 6.3: a region that no block before the cue defines.
    UnknownRegion(Excerpt),
    /// 6.3: the cue leaves its region because of its line, size or vertical setting.
    RegionLeft,
    /// 6.2: a region's setting that is not `name:value`, or whose name is unknown.
    UnknownRegionSetting(Excerpt),
    /// 6.2: a region's setting whose value is not allowed.
    BadRegionSetting(Excerpt),
    /// 4.3: a region's setting given more than once; the last that is valid holds.
    RepeatedRegionSetting(Excerpt),
    /// 4.3: a region without an identifier, which no cue can name.
    RegionWithoutIdentifier,
    /// 4.3: a region's identifier given before; cues take the last.
    RepeatedRegion(Excerpt),

    /// 6.4: a tag of a name that the rules do not know; what it encloses is kept.
    UnknownTag(Excerpt),
    /// 6.4: an end tag that closes nothing.
    StrayEndTag(Excerpt),
    /// 4.2.2: a tag that is not closed.
    UnclosedTag(Excerpt),
    /// 6.4: a tag without `>` before the end of the cue.
    UnterminatedTag(Excerpt),
    /// 6.4: `rt` outside of `ruby`.
    RtOutsideRuby,
    /// 4.2.2: `v` or `lang` without an annotation.
    MissingAnnotation(Excerpt),
    /// 4.2.2: an annotation on a tag that allows none.
    UnexpectedAnnotation(Excerpt),
    /// 6.4: a class that is the empty string.
    EmptyClass,
    /// 6.4: a tag that starts with a digit and is no timestamp.
    TimestampTag(Excerpt),
    /// 4.2.2: a timestamp not after those before it, or outside of its cue.
    TimestampOrder(Timestamp),
    /// HTML 13.2.5.73: an ampersand that starts no character reference.
    Ampersand(Excerpt),
    /// HTML 13.2.5.73: a character reference without its semicolon.
    NoSemicolon(Excerpt),
    /// HTML 13.2.5.80: a numeric reference to what is no character, replaced.
    NumericReference(Excerpt),

    /// SubRip: a cue without a sequence number.
    MissingSequence,
    /// SubRip: a cue's identifier is not a number.
    BadSequence(Excerpt),
    /// SubRip: a time that is not `HH:MM:SS,mmm`, read as meant.
    SubRipTime(Excerpt),
}

impl Defect {
    /// The clause that is broken.
    pub fn clause(&self) -> &'static str {
        use Defect::*;
        match self {
            MissingSignature | NullCharacter | UnknownBlock(_) => "WebVTT 6.1",
            InvalidUtf8 | ArrowInHeader | LateStyle | LateRegion | ArrowInBlock => {
                "WebVTT 4.1, 6.1"
            }
            HeaderLines | NoFinalTerminator | EmptyBlock(_) | MissingBlankLine => "WebVTT 4.1",
            ArrowSpacing | ShortHours | SettingsSpacing | StartDecreases { .. } => "WebVTT 4.1",
            EndNotAfterStart => "WebVTT 4.1",
            StartTime(..) | Arrow(_) | EndTime(..) | RecoveredTime(_) => "WebVTT 6.3",
            TimestampOverflow | UnknownSetting(_) | BadSetting(_) => "WebVTT 6.3",
            UnknownRegion(_) | RegionLeft => "WebVTT 6.3",
            RepeatedSetting(_) => "WebVTT 4.4",
            UnknownRegionSetting(_) | BadRegionSetting(_) => "WebVTT 6.2",
            RepeatedRegionSetting(_) | RegionWithoutIdentifier | RepeatedRegion(_) => "WebVTT 4.3",
            UnknownTag(_) | StrayEndTag(_) | UnterminatedTag(_) | RtOutsideRuby => "WebVTT 6.4",
            EmptyClass | TimestampTag(_) => "WebVTT 6.4",
            UnclosedTag(_) | MissingAnnotation(_) | UnexpectedAnnotation(_) => "WebVTT 4.2.2",
            TimestampOrder(_) => "WebVTT 4.2.2",
            Ampersand(_) | NoSemicolon(_) => "HTML 13.2.5.73",
            NumericReference(_) => "HTML 13.2.5.80",
            MissingSequence | BadSequence(_) | SubRipTime(_) => "SubRip",
        }
    }

    /// How bad it is: an error where the rules left something out that is not mere placement or markup.
    pub fn severity(&self) -> Severity {
        use Defect::*;
        match self {
            InvalidUtf8 | UnknownBlock(_) | StartTime(..) | Arrow(_) | EndTime(..) => {
                Severity::Error
            }
            LateStyle | LateRegion => Severity::Error,
            RegionLeft => Severity::Note,
            _ => Severity::Warning,
        }
    }

    /// A stable name, for machines.
    pub fn rule(&self) -> &'static str {
        use Defect::*;
        match self {
            MissingSignature => "missing_signature",
            InvalidUtf8 => "invalid_utf8",
            NullCharacter => "null_character",
            HeaderLines => "header_lines",
            ArrowInHeader => "arrow_in_header",
            NoFinalTerminator => "no_final_terminator",
            UnknownBlock(_) => "unknown_block",
            LateStyle => "late_style",
            LateRegion => "late_region",
            EmptyBlock(_) => "empty_block",
            ArrowInBlock => "arrow_in_block",
            MissingBlankLine => "missing_blank_line",
            StartTime(..) => "start_time",
            Arrow(_) => "arrow",
            EndTime(..) => "end_time",
            RecoveredTime(_) => "recovered_time",
            ArrowSpacing => "arrow_spacing",
            ShortHours => "short_hours",
            TimestampOverflow => "timestamp_overflow",
            StartDecreases { .. } => "start_decreases",
            EndNotAfterStart => "end_not_after_start",
            SettingsSpacing => "settings_spacing",
            UnknownSetting(_) => "unknown_setting",
            BadSetting(_) => "bad_setting",
            RepeatedSetting(_) => "repeated_setting",
            UnknownRegion(_) => "unknown_region",
            RegionLeft => "region_left",
            UnknownRegionSetting(_) => "unknown_region_setting",
            BadRegionSetting(_) => "bad_region_setting",
            RepeatedRegionSetting(_) => "repeated_region_setting",
            RegionWithoutIdentifier => "region_without_identifier",
            RepeatedRegion(_) => "repeated_region",
            UnknownTag(_) => "unknown_tag",
            StrayEndTag(_) => "stray_end_tag",
            UnclosedTag(_) => "unclosed_tag",
            UnterminatedTag(_) => "unterminated_tag",
            RtOutsideRuby => "rt_outside_ruby",
            MissingAnnotation(_) => "missing_annotation",
            UnexpectedAnnotation(_) => "unexpected_annotation",
            EmptyClass => "empty_class",
            TimestampTag(_) => "timestamp_tag",
            TimestampOrder(_) => "timestamp_order",
            Ampersand(_) => "ampersand",
            NoSemicolon(_) => "no_semicolon",
            NumericReference(_) => "numeric_reference",
            MissingSequence => "missing_sequence",
            BadSequence(_) => "bad_sequence",
            SubRipTime(_) => "subrip_time",
        }
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use Defect::*;
        match self {
            MissingSignature => f.write_str("signature: expected \"WEBVTT\""),
            InvalidUtf8 => f.write_str("bytes that are not UTF-8, read as U+FFFD"),
            NullCharacter => f.write_str("U+0000, read as U+FFFD"),
            HeaderLines => {
                f.write_str("header: expected a blank line below the signature, found text")
            }
            ArrowInHeader => f.write_str("header ended by a line with \"-->\""),
            NoFinalTerminator => f.write_str("last line has no line terminator"),
            UnknownBlock(found) => {
                write!(f, "block ignored: no cue, style, region or comment (found {found})")
            }
            LateStyle => f.write_str("style sheet ignored: it follows a cue"),
            LateRegion => f.write_str("region ignored: it follows a cue"),
            EmptyBlock(found) => write!(f, "block {found} is empty"),
            ArrowInBlock => f.write_str("\"-->\" inside a block ended it"),
            MissingBlankLine => f.write_str("cue starts without a blank line before it"),
            StartTime(fault, found) => {
                write!(f, "cue ignored: start time: expected {}, found {found}", fault.expected())
            }
            Arrow(found) => {
                write!(f, "cue ignored: expected \"-->\" after the start time, found {found}")
            }
            EndTime(fault, found) => {
                write!(f, "cue ignored: end time: expected {}, found {found}", fault.expected())
            }
            RecoveredTime(found) => write!(f, "time {found} read although it is not HH:MM:SS.mmm"),
            ArrowSpacing => {
                f.write_str("arrow: expected spaces or tabs around it and nothing else")
            }
            ShortHours => f.write_str("hours: expected two digits or more, found one"),
            TimestampOverflow => f.write_str("time beyond what 64 bits of milliseconds hold"),
            StartDecreases { after } => {
                write!(f, "cue starts before an earlier one (which starts at {after})")
            }
            EndNotAfterStart => f.write_str("cue does not end after it starts"),
            SettingsSpacing => f.write_str("settings: expected a space or tab after the end time"),
            UnknownSetting(found) => write!(f, "cue setting {found} ignored: unknown"),
            BadSetting(found) => write!(f, "cue setting {found} ignored: value not allowed"),
            RepeatedSetting(found) => write!(f, "cue setting {found} given before"),
            UnknownRegion(found) => write!(f, "region {found} is not defined above the cue"),
            RegionLeft => {
                f.write_str("cue leaves its region: it has a line, size or vertical setting")
            }
            UnknownRegionSetting(found) => write!(f, "region setting {found} ignored: unknown"),
            BadRegionSetting(found) => {
                write!(f, "region setting {found} ignored: value not allowed")
            }
            RepeatedRegionSetting(found) => write!(f, "region setting {found} given before"),
            RegionWithoutIdentifier => f.write_str("region without an identifier"),
            RepeatedRegion(found) => write!(f, "region {found} defined before"),
            UnknownTag(found) => write!(f, "tag {found} ignored: unknown"),
            StrayEndTag(found) => write!(f, "end tag {found} ignored: it closes nothing"),
            UnclosedTag(found) => write!(f, "tag {found} is not closed"),
            UnterminatedTag(found) => write!(f, "tag {found} has no \">\""),
            RtOutsideRuby => f.write_str("tag \"rt\" ignored: it is outside of \"ruby\""),
            MissingAnnotation(found) => write!(f, "tag {found} without an annotation"),
            UnexpectedAnnotation(found) => {
                write!(f, "annotation {found} on a tag that allows none")
            }
            EmptyClass => f.write_str("class of a tag is empty"),
            TimestampTag(found) => {
                write!(f, "tag {found} ignored: it starts as a timestamp and is none")
            }
            TimestampOrder(time) => {
                write!(f, "timestamp {time} is out of order or outside of its cue")
            }
            Ampersand(found) => {
                write!(f, "ampersand starts no character reference (found {found})")
            }
            NoSemicolon(found) => {
                write!(f, "character reference without a semicolon (found {found})")
            }
            NumericReference(found) => write!(f, "numeric reference {found} names no character"),
            MissingSequence => f.write_str("cue without a sequence number"),
            BadSequence(found) => write!(f, "sequence number: expected digits, found {found}"),
            SubRipTime(found) => write!(f, "time {found} read although it is not HH:MM:SS,mmm"),
        }
    }
}
