//! A header as CDL, the way `ncdump -h` prints it (NetCDF User's Guide, CDL).
#![deny(clippy::arithmetic_side_effects)]

mod name;
mod number;
mod text;
mod value;

use std::fmt::{self, Write};

pub(crate) use value::ValueText;

use crate::{Attribute, Group, Header, NcType, UserType, UserTypeKind, Variable};
use name::Name;

/// A header as CDL: `ncdump -h` prints the same, but for the breaks of long lines.
pub struct Cdl<'a> {
    header: &'a Header,
    name: &'a str,
}

impl<'a> Cdl<'a> {
    /// Of a header; `name` is the dataset's, usually the file's without directory and extension.
    pub fn new(header: &'a Header, name: &'a str) -> Self {
        Self { header, name }
    }
}

impl fmt::Display for Cdl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "netcdf {} {{", Name(self.name))?;
        body(f, self.header.root())?;
        // groups that are open, innermost last: files nest deeper than a stack should
        let mut open: Vec<Group<'_>> = Vec::new();
        for group in self.header.groups().skip(1) {
            while let Some(last) = open.pop_if(|last| !last.contains(group)) {
                close(f, last)?;
            }
            writeln!(
                f,
                "\n{}group: {} {{",
                Pad(group.depth().saturating_sub(1)),
                Name(group.name())
            )?;
            body(f, group)?;
            open.push(group);
        }
        while let Some(last) = open.pop() {
            close(f, last)?;
        }
        writeln!(f, "}}")
    }
}

fn close(f: &mut fmt::Formatter<'_>, group: Group<'_>) -> fmt::Result {
    writeln!(f, "{}}} // group {}", Pad(group.depth()), Name(group.name()))
}

/// Two blanks for each level.
struct Pad(u32);

impl fmt::Display for Pad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (0..self.0).try_for_each(|_| f.write_str("  "))
    }
}

fn body(f: &mut fmt::Formatter<'_>, group: Group<'_>) -> fmt::Result {
    let pad = Pad(group.depth());
    let mut types = group.types().peekable();
    if types.peek().is_some() {
        writeln!(f, "{pad}types:")?;
    }
    for user in types {
        user_type(f, &pad, user)?;
    }
    let mut dimensions = group.dimensions().peekable();
    if dimensions.peek().is_some() {
        writeln!(f, "{pad}dimensions:")?;
    }
    for dimension in dimensions {
        let (name, length) = (Name(dimension.name()), dimension.length());
        if dimension.is_unlimited() {
            writeln!(f, "{pad}\t{name} = UNLIMITED ; // ({length} currently)")?;
        } else {
            writeln!(f, "{pad}\t{name} = {length} ;")?;
        }
    }
    let mut variables = group.variables().peekable();
    if variables.peek().is_some() {
        writeln!(f, "{pad}variables:")?;
    }
    for v in variables {
        variable(f, &pad, v)?;
    }
    let mut attributes = group.attributes().peekable();
    if attributes.peek().is_some() {
        let what = if group.depth() == 0 { "global" } else { "group" };
        writeln!(f, "\n{pad}// {what} attributes:")?;
    }
    attributes.try_for_each(|a| attribute(f, &pad, "", a))
}

fn type_name(header: &Header, ty: NcType) -> Name<'_> {
    Name(header.type_name(ty))
}

fn user_type(f: &mut fmt::Formatter<'_>, pad: &Pad, user: UserType<'_>) -> fmt::Result {
    let (header, name) = (user.header, Name(user.name()));
    match user.kind() {
        UserTypeKind::Opaque { size } => writeln!(f, "{pad}  opaque({size}) {name} ;"),
        UserTypeKind::Vlen { base } => {
            writeln!(f, "{pad}  {}(*) {name} ;", type_name(header, base))
        }
        UserTypeKind::Enum { base } => {
            write!(f, "{pad}  {} enum {name} {{", type_name(header, base))?;
            for (at, member) in user.members().enumerate() {
                let comma = if at == 0 { "" } else { ", " };
                write!(f, "{comma}{} = {}", Name(member.name()), member.value())?;
            }
            writeln!(f, "}} ;")
        }
        UserTypeKind::Compound => {
            writeln!(f, "{pad}  compound {name} {{")?;
            for member in user.members() {
                let ty = type_name(header, member.nc_type());
                write!(f, "{pad}    {ty} {}", Name(member.name()))?;
                list(f, member.dims().iter())?;
                writeln!(f, " ;")?;
            }
            writeln!(f, "{pad}  }}; // {name}")
        }
    }
}

/// `(a, b)`, or nothing.
fn list<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    items: impl Iterator<Item = T>,
) -> fmt::Result {
    let mut any = false;
    for item in items {
        write!(f, "{}{item}", if any { ", " } else { "(" })?;
        any = true;
    }
    if any { f.write_char(')') } else { Ok(()) }
}

fn variable(f: &mut fmt::Formatter<'_>, pad: &Pad, variable: Variable<'_>) -> fmt::Result {
    let ty = type_name(variable.header(), variable.nc_type());
    write!(f, "{pad}\t{ty} {}", Name(variable.name()))?;
    list(f, variable.dimensions().map(|d| Name(d.name())))?;
    writeln!(f, " ;")?;
    variable.attributes().try_for_each(|a| attribute(f, pad, variable.name(), a))
}

fn attribute(
    f: &mut fmt::Formatter<'_>,
    pad: &Pad,
    owner: &str,
    attribute: Attribute<'_>,
) -> fmt::Result {
    write!(f, "{pad}\t\t")?;
    if matches!(attribute.nc_type(), NcType::String | NcType::User(_)) {
        write!(f, "{} ", type_name(attribute.header, attribute.nc_type()))?;
    }
    write!(f, "{}:{} = ", Name(owner), Name(attribute.name()))?;
    match attribute.values() {
        Some(values) => ValueText::new(values).write_to(f)?,
        None => write!(f, "// {} values, too long to be kept", attribute.length())?,
    }
    writeln!(f, " ;")
}
