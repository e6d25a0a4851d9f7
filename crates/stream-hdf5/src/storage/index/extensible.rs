//! Extensible arrays of chunks (clause VII.D): an index block, data blocks that double in size, and secondary blocks that
//! list them.

use stream_core::Result;

use super::super::defect::Defect;
use super::super::meta::{Block, Fields, Meta};
use super::super::table::Builder;
use super::Item;
use super::array::Numbering;
use super::fixed::bit;

/// What the header says, with who takes the chunks.
struct Array<'a, 'b> {
    meta: &'a Meta<'a>,
    header: u64,
    item: Item,
    width: u64,
    /// The width of a block's offset in the array.
    offset_width: usize,
    /// Chunks of a page; longer data blocks are in pages.
    page: u64,
    /// Numbers below this are looked for.
    limit: u64,
    /// Chunks that stand in the index block, before those of all data blocks.
    inline: u64,
    numbering: &'a Numbering,
    builder: &'a mut Builder<'b>,
}

/// Data blocks of one size: as many as double with every second step, each twice as long with every other.
#[derive(Clone, Copy)]
struct Run {
    blocks: u64,
    elements: u64,
}

/// Walks the array whose header is at `header`.
pub(in crate::storage) fn walk(
    meta: &Meta<'_>,
    header: u64,
    numbering: &Numbering,
    plain: u32,
    builder: &mut Builder<'_>,
) -> Result<()> {
    let lengths = meta.length_size.saturating_mul(6);
    let length = 16usize.saturating_add(meta.offset_size).saturating_add(lengths);
    let length = u64::try_from(length).unwrap_or(u64::MAX);
    let block = meta.read(header, length, "extensible array header")?;
    let mut fields = block.fields(0);
    fields.signature(b"EAHD")?;
    fields.version(0)?;
    block.check(0, block.len())?;
    let at = fields.place();
    let filtered = fields.u8()? == 1;
    let width = usize::from(fields.u8()?);
    let [max_bits, inline, shortest, pointers, page_bits] =
        [fields.u8()?, fields.u8()?, fields.u8()?, fields.u8()?, fields.u8()?];
    fields.bytes(meta.length_size.saturating_mul(4))?;
    let highest = fields.length(meta)?;
    fields.length(meta)?;
    let index = fields.address(meta)?;
    let wrong = |of: &'static str, found: u64| Defect::Value { of, found }.at(at);
    let item = Item::new(meta, filtered, width, plain);
    let width = u64::try_from(width).unwrap_or(u64::MAX);
    let item = item.ok_or_else(|| wrong("size of an extensible array's entry", width))?;
    let Some(index) = index else { return Ok(()) };
    for (of, n) in [("elements of a data block", shortest), ("pointers of a block", pointers)] {
        if !n.is_power_of_two() {
            return Err(wrong(of, n.into()));
        }
    }
    // runs in all, and those whose data blocks the index block lists itself
    let runs = u32::from(max_bits).checked_sub(shortest.ilog2()).and_then(|n| n.checked_add(1));
    let runs = runs
        .filter(|_| max_bits <= 64)
        .ok_or_else(|| wrong("bits of an index", max_bits.into()))?;
    let page = 1u64.checked_shl(page_bits.into());
    let page = page.ok_or_else(|| wrong("bits of a page", page_bits.into()))?;
    let direct = pointers.ilog2().saturating_mul(2);
    let mut array = Array {
        meta,
        header,
        item,
        width,
        offset_width: usize::from(max_bits).div_ceil(8),
        page,
        limit: numbering.limit().min(highest),
        inline: inline.into(),
        numbering,
        builder,
    };
    array.index_block(index, runs, direct, u64::from(shortest))
}

fn run(number: u32, shortest: u64) -> Run {
    let half = number / 2;
    let blocks = 1u64.checked_shl(half).unwrap_or(u64::MAX);
    let longer = 1u64.checked_shl(number.saturating_sub(half)).unwrap_or(u64::MAX);
    Run { blocks, elements: longer.saturating_mul(shortest) }
}

impl Array<'_, '_> {
    fn index_block(&mut self, address: u64, runs: u32, direct: u32, shortest: u64) -> Result<()> {
        let direct = direct.min(runs);
        let listed = (0..direct).fold(0u64, |n, r| n.saturating_add(run(r, shortest).blocks));
        let secondary = u64::from(runs.saturating_sub(direct));
        let pointers = self.pointers(listed.saturating_add(secondary));
        let length = self.bytes(self.inline).saturating_add(pointers).saturating_add(self.head(0));
        let block = self.meta.read(address, length, "extensible array index block")?;
        let mut fields = self.start(&block, b"EAIB")?;
        block.check(0, block.len())?;
        for number in 0..self.inline {
            self.take(number, &mut fields)?;
        }
        let (mut first, mut block_number) = (self.inline, 0u64);
        for number in 0..runs {
            let Run { blocks, elements } = run(number, shortest);
            if first >= self.limit {
                return Ok(());
            }
            if number < direct {
                if elements > self.page {
                    // the library never pages these; nothing says where the bits of the pages would stand
                    return Err(Defect::Value { of: "elements of a page", found: self.page }
                        .at(fields.place()));
                }
                let start = first;
                for _ in 0..blocks {
                    if let Some(at) = fields.address(self.meta)? {
                        // the library counts these blocks from the first of the array instead of the first of their size
                        let skipped = block_number.saturating_mul(elements);
                        let written = start.saturating_add(skipped);
                        self.data_block(at, [first, written], elements, None)?;
                    }
                    first = first.saturating_add(elements);
                    block_number = block_number.saturating_add(1);
                }
            } else {
                if let Some(at) = fields.address(self.meta)? {
                    self.secondary_block(at, first, Run { blocks, elements })?;
                }
                first = first.saturating_add(blocks.saturating_mul(elements));
            }
        }
        Ok(())
    }

    fn secondary_block(&mut self, address: u64, first: u64, run: Run) -> Result<()> {
        let Run { blocks, elements } = run;
        let pages =
            if elements > self.page { elements.checked_div(self.page).unwrap_or(0) } else { 0 };
        // each data block's bits are whole bytes in length, and yet numbered without gaps
        let bits = pages.div_ceil(8).saturating_mul(blocks);
        let length =
            self.pointers(blocks).saturating_add(bits).saturating_add(self.head(self.offset_width));
        let block = self.meta.read(address, length, "extensible array secondary block")?;
        let mut fields = self.start(&block, b"EASB")?;
        self.offset(&mut fields, [first, first])?;
        block.check(0, block.len())?;
        let bits = fields.bytes(usize::try_from(bits).unwrap_or(usize::MAX))?;
        for number in 0..blocks {
            let first = first.saturating_add(number.saturating_mul(elements));
            if first >= self.limit {
                break;
            }
            if let Some(at) = fields.address(self.meta)? {
                let written = (pages > 0).then_some((bits, number.saturating_mul(pages)));
                self.data_block(at, [first, first], elements, written)?;
            }
        }
        Ok(())
    }

    /// Chunks `first..first + elements` of a block that may say `written` instead of `first`; `pages` are the bits of the pages that were written and the number of the first of them.
    fn data_block(
        &mut self,
        address: u64,
        [first, written]: [u64; 2],
        elements: u64,
        pages: Option<(&[u8], u64)>,
    ) -> Result<()> {
        let head = self.head(self.offset_width);
        let whole = if pages.is_some() { head } else { self.bytes(elements).saturating_add(head) };
        let block = self.meta.read(address, whole, "extensible array data block")?;
        let mut fields = self.start(&block, b"EADB")?;
        self.offset(&mut fields, [first, written])?;
        block.check(0, block.len())?;
        let Some((bits, bit_number)) = pages else {
            return self.take_all(first, elements, &mut fields);
        };
        let length = self.bytes(self.page).saturating_add(4);
        let count = elements.checked_div(self.page).unwrap_or(0);
        for number in 0..count {
            let first = first.saturating_add(number.saturating_mul(self.page));
            if first >= self.limit {
                break;
            }
            if !bit(bits, bit_number.saturating_add(number)) {
                continue;
            }
            let at = address.saturating_add(head).saturating_add(number.saturating_mul(length));
            let block = self.meta.read(at, length, "extensible array page")?;
            block.check(0, block.len())?;
            self.take_all(first, self.page, &mut block.fields(0))?;
        }
        Ok(())
    }

    fn take_all(&mut self, first: u64, count: u64, fields: &mut Fields<'_>) -> Result<()> {
        let end = first.saturating_add(count).min(self.limit);
        (first..end).try_for_each(|number| self.take(number, fields))
    }

    fn take(&mut self, number: u64, fields: &mut Fields<'_>) -> Result<()> {
        match self.item.read(self.meta, fields)? {
            Some(span) if number < self.limit => {
                self.builder.add(&self.numbering.coordinates(number), span)
            }
            _ => Ok(()),
        }
    }

    /// Bytes of so many chunks' places.
    fn bytes(&self, elements: u64) -> u64 {
        elements.saturating_mul(self.width)
    }

    /// Bytes of so many addresses.
    fn pointers(&self, count: u64) -> u64 {
        count.saturating_mul(u64::try_from(self.meta.offset_size).unwrap_or(8))
    }

    /// Bytes of a block beside what it is for: signature, version, client, the header's address, an offset, the checksum.
    fn head(&self, offset: usize) -> u64 {
        let all = self.meta.offset_size.saturating_add(offset).saturating_add(10);
        u64::try_from(all).unwrap_or(u64::MAX)
    }

    /// Reads signature, version, client and the header's address.
    fn start<'f>(&self, block: &'f Block, signature: &[u8; 4]) -> Result<Fields<'f>> {
        let mut fields = block.fields(0);
        fields.signature(signature)?;
        fields.version(0)?;
        fields.bytes(1)?;
        let at = fields.place();
        match fields.address(self.meta)? {
            Some(found) if found == self.header => Ok(fields),
            found => {
                let found = found.unwrap_or(u64::MAX);
                Err(Defect::Value { of: "extensible array header of a block", found }.at(at))
            }
        }
    }

    /// Checks a block's offset in the array, which counts from behind the index block's own chunks. It also keeps one block
    /// from standing in for many.
    fn offset(&self, fields: &mut Fields<'_>, due: [u64; 2]) -> Result<()> {
        let at = fields.place();
        match fields.number(self.offset_width)? {
            found if due.contains(&found.saturating_add(self.inline)) => Ok(()),
            found => {
                Err(Defect::Value { of: "offset of a block of an extensible array", found }.at(at))
            }
        }
    }
}
