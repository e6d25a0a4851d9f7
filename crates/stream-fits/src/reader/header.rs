//! One header: block by block up to END, then what it says.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Error, Result};

use super::{Due, KEPT, Reader};
use crate::card::{self, CARD};
use crate::checksum::{self, Sum};
use crate::header::BLOCK;
use crate::{Defect, Deviation, Hdu, HduKind, TiledImage, hdu};

/// Most bytes of a header: 200,000 cards, four times what the longest that were met have.
const MAX_HEADER: usize = 16 << 20;

impl Reader {
    /// Where the next block of the header at hand stands.
    fn block_at(&self) -> u64 {
        self.next.saturating_add(u64::try_from(self.cards.len()).unwrap_or(u64::MAX))
    }

    /// Reads blocks up to END into `cards`; says whether there is a header. What was read stays where the budget refuses more.
    pub(super) fn read_header(&mut self) -> Result<bool> {
        // a header whose interpretation was refused is not read again
        while !self.whole {
            let at = self.block_at();
            let first = self.cards.is_empty();
            self.cards.room(BLOCK)?;
            let block = self.ahead.block(&self.cx, at)?;
            if first && self.number > 0 && !block.starts_with(b"XTENSION") {
                let len = block.len();
                let starts = !block.is_empty() && b"XTENSION".starts_with(block);
                return self.end(len, starts);
            }
            if block.len() < BLOCK && !has_end(block) {
                let end = at.saturating_add(u64::try_from(block.len()).unwrap_or(0));
                return Err(Error::truncated(end, "header cut short before its END card"));
            }
            let cards = block.as_chunks::<CARD>().0;
            let end = cards.iter().position(is_end);
            let own = block.get(..end.unwrap_or(cards.len()).saturating_mul(CARD));
            let own = own.unwrap_or_default();
            if let Some(card) = own.as_chunks::<CARD>().0.iter().position(is_no_text) {
                let offset = u64::try_from(card.saturating_mul(CARD)).unwrap_or(0);
                let message = "header without an END card (found bytes that are no text)";
                return Err(Error::malformed(at.saturating_add(offset), message));
            }
            if self.cards.len() >= MAX_HEADER {
                return Err(Error::malformed(at, "header without an END card in 16 MiB"));
            }
            self.cards.extend(own)?;
            if self.verifies {
                self.header_sum.add(block);
            }
            self.whole = end.is_some();
        }
        Ok(true)
    }

    /// The place behind the header at hand, whose END was found: the next block.
    fn header_end(&self) -> u64 {
        // END stands in the block that follows the cards, or in the one that they begin
        let block = u64::try_from(BLOCK).unwrap_or(1);
        let behind = self.block_at().saturating_add(1);
        behind.checked_next_multiple_of(block).unwrap_or(u64::MAX)
    }

    /// Fills `hdu` from the cards, and moves on.
    pub(super) fn interpret(&mut self, hdu: &mut Hdu) -> Result<()> {
        let end = self.header_end();
        std::mem::swap(&mut hdu.header.raw, &mut self.cards);
        hdu.header.offset = self.next;
        hdu.number = self.number;
        self.notes.clear();
        let result = self.look_at(hdu, end);
        if let Err(e) = result {
            if e.resumable() {
                std::mem::swap(&mut hdu.header.raw, &mut self.cards);
            }
            return Err(e);
        }
        self.cards.clear();
        self.whole = false;
        self.count = self.count.saturating_add(u64::try_from(self.notes.len()).unwrap_or(0));
        let room = KEPT.saturating_sub(self.findings.len());
        let kept = self.notes.get(..room.min(self.notes.len())).unwrap_or_default();
        // room was made before anything moved
        self.findings.extend(kept)?;
        self.due = self.due_of(hdu, end);
        self.ahead.expect(hdu.end().saturating_sub(self.next));
        self.start = self.next;
        self.next = hdu.end();
        self.data_end = hdu.data().end();
        self.data_len = hdu.data().length;
        self.number = self.number.saturating_add(1);
        Ok(())
    }

    fn look_at(&mut self, hdu: &mut Hdu, end: u64) -> Result<()> {
        let (notes, number) = (&mut self.notes, self.number);
        let mut note = |defect: Defect, offset: u64| -> Result<()> {
            // more than these are not kept either
            if notes.len() < KEPT {
                notes.push(Deviation { defect, hdu: number, offset })?;
            }
            Ok(())
        };
        hdu::interpret(hdu, end, self.cx.budget(), &mut note)?;
        if hdu.kind == HduKind::CompressedImage && !self.raw {
            match TiledImage::new(hdu) {
                Ok(tiled) => hdu.compressed = Some(tiled),
                Err(e) if e.resumable() => return Err(e),
                Err(e) => note(Defect::Compression, e.offset().unwrap_or(hdu.header.offset))?,
            }
        }
        hdu.header.text = card::is_text(&hdu.header.raw);
        for card in hdu.header.cards() {
            let parts = if hdu.header.text { card.parts_of_text() } else { card.parts() };
            if let Some(defect) = parts.defect {
                note(defect, card.offset())?;
            }
        }
        self.findings.room(self.notes.len())?;
        Ok(())
    }

    fn due_of(&mut self, hdu: &Hdu, end: u64) -> Option<Due> {
        let header = std::mem::take(&mut self.header_sum);
        if !self.verifies {
            return None;
        }
        let checksum = hdu.header.get("CHECKSUM");
        let datasum = hdu.header.get("DATASUM");
        let expected = datasum.and_then(|card| card.value()?.as_text());
        let expected = expected.and_then(checksum::datasum);
        // an empty string says that the sum is not known
        let has_sum = checksum.and_then(|card| card.value()?.as_text()).filter(|t| !t.is_empty());
        let at = checksum.or(datasum).map_or(self.next, |card| card.offset());
        (has_sum.is_some() || expected.is_some()).then_some(Due {
            header,
            data: end,
            checksum: has_sum.is_some(),
            datasum: expected,
            at,
        })
    }

    /// Verifies the sums of the HDU that the walk leaves.
    pub(super) fn verify(&mut self) -> Result<()> {
        let Some(due) = self.due else { return Ok(()) };
        let number = self.number.saturating_sub(1);
        let length = self.next.saturating_sub(due.data);
        let mut data = Sum::default();
        let summed = checksum::sum_of(&self.cx, due.data, length, &mut data);
        let done = match summed {
            // a stream whose data somebody has read
            Err(e) if e.kind() == stream_core::ErrorKind::Passed => {
                self.deviate(Defect::NotVerified, number, due.at)?;
                self.due = None;
                return Ok(());
            }
            other => other?,
        };
        // what is cut short is told as that
        if done >= self.data_len {
            if let Some(expected) = due.datasum.filter(|expected| *expected != data.value()) {
                let found = data.value();
                self.findings.room(2)?;
                self.deviate(Defect::DataSum { expected, found }, number, due.at)?;
            }
            let mut all = due.header;
            all.merge(data);
            if due.checksum && !checksum::is_zero(all.value()) {
                self.deviate(Defect::Checksum { found: all.value() }, number, due.at)?;
            }
        }
        self.due = None;
        Ok(())
    }
}

fn has_end(block: &[u8]) -> bool {
    block.as_chunks::<CARD>().0.iter().any(is_end)
}

/// 4.4.1: `END` and nothing else; what stands behind it is not looked at.
fn is_end(card: &[u8; CARD]) -> bool {
    card.starts_with(b"END     ")
}

/// Whether a keyword has bytes that stand in no text: this is no header any more.
fn is_no_text(card: &[u8; CARD]) -> bool {
    card.iter().take(8).any(|b| *b < 0x20 && !matches!(b, b'\t' | b'\r' | b'\n'))
}
