//! Cue text as a tree of WebVTT Node Objects (WebVTT 6.4).

mod build;
mod node;

pub use node::{Children, Node, NodeKind};

use crate::Timestamp;
use crate::entity;

/// The tree of a cue text. It holds all text itself, and parsing again reuses its memory.
///
/// Nodes lie in one list in the order of the text, so a tree of any depth is built, walked and dropped without
/// recursion. Positions in it have 32 bits: of texts of 4 GiB and more the end is lost.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    slots: Vec<Slot>,
    /// Values of text, voice and language nodes, and classes.
    arena: String,
    classes: Vec<Piece>,
    spare: String,
}

/// Texts up to this length are given room for all nodes they could have.
pub(crate) const SHORT: usize = 4096;

/// A range of the arena or of the classes.
#[derive(Clone, Copy, Debug, Default)]
struct Piece {
    start: u32,
    end: u32,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    kind: NodeKind,
    time: Timestamp,
    value: Piece,
    classes: Piece,
    /// The nearest language node, itself included; the root where there is none.
    language: u32,
    parent: u32,
    /// The node after the last of its descendants.
    end: u32,
}

impl Tree {
    /// An empty tree.
    pub fn new() -> Self {
        Tree::default()
    }

    /// Parses `text` by the WebVTT cue text parsing rules, which take any text.
    pub fn parse(&mut self, text: &str) {
        self.build(text, None, |_, _| {});
    }

    /// The most memory in bytes that parsing `text` makes this tree hold, if it holds nothing yet.
    pub fn memory_for(text: &str) -> usize {
        // the arena and the spare text hold decoded text; a class takes two bytes of the text at least, and lists of classes
        // grow by doubling
        let texts = text.len().saturating_mul(2 * entity::GROWTH + size_of::<Piece>());
        Self::nodes_for(text)
            .saturating_mul(size_of::<Slot>())
            .saturating_add(texts)
            .saturating_add(64)
    }

    /// The most nodes that a text can have: a text and a tag, which make two, take four bytes. Counting tags is worth it
    /// only in long texts.
    fn nodes_for(text: &str) -> usize {
        let most = (text.len() / 2).saturating_add(2);
        if text.len() <= SHORT {
            return most;
        }
        let tags = memchr::memchr_iter(b'<', text.as_bytes()).count();
        tags.saturating_mul(2).saturating_add(2).min(most)
    }

    /// The list of WebVTT node objects: the root.
    pub fn root(&self) -> Node<'_> {
        Node { tree: self, index: 0 }
    }

    /// All nodes but the root, each before its children.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        (1..self.slots.len())
            .filter_map(|index| Some(Node { tree: self, index: u32::try_from(index).ok()? }))
    }

    /// Appends the text without markup and without ruby text (WebVTT 6.6, the rules for extracting the chapter title).
    pub fn plain_into(&self, out: &mut String) {
        let mut skip_to = 0usize;
        for (index, slot) in self.slots.iter().enumerate() {
            match slot.kind {
                NodeKind::RubyText if index >= skip_to => {
                    skip_to = usize::try_from(slot.end).unwrap_or(usize::MAX);
                }
                NodeKind::Text if index >= skip_to => out.push_str(self.piece(slot.value)),
                _ => {}
            }
        }
    }

    /// The text without markup and without ruby text (WebVTT 6.6).
    pub fn plain(&self) -> String {
        let mut out = String::new();
        self.plain_into(&mut out);
        out
    }

    /// The name of the first voice.
    pub fn voice(&self) -> Option<&str> {
        let voice = self.slots.iter().find(|slot| slot.kind == NodeKind::Voice)?;
        Some(self.piece(voice.value))
    }

    fn slot(&self, index: u32) -> Option<&Slot> {
        self.slots.get(usize::try_from(index).ok()?)
    }

    fn piece(&self, piece: Piece) -> &str {
        let range = usize::try_from(piece.start).ok().zip(usize::try_from(piece.end).ok());
        range.and_then(|(start, end)| self.arena.get(start..end)).unwrap_or_default()
    }
}

/// Appends an annotation as WebVTT 6.4 has it: references replaced, whitespace trimmed and collapsed.
pub(crate) fn annotation(
    raw: &str,
    out: &mut String,
    spare: &mut String,
    defect: impl FnMut(usize, crate::Defect),
) {
    spare.clear();
    let room = raw.len().saturating_mul(entity::GROWTH);
    if spare.capacity() < room {
        spare.reserve_exact(room);
    }
    entity::decode(raw, spare, defect);
    for (index, word) in spare.split_ascii_whitespace().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        out.push_str(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain_of(text: &str) -> (String, Option<String>) {
        let mut tree = Tree::new();
        tree.parse(text);
        (tree.plain(), tree.voice().map(str::to_owned))
    }

    #[test]
    fn plain_text_is_what_is_left_without_tags_and_ruby_text() {
        assert_eq!(plain_of("a <b>b</b> &amp; c").0, "a b & c");
        assert_eq!(plain_of("<ruby>base<rt>text</rt></ruby>!").0, "base!");
        assert_eq!(plain_of("<rt>kept</rt>").0, "kept");
        assert_eq!(plain_of("<ruby>a<rt>b<i>c</i>").0, "a");
    }

    #[test]
    fn the_voice_is_the_first_one_that_speaks() {
        assert_eq!(plain_of("<v Fred>hi</v><v Ann>ho"), ("hiho".into(), Some("Fred".into())));
        assert_eq!(
            plain_of("<ruby>a<rt>b</ruby><v  A &amp; B >c"),
            ("ac".into(), Some("A & B".into()))
        );
        assert_eq!(plain_of("<v>c"), ("c".into(), Some(String::new())));
        assert_eq!(plain_of("c").1, None);
    }

    #[test]
    fn memory_stays_within_what_was_announced() {
        for text in [
            "<b>".repeat(500),
            "<c.a.b.c>x&nGt;".repeat(300),
            "&nGt;".repeat(200),
            "<v a&nGt;>".repeat(90),
        ] {
            let mut tree = Tree::new();
            tree.parse(&text);
            let held = tree.slots.capacity() * size_of::<Slot>()
                + tree.arena.capacity()
                + tree.spare.capacity()
                + tree.classes.capacity() * size_of::<Piece>();
            assert!(held <= Tree::memory_for(&text), "{held} of {}", Tree::memory_for(&text));
        }
    }
}
