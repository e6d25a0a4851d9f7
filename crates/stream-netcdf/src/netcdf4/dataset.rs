//! Datasets: variables, dimensions, or both.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedVec, Dims, Result};
use stream_hdf5::{Attribute, ByteOrder, Class, Dataset, Datatype, Layout, Leaf, Step};

use super::{Builder, attributes, objects};
use crate::Storage;
use crate::defect::Defect;
use crate::header::build::next_id;
use crate::header::object::StorageRec;
use crate::header::{Piece, Run, VarRec};

/// The start of `NAME` in a dimension that is no variable.
const NO_VARIABLE: &str = "This is a netCDF dimension but not a netCDF variable";
/// Before the name of a variable that is called as a dimension and is none of its coordinates.
const NON_COORD: &[u8] = b"_nc4_non_coord_";

/// What is known of each dataset until its dimensions are found.
pub(super) type Sets = ChargedVec<Set>;

pub(super) struct Set {
    pub(super) path: Piece,
    pub(super) name: Piece,
    pub(super) group: u32,
    /// Its variable, where it is one.
    pub(super) var: Option<u32>,
    pub(super) scale: bool,
    /// `_Netcdf4Dimid`.
    pub(super) dimid: Option<i64>,
    pub(super) shape: Dims,
    pub(super) unlimited: Vec<bool>,
    /// `_Netcdf4Coordinates`.
    pub(super) coordinates: Vec<i64>,
    /// The path of each axis' first scale; empty for none.
    pub(super) scales: Vec<String>,
}

/// What hidden attributes say.
#[derive(Default)]
struct Marks {
    scale: bool,
    no_variable: bool,
    dimid: Option<i64>,
    coordinates: Vec<i64>,
    scales: Vec<String>,
}

impl Marks {
    fn read(&mut self, attribute: &Attribute) -> Result<()> {
        match attribute.name() {
            "CLASS" => {
                self.scale = attribute.value()?.text().is_some_and(|t| t == "DIMENSION_SCALE");
            }
            "NAME" => {
                let text = attribute.value()?.text();
                self.no_variable = text.is_some_and(|t| t.starts_with(NO_VARIABLE));
            }
            "_Netcdf4Dimid" => self.dimid = integers(attribute)?.first().copied(),
            "_Netcdf4Coordinates" => self.coordinates = integers(attribute)?,
            "DIMENSION_LIST" => self.scales = first_references(attribute)?,
            _ => {}
        }
        Ok(())
    }
}

fn integers(attribute: &Attribute) -> Result<Vec<i64>> {
    let all = attribute.value()?.integers().unwrap_or_default();
    Ok(all.into_iter().filter_map(|n| i64::try_from(n).ok()).collect())
}

/// The first reference of each list.
fn first_references(attribute: &Attribute) -> Result<Vec<String>> {
    let values = attribute.value()?;
    let mut all: Vec<String> = Vec::new();
    let mut fresh = false;
    values.visit(&mut |step| {
        match step {
            Step::List(_) => {
                all.push(String::new());
                fresh = true;
            }
            Step::Leaf(Leaf::Reference(path)) if fresh => {
                if let Some(last) = all.last_mut() {
                    last.push_str(path);
                }
                fresh = false;
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(all)
}

/// What one dataset costs until its dimensions are found, beside its entry in the list.
const SET: u64 = 256;

pub(super) fn collect(b: &mut Builder<'_>) -> Result<()> {
    let count = u64::try_from(b.datasets.len()).unwrap_or(u64::MAX);
    let _held = b.file.context().budget().reserve(count.saturating_mul(SET))?;
    for at in 0..b.datasets.len() {
        let Some(&item) = b.datasets.get(at) else { break };
        let path = b.header.text(item.path).to_owned();
        let read =
            b.file.object(&path).and_then(|o| o.into_dataset()).and_then(|d| one(b, item, &d));
        if let Err(error) = read {
            b.broken(&path, error)?;
        }
    }
    Ok(())
}

fn one(b: &mut Builder<'_>, item: objects::Item, dataset: &Dataset) -> Result<()> {
    let mut marks = Marks::default();
    let before = b.header.atts.len();
    let atts = attributes::of_object(b, dataset.object(), &mut |_, a| marks.read(a))?;
    let Marks { scale, no_variable, dimid, coordinates, scales } = marks;
    let shape = dataset.shape().unwrap_or_default();
    let unlimited = (0..shape.len()).map(|axis| dataset.max_shape().get(axis) == Some(&None));
    let unlimited = unlimited.collect();
    let name = objects::name(b, item.path)?;
    let var = if scale && no_variable { None } else { variable(b, item, (name, atts), dataset)? };
    if var.is_none() {
        b.header.atts.truncate(before);
    }
    let group = item.group;
    let path = item.path;
    let set = Set { path, name, group, var, scale, dimid, shape, unlimited, coordinates, scales };
    b.sets.push(set)?;
    Ok(())
}

/// Adds the dataset as a variable, without its dimensions; `None` for a type that netCDF has no name for.
fn variable(
    b: &mut Builder<'_>,
    item: objects::Item,
    (name, atts): (Piece, Run),
    dataset: &Dataset,
) -> Result<Option<u32>> {
    let Some(ty) = b.nc_type(dataset.datatype()) else {
        let found = dataset.dtype().to_string();
        let at = dataset.object().path().trim_start_matches('/').to_owned();
        b.findings.push(Defect::TypeForeign { found }, None, Some(at))?;
        return Ok(None);
    };
    let start = b.header.arena.len();
    for filter in dataset.filters() {
        b.header.arena.extend(filter.label().as_bytes())?;
        b.header.arena.push(b'\n')?;
    }
    let filters = Piece { start, len: b.header.arena.len().saturating_sub(start) };
    let storage = next_id(&b.header.storages)?;
    b.header.storages.push(StorageRec {
        storage: storage_of(dataset),
        filters,
        object: item.path,
        dtype: Some(dataset.dtype()),
        shape: Some(dataset.shape().unwrap_or_else(|| Dims::from([0]))),
    })?;
    let skip = if b.header.bytes(name).starts_with(NON_COORD) { NON_COORD.len() } else { 0 };
    let name = Piece { start: name.start.saturating_add(skip), len: name.len.saturating_sub(skip) };
    let id = next_id(&b.header.vars)?;
    b.header.vars.push(VarRec {
        name,
        group: item.group,
        ty,
        dims: Run::default(),
        atts,
        nth: 0,
        record: false,
        begin: 0,
        bytes: 0,
        storage: Some(storage),
    })?;
    if let Some(group) = b.header.group_mut(item.group) {
        if group.vars.count == 0 {
            group.vars.start = id;
        }
        group.vars.count = group.vars.count.saturating_add(1);
    }
    Ok(Some(id))
}

fn storage_of(dataset: &Dataset) -> Storage {
    let filters = dataset.filters();
    let has = |id: u16| filters.iter().any(|f| f.id == id);
    let deflate = filters.iter().find(|f| f.id == 1);
    let chunk = match dataset.layout() {
        Layout::Chunked { chunk, .. } => Some(chunk.clone()),
        _ => None,
    };
    Storage {
        layout: dataset.layout().as_str(),
        chunk,
        deflate: deflate.map(|f| f.values.first().copied().unwrap_or(0)),
        shuffle: has(2),
        fletcher32: has(3),
        endianness: order(dataset.datatype()),
        no_fill: false,
    }
}

fn order(datatype: &Datatype) -> Option<&'static str> {
    let bits = match &datatype.class {
        _ if datatype.size == 1 => return None,
        Class::Integer(integer) => integer.bits,
        Class::Float(float) => float.bits,
        Class::Enum(enumeration) => return order(&enumeration.base),
        _ => return None,
    };
    match bits.order {
        ByteOrder::Little => Some("little"),
        ByteOrder::Big => Some("big"),
        ByteOrder::Vax => None,
    }
}
