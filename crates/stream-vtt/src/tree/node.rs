//! Nodes of a tree, as its reader sees them.

use super::{Piece, Slot, Tree};
use crate::Timestamp;

/// The concrete class of a WebVTT Node Object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// The list of node objects: the root.
    List,
    /// `c`: a class span.
    Class,
    /// `i`.
    Italic,
    /// `b`.
    Bold,
    /// `u`.
    Underline,
    /// `ruby`.
    Ruby,
    /// `rt`, inside of `ruby`.
    RubyText,
    /// `v`: text of a voice.
    Voice,
    /// `lang`: text of a language.
    Language,
    /// Text.
    Text,
    /// A timestamp.
    Timestamp,
}

impl NodeKind {
    /// The name of its tag; nothing for the root, text and timestamps.
    pub fn tag(self) -> &'static str {
        match self {
            NodeKind::Class => "c",
            NodeKind::Italic => "i",
            NodeKind::Bold => "b",
            NodeKind::Underline => "u",
            NodeKind::Ruby => "ruby",
            NodeKind::RubyText => "rt",
            NodeKind::Voice => "v",
            NodeKind::Language => "lang",
            NodeKind::List | NodeKind::Text | NodeKind::Timestamp => "",
        }
    }
}

/// A WebVTT Node Object, borrowed from its tree.
#[derive(Clone, Copy, Debug)]
pub struct Node<'t> {
    pub(super) tree: &'t Tree,
    pub(super) index: u32,
}

impl<'t> Node<'t> {
    fn slot(&self) -> Option<&'t Slot> {
        self.tree.slot(self.index)
    }

    /// What it is.
    pub fn kind(&self) -> NodeKind {
        self.slot().map_or(NodeKind::List, |slot| slot.kind)
    }

    /// The text of a text node, the name of a voice node, the tag of a language node; else nothing.
    pub fn value(&self) -> &'t str {
        self.slot().map_or("", |slot| self.tree.piece(slot.value))
    }

    /// The time of a timestamp node.
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.slot().filter(|slot| slot.kind == NodeKind::Timestamp).map(|slot| slot.time)
    }

    /// Its applicable classes, in order.
    pub fn classes(&self) -> impl Iterator<Item = &'t str> {
        let tree = self.tree;
        let Piece { start, end } = self.slot().map_or(Piece::default(), |slot| slot.classes);
        let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        let pieces =
            range.and_then(|(start, end)| tree.classes.get(start..end)).unwrap_or_default();
        pieces.iter().map(|piece| tree.piece(*piece))
    }

    /// Its applicable language: that of the nearest `lang` tag around it, or its own; may be empty.
    pub fn language(&self) -> Option<&'t str> {
        let slot = self.tree.slot(self.slot()?.language)?;
        (slot.kind == NodeKind::Language).then(|| self.tree.piece(slot.value))
    }

    /// The node it is a child of; none for the root.
    pub fn parent(&self) -> Option<Node<'t>> {
        let parent = self.slot()?.parent;
        (self.index != 0).then_some(Node { tree: self.tree, index: parent })
    }

    /// Its children in order.
    pub fn children(&self) -> Children<'t> {
        Children {
            tree: self.tree,
            next: self.index.saturating_add(1),
            end: self.slot().map_or(0, |slot| slot.end),
        }
    }
}

/// The children of a node.
#[derive(Clone, Debug)]
pub struct Children<'t> {
    tree: &'t Tree,
    next: u32,
    end: u32,
}

impl<'t> Iterator for Children<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Node<'t>> {
        if self.next >= self.end {
            return None;
        }
        let node = Node { tree: self.tree, index: self.next };
        self.next = self.tree.slot(self.next)?.end;
        Some(node)
    }
}
