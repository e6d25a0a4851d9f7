//! Objects: opening them, and what the library says of each.

use std::ffi::c_uint;

use hdf5_metno_sys as sys;
use stream_core::Result;
use sys::h5o::{H5O_info1_t, H5O_type_t};
use sys::{h5o, h5p};

use super::{Id, Library, OpenedFile, c_string};

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ObjectKind {
    Group,
    Dataset,
    Datatype,
    Other,
}

/// Facts that all objects have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ObjectInfo {
    pub(crate) kind: ObjectKind,
    /// Of its header, relative to the base address.
    pub(crate) address: u64,
    /// Hard links that lead to it.
    pub(crate) links: u32,
    pub(crate) attributes: u64,
}

/// `H5O_INFO_BASIC` and `_NUM_ATTRS`: the rest would read whole headers and indexes.
const FIELDS: c_uint = 0x1 | 0x4;

impl Library<'_> {
    /// Opens the object at an address of the file.
    pub(crate) fn open_at(self, file: &OpenedFile, address: u64) -> Result<Id> {
        // SAFETY: an open file.
        let raw = unsafe { h5o::H5Oopen_by_addr(file.id.raw(), address) };
        self.id(raw, || format!("object at address {address}: opening it"))
    }

    /// Opens the object that a path of link names leads to from `from`.
    pub(crate) fn open_path(self, file: &OpenedFile, from: &Id, path: &[u8]) -> Result<Id> {
        let name = c_string(path)?;
        // SAFETY: an open object, a text that ends, a list of link access properties.
        let raw = unsafe { h5o::H5Oopen(from.raw(), name.as_ptr(), file.links.raw()) };
        self.id(raw, || format!("object {}: opening it", String::from_utf8_lossy(path)))
    }

    pub(crate) fn object_info(self, object: &Id) -> Result<ObjectInfo> {
        let mut info = H5O_info1_t::default();
        // SAFETY: an open object, and a place for its facts.
        let status = unsafe { h5o::H5Oget_info2(object.raw(), &mut info, FIELDS) };
        self.done(status, || "object: asking what it is".into())?;
        Ok(facts(&info))
    }

    /// What the object that `name` leads to is, without opening it.
    pub(crate) fn info_by_name(
        self,
        file: &OpenedFile,
        group: &Id,
        name: &[u8],
    ) -> Result<ObjectInfo> {
        let c_name = c_string(name)?;
        let mut info = H5O_info1_t::default();
        // SAFETY: an open group, a text that ends, a place for the facts, a list of link access properties.
        let status = unsafe {
            h5o::H5Oget_info_by_name2(
                group.raw(),
                c_name.as_ptr(),
                &mut info,
                FIELDS,
                file.links.raw(),
            )
        };
        self.done(status, || {
            format!("link {}: asking what it leads to", String::from_utf8_lossy(name))
        })?;
        Ok(facts(&info))
    }

    /// An object's comment; empty for none. It is a message of the object's header, so that it has less than 64 KiB.
    pub(crate) fn comment(self, object: &Id) -> Vec<u8> {
        // SAFETY: an open object; without a place to write to the call tells the length alone.
        let length = unsafe { h5o::H5Oget_comment(object.raw(), std::ptr::null_mut(), 0) };
        let Some(length) = usize::try_from(length).ok().filter(|n| (1..64 << 10).contains(n))
        else {
            return Vec::new();
        };
        // the call ends what it writes with a zero
        let mut text = vec![0u8; length.saturating_add(1)];
        // SAFETY: an open object, and a place of the length that is named.
        unsafe { h5o::H5Oget_comment(object.raw(), text.as_mut_ptr().cast(), text.len()) };
        text.truncate(length);
        text
    }

    /// Whether an object keeps the order in which links (groups) or attributes were made.
    pub(crate) fn keeps_order(self, object: &Id, kind: ObjectKind) -> Result<Orders> {
        let attempt = || "object: asking for its creation properties".to_owned();
        // SAFETY: an open object of the kind that the call is for.
        let raw = unsafe {
            match kind {
                ObjectKind::Group => sys::h5g::H5Gget_create_plist(object.raw()),
                ObjectKind::Dataset => sys::h5d::H5Dget_create_plist(object.raw()),
                _ => return Ok(Orders::default()),
            }
        };
        let creation = self.id(raw, attempt)?;
        let [mut links, mut attributes] = [0; 2];
        // SAFETY: a list of creation properties, and places for flags.
        unsafe {
            if kind == ObjectKind::Group {
                self.done(h5p::H5Pget_link_creation_order(creation.raw(), &mut links), attempt)?;
            }
            self.done(h5p::H5Pget_attr_creation_order(creation.raw(), &mut attributes), attempt)?;
        }
        // tracked and indexed: only then the library has the index in which batches can be asked for
        Ok(Orders { links: links & 3 == 3, attributes: attributes & 3 == 3 })
    }
}

/// Which things of an object can be had in the order in which they were made.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Orders {
    pub(crate) links: bool,
    pub(crate) attributes: bool,
}

fn facts(info: &H5O_info1_t) -> ObjectInfo {
    let kind = match info.type_ {
        H5O_type_t::H5O_TYPE_GROUP => ObjectKind::Group,
        H5O_type_t::H5O_TYPE_DATASET => ObjectKind::Dataset,
        H5O_type_t::H5O_TYPE_NAMED_DATATYPE => ObjectKind::Datatype,
        _ => ObjectKind::Other,
    };
    ObjectInfo { kind, address: info.addr, links: info.rc, attributes: info.num_attrs }
}
