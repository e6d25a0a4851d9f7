//! The WebVTT cue text tokenizer (WebVTT 6.4).
#![deny(clippy::arithmetic_side_effects)]

use memchr::memchr;

/// A token of cue text, borrowed from it. Character references are not yet replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// Text.
    Text(&'a str),
    /// A start tag.
    Start(StartTag<'a>),
    /// An end tag, by its name.
    End(&'a str),
    /// A tag that starts with a digit: its whole content, which may or may not be a timestamp.
    Timestamp(&'a str),
}

/// A start tag. The name may be empty, and is not necessarily one that the standard knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartTag<'a> {
    /// The name.
    pub name: &'a str,
    /// What stands between the first full stop and the annotation: classes separated by full stops.
    pub classes: Option<&'a str>,
    /// The annotation, with its whitespace and references as in the file.
    pub annotation: Option<&'a str>,
}

/// The tokens of a cue text in order. Never fails: every text has tokens.
#[derive(Clone, Debug)]
pub struct Tokens<'a> {
    text: &'a str,
    at: usize,
    unterminated: bool,
}

impl<'a> Tokens<'a> {
    /// The tokens of `text`.
    pub fn new(text: &'a str) -> Self {
        Tokens { text, at: 0, unterminated: false }
    }

    /// Where in the text the next token starts.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Whether the last token is a tag that the end of the text cut short.
    pub fn unterminated(&self) -> bool {
        self.unterminated
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    #[inline]
    fn next(&mut self) -> Option<Token<'a>> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let Some(tag) = rest.strip_prefix('<') else {
            let length = memchr(b'<', rest.as_bytes()).unwrap_or(rest.len());
            self.at = self.at.saturating_add(length);
            return Some(Token::Text(rest.get(..length).unwrap_or(rest)));
        };
        // no state of a tag looks at anything before `>` but to split what it has collected
        let end = memchr(b'>', tag.as_bytes());
        self.unterminated = end.is_none();
        let taken = end.map_or(rest.len(), |end| end.saturating_add(2));
        self.at = self.at.saturating_add(taken);
        Some(content(end.and_then(|end| tag.get(..end)).unwrap_or(tag)))
    }
}

/// The token whose content stands between `<` and `>`: the tag state and those it leads to.
fn content(tag: &str) -> Token<'_> {
    match tag.as_bytes().first() {
        Some(b'/') => return Token::End(tag.get(1..).unwrap_or_default()),
        Some(b'0'..=b'9') => return Token::Timestamp(tag),
        _ => {}
    }
    let bytes = tag.as_bytes();
    let name_end = bytes.iter().position(|&b| b == b'.' || space(b)).unwrap_or(tag.len());
    let name = tag.get(..name_end).unwrap_or_default();
    let mut rest = tag.get(name_end..).unwrap_or_default();
    let mut classes = None;
    if let Some(dotted) = rest.strip_prefix('.') {
        let end = dotted.bytes().position(space).unwrap_or(dotted.len());
        classes = dotted.get(..end);
        rest = dotted.get(end..).unwrap_or_default();
    }
    Token::Start(StartTag { name, classes, annotation: rest.get(1..) })
}

/// What ends a name or a class: U+0009, U+000A, U+000C, U+0020.
fn space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | 0x0c | b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token<'_>> {
        Tokens::new(text).collect()
    }

    fn start<'a>(
        name: &'a str,
        classes: Option<&'a str>,
        annotation: Option<&'a str>,
    ) -> Token<'a> {
        Token::Start(StartTag { name, classes, annotation })
    }

    #[test]
    fn text_runs_up_to_the_next_less_than_sign() {
        assert_eq!(
            tokens("a > b<i>c"),
            [Token::Text("a > b"), start("i", None, None), Token::Text("c")]
        );
        assert_eq!(tokens(""), []);
    }

    #[test]
    fn a_start_tag_has_a_name_classes_and_an_annotation() {
        assert_eq!(
            tokens("<v.first.loud Fred  Smith>"),
            [start("v", Some("first.loud"), Some("Fred  Smith"))]
        );
        assert_eq!(tokens("<v Fred.x>"), [start("v", None, Some("Fred.x"))]);
        assert_eq!(tokens("<c\nx>"), [start("c", None, Some("x"))]);
        assert_eq!(tokens("<c.a\u{c}b>"), [start("c", Some("a"), Some("b"))]);
        assert_eq!(tokens("<u >"), [start("u", None, Some(""))]);
        assert_eq!(tokens("<c.>"), [start("c", Some(""), None)]);
    }

    #[test]
    fn a_tag_without_a_name_is_a_start_tag() {
        assert_eq!(tokens("<>"), [start("", None, None)]);
        assert_eq!(tokens("<.a>"), [start("", Some("a"), None)]);
        assert_eq!(tokens("< i>"), [start("", None, Some("i"))]);
    }

    #[test]
    fn the_end_of_the_text_ends_a_tag() {
        assert_eq!(tokens("<"), [start("", None, None)]);
        assert_eq!(tokens("<b"), [start("b", None, None)]);
        assert_eq!(tokens("</b"), [Token::End("b")]);
        assert_eq!(tokens("<1:"), [Token::Timestamp("1:")]);
        let mut cut = Tokens::new("<i>x</i");
        assert_eq!(cut.by_ref().map(|_| ()).count(), 3);
        assert!(cut.unterminated());
    }

    #[test]
    fn nothing_but_greater_than_ends_a_tag() {
        assert_eq!(tokens("<b<i>x"), [start("b<i", None, None), Token::Text("x")]);
        assert_eq!(tokens("</c x</i>"), [Token::End("c x</i")]);
        assert_eq!(tokens("<00:01.000 >"), [Token::Timestamp("00:01.000 ")]);
    }
}
