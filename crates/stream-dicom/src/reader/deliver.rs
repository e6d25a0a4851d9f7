//! Filling the caller's element, and learning from it.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Error, Result};
use stream_memory::OverBudget;

use super::{LevelKind, Phase, Reader};
use crate::element::{Element, ElementKind};
use crate::header::{Header, Stated, UNDEFINED};
use crate::path::Step;
use crate::pixel_data::{self, PixelData};
use crate::{CharacterSet, Defect, ImageFacts, Tag, VR};

/// Specific Character Set.
const CHARACTER_SET: Tag = Tag(0x0008, 0x0005);
/// Shared Functional Groups Sequence, whose items speak for all frames (PS3.3 C.7.6.16).
const SHARED_GROUPS: Tag = Tag(0x5200, 0x9229);

impl Reader {
    /// Fills `element` from the header where the walk stands. `prepare` made all room.
    pub(super) fn deliver(
        &mut self,
        element: &mut Element,
        header: &Header,
        vr: VR,
        kind: ElementKind,
        fragment: Option<Step>,
    ) {
        element.tag = header.tag;
        element.vr = vr;
        element.stated = match header.vr {
            Stated::Nothing => None,
            Stated::Known(vr) => Some(vr.to_bytes()),
            Stated::Other(two) => Some(two),
        };
        element.kind = kind;
        element.length = (header.length != UNDEFINED).then_some(header.length);
        element.offset = self.pos;
        element.header = header.size;
        element.order = self.encoding.order;
        element.set = self.scopes.set();
        element.place = None;
        element.loaded = false;
        element.meta = self.phase == Phase::Meta;
        // an element that this reader filled last already has the path up to where it changed since
        let same = element.filled == (self.id, self.delivered);
        let keep = if same { self.low.min(element.steps.len()) } else { 0 };
        element.steps.truncate(keep);
        let rest = self.steps.get(keep..).unwrap_or_default();
        // room was made for one step more than the walk has
        let _ = element.steps.extend(rest);
        if let Some(step) = fragment {
            let _ = element.steps.push(step);
        }
        self.low = self.steps.len();
        self.delivered = self.delivered.saturating_add(1);
        element.filled = (self.id, self.delivered);
        self.pixel_data = None;
    }

    /// Counts an element of the data set at hand; says its place when its tag does not name it.
    pub(super) fn count(&mut self, tag: Tag) -> Option<u32> {
        let order = match self.levels.as_mut_slice().last_mut() {
            Some(top) if top.kind == LevelKind::Item => &mut top.order,
            _ => &mut self.root,
        };
        let place = order.count;
        order.count = place.saturating_add(1);
        let highest = order.highest;
        if highest.is_none_or(|highest| tag > highest) {
            order.highest = Some(tag);
            return None;
        }
        match highest.filter(|&highest| highest != tag) {
            Some(previous) => self.deviate(Defect::OutOfOrder { previous }, tag),
            None => self.deviate(Defect::Duplicate, tag),
        }
        Some(place)
    }

    /// Takes what the element says for others: meta information, character set, creators, image facts.
    pub(super) fn learn(&mut self, element: &mut Element) -> Result<(), OverBudget> {
        let (tag, depth) = (element.tag, self.steps.len());
        if element.meta {
            self.meta.take(tag, &element.value());
            if tag == Tag(2, 0) {
                self.meta_start = Some(
                    element.value_offset().saturating_add(u64::from(element.length.unwrap_or(0))),
                );
            }
            return Ok(());
        }
        if tag == CHARACTER_SET && element.loaded {
            let set = match CharacterSet::from_value(&element.value) {
                Some(set) => set,
                None => {
                    self.deviate(Defect::CharacterSetUnknown, tag);
                    CharacterSet::from_value_lossy(&element.value)
                }
            };
            self.scopes.take_set(depth, set)?;
        }
        if tag.group() & 1 == 1 {
            if (0x10..=0xff).contains(&tag.element()) {
                if element.loaded {
                    self.scopes.take_creator(depth, tag, &element.value)?;
                }
            } else if let Some(creator) = self.scopes.creator(depth, tag) {
                element.creator.extend(creator)?;
            } else if tag.element() >= 0x1000 && self.checks_all() {
                self.deviate(Defect::CreatorMissing, tag);
            }
        }
        if ImageFacts::concerns(tag) {
            let (offset, length) = (element.value_offset(), element.length.unwrap_or(0));
            let value = element.value();
            self.scopes.facts_mut(depth)?.take(tag, &value, offset, u64::from(length));
            let shared = depth == 2 && self.steps.first().is_some_and(|s| s.tag == SHARED_GROUPS);
            if shared && matches!(tag.element(), 0x1050..=0x1053) {
                self.scopes.facts_mut(0)?.take(tag, &value, offset, u64::from(length));
            }
        }
        if pixel_data::is_pixel_data(tag) {
            self.note_pixel_data(element);
        }
        Ok(())
    }

    fn note_pixel_data(&mut self, element: &Element) {
        let facts = *self.scopes.facts(self.steps.len());
        let encapsulated = element.kind == ElementKind::Encapsulated;
        let words = |e| if e { "encapsulated" } else { "native" };
        // an icon may be native in an encapsulated file, not the other way round (PS3.5 A.4)
        if let Some(syntax) = self.syntax.filter(|s| s.is_encapsulated() != encapsulated)
            && (encapsulated || self.steps.is_empty())
        {
            let expected = words(syntax.is_encapsulated());
            self.deviate(
                Defect::Encapsulation { expected, found: words(encapsulated) },
                element.tag,
            );
        }
        if let Some(found) = element.length.map(u64::from)
            && let Some(expected) = facts.layout(element.tag).and_then(|l| l.stored())
            && expected.checked_add(expected & 1) != Some(found)
        {
            self.deviate(Defect::PixelDataLength { expected, found }, element.tag);
        }
        self.pixel_data = Some(PixelData::new(
            self.input.context().clone(),
            self.input.base(),
            element,
            facts,
            self.syntax,
        ));
    }

    /// Notes that a value reaches beyond the end of the source: the error comes after the element. Where the end is not known
    /// yet, the next call looks.
    pub(super) fn check_reach(&mut self, end: u64, header: &Header) {
        match self.input.end() {
            Some(size) if end > size => self.pending = Some(self.cut_short(header, self.pos, size)),
            Some(_) => {}
            None => self.skipped = Some(*header),
        }
    }

    /// Looks whether the source has the last byte of the value skipped before.
    pub(super) fn check_skipped(&mut self) -> Result<()> {
        let Some(header) = self.skipped else { return Ok(()) };
        if header.length > 0
            && let Some(last) = self.pos.checked_sub(1)
            && self.input.peek(last, 1)?.is_empty()
        {
            let size = self.input.end().unwrap_or(self.last);
            self.skipped = None;
            return Err(self.cut_short(&header, self.last, size));
        }
        self.skipped = None;
        Ok(())
    }

    pub(super) fn cut_short(&self, header: &Header, at: u64, size: u64) -> Error {
        let start = at.saturating_add(u64::from(header.size));
        let found = size.saturating_sub(start);
        let message = format!(
            "value of {} cut short (expected {} bytes, found {found})",
            header.tag, header.length
        );
        Error::truncated(self.place(size.max(start)), message)
    }
}
