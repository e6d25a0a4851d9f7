//! The header: `magic numrecs dim_list gatt_list var_list`.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Context, Error, Result};

use super::cursor::Cursor;
use super::layout;
use crate::defect::{Defect, Findings};
use crate::header::build::{next_id, run_from};
use crate::header::{AttRec, DimRec, Header, Piece, Run, VarRec};
use crate::swap::swap_in_place;
use crate::{NcType, Version};

/// `ABSENT`, `NC_DIMENSION`, `NC_VARIABLE`, `NC_ATTRIBUTE`.
const ABSENT: u32 = 0;
const DIMENSION: u32 = 10;
const VARIABLE: u32 = 11;
const ATTRIBUTE: u32 = 12;

/// The longest name: `NC_MAX_NAME` is 256 characters of at most four bytes.
const NAME_MAX: u64 = 1024;
/// The most dimensions of a variable: `NC_MAX_VAR_DIMS`.
const RANK_MAX: u64 = 1024;

/// What was read of a header, and the error that ended it early.
pub(crate) struct Parsed {
    pub(crate) header: Header,
    pub(crate) failed: Option<Error>,
    pub(crate) findings: Findings,
    /// Whether `numrecs` says that the length of the file tells.
    pub(crate) streaming: bool,
}

/// Reads the header of a file of `size` bytes. What stands before an error is kept.
///
/// # Errors
/// `OverBudget` and `Cancelled`, both resumable.
pub(crate) fn parse(cx: &Context, size: u64, version: Version, limit: usize) -> Result<Parsed> {
    let mut parser = Parser {
        cursor: Cursor::new(cx.clone(), size, version),
        header: Header::new(cx.budget(), version),
        findings: Findings::new(cx.budget()),
        limit,
        streaming: false,
    };
    let failed = match parser.all() {
        Ok(()) => None,
        Err(e) if e.resumable() => return Err(e),
        Err(e) => Some(e),
    };
    let Parser { mut header, mut findings, streaming, .. } = parser;
    header.header_size = parser.cursor.at;
    if failed.is_none() {
        layout::finish(&mut header, size, streaming, &mut findings)?;
    }
    if header.number_duplicates()? > 0 {
        findings.push(Defect::NameRepeated, None, None)?;
    }
    Ok(Parsed { header, failed, findings, streaming })
}

struct Parser {
    cursor: Cursor,
    header: Header,
    findings: Findings,
    limit: usize,
    streaming: bool,
}

impl Parser {
    fn all(&mut self) -> Result<()> {
        self.header.push_group(Piece::default(), None)?;
        self.cursor.skip(4)?;
        let records = self.cursor.non_neg()?;
        let streaming = if self.cursor.word() == 8 { u64::MAX } else { u64::from(u32::MAX) };
        self.streaming = records == streaming;
        self.header.records = if self.streaming { 0 } else { records };
        self.dimensions()?;
        let result = self.attributes();
        // those before an error are kept
        let atts = run_from(&self.header.atts, 0);
        if let Some(root) = self.header.group_mut(0) {
            root.atts = atts;
        }
        result?;
        self.variables()
    }

    /// The tag and the number of a list's elements, which have at least `least` bytes each.
    fn list(&mut self, tag: u32, what: &'static str, least: u64) -> Result<u64> {
        let at = self.cursor.at;
        let found = self.cursor.u32()?;
        let count = self.cursor.nelems(what, least)?;
        if found != tag && !(found == ABSENT && count == 0) {
            return Err(Defect::ListTag { what, expected: tag, found }.at(at));
        }
        Ok(count)
    }

    fn name(&mut self, what: &'static str) -> Result<Piece> {
        let at = self.cursor.at;
        let len = self.cursor.nelems("name", 1)?;
        if len > NAME_MAX {
            return Err(Defect::NameTooLong { what, found: len }.at(at));
        }
        let bytes = self.cursor.bytes(usize::try_from(len).unwrap_or(0))?;
        let (piece, valid) = self.header.keep_name(bytes)?;
        if !valid {
            self.findings.push(Defect::NameNotUtf8 { what }, Some(at), None)?;
        }
        if piece.len == 0 {
            self.findings.push(Defect::NameEmpty { what }, Some(at), None)?;
        }
        self.padding(len, "name")?;
        Ok(piece)
    }

    fn padding(&mut self, len: u64, what: &'static str) -> Result<()> {
        let at = self.cursor.at;
        if !self.cursor.padding(len)? {
            self.findings.push(Defect::PaddingNotZero { what }, Some(at), None)?;
        }
        Ok(())
    }

    fn dimensions(&mut self) -> Result<()> {
        let word = self.cursor.word();
        let count = self.list(DIMENSION, "dim_list", word.saturating_mul(2))?;
        let mut unlimited = false;
        for _ in 0..count {
            let at = self.cursor.at;
            let name = self.name("dimension")?;
            let len = self.cursor.non_neg()?;
            let is_record = len == 0;
            if is_record && std::mem::replace(&mut unlimited, true) {
                return Err(Defect::UnlimitedTwice.at(at));
            }
            let len = if is_record { self.header.records } else { len };
            let rec = DimRec { name, group: 0, len, unlimited: is_record, nth: 0 };
            self.header.dims.push(rec)?;
            // a header that ends early has those that were read
            let dims = run_from(&self.header.dims, 0);
            if let Some(root) = self.header.group_mut(0) {
                root.dims = dims;
            }
        }
        Ok(())
    }

    fn attributes(&mut self) -> Result<Run> {
        let start = next_id(&self.header.atts)?;
        let least = self.cursor.word().saturating_mul(2).saturating_add(4);
        let count = self.list(ATTRIBUTE, "att_list", least)?;
        for _ in 0..count {
            let rec = self.attribute()?;
            self.header.atts.push(rec)?;
        }
        Ok(run_from(&self.header.atts, start))
    }

    fn nc_type(&mut self) -> Result<NcType> {
        let at = self.cursor.at;
        let code = self.cursor.u32()?;
        let ty = NcType::of_code(code);
        let known = ty.filter(|_| code <= 6 || self.header.version == Version::Data64);
        known.ok_or_else(|| Defect::TypeUnknown { found: code }.at(at))
    }

    fn attribute(&mut self) -> Result<AttRec> {
        let name = self.name("attribute")?;
        let ty = self.nc_type()?;
        let size = ty.size().unwrap_or(1);
        let count = self.cursor.nelems("attribute values", size)?;
        let len = count.saturating_mul(size);
        let offset = Some(self.cursor.at);
        let value = match usize::try_from(len) {
            Ok(len) if len <= self.limit => {
                let bytes = self.cursor.bytes(len)?;
                let piece = self.header.keep(bytes)?;
                let kept = piece.start..piece.start.saturating_add(piece.len);
                if let Some(kept) = self.header.arena.as_mut_slice().get_mut(kept) {
                    swap_in_place(kept, size);
                }
                Some(piece)
            }
            _ => {
                self.cursor.skip(len)?;
                None
            }
        };
        self.padding(len, "attribute values")?;
        Ok(AttRec { name, ty, count, value, offset, nth: 0 })
    }

    fn variables(&mut self) -> Result<()> {
        let word = self.cursor.word();
        // a name, a rank, an empty list of attributes, a type, a size, an offset
        let least = word.saturating_mul(4).saturating_add(12);
        let count = self.list(VARIABLE, "var_list", least)?;
        for _ in 0..count {
            let rec = self.variable()?;
            self.header.vars.push(rec)?;
            let vars = run_from(&self.header.vars, 0);
            if let Some(root) = self.header.group_mut(0) {
                root.vars = vars;
            }
        }
        Ok(())
    }

    fn variable(&mut self) -> Result<VarRec> {
        let name = self.name("variable")?;
        let at = self.cursor.at;
        let rank = self.cursor.nelems("dimensions of a variable", self.cursor.word())?;
        if rank > RANK_MAX {
            return Err(Defect::RankTooLarge { found: rank }.at(at));
        }
        let start = next_id(&self.header.var_dims)?;
        let mut record = false;
        for axis in 0..rank {
            let at = self.cursor.at;
            let id = self.cursor.non_neg()?;
            let known = u64::try_from(self.header.dims.len()).unwrap_or(0);
            let dim = usize::try_from(id).ok().and_then(|id| self.header.dims.get(id));
            let (Some(dim), Ok(id)) = (dim, u32::try_from(id)) else {
                return Err(Defect::DimensionUnknown { expected: known, found: id }.at(at));
            };
            if dim.unlimited && axis > 0 {
                return Err(Defect::RecordDimensionNotFirst.at(at));
            }
            record |= dim.unlimited;
            self.header.var_dims.push(id)?;
        }
        let dims = run_from(&self.header.var_dims, start);
        let atts = self.attributes()?;
        let ty = self.nc_type()?;
        let at = self.cursor.at;
        let claimed = self.cursor.non_neg()?;
        let begin = self.cursor.offset()?;
        let bytes = layout::bytes_of(&self.header, dims, ty)
            .ok_or_else(|| Defect::VariableTooLarge.at(at))?;
        if !layout::vsize_agrees(claimed, bytes, self.header.version) {
            let name = self.header.text(name).to_owned();
            let expected = bytes.saturating_add(super::cursor::padding(bytes));
            let defect = Defect::VsizeWrong { expected, found: claimed };
            self.findings.push(defect, Some(at), Some(name))?;
        }
        Ok(VarRec { name, group: 0, ty, dims, atts, nth: 0, record, begin, bytes, storage: None })
    }
}
