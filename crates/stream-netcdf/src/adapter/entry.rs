//! Objects as entries.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Array, DType, Dims, Entry, Kind, Result};

use super::fields;
use super::walk::Item;
use crate::cf::Cf;
use crate::{Attribute, Dimension, Group, Header, NcType, Owner, UserType, UserTypeKind, Variable};

pub(super) fn fill(entry: &mut Entry, header: &Header, item: Item<'_>) -> Result<()> {
    match item {
        Item::Group(g) => group(entry, header, g),
        Item::Attribute(a) => attribute(entry, header, a),
        Item::Type(t) => user_type(entry, header, t),
        Item::Dimension(d) => dimension(entry, d),
        Item::Variable(v) => variable(entry, header, v),
    }
}

fn group(entry: &mut Entry, header: &Header, group: Group<'_>) -> Result<()> {
    entry.reset(Kind::Group);
    entry.set_depth(group.depth());
    group.push_path(entry.path_mut())?;
    if group.depth() == 0 {
        let fields = entry.fields_mut();
        fields.push("netcdf", header.version().as_str())?;
        if let Some(text) = group.attribute("Conventions").and_then(|a| a.text()) {
            fields.push("conventions", text)?;
        }
    }
    Ok(())
}

fn dimension(entry: &mut Entry, dimension: Dimension<'_>) -> Result<()> {
    entry.reset(Kind::Dimension);
    entry.set_depth(dimension.group().depth().saturating_add(1));
    dimension.push_path(entry.path_mut())?;
    let fields = entry.fields_mut();
    fields.push("length", dimension.length())?;
    fields.push("unlimited", dimension.is_unlimited())?;
    Ok(())
}

/// What an attribute is as an array: a text is one element, other values stand in a row.
pub(super) fn attribute_array(header: &Header, attribute: Attribute<'_>) -> Option<Array> {
    let count = attribute.length();
    Some(match (attribute.nc_type(), u32::try_from(count)) {
        (NcType::Char, Ok(len)) => Array::new(DType::StrN(len), Dims::new()),
        (ty, _) => Array::new(header.dtype(ty)?, [count]),
    })
}

fn attribute(entry: &mut Entry, header: &Header, attribute: Attribute<'_>) -> Result<()> {
    entry.reset(Kind::Attribute);
    let depth = match attribute.owner() {
        Owner::Group(id) => Group { header, id }.depth(),
        Owner::Variable(id) => Variable { header, id }.group().depth().saturating_add(1),
    };
    entry.set_depth(depth.saturating_add(1));
    attribute.push_path(entry.path_mut())?;
    if let Some(array) = attribute_array(header, attribute) {
        entry.set_array(array);
        entry.set_has_data();
    }
    if let Some(span) = attribute.span() {
        entry.set_span(span);
    }
    let fields = entry.fields_mut();
    fields.push("type", header.type_name(attribute.nc_type()))?;
    if let Some(values) = attribute.values() {
        fields::push_values(fields, "value", values)?;
    }
    Ok(())
}

fn user_type(entry: &mut Entry, header: &Header, user: UserType<'_>) -> Result<()> {
    entry.reset(Kind::Type);
    entry.set_depth(user.group().depth().saturating_add(1));
    user.push_path(entry.path_mut())?;
    let fields = entry.fields_mut();
    if let Some(dtype) = header.dtype(NcType::User(user.id())) {
        fields.push("dtype", dtype.to_string().as_str())?;
    }
    match user.kind() {
        UserTypeKind::Enum { base } => {
            fields.push("class", "enum")?;
            fields.push("base", header.type_name(base))?;
            fields.begin_map("members")?;
            for member in user.members() {
                fields::push_integer(fields, member.name(), member.value())?;
            }
            fields.end();
        }
        UserTypeKind::Compound => {
            fields.push("class", "compound")?;
            fields.begin_list("members")?;
            for member in user.members() {
                fields.begin_item_map()?;
                fields.push("name", member.name())?;
                fields.push("type", header.type_name(member.nc_type()))?;
                if !member.dims().is_empty() {
                    fields.begin_list("dims")?;
                    for &extent in member.dims() {
                        fields.item(extent)?;
                    }
                    fields.end();
                }
                fields.end();
            }
            fields.end();
        }
        UserTypeKind::Vlen { base } => {
            fields.push("class", "vlen")?;
            fields.push("base", header.type_name(base))?;
        }
        UserTypeKind::Opaque { size } => {
            fields.push("class", "opaque")?;
            fields.push("size", size)?;
        }
    }
    Ok(())
}

fn variable(entry: &mut Entry, header: &Header, variable: Variable<'_>) -> Result<()> {
    entry.reset(Kind::Array);
    entry.set_depth(variable.group().depth().saturating_add(1));
    variable.push_path(entry.path_mut())?;
    if let Some(dtype) = variable.dtype() {
        let chunk = variable.storage().and_then(|s| s.chunk.clone());
        let filters = variable.filters().map(str::to_owned).collect();
        entry.set_array(Array { dtype, shape: variable.full_shape(), chunk, filters });
        entry.set_has_data();
    }
    // records lie apart
    if let Some(span) = variable.span().filter(|_| !variable.is_record()) {
        entry.set_span(span);
    }
    let fields = entry.fields_mut();
    fields.push("type", header.type_name(variable.nc_type()))?;
    fields.begin_list("dimensions")?;
    for dimension in variable.dimensions() {
        fields.item(dimension.name())?;
    }
    fields.end();
    if variable.is_coordinate() {
        fields.push("coordinate", true)?;
    }
    fields::push_storage(fields, variable)?;
    fields::push_conventions(fields, Cf::new(variable))
}
