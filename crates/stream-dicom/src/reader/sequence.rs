//! Between the items of a sequence, and between fragments.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Error, Result};

use super::levels::{Level, LevelKind};
use super::{Outcome, Reader};
use crate::element::{Element, ElementKind};
use crate::header::{Header, ITEM, ITEM_END, SEQUENCE_END, UNDEFINED};
use crate::path::Step;
use crate::{Defect, Tag, VR};

impl Reader {
    fn top(&self) -> Option<Level> {
        self.levels.last().copied()
    }

    /// Counts an item of the innermost level and says which it is.
    fn next_item(&mut self) -> Step {
        let Some(top) = self.levels.as_mut_slice().last_mut() else {
            return Step { tag: ITEM, item: 0 };
        };
        let step = Step { tag: top.tag, item: top.items };
        top.items = top.items.saturating_add(1);
        step
    }

    pub(super) fn in_sequence(&mut self, header: Header, element: &mut Element) -> Result<Outcome> {
        let Some(top) = self.top() else { return Ok(Outcome::Again) };
        match header.tag {
            ITEM => self.item(header, element),
            SEQUENCE_END => {
                self.delimiter(&header);
                if !top.is_undefined() {
                    self.deviate(Defect::DelimiterStray { found: header.tag }, top.tag);
                }
                self.skip_header(&header);
                self.pop();
                if !top.is_undefined() {
                    self.pos = self.pos.max(top.end);
                }
                Ok(Outcome::Again)
            }
            ITEM_END => {
                self.deviate(Defect::DelimiterStray { found: header.tag }, top.tag);
                self.skip_header(&header);
                Ok(Outcome::Again)
            }
            found => {
                self.deviate(Defect::NotAnItem { found }, top.tag);
                if top.is_undefined() {
                    self.deviate(Defect::SequenceDelimiterMissing, top.tag);
                } else {
                    self.pos = top.end;
                }
                self.pop();
                Ok(Outcome::Again)
            }
        }
    }

    fn item(&mut self, header: Header, element: &mut Element) -> Result<Outcome> {
        if self.steps.len() >= self.options.max_depth {
            return Err(self.too_deep());
        }
        self.beyond_parent(&header);
        let step = self.next_item();
        self.steps.push(step)?;
        let from = self.pos.saturating_add(u64::from(header.size));
        self.push(LevelKind::Item, step.tag, header.length, from)?;
        self.deliver(element, &header, VR::UN, ElementKind::Item, None);
        self.pos = from;
        Ok(Outcome::Delivered)
    }

    pub(super) fn in_fragments(
        &mut self,
        header: Header,
        element: &mut Element,
    ) -> Result<Outcome> {
        let Some(top) = self.top() else { return Ok(Outcome::Again) };
        match header.tag {
            ITEM if header.length == UNDEFINED => Err(Error::malformed(
                self.place(self.pos),
                format!("fragment of {} with undefined length", top.tag),
            )),
            ITEM => {
                let step = self.next_item();
                let end = self.pos.saturating_add(8).saturating_add(u64::from(header.length));
                if header.length & 1 == 1 {
                    self.deviate(Defect::LengthOdd { found: header.length }, top.tag);
                }
                self.deliver(element, &header, VR::OB, ElementKind::Fragment, Some(step));
                self.check_reach(end, &header);
                self.pos = end;
                Ok(Outcome::Delivered)
            }
            SEQUENCE_END => {
                self.delimiter(&header);
                self.check_fragments(&top);
                self.skip_header(&header);
                self.pop();
                Ok(Outcome::Again)
            }
            // what comes behind pixel data has a greater tag
            found if found > top.tag && found < Tag(0xfffe, 0) => {
                self.deviate(Defect::SequenceDelimiterMissing, top.tag);
                self.pop();
                Ok(Outcome::Again)
            }
            found => Err(Error::malformed(
                self.place(self.pos),
                format!("{}: expected a fragment, found {found}", top.tag),
            )),
        }
    }

    /// A frame is at least one fragment, but in a video stream (PS3.5 A.4).
    fn check_fragments(&mut self, top: &Level) {
        let expected = self.scopes.facts(self.steps.len()).frame_count();
        let found = u64::from(top.items.saturating_sub(1));
        let video = self.syntax.is_some_and(|s| s.is_video());
        // a walk that was passed by a stream of frames has not counted
        if found < expected && !video && !self.passed {
            self.deviate(Defect::FrameCount { expected, found }, top.tag);
        }
    }

    pub(super) fn delimiter(&mut self, header: &Header) {
        if header.length != 0 {
            self.deviate(Defect::DelimiterLength { found: header.length }, header.tag);
        }
    }

    /// Notes content that reaches beyond the item or sequence around it.
    pub(super) fn beyond_parent(&mut self, header: &Header) {
        if header.length == UNDEFINED {
            return;
        }
        let Some(left) = self.left() else { return };
        let expected = left.saturating_sub(u64::from(header.size));
        let found = u64::from(header.length);
        if found > expected {
            self.deviate(Defect::LengthBeyondParent { expected, found }, header.tag);
        }
    }
}
