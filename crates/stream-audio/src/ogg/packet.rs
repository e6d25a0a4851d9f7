//! The bytes of one packet across pages, going onwards.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedVec, Context, Result};

use super::page::{self, Page};
use crate::findings::Findings;
use crate::input::Input;
use crate::octets::{Octets, Spot};

/// A position in a logical stream: in the segments of a page.
pub(super) struct Laced {
    pub input: Input,
    findings: Findings,
    pub serial: u32,
    page: Option<Page>,
    /// The next segment of the page.
    segment: usize,
    /// Bytes of the packet from the position on in this page, and whether it goes on in the next.
    left: u64,
    more: bool,
    /// Whether the file ended within a packet.
    pub cut: bool,
}

impl Laced {
    /// Stands before the first packet of `page`.
    pub(super) fn new(cx: &Context, findings: &Findings, page: Page) -> Self {
        let mut input = Input::with_window(cx, page.body(), u64::MAX, page::LONGEST);
        input.go(page.body());
        let findings = findings.clone();
        let serial = page.serial;
        Self {
            input,
            findings,
            serial,
            page: Some(page),
            segment: 0,
            left: 0,
            more: false,
            cut: false,
        }
    }

    /// Stands in a packet of which `left` bytes are in this page, and then more if it goes on.
    pub(super) fn within(
        cx: &Context,
        findings: &Findings,
        serial: u32,
        at: u64,
        left: u64,
    ) -> Self {
        let input = Input::with_window(cx, at, u64::MAX, page::LONGEST);
        let findings = findings.clone();
        Self { input, findings, serial, page: None, segment: 0, left, more: true, cut: false }
    }

    /// Takes the segments of one packet from the page at hand.
    fn run(&mut self) {
        self.left = 0;
        self.more = true;
        let lengths = self.page.as_ref().map(Page::lengths).unwrap_or_default();
        for length in lengths.iter().skip(self.segment) {
            self.segment = self.segment.saturating_add(1);
            self.left = self.left.saturating_add(u64::from(*length));
            if *length < 255 {
                self.more = false;
                break;
            }
        }
    }

    /// Goes to the next page of the stream; `false` at the end.
    fn turn(&mut self) -> Result<bool> {
        if let Some(page) = self.page.take() {
            self.input.go(page.end());
        }
        loop {
            let Some(page) = page::next(&mut self.input, &self.findings)? else { return Ok(false) };
            if page.serial == self.serial {
                self.input.go(page.body());
                self.segment = 0;
                self.page = Some(page);
                return Ok(true);
            }
            self.input.go(page.end());
        }
    }

    /// Goes behind the packet at hand to the next one; `false` at the end.
    ///
    /// # Errors
    /// What reading gives.
    pub(super) fn next_packet(&mut self) -> Result<bool> {
        self.skip(u64::MAX)?;
        loop {
            let segments = self.page.as_ref().map_or(0, |page| page.lengths().len());
            if self.segment < segments {
                self.run();
                return Ok(true);
            }
            if !self.turn()? {
                return Ok(false);
            }
        }
    }

    /// Whether a byte is left, going on to the next page where needed.
    fn reach(&mut self) -> Result<bool> {
        while self.left == 0 {
            if !self.more {
                return Ok(false);
            }
            if !self.turn()? {
                (self.more, self.cut) = (false, true);
                return Ok(false);
            }
            self.run();
        }
        Ok(true)
    }

    /// Appends up to `limit` bytes.
    pub(super) fn append(&mut self, limit: usize, bytes: &mut ChargedVec<u8>) -> Result<()> {
        let mut want = limit;
        while want > 0 && self.reach()? {
            let here = usize::try_from(self.left).unwrap_or(usize::MAX).min(want);
            let held = self.input.peek(here)?;
            if held.is_empty() {
                break;
            }
            bytes.extend(held)?;
            let taken = held.len();
            let passed = u64::try_from(taken).unwrap_or(0);
            self.input.skip(passed);
            self.left = self.left.saturating_sub(passed);
            want = want.saturating_sub(taken);
        }
        Ok(())
    }

    /// The page at hand, and its segments that were not taken yet.
    pub(super) fn rest(&self) -> Option<(Page, usize)> {
        self.page.map(|page| (page, self.segment))
    }
}

impl Octets for Laced {
    fn spot(&mut self) -> Result<Spot> {
        self.reach()?;
        let left = u32::try_from(self.left).unwrap_or(u32::MAX);
        Ok(Spot { offset: self.input.pos(), ogg: Some((self.serial, left)) })
    }

    fn take(&mut self, limit: usize, bytes: &mut ChargedVec<u8>) -> Result<()> {
        bytes.clear();
        self.append(limit, bytes)
    }

    fn skip(&mut self, count: u64) -> Result<()> {
        let mut want = count;
        while want > 0 && self.reach()? {
            let here = self.left.min(want);
            self.input.skip(here);
            self.left = self.left.saturating_sub(here);
            want = want.saturating_sub(here);
        }
        Ok(())
    }
}
