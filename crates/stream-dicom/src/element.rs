//! One data element, item or fragment: PS3.5 7.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedVec, Context};
use stream_memory::OverBudget;

use crate::path::{Step, write_step, write_tag};
use crate::{ByteOrder, CharacterSet, ItemPath, Tag, VR, Value, dictionary};

/// What stands at a place of the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ElementKind {
    /// A data element with a value.
    #[default]
    Value,
    /// A data element whose value is a sequence of items; they follow.
    Sequence,
    /// Encapsulated pixel data, whose value is a sequence of fragments (PS3.5 A.4); they follow.
    Encapsulated,
    /// An item of a sequence; its elements follow.
    Item,
    /// A fragment of encapsulated pixel data; the first is the basic offset table.
    Fragment,
}

impl ElementKind {
    /// Whether others follow that are its content, so that it has no value of its own.
    pub fn is_sequence(self) -> bool {
        matches!(self, Self::Sequence | Self::Encapsulated | Self::Item)
    }
}

/// A data element, item or fragment, filled again and again by [`Reader::read_element`](crate::Reader::read_element).
///
/// Its memory is charged to the reader's budget: the path (8 bytes a level) and the value up to the reader's limit.
#[derive(Debug)]
pub struct Element {
    pub(crate) tag: Tag,
    pub(crate) vr: VR,
    pub(crate) stated: Option<[u8; 2]>,
    pub(crate) kind: ElementKind,
    pub(crate) length: Option<u32>,
    pub(crate) offset: u64,
    pub(crate) header: u8,
    pub(crate) order: ByteOrder,
    pub(crate) set: CharacterSet,
    pub(crate) place: Option<u32>,
    pub(crate) loaded: bool,
    pub(crate) meta: bool,
    pub(crate) steps: ChargedVec<Step>,
    pub(crate) value: ChargedVec<u8>,
    pub(crate) creator: ChargedVec<u8>,
    /// Which reader filled it last and at which of its elements, so that the path is patched and not copied.
    pub(crate) filled: (u64, u64),
}

impl Element {
    /// An empty element, charged to `cx`.
    pub fn new(cx: &Context) -> Self {
        let budget = cx.budget();
        Self {
            tag: Tag(0, 0),
            vr: VR::UN,
            stated: None,
            kind: ElementKind::Value,
            length: None,
            offset: 0,
            header: 0,
            order: ByteOrder::Little,
            set: CharacterSet::DEFAULT,
            place: None,
            loaded: false,
            meta: false,
            steps: ChargedVec::new(budget),
            value: ChargedVec::new(budget),
            creator: ChargedVec::new(budget),
            filled: (0, 0),
        }
    }

    /// Its tag; (FFFE,E000) for items and fragments.
    pub fn tag(&self) -> Tag {
        self.tag
    }

    /// Its VR: the stated one, or the registered one where the file states none. A UN of undefined length is a sequence in
    /// implicit VR (PS3.5 6.2.2 note 4, CP-246) and says SQ. Items say UN, fragments OB.
    pub fn vr(&self) -> VR {
        self.vr
    }

    /// The two bytes that the file has as VR; `None` in implicit VR.
    pub fn stated_vr(&self) -> Option<[u8; 2]> {
        self.stated
    }

    /// What it is.
    pub fn kind(&self) -> ElementKind {
        self.kind
    }

    /// Its keyword in PS3.6; `None` for private and unknown elements.
    pub fn keyword(&self) -> Option<&'static str> {
        dictionary::keyword(self.tag)
    }

    /// The value's length in bytes; `None` when undefined.
    pub fn length(&self) -> Option<u32> {
        self.length
    }

    /// Where its tag starts. In a deflated file, elements of the data set count from the start of the deflated bytes as if
    /// they were not deflated: the first stands where the deflated bytes start.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Where its value starts, counted as [`Element::offset`].
    pub fn value_offset(&self) -> u64 {
        self.offset.saturating_add(u64::from(self.header))
    }

    /// How many items it is nested in.
    pub fn depth(&self) -> usize {
        let own = matches!(self.kind, ElementKind::Item | ElementKind::Fragment);
        self.steps.len().saturating_sub(usize::from(own))
    }

    /// Whether it belongs to File Meta Information (PS3.10 7.1).
    pub fn is_meta(&self) -> bool {
        self.meta
    }

    /// The value, when it is short enough to be kept.
    pub fn value(&self) -> Value<'_> {
        if self.loaded {
            Value::new(self.vr, &self.value, self.order, self.set)
        } else {
            Value::NotLoaded
        }
    }

    /// The value's bytes as they stand in the file, when they are short enough to be kept.
    pub fn bytes(&self) -> Option<&[u8]> {
        self.loaded.then_some(&*self.value)
    }

    /// The order of bytes of its numbers.
    pub fn byte_order(&self) -> ByteOrder {
        self.order
    }

    /// The character set of its text.
    pub fn character_set(&self) -> CharacterSet {
        self.set
    }

    /// The private creator that reserved its block (PS3.5 7.8.1), its first 64 bytes without padding.
    pub fn creator(&self) -> Option<&str> {
        let creator = std::str::from_utf8(&self.creator).unwrap_or("?");
        (!creator.is_empty()).then_some(creator)
    }

    /// The items around it, outermost first; for an item, itself last.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Its path, in memory of its own and uncharged.
    pub fn path(&self) -> ItemPath {
        ItemPath { steps: self.steps.to_vec(), tag: self.path_tag(), place: self.place }
    }

    /// Its place in its data set, counted from 0, when a greater or equal tag came before and its tag does not name it.
    pub fn place(&self) -> Option<u32> {
        self.place
    }

    /// Whether `path` names it. A path without a place names the first element of its tag.
    pub fn is_at(&self, path: &ItemPath) -> bool {
        self.path_tag() == path.tag
            && (path.place.is_none() || path.place == self.place)
            && *self.steps == *path.steps
    }

    fn path_tag(&self) -> Option<Tag> {
        let own = matches!(self.kind, ElementKind::Item | ElementKind::Fragment);
        (!own).then_some(self.tag)
    }

    /// Writes its path: `(0040,0275)[0]/(0040,0007)`.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write_path(&self, out: &mut impl std::fmt::Write) -> std::fmt::Result {
        for (i, &step) in self.steps.iter().enumerate() {
            if i > 0 {
                out.write_char('/')?;
            }
            write_step(out, step)?;
        }
        let Some(tag) = self.path_tag() else { return Ok(()) };
        if !self.steps.is_empty() {
            out.write_char('/')?;
        }
        write_tag(out, tag)?;
        self.place.map_or(Ok(()), |place| write!(out, "#{place}"))
    }

    /// Makes room for a path of `depth` steps and a value of `bytes`, so that filling cannot fail.
    pub(crate) fn prepare(&mut self, depth: usize, bytes: usize) -> Result<(), OverBudget> {
        self.steps.room(depth.saturating_sub(self.steps.len()))?;
        self.value.clear();
        self.value.room(bytes)?;
        self.creator.clear();
        self.creator.room(CREATOR)
    }
}

/// The longest private creator that is kept: LO has at most 64 characters.
pub(crate) const CREATOR: usize = 64;
