//! One link of a group by its name.

use std::cmp::Ordering;

use stream_core::{ChargedVec, Context, Result};

use super::list::{Node, symbol, symbols};
use super::{Addresses, Pages, Symbol, Symbols};

impl Symbols {
    /// What `wanted` leads to; `None` where the group has no such name. Names stand in the order of their bytes.
    pub(crate) fn find(
        &self,
        (cx, addresses): (&Context, Addresses),
        pages: &mut Pages,
        wanted: &[u8],
    ) -> Result<Option<Symbol>> {
        let meta = addresses.meta(cx);
        let mut name = ChargedVec::new(cx.budget());
        let mut compare = |pages: &mut Pages, offset: u64| -> Result<Ordering> {
            name.clear();
            self.text((cx, addresses), pages, offset, &mut name)?;
            Ok((*name).cmp(wanted))
        };
        let mut node = Node::read(&meta, pages, self.tree, None)?;
        let leaf = loop {
            if node.children == 0 {
                return Ok(None);
            }
            // the first child whose last name is not before the wanted one
            let (mut low, mut high) = (0u16, node.children.saturating_sub(1));
            while low < high {
                let middle = low.midpoint(high);
                let last = node.key(&meta, pages, middle.saturating_add(1))?;
                match compare(pages, last)? {
                    Ordering::Less => low = middle.saturating_add(1),
                    _ => high = middle,
                }
            }
            let child = node.child(&meta, pages, low)?;
            match node.level.checked_sub(1) {
                Some(level) => node = Node::read(&meta, pages, child, Some(level))?,
                None => break child,
            }
        };
        let (mut low, mut high) = (0u16, symbols(&meta, pages, leaf)?);
        while low < high {
            let middle = low.midpoint(high);
            let (offset, leads) = symbol(&meta, pages, leaf, middle)?;
            match compare(pages, offset)? {
                Ordering::Less => low = middle.saturating_add(1),
                Ordering::Greater => high = middle,
                Ordering::Equal => return Ok(Some(leads)),
            }
        }
        Ok(None)
    }
}
