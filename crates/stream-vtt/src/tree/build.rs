//! The tree builder of WebVTT 6.4.
#![deny(clippy::arithmetic_side_effects)]

use super::{NodeKind, Piece, Slot, Tree, annotation};
use crate::entity;
use crate::token::StartTag;
use crate::{Defect, Excerpt, Timestamp, Token, Tokens};

impl Tree {
    /// Parses `text`. `times` are those of the cue, which timestamps are compared with; `defect` is told where in the
    /// text each defect stands.
    pub(crate) fn build(
        &mut self,
        text: &str,
        times: Option<(Timestamp, Timestamp)>,
        defect: impl FnMut(usize, Defect),
    ) {
        self.slots.clear();
        self.arena.clear();
        self.classes.clear();
        self.spare.clear();
        self.reserve(text);
        let latest = times.map(|(start, _)| start);
        let mut builder =
            Builder { tree: self, current: 0, latest, end: times.map(|t| t.1), defect };
        builder.push(NodeKind::List, Piece::default());
        let mut tokens = Tokens::new(text);
        loop {
            let at = tokens.position();
            let Some(token) = tokens.next() else { break };
            match token {
                Token::Text(text) => builder.text(at, text),
                Token::Start(tag) => builder.start(at, tag),
                Token::End(name) => builder.end(at, name),
                Token::Timestamp(value) => builder.timestamp(at, value),
            }
            if tokens.unterminated() {
                (builder.defect)(at, Defect::UnterminatedTag(tag_excerpt(text, at)));
            }
        }
        builder.finish(text.len());
    }

    /// Room for all that a text can need at once, so that no vector grows past what was announced.
    fn reserve(&mut self, text: &str) {
        let room = text.len().saturating_mul(entity::GROWTH);
        if self.arena.capacity() < room {
            self.arena.reserve_exact(room);
        }
        let enough = (text.len() / 2).saturating_add(2) <= self.slots.capacity();
        if !enough {
            let nodes = Self::nodes_for(text);
            if self.slots.capacity() < nodes {
                self.slots.reserve_exact(nodes);
            }
        }
    }
}

fn tag_excerpt(text: &str, at: usize) -> Excerpt {
    Excerpt::new(text.as_bytes().get(at..).unwrap_or_default())
}

struct Builder<'t, F> {
    tree: &'t mut Tree,
    current: u32,
    latest: Option<Timestamp>,
    end: Option<Timestamp>,
    defect: F,
}

impl<F: FnMut(usize, Defect)> Builder<'_, F> {
    fn kind(&self) -> NodeKind {
        self.tree.slot(self.current).map_or(NodeKind::List, |slot| slot.kind)
    }

    /// Appends a node to the current one.
    fn push(&mut self, kind: NodeKind, value: Piece) -> u32 {
        let index = length(self.tree.slots.len());
        let language = if kind == NodeKind::Language {
            index
        } else {
            self.tree.slot(self.current).map_or(0, |slot| slot.language)
        };
        self.tree.slots.push(Slot {
            kind,
            time: Timestamp::default(),
            value,
            classes: Piece::default(),
            language,
            parent: self.current,
            end: index.saturating_add(1),
        });
        index
    }

    fn text(&mut self, at: usize, text: &str) {
        let start = length(self.tree.arena.len());
        entity::decode(text, &mut self.tree.arena, |offset, d| {
            (self.defect)(at.saturating_add(offset), d)
        });
        let end = length(self.tree.arena.len());
        self.push(NodeKind::Text, Piece { start, end });
    }

    fn start(&mut self, at: usize, tag: StartTag<'_>) {
        let kind = match tag.name {
            "c" => NodeKind::Class,
            "i" => NodeKind::Italic,
            "b" => NodeKind::Bold,
            "u" => NodeKind::Underline,
            "ruby" => NodeKind::Ruby,
            "rt" if self.kind() == NodeKind::Ruby => NodeKind::RubyText,
            "rt" => return (self.defect)(at, Defect::RtOutsideRuby),
            "v" => NodeKind::Voice,
            "lang" => NodeKind::Language,
            name => return (self.defect)(at, Defect::UnknownTag(Excerpt::new(name.as_bytes()))),
        };
        let value = self.value(at, kind, tag.annotation.unwrap_or_default());
        let classes = tag.classes.map_or(Piece::default(), |classes| self.classes(at, classes));
        let index = self.push(kind, value);
        if let Some(slot) = self.tree.slots.last_mut() {
            slot.classes = classes;
        }
        self.current = index;
    }

    /// The annotation where the tag has a use for it.
    fn value(&mut self, at: usize, kind: NodeKind, raw: &str) -> Piece {
        let tree = &mut *self.tree;
        let wanted = matches!(kind, NodeKind::Voice | NodeKind::Language);
        if !wanted {
            if !raw.trim_ascii().is_empty() {
                (self.defect)(at, Defect::UnexpectedAnnotation(Excerpt::new(raw.as_bytes())));
            }
            return Piece::default();
        }
        let start = length(tree.arena.len());
        annotation(raw, &mut tree.arena, &mut tree.spare, |_, d| (self.defect)(at, d));
        let end = length(tree.arena.len());
        if start == end {
            (self.defect)(at, Defect::MissingAnnotation(Excerpt::new(kind.tag().as_bytes())));
        }
        Piece { start, end }
    }

    fn classes(&mut self, at: usize, classes: &str) -> Piece {
        let first = length(self.tree.classes.len());
        for class in classes.split('.') {
            if class.is_empty() {
                (self.defect)(at, Defect::EmptyClass);
                continue;
            }
            let start = length(self.tree.arena.len());
            self.tree.arena.push_str(class);
            self.tree.classes.push(Piece { start, end: length(self.tree.arena.len()) });
        }
        Piece { start: first, end: length(self.tree.classes.len()) }
    }

    fn end(&mut self, at: usize, name: &str) {
        let kind = self.kind();
        if !kind.tag().is_empty() && kind.tag() == name {
            self.close();
        } else if name == "ruby" && kind == NodeKind::RubyText {
            self.close();
            self.close();
        } else {
            (self.defect)(at, Defect::StrayEndTag(Excerpt::new(name.as_bytes())));
        }
    }

    /// Makes the parent of the current node the current one.
    fn close(&mut self) {
        let end = length(self.tree.slots.len());
        let slot =
            usize::try_from(self.current).ok().and_then(|index| self.tree.slots.get_mut(index));
        if let Some(slot) = slot {
            slot.end = end;
            self.current = slot.parent;
        }
    }

    fn timestamp(&mut self, at: usize, value: &str) {
        let Some(time) = Timestamp::parse(value) else {
            return (self.defect)(at, Defect::TimestampTag(Excerpt::new(value.as_bytes())));
        };
        if self.latest.is_some_and(|latest| time <= latest)
            || self.end.is_some_and(|end| time >= end)
        {
            (self.defect)(at, Defect::TimestampOrder(time));
        }
        if self.end.is_some() {
            self.latest = self.latest.max(Some(time));
        }
        self.push(NodeKind::Timestamp, Piece::default());
        if let Some(slot) = self.tree.slots.last_mut() {
            slot.time = time;
        }
    }

    /// Closes what is open. A voice that is all there is need not be closed (WebVTT 4.2.2).
    fn finish(&mut self, at: usize) {
        let lone_voice = self.current == 1 && self.kind() == NodeKind::Voice;
        while self.current != 0 {
            if !lone_voice {
                let tag = Excerpt::new(self.kind().tag().as_bytes());
                (self.defect)(at, Defect::UnclosedTag(tag));
            }
            self.close();
        }
        self.close();
    }
}

/// Positions in a tree have 32 bits.
fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree as lines, two spaces a level, like the W3C's own tests.
    fn dump(text: &str) -> (String, Vec<&'static str>) {
        let (mut tree, mut found) = (Tree::new(), Vec::new());
        let times = Some((Timestamp::from_millis(1000), Timestamp::from_millis(9000)));
        tree.build(text, times, |_, defect| found.push(defect.rule()));
        let mut out = String::new();
        for node in tree.nodes() {
            let above = std::iter::successors(node.parent(), |up| up.parent()).skip(1);
            above.for_each(|_| out.push_str("  "));
            match node.kind() {
                NodeKind::Text => out.push_str(&format!("{:?}", node.value())),
                NodeKind::Timestamp => out.push_str(&format!("<{}>", node.timestamp().unwrap())),
                kind => {
                    out.push_str(kind.tag());
                    node.classes().for_each(|class| out.push_str(&format!(".{class}")));
                    if !node.value().is_empty() {
                        out.push_str(&format!(" {}", node.value()));
                    }
                }
            }
            if kind_has_language(&node) {
                out.push_str(&format!(" @{}", node.language().unwrap()));
            }
            out.push('\n');
        }
        (out, found)
    }

    fn kind_has_language(node: &super::super::Node<'_>) -> bool {
        node.kind() != NodeKind::Text && node.language().is_some()
    }

    fn tree(text: &str) -> String {
        dump(text).0.trim_end().replace('\n', "|")
    }

    #[test]
    fn text_alone_is_one_node() {
        assert_eq!(tree("test"), "\"test\"");
        assert_eq!(tree(""), "");
    }

    #[test]
    fn every_tag_makes_its_node() {
        assert_eq!(
            tree("<c.a.b>1</c><i>2</i><b>3</b><u>4</u>"),
            "c.a.b|  \"1\"|i|  \"2\"|b|  \"3\"|u|  \"4\""
        );
        assert_eq!(tree("<v.loud  Fred \t Smith >x</v>y"), "v.loud Fred Smith|  \"x\"|\"y\"");
        assert_eq!(tree("a<00:00:02.500>b"), "\"a\"|<00:00:02.500>|\"b\"");
    }

    #[test]
    fn ruby_closes_as_the_rules_say() {
        assert_eq!(tree("<ruby>test<rt>test"), "ruby|  \"test\"|  rt|    \"test\"");
        assert_eq!(tree("<ruby>a<rt>b</rt>c"), "ruby|  \"a\"|  rt|    \"b\"|  \"c\"");
        assert_eq!(tree("<ruby>a<rt>b</rt></ruby>c"), "ruby|  \"a\"|  rt|    \"b\"|\"c\"");
        assert_eq!(tree("<ruby>a<rt>b</ruby>c"), "ruby|  \"a\"|  rt|    \"b\"|\"c\"");
        assert_eq!(
            tree("<ruby>a<rt><b>b</rt></ruby>c"),
            "ruby|  \"a\"|  rt|    b|      \"b\"|      \"c\""
        );
        assert_eq!(
            tree("<ruby>a<rt><b>b</ruby>c"),
            "ruby|  \"a\"|  rt|    b|      \"b\"|      \"c\""
        );
        assert_eq!(
            tree("<ruby>a<rt><b>b</rt></ruby></b>c"),
            "ruby|  \"a\"|  rt|    b|      \"b\"|    \"c\""
        );
        assert_eq!(
            tree("<ruby>a<rt><b>b</rt></b></ruby>c"),
            "ruby|  \"a\"|  rt|    b|      \"b\"|\"c\""
        );
        assert_eq!(
            tree("<ruby>a<rt><b>b</rt></b>c</ruby>d"),
            "ruby|  \"a\"|  rt|    b|      \"b\"|    \"c\"|\"d\""
        );
        assert_eq!(tree("<rt>a</rt>b"), "\"a\"|\"b\"");
    }

    #[test]
    fn languages_apply_to_what_they_enclose() {
        assert_eq!(
            tree("<lang en>a<i>b</i><lang de>c<b>d</b></lang><u>e</u></lang><i>f"),
            "lang en @en|  \"a\"|  i @en|    \"b\"|  lang de @de|    \"c\"|    b @de|      \"d\"|  u @en|    \"e\"|i|  \"f\""
        );
        assert_eq!(tree("<lang>a<i>b"), "lang @|  \"a\"|  i @|    \"b\"");
    }

    #[test]
    fn end_tags_close_only_the_current_node() {
        assert_eq!(tree("<b>a</ b>b"), "b|  \"a\"|  \"b\"");
        assert_eq!(tree("<i>a</b>b</i>c"), "i|  \"a\"|  \"b\"|\"c\"");
        assert_eq!(tree("</>a</i>b"), "\"a\"|\"b\"");
    }

    #[test]
    fn references_are_replaced_in_text_and_annotations_but_not_in_classes() {
        assert_eq!(tree("a&lt;b&amp"), "\"a<b&\"");
        assert_eq!(tree("<v A&amp;B&#32; C>x"), "v A&B C|  \"x\"");
        assert_eq!(tree("<c.a&amp;b>x"), "c.a&amp;b|  \"x\"");
        assert_eq!(tree("&<c"), "\"&\"|c");
    }

    #[test]
    fn tags_that_are_not_known_vanish_and_leave_their_text_apart() {
        assert_eq!(tree("<h1>a</h1>b<>c<B>d"), "\"a\"|\"b\"|\"c\"|\"d\"");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let found = |text: &str| dump(text).1;
        assert_eq!(found("<v Fred>all of it"), Vec::<&str>::new());
        assert_eq!(found("<v Fred>a</v> <v Ann>b"), ["unclosed_tag"]);
        assert_eq!(found("<x>a</x>"), ["unknown_tag", "stray_end_tag"]);
        assert_eq!(found("<rt>a"), ["rt_outside_ruby"]);
        assert_eq!(found("<v>a"), ["missing_annotation"]);
        assert_eq!(found("<i x>a</i>"), ["unexpected_annotation"]);
        assert_eq!(found("<c.>a</c>"), ["empty_class"]);
        assert_eq!(found("<00:02>a"), ["timestamp_tag"]);
        assert_eq!(
            found("<00:02.000>a<00:02.000>b<00:01.000>c<00:09.000>"),
            ["timestamp_order"; 3]
        );
        assert_eq!(found("a & b &amp c"), ["ampersand", "no_semicolon"]);
        assert_eq!(found("<i>a</i"), ["unterminated_tag"]);
    }

    #[test]
    fn a_hundred_thousand_levels_are_built_walked_and_dropped() {
        let text = "<b>".repeat(100_000) + "x";
        let mut tree = Tree::new();
        tree.parse(&text);
        assert_eq!(tree.nodes().count(), 100_001);
        assert_eq!(tree.root().children().count(), 1);
        assert_eq!(tree.plain(), "x");
    }
}
