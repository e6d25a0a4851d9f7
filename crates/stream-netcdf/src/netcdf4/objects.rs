//! The first pass: groups in the order of a walk, and the paths of types and datasets.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedVec, Result};
use stream_hdf5::{Found, ObjectKind, Walk};

use super::Builder;
use crate::header::Piece;
use crate::header::names::unescaped;

/// Paths in the header's arena.
pub(super) type Paths = ChargedVec<Piece>;
/// Types or datasets.
pub(super) type Items = ChargedVec<Item>;

/// An object in a group.
#[derive(Clone, Copy)]
pub(super) struct Item {
    pub(super) group: u32,
    /// In which order they were found.
    pub(super) seq: u32,
    pub(super) path: Piece,
}

pub(super) fn collect(b: &mut Builder<'_>) -> Result<()> {
    let mut walk = Walk::new(b.file.root()?)?;
    // the group that is open at each depth
    let mut open: ChargedVec<u32> = ChargedVec::new(b.file.context().budget());
    let mut seq = 0u32;
    while let Some(found) = walk.next_found()? {
        let object = match found {
            Found::Object(object) => object,
            Found::Link(_) => continue,
            Found::Broken { path, error } => {
                b.broken(&path, error)?;
                continue;
            }
        };
        let depth = usize::try_from(walk.depth()).unwrap_or(usize::MAX);
        open.truncate(depth);
        let parent = open.last().copied();
        let path = b.header.keep(object.path().as_bytes())?;
        let item = Item { group: parent.unwrap_or(0), seq, path };
        seq = seq.saturating_add(1);
        match object.kind() {
            ObjectKind::Group => {
                let name = name(b, path)?;
                let id = b.header.push_group(name, parent)?;
                open.push(id)?;
                b.groups.push(path)?;
            }
            ObjectKind::Dataset => b.datasets.push(item)?,
            ObjectKind::Datatype => b.types.push(item)?,
            _ => {}
        }
    }
    ends(b);
    for items in [&mut b.types, &mut b.datasets] {
        items.as_mut_slice().sort_unstable_by_key(|i| (i.group, i.seq));
    }
    Ok(())
}

/// The last step of a path, as a name.
pub(super) fn name(b: &mut Builder<'_>, path: Piece) -> Result<Piece> {
    let last = b.header.text(path).rsplit('/').next().unwrap_or_default();
    let raw: Vec<u8> = unescaped(last).collect();
    Ok(b.header.keep_name(&raw)?.0)
}

/// Tells each group where its last inner group ends.
fn ends(b: &mut Builder<'_>) {
    for id in (0..u32::try_from(b.header.groups.len()).unwrap_or(u32::MAX)).rev() {
        let Some(&mut rec) = b.header.group_mut(id) else { continue };
        if let Some(parent) = rec.parent.and_then(|p| b.header.group_mut(p)) {
            parent.end = parent.end.max(rec.end);
        }
    }
}
