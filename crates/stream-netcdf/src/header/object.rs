//! Dimensions, variables and attributes.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedString, DType, Dims, Result, Span, push_name};

use super::{AttRec, DimRec, Group, Header, Piece, Values, VarRec};
use crate::NcType;

/// A dimension: a name and a length.
#[derive(Clone, Copy)]
pub struct Dimension<'a> {
    pub(crate) header: &'a Header,
    pub(crate) id: u32,
}

impl<'a> Dimension<'a> {
    pub(crate) fn rec(self) -> Option<&'a DimRec> {
        self.header.dims.get(usize::try_from(self.id).ok()?)
    }

    /// Its number among all dimensions.
    pub fn id(self) -> u32 {
        self.id
    }

    /// Its name.
    pub fn name(self) -> &'a str {
        self.rec().map_or("", |d| self.header.text(d.name))
    }

    /// Its length; of an unlimited one the current length.
    pub fn length(self) -> u64 {
        self.rec().map_or(0, |d| d.len)
    }

    /// Whether data can be appended along it.
    pub fn is_unlimited(self) -> bool {
        self.rec().is_some_and(|d| d.unlimited)
    }

    /// The group that defines it.
    pub fn group(self) -> Group<'a> {
        Group { header: self.header, id: self.rec().map_or(0, |d| d.group) }
    }

    /// Appends its path: `/g@dim/time`.
    ///
    /// # Errors
    /// `OverBudget`.
    pub fn push_path(self, path: &mut ChargedString) -> Result<()> {
        self.group().push_path(path)?;
        path.push_str("@dim/")?;
        push_name(path, self.name().as_bytes())?;
        push_nth(path, self.rec().map_or(0, |d| d.nth))
    }
}

/// How a netCDF-4 variable is stored: what `ncdump -s` shows as its special attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Storage {
    /// `_Storage`: `contiguous`, `chunked`, `compact`, `virtual` or `unknown`.
    pub layout: &'static str,
    /// `_ChunkSizes`.
    pub chunk: Option<Dims>,
    /// `_DeflateLevel`; `None` without deflate.
    pub deflate: Option<u32>,
    /// `_Shuffle`.
    pub shuffle: bool,
    /// `_Fletcher32`.
    pub fletcher32: bool,
    /// `_Endianness`: `little` or `big`; `None` where bytes have no order.
    pub endianness: Option<&'static str>,
    /// `_NoFill`.
    pub no_fill: bool,
}

#[derive(Debug)]
pub(crate) struct StorageRec {
    pub(crate) storage: Storage,
    /// The names of the filters in the order of writing, a line each.
    pub(crate) filters: Piece,
    /// The HDF5 object's path.
    #[cfg_attr(not(feature = "hdf5"), allow(dead_code))]
    pub(crate) object: Piece,
    /// What an element is once read.
    pub(crate) dtype: Option<DType>,
    /// The extents that are stored.
    pub(crate) shape: Option<Dims>,
}

/// A variable: an array of one type over dimensions.
#[derive(Clone, Copy)]
pub struct Variable<'a> {
    pub(crate) header: &'a Header,
    pub(crate) id: u32,
}

impl<'a> Variable<'a> {
    pub(crate) fn rec(self) -> Option<&'a VarRec> {
        self.header.vars.get(usize::try_from(self.id).ok()?)
    }

    /// Its number among all variables.
    pub fn id(self) -> u32 {
        self.id
    }

    /// The header that lists it.
    pub fn header(self) -> &'a Header {
        self.header
    }

    /// Its name.
    pub fn name(self) -> &'a str {
        self.rec().map_or("", |v| self.header.text(v.name))
    }

    /// The group that it is in.
    pub fn group(self) -> Group<'a> {
        Group { header: self.header, id: self.rec().map_or(0, |v| v.group) }
    }

    /// The type of its elements.
    pub fn nc_type(self) -> NcType {
        self.rec().map_or(NcType::Byte, |v| v.ty)
    }

    /// Its dimensions, slowest first; none for a scalar.
    pub fn dimensions(self) -> impl Iterator<Item = Dimension<'a>> {
        let run = self.rec().map(|v| v.dims).unwrap_or_default();
        run.ids().filter_map(move |at| {
            let id = *self.header.var_dims.get(usize::try_from(at).ok()?)?;
            Some(Dimension { header: self.header, id })
        })
    }

    /// The lengths of its dimensions.
    pub fn shape(self) -> Dims {
        self.dimensions().map(Dimension::length).collect()
    }

    /// The extents of its data: less than the lengths of unlimited dimensions where a netCDF-4 variable has less data than
    /// others along them.
    pub fn stored_shape(self) -> Dims {
        self.storage_rec().and_then(|s| s.shape.clone()).unwrap_or_else(|| self.shape())
    }

    /// The extents of the array that is read: those of its data, and of its dimensions where these are unlimited. What lies
    /// beyond the data is the fill value.
    pub fn full_shape(self) -> Dims {
        let mut shape = self.stored_shape();
        for (extent, dimension) in shape.iter_mut().zip(self.dimensions()) {
            if dimension.is_unlimited() {
                *extent = (*extent).max(dimension.length());
            }
        }
        shape
    }

    /// What an element is once read.
    pub fn dtype(self) -> Option<DType> {
        let stored = self.storage_rec().and_then(|s| s.dtype.clone());
        stored.or_else(|| self.header.dtype(self.nc_type()))
    }

    /// Its attributes, in the order of the file.
    pub fn attributes(self) -> impl Iterator<Item = Attribute<'a>> {
        let owner = Owner::Variable(self.id);
        let run = self.rec().map(|v| v.atts).unwrap_or_default();
        run.ids().map(move |id| Attribute { header: self.header, id, owner })
    }

    /// The attribute of this name.
    pub fn attribute(self, name: &str) -> Option<Attribute<'a>> {
        self.attributes().find(|a| a.name() == name)
    }

    /// Whether it is a record variable of a classic file: its records lie interleaved with those of others.
    pub fn is_record(self) -> bool {
        self.rec().is_some_and(|v| v.record)
    }

    /// Whether it is a coordinate variable: of one dimension that has its name (NetCDF User's Guide, 2.3.1).
    pub fn is_coordinate(self) -> bool {
        let mut dims = self.dimensions();
        dims.next().is_some_and(|d| d.name() == self.name()) && dims.next().is_none()
    }

    /// The bytes of a classic file that hold its data, or its first record. `None` for netCDF-4.
    pub fn span(self) -> Option<Span> {
        let rec = self.rec()?;
        self.header.version.is_classic().then_some(Span { offset: rec.begin, length: rec.bytes })
    }

    pub(crate) fn storage_rec(self) -> Option<&'a StorageRec> {
        let at = usize::try_from(self.rec()?.storage?).ok()?;
        self.header.storages.get(at)
    }

    /// How it is stored in a netCDF-4 file.
    pub fn storage(self) -> Option<&'a Storage> {
        Some(&self.storage_rec()?.storage)
    }

    /// The filters that its bytes went through in the order of writing, by name.
    pub fn filters(self) -> impl Iterator<Item = &'a str> {
        let names = self.storage_rec().map_or("", |s| self.header.text(s.filters));
        names.lines()
    }

    /// Appends its path: `/g/v`.
    ///
    /// # Errors
    /// `OverBudget`.
    pub fn push_path(self, path: &mut ChargedString) -> Result<()> {
        self.group().push_prefix(path)?;
        path.push('/')?;
        push_name(path, self.name().as_bytes())?;
        push_nth(path, self.rec().map_or(0, |v| v.nth))
    }
}

/// Whose attribute it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A group, by its number; a global attribute is the root's.
    Group(u32),
    /// A variable, by its number.
    Variable(u32),
}

/// An attribute: a name and a vector of values of one type.
#[derive(Clone, Copy)]
pub struct Attribute<'a> {
    pub(crate) header: &'a Header,
    pub(crate) id: u32,
    pub(crate) owner: Owner,
}

impl<'a> Attribute<'a> {
    pub(crate) fn rec(self) -> Option<&'a AttRec> {
        self.header.atts.get(usize::try_from(self.id).ok()?)
    }

    /// Its name.
    pub fn name(self) -> &'a str {
        self.rec().map_or("", |a| self.header.text(a.name))
    }

    /// Whose it is.
    pub fn owner(self) -> Owner {
        self.owner
    }

    /// The type of its values.
    pub fn nc_type(self) -> NcType {
        self.rec().map_or(NcType::Byte, |a| a.ty)
    }

    /// How many values it has; of a text in `char`s, its bytes.
    pub fn length(self) -> u64 {
        self.rec().map_or(0, |a| a.count)
    }

    /// Its values; `None` where they are longer than [`Options::value_limit`](crate::Options::value_limit).
    pub fn values(self) -> Option<Values<'a>> {
        let rec = self.rec()?;
        let bytes = self.header.bytes(rec.value?);
        Some(Values { header: self.header, ty: rec.ty, count: rec.count, bytes })
    }

    /// Its text, if it is one: characters without the null bytes behind them, or a single string.
    pub fn text(self) -> Option<&'a str> {
        self.values()?.text()
    }

    /// Its only value as a number.
    pub fn number(self) -> Option<f64> {
        let values = self.values().filter(|v| v.len() == 1)?;
        values.number(0)
    }

    /// The bytes of a classic file that hold its values.
    pub fn span(self) -> Option<Span> {
        let rec = self.rec()?;
        Some(Span { offset: rec.offset?, length: rec.count.saturating_mul(rec.ty.size()?) })
    }

    /// Appends its path: `/g/v@units`, `/@title`.
    ///
    /// # Errors
    /// `OverBudget`.
    pub fn push_path(self, path: &mut ChargedString) -> Result<()> {
        match self.owner {
            Owner::Group(id) => Group { header: self.header, id }.push_path(path)?,
            Owner::Variable(id) => Variable { header: self.header, id }.push_path(path)?,
        }
        path.push('@')?;
        push_name(path, self.name().as_bytes())?;
        push_nth(path, self.rec().map_or(0, |a| a.nth))
    }
}

/// `[1]` behind the second of a name, so that paths stay unique; brackets in names are escaped.
fn push_nth(path: &mut ChargedString, nth: u32) -> Result<()> {
    if nth > 0 {
        path.push('[')?;
        path.push_decimal(u64::from(nth))?;
        path.push(']')?;
    }
    Ok(())
}
