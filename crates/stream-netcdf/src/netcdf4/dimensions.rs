//! Dimensions: from dimension scales, and made up for axes without one.
#![deny(clippy::arithmetic_side_effects)]

use std::cmp::Reverse;

use stream_core::{ChargedVec, Result};

use super::Builder;
use super::dataset::Set;
use crate::defect::Defect;
use crate::header::build::{next_id, run_from};
use crate::header::{DimRec, Piece, Run};

/// A dimension before its place in the list is known.
#[derive(Clone, Copy)]
struct Found {
    group: u32,
    /// Its number among all of the file, by which those of a group are ordered.
    id: i64,
    name: Piece,
    len: u64,
    unlimited: bool,
    /// The dataset that is its scale.
    path: Option<Piece>,
    place: u32,
}

struct Resolver {
    dims: ChargedVec<Found>,
    /// Numbers of dimensions, by the paths of their scales.
    by_path: ChargedVec<usize>,
    next: i64,
}

pub(super) fn resolve(b: &mut Builder<'_>) -> Result<()> {
    let budget = b.file.context().budget().clone();
    let mut r =
        Resolver { dims: ChargedVec::new(&budget), by_path: ChargedVec::new(&budget), next: 0 };
    r.scales(b)?;
    // variables of inner groups first, as the netCDF library numbers what it makes up
    let mut groups: ChargedVec<u32> = ChargedVec::new(&budget);
    for id in 0..u32::try_from(b.header.groups.len()).unwrap_or(u32::MAX) {
        groups.push(id)?;
    }
    let recs = &b.header.groups;
    let rank = |id: u32| {
        let rec = usize::try_from(id).ok().and_then(|id| recs.get(id));
        rec.map(|g| (g.end, Reverse(g.depth)))
    };
    groups.as_mut_slice().sort_unstable_by_key(|&id| rank(id));
    for &group in groups.iter() {
        // datasets are ordered by their groups
        let start = b.sets.partition_point(|s| s.group < group);
        let end = b.sets.partition_point(|s| s.group <= group);
        for at in start..end {
            r.variable(b, at)?;
        }
    }
    r.finish(b)
}

impl Resolver {
    /// The dimensions that have a scale.
    fn scales(&mut self, b: &Builder<'_>) -> Result<()> {
        let numbered = b.sets.iter().filter(|s| s.scale).filter_map(|s| s.dimid).max();
        self.next = numbered.map_or(0, |n| n.saturating_add(1));
        for set in b.sets.iter().filter(|s| s.scale) {
            let id = set.dimid.unwrap_or(self.next);
            if set.dimid.is_none() {
                self.next = self.next.saturating_add(1);
            }
            let len = set.shape.first().copied().unwrap_or(1);
            let unlimited = set.unlimited.first().copied().unwrap_or(false);
            let (group, name, path) = (set.group, set.name, Some(set.path));
            self.by_path.push(self.dims.len())?;
            self.dims.push(Found { group, id, name, len, unlimited, path, place: 0 })?;
        }
        let (dims, header) = (&self.dims, &b.header);
        let path =
            |at: usize| dims.get(at).and_then(|d| d.path).map_or(&[][..], |p| header.bytes(p));
        self.by_path.as_mut_slice().sort_unstable_by(|&a, &b| path(a).cmp(path(b)));
        Ok(())
    }

    fn with_path(&self, b: &Builder<'_>, wanted: &[u8]) -> Option<usize> {
        let path = |at: usize| {
            let piece = self.dims.get(at).and_then(|d| d.path);
            piece.map_or(&[][..], |p| b.header.bytes(p))
        };
        let at = self.by_path.partition_point(|&at| path(at) < wanted);
        self.by_path.get(at).copied().filter(|&at| path(at) == wanted)
    }

    /// Finds the dimensions of a variable.
    fn variable(&mut self, b: &mut Builder<'_>, at: usize) -> Result<()> {
        let start = next_id(&b.header.var_dims)?;
        let set = b.sets.get(at);
        let Some((var, group, rank)) = set.and_then(|s| Some((s.var?, s.group, s.shape.len())))
        else {
            return Ok(());
        };
        let mut used: Vec<usize> = Vec::new();
        let mut missing = None;
        for axis in 0..rank {
            let Some(set) = b.sets.get(at) else { break };
            let extent = set.shape.get(axis).copied().unwrap_or(0);
            let unlimited = set.unlimited.get(axis).copied().unwrap_or(false);
            let found = match self.axis(b, set, axis) {
                Some(found) => found,
                None => {
                    if set.scales.get(axis).is_some() {
                        missing = Some(axis);
                    }
                    self.made_up(b, (group, extent, unlimited), &used)?
                }
            };
            used.push(found);
            // an unlimited dimension is as long as the longest data along it
            if let Some(dim) = self.dims.as_mut_slice().get_mut(found).filter(|d| d.unlimited) {
                dim.len = dim.len.max(extent);
            }
        }
        for dim in used {
            b.header.var_dims.push(u32::try_from(dim).unwrap_or(u32::MAX))?;
        }
        let run: Run = run_from(&b.header.var_dims, start);
        let mut name = Piece::default();
        let var = usize::try_from(var).unwrap_or(usize::MAX);
        if let Some(rec) = b.header.vars.as_mut_slice().get_mut(var) {
            rec.dims = run;
            name = rec.name;
        }
        if let Some(axis) = missing {
            let axis = u64::try_from(axis).unwrap_or(u64::MAX);
            let name = b.header.text(name).to_owned();
            b.findings.push(Defect::ScaleMissing { axis }, None, Some(name))?;
        }
        Ok(())
    }

    fn axis(&self, b: &Builder<'_>, set: &Set, axis: usize) -> Option<usize> {
        if set.coordinates.len() == set.shape.len() {
            let id = *set.coordinates.get(axis)?;
            let found = self.dims.iter().position(|d| d.id == id && d.path.is_some());
            if found.is_some() {
                return found;
            }
        }
        if set.scale && axis == 0 {
            return self.with_path(b, b.header.bytes(set.path));
        }
        let path = set.scales.get(axis).filter(|p| !p.is_empty())?;
        self.with_path(b, path.as_bytes())
    }

    /// A dimension of the group with the right length that the variable does not use yet; else a new one, named after its number.
    fn made_up(
        &mut self,
        b: &mut Builder<'_>,
        (group, len, unlimited): (u32, u64, bool),
        used: &[usize],
    ) -> Result<usize> {
        let fits = |d: &Found| d.group == group && d.len == len && d.unlimited == unlimited;
        let known = self.dims.iter().enumerate().find(|(at, d)| fits(d) && !used.contains(at));
        if let Some((at, _)) = known {
            return Ok(at);
        }
        let id = self.next;
        self.next = id.saturating_add(1);
        let name = b.header.keep(format!("phony_dim_{id}").as_bytes())?;
        let at = self.dims.len();
        self.dims.push(Found { group, id, name, len, unlimited, path: None, place: 0 })?;
        Ok(at)
    }

    /// Puts the dimensions into the header: those of a group together, by their numbers.
    fn finish(mut self, b: &mut Builder<'_>) -> Result<()> {
        let mut order: ChargedVec<usize> = ChargedVec::new(self.dims.budget());
        for at in 0..self.dims.len() {
            order.push(at)?;
        }
        let dims = &self.dims;
        let rank = |at: usize| dims.get(at).map(|d| (d.group, d.id));
        order.as_mut_slice().sort_unstable_by_key(|&at| (rank(at), at));
        for &at in order.iter() {
            let place = next_id(&b.header.dims)?;
            let Some(dim) = self.dims.as_mut_slice().get_mut(at) else { continue };
            dim.place = place;
            let Found { name, group, len, unlimited, .. } = *dim;
            b.header.dims.push(DimRec { name, group, len, unlimited, nth: 0 })?;
            if let Some(group) = b.header.group_mut(group) {
                if group.dims.count == 0 {
                    group.dims.start = place;
                }
                group.dims.count = group.dims.count.saturating_add(1);
            }
        }
        for id in b.header.var_dims.as_mut_slice() {
            let found = usize::try_from(*id).ok().and_then(|at| self.dims.get(at));
            *id = found.map_or(u32::MAX, |d| d.place);
        }
        Ok(())
    }
}
