//! The walk from HDU to HDU.
#![deny(clippy::arithmetic_side_effects)]

mod ahead;
mod end;
mod header;

use stream_core::{ChargedVec, Context, Error, ErrorKind, Progress, Result};

use crate::checksum::Sum;
use crate::{Defect, Deviation, Hdu};
use ahead::Ahead;

/// Walks over the HDUs of a file, reading headers and nothing else.
///
/// Costs a few reads of a few KiB for each header by position; over a source that only goes forward data are passed by. Holds up
/// to 64 KiB of read-ahead and the cards of the header at hand.
pub struct Reader {
    cx: Context,
    ahead: Ahead,
    /// The cards of the header that is being read.
    cards: ChargedVec<u8>,
    /// Whether all of it is there.
    whole: bool,
    /// Where the next HDU starts, and its number.
    next: u64,
    number: u64,
    /// Where the last one starts.
    start: u64,
    /// Where the data of the last one end, and how many bytes they are.
    data_end: u64,
    data_len: u64,
    state: State,
    /// What the last header promises of sums, not yet verified.
    due: Option<Due>,
    /// The sum of the blocks of the header that is being read.
    header_sum: Sum,
    verifies: bool,
    /// Whether compressed images stay tables.
    raw: bool,
    findings: ChargedVec<Deviation>,
    /// Of the header that is being read.
    notes: ChargedVec<Deviation>,
    count: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Walking,
    /// The last HDU was read, and all of its data are there.
    Ended,
    Failed,
}

/// Sums that are to be verified once the walk leaves an HDU.
#[derive(Clone, Copy, Debug)]
struct Due {
    header: Sum,
    data: u64,
    checksum: bool,
    datasum: Option<u32>,
    /// Where the cards stand.
    at: u64,
}

/// A file that is wrong everywhere is described well enough by its first thousand faults.
const KEPT: usize = 1000;

impl Reader {
    /// Stands before the primary HDU; reads its first block.
    ///
    /// # Errors
    /// `Malformed` when the source does not start with `SIMPLE`, `Truncated` when it is empty, and what the source says.
    pub fn open(cx: Context) -> Result<Self> {
        let verifies = cx.switched_on("verify");
        let mut reader = Self {
            ahead: Ahead::new(),
            cards: ChargedVec::new(cx.budget()),
            whole: false,
            next: 0,
            number: 0,
            start: 0,
            data_end: 0,
            data_len: 0,
            state: State::Walking,
            due: None,
            header_sum: Sum::default(),
            verifies,
            raw: cx.setting("fits.compressed") == Some("raw"),
            findings: ChargedVec::new(cx.budget()),
            notes: ChargedVec::new(cx.budget()),
            count: 0,
            cx,
        };
        let block = reader.ahead.block(&reader.cx, 0).map_err(|e| e.with_format("fits"))?;
        let refused = if block.is_empty() {
            Some(Error::truncated(0, "file is empty"))
        } else if !block.starts_with(b"SIMPLE") {
            let whole = b"SIMPLE".starts_with(block);
            Some(if whole {
                let end = u64::try_from(block.len()).unwrap_or(0);
                Error::truncated(end, "header cut short within its first card")
            } else {
                Error::malformed(0, "file does not start with SIMPLE")
            })
        } else {
            None
        };
        match refused {
            Some(e) => Err(e.with_format("fits")),
            None => Ok(reader),
        }
    }

    /// Stands before the HDU of this number, which starts at `offset`.
    pub(crate) fn open_at(cx: Context, number: u64, offset: u64) -> Result<Self> {
        let mut reader = Self::open(cx)?;
        reader.verifies = false;
        reader.number = number;
        reader.next = offset;
        reader.data_end = offset;
        Ok(reader)
    }

    /// The context it reads within.
    pub fn context(&self) -> &Context {
        &self.cx
    }

    /// Fills `hdu` with the next one, reusing its memory; `Ok(false)` at the end.
    ///
    /// # Errors
    /// `Malformed` where a header does not say how long its data are, `Truncated` where the file ends before its data do (the HDU
    /// itself was delivered), and what the source says. `OverBudget` and `Cancelled` are resumable.
    pub fn read_hdu(&mut self, hdu: &mut Hdu) -> Result<bool> {
        if self.state != State::Walking {
            return Ok(false);
        }
        let result = self.step(hdu);
        result.map_err(|e| {
            if !e.resumable() {
                self.state = State::Failed;
            }
            let behind = matches!(e.kind(), ErrorKind::Truncated) && self.cards.is_empty();
            let number = if behind { self.number.saturating_sub(1) } else { self.number };
            e.in_entry(format!("hdu/{number}")).with_format("fits")
        })
    }

    fn step(&mut self, hdu: &mut Hdu) -> Result<bool> {
        self.verify()?;
        if !self.read_header()? {
            return Ok(false);
        }
        self.interpret(hdu)?;
        Ok(true)
    }

    /// The remaining HDUs, each in memory of its own. [`Reader::read_hdu`] reuses one instead.
    pub fn hdus(&mut self) -> Hdus<'_> {
        Hdus { reader: self, failed: false }
    }

    /// Where the next HDU starts.
    pub fn position(&self) -> u64 {
        self.next
    }

    /// The number of the next HDU, counted from 0.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// How far the walk is.
    pub fn progress(&self) -> Progress {
        let total = self.cx.source().size();
        // how much of the last HDU is there is known only behind it
        let done = if self.state == State::Ended { self.data_end } else { self.start };
        let done = done.min(total.unwrap_or(u64::MAX));
        Progress {
            done,
            total: total.filter(|_| self.cx.is_random()),
            complete: self.is_complete(),
        }
    }

    /// Whether the walk came to the end of a file that is all there.
    pub fn is_complete(&self) -> bool {
        self.state == State::Ended
    }

    /// The rules broken so far, the first thousand of them.
    pub fn deviations(&self) -> &[Deviation] {
        &self.findings
    }

    /// How many rules were broken so far.
    pub fn deviation_count(&self) -> u64 {
        self.count
    }

    /// Adds a finding; nothing moved where the budget refuses.
    pub(crate) fn deviate(&mut self, defect: Defect, hdu: u64, offset: u64) -> Result<()> {
        if self.findings.len() < KEPT {
            self.findings.push(Deviation { defect, hdu, offset })?;
        }
        self.count = self.count.saturating_add(1);
        Ok(())
    }
}

/// The HDUs of a file, each in memory of its own.
pub struct Hdus<'a> {
    reader: &'a mut Reader,
    failed: bool,
}

impl Iterator for Hdus<'_> {
    type Item = Result<Hdu>;

    fn next(&mut self) -> Option<Result<Hdu>> {
        if self.failed {
            return None;
        }
        let mut hdu = Hdu::new(&self.reader.cx);
        match self.reader.read_hdu(&mut hdu) {
            Ok(true) => Some(Ok(hdu)),
            Ok(false) => None,
            Err(e) => {
                self.failed = true;
                Some(Err(e))
            }
        }
    }
}
