//! Filling a header, with a charge for everything that it keeps.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedVec, Error, ErrorKind, Result};

use super::{AttRec, DimRec, GroupRec, Header, Piece, Run, VarRec};

/// The number of the next item of a list.
pub(crate) fn next_id<T>(list: &ChargedVec<T>) -> Result<u32> {
    u32::try_from(list.len()).map_err(|_| {
        Error::new(ErrorKind::Unsupported, "header lists more than 4294967295 objects")
    })
}

/// The items of `list` from `start` on.
pub(crate) fn run_from<T>(list: &ChargedVec<T>, start: u32) -> Run {
    let end = u32::try_from(list.len()).unwrap_or(u32::MAX);
    Run { start, count: end.saturating_sub(start) }
}

impl Header {
    /// Keeps bytes.
    pub(crate) fn keep(&mut self, bytes: &[u8]) -> Result<Piece> {
        let start = self.arena.len();
        self.arena.extend(bytes)?;
        Ok(Piece { start, len: bytes.len() })
    }

    /// Keeps a name, without null bytes at its end. Bytes that are not UTF-8 become `%` and two hexadecimal digits. Says whether
    /// nothing had to be changed.
    pub(crate) fn keep_name(&mut self, bytes: &[u8]) -> Result<(Piece, bool)> {
        const HEX: &[u8; 16] = b"0123456789ABCDEF";
        let start = self.arena.len();
        // some writers count the null bytes that end a text in C
        let named = super::values::trimmed(bytes);
        let mut valid = named.len() == bytes.len();
        let bytes = named;
        for piece in bytes.utf8_chunks() {
            self.arena.extend(piece.valid().as_bytes())?;
            for &b in piece.invalid() {
                valid = false;
                let digit = |n: u8| HEX.get(usize::from(n)).copied().unwrap_or(b'0');
                self.arena.extend(&[b'%', digit(b >> 4), digit(b & 15)])?;
            }
        }
        Ok((Piece { start, len: self.arena.len().saturating_sub(start) }, valid))
    }

    /// Adds a group without content.
    pub(crate) fn push_group(&mut self, name: Piece, parent: Option<u32>) -> Result<u32> {
        let id = next_id(&self.groups)?;
        let depth = parent
            .and_then(|p| self.groups.get(usize::try_from(p).ok()?))
            .map_or(0, |p| p.depth.saturating_add(1));
        self.groups.push(GroupRec {
            name,
            parent,
            depth,
            atts: Run::default(),
            types: Run::default(),
            dims: Run::default(),
            vars: Run::default(),
            end: id.saturating_add(1),
        })?;
        Ok(id)
    }

    pub(crate) fn group_mut(&mut self, id: u32) -> Option<&mut GroupRec> {
        self.groups.as_mut_slice().get_mut(usize::try_from(id).ok()?)
    }

    /// Numbers those that share a name within their group or owner. Returns how many do.
    pub(crate) fn number_duplicates(&mut self) -> Result<u64> {
        let budget = self.groups.budget().clone();
        let mut order: ChargedVec<u32> = ChargedVec::new(&budget);
        let mut found = 0u64;
        let arena = &self.arena;
        let name = |p: Piece| arena.get(p.start..p.start.saturating_add(p.len)).unwrap_or_default();
        for group in self.groups.iter() {
            found = found
                .saturating_add(duplicates(
                    self.dims.as_mut_slice(),
                    group.dims,
                    &mut order,
                    &name,
                )?)
                .saturating_add(duplicates(
                    self.vars.as_mut_slice(),
                    group.vars,
                    &mut order,
                    &name,
                )?)
                .saturating_add(duplicates(
                    self.atts.as_mut_slice(),
                    group.atts,
                    &mut order,
                    &name,
                )?);
        }
        for var in self.vars.iter() {
            found = found.saturating_add(duplicates(
                self.atts.as_mut_slice(),
                var.atts,
                &mut order,
                &name,
            )?);
        }
        Ok(found)
    }
}

/// What has a name that should be its own.
trait Named {
    fn name(&self) -> Piece;
    fn nth_mut(&mut self) -> &mut u32;
}

macro_rules! named {
    ($($t:ty),*) => {$(
        impl Named for $t {
            fn name(&self) -> Piece { self.name }
            fn nth_mut(&mut self) -> &mut u32 { &mut self.nth }
        }
    )*};
}
named!(DimRec, VarRec, AttRec);

fn duplicates<'a, T: Named>(
    list: &mut [T],
    run: Run,
    order: &mut ChargedVec<u32>,
    name: &impl Fn(Piece) -> &'a [u8],
) -> Result<u64> {
    let index = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    let Some(list) = list.get_mut(index(run.start)..index(run.end())) else { return Ok(0) };
    order.clear();
    order.room(list.len())?;
    for n in 0..run.count {
        order.push(n)?;
    }
    let of = |list: &[T], n: u32| list.get(index(n)).map_or(&[][..], |t| name(t.name()));
    order.as_mut_slice().sort_unstable_by(|&a, &b| of(list, a).cmp(of(list, b)).then(a.cmp(&b)));
    let mut found = 0u64;
    let mut nth = 0u32;
    for pair in order.windows(2) {
        let &[before, this] = pair else { continue };
        if of(list, before) != of(list, this) {
            nth = 0;
            continue;
        }
        nth = nth.saturating_add(1);
        found = found.saturating_add(1);
        if let Some(item) = list.get_mut(index(this)) {
            *item.nth_mut() = nth;
        }
    }
    Ok(found)
}
