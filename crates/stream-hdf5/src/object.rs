//! Objects: groups, datasets, named types.

use std::fmt;

use stream_core::{ChargedVec, Error, ErrorKind, Result};

use crate::attribute::Attribute;
use crate::datatype::Datatype;
use crate::ffi::{Charge, Id, ObjectInfo};
use crate::file::File;
use crate::name::unescape;

pub(crate) use crate::ffi::ObjectKind as Kind;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ObjectKind {
    /// Links to other objects.
    Group,
    /// An array.
    Dataset,
    /// A named datatype.
    Datatype,
    /// What this version does not know.
    Other,
}

/// An open object.
pub struct Object {
    pub(crate) id: Id,
    pub(crate) info: ObjectInfo,
    pub(crate) file: File,
    path: Box<str>,
}

impl Object {
    pub(crate) fn new(file: File, id: Id, path: &str) -> Result<Self> {
        let info = file.call(|library, _| library.object_info(&id));
        let info = info.map_err(|error| error.in_entry(path))?;
        Ok(Self { id, info, file, path: path.into() })
    }

    /// What it is.
    pub fn kind(&self) -> ObjectKind {
        match self.info.kind {
            Kind::Group => ObjectKind::Group,
            Kind::Dataset => ObjectKind::Dataset,
            Kind::Datatype => ObjectKind::Datatype,
            Kind::Other => ObjectKind::Other,
        }
    }

    /// The path it was found at, names escaped.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The file it is in.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// The address of its header, relative to the file's base: what makes it the same object.
    pub fn address(&self) -> u64 {
        self.info.address
    }

    /// Its comment (H5Oset_comment), if it has one.
    pub fn comment(&self) -> Option<String> {
        let text = self.file.call(|library, _| library.comment(&self.id));
        (!text.is_empty()).then(|| String::from_utf8_lossy(&text).into_owned())
    }

    /// How many hard links lead to it.
    pub fn links(&self) -> u32 {
        self.info.links
    }

    /// How many attributes it has.
    pub fn attribute_count(&self) -> u64 {
        self.info.attributes
    }

    /// The attribute of this name, unescaped; `None` where there is none.
    ///
    /// # Errors
    /// `Malformed`, `OverBudget`, and what the source says.
    pub fn attribute(&self, name: &str) -> Result<Option<Attribute>> {
        self.attribute_raw(name.as_bytes())
    }

    /// The attribute whose name in an entry's path is `escaped`.
    pub(crate) fn attribute_escaped(&self, escaped: &str) -> Result<Option<Attribute>> {
        self.attribute_raw(&unescape(escaped))
    }

    pub(crate) fn attribute_raw(&self, name: &[u8]) -> Result<Option<Attribute>> {
        if !self.file.call(|library, _| library.has_attribute(&self.id, name))? {
            return Ok(None);
        }
        Attribute::open(self, name).map(Some)
    }

    /// What a named datatype is. What it takes is reserved only while it is read: the caller keeps it.
    ///
    /// # Errors
    /// `Unrecognized` for another kind of object, `Malformed`, `OverBudget`, and what the source says.
    pub fn named_type(&self) -> Result<Datatype> {
        self.expect(ObjectKind::Datatype)?;
        let mut charge = Charge::new(self.file.context().budget());
        let described = self.file.call(|library, _| library.describe(&self.id, &mut charge));
        described.map_err(|error| error.in_entry(self.path()))
    }

    /// Its attributes, in the order in which they were made where the file keeps that.
    ///
    /// # Errors
    /// `Malformed`, `OverBudget`, and what the source says.
    pub fn attributes(&self) -> Result<Attributes<'_>> {
        let names = AttributeNames::new(self)?;
        Ok(Attributes { object: self, names })
    }

    /// The error of a call for something that another kind of object has.
    pub(crate) fn expect(&self, kind: ObjectKind) -> Result<()> {
        if self.kind() == kind {
            return Ok(());
        }
        let message = format!("object is {:?} (expected {kind:?})", self.kind());
        Err(Error::new(ErrorKind::Unrecognized, message).in_entry(&*self.path))
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object").field("path", &self.path).field("info", &self.info).finish()
    }
}

/// Names of an object's attributes, some at a time.
pub(crate) struct AttributeNames {
    by_creation: bool,
    /// Names one after the other, each before its end.
    names: ChargedVec<u8>,
    ends: ChargedVec<usize>,
    at: usize,
    next: Option<u64>,
}

/// Names that are held at once take about this much.
const BATCH: usize = 16 << 10;

impl AttributeNames {
    pub(crate) fn new(object: &Object) -> Result<Self> {
        let budget = object.file.context().budget();
        let (names, ends) = (ChargedVec::new(budget), ChargedVec::new(budget));
        let several = object.info.attributes > 1;
        let by_creation = several
            && object
                .file
                .call(|library, _| library.keeps_order(&object.id, object.info.kind))?
                .attributes;
        let next = (object.info.attributes > 0).then_some(0);
        Ok(Self { by_creation, names, ends, at: 0, next })
    }

    /// The name at hand; `None` after the last.
    pub(crate) fn peek(&mut self, object: &Object) -> Result<Option<&[u8]>> {
        if self.at >= self.ends.len() {
            let Some(start) = self.next else { return Ok(None) };
            self.names.clear();
            self.ends.clear();
            self.at = 0;
            let (names, ends) = (&mut self.names, &mut self.ends);
            let stopped = object.file.call(|library, _| {
                library.attributes(&object.id, self.by_creation, start, &mut |name| {
                    if names.len() >= BATCH {
                        return Ok(false);
                    }
                    names.extend(name)?;
                    ends.push(names.len())?;
                    Ok(true)
                })
            });
            let stopped = stopped.inspect_err(|_| self.ends.clear())?;
            let listed = u64::try_from(self.ends.len()).unwrap_or(u64::MAX);
            self.next = stopped.then(|| start.saturating_add(listed));
        }
        let start = match self.at.checked_sub(1) {
            Some(before) => self.ends.get(before).copied().unwrap_or(0),
            None => 0,
        };
        let end = self.ends.get(self.at).copied();
        Ok(end.map(|end| self.names.get(start..end).unwrap_or_default()))
    }

    /// Goes on to the next.
    pub(crate) fn advance(&mut self) {
        self.at = self.at.saturating_add(1);
    }
}

/// The attributes of an object, one after the other.
pub struct Attributes<'a> {
    object: &'a Object,
    names: AttributeNames,
}

impl Attributes<'_> {
    /// The next attribute; `None` after the last.
    ///
    /// # Errors
    /// `Malformed`, `OverBudget`, and what the source says.
    pub fn next_attribute(&mut self) -> Result<Option<Attribute>> {
        let Some(name) = self.names.peek(self.object)? else { return Ok(None) };
        let attribute = Attribute::open(self.object, name)?;
        self.names.advance();
        Ok(Some(attribute))
    }
}
