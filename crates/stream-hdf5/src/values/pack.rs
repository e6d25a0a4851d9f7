//! From elements as the library lays them out in memory to packed ones.
//!
//! The library keeps stored byte orders, so that numbers are converted here as they are for data that is read without it.

use std::ffi::CStr;
use std::sync::Arc;

use stream_core::{ChargedVec, Error, ErrorKind, Result};

use super::convert;
use crate::datatype::{Class, Datatype, Reference};
use crate::file::File;
use crate::paths::Paths;

/// Makes packed elements of elements in the library's memory.
pub(crate) struct Packer<'a> {
    file: &'a File,
    /// Paths of referenced objects, asked for when the first reference comes.
    paths: Option<Arc<Paths>>,
}

impl<'a> Packer<'a> {
    pub(crate) fn new(file: &'a File) -> Self {
        Self { file, paths: None }
    }

    /// Appends all elements in `stored`, whose pointers lead to what the library allocated for them.
    pub(crate) fn elements(
        &mut self,
        datatype: &Datatype,
        stored: &[u8],
        out: &mut ChargedVec<u8>,
    ) -> Result<()> {
        if let Some(element) = datatype.element() {
            return convert::elements(&element, stored, out);
        }
        stored
            .chunks_exact(datatype.size.max(1))
            .try_for_each(|one| self.element(datatype, one, out))
    }

    fn element(
        &mut self,
        datatype: &Datatype,
        stored: &[u8],
        out: &mut ChargedVec<u8>,
    ) -> Result<()> {
        match &datatype.class {
            Class::Vlen(of) => {
                // hvl_t: a length and a pointer
                let (length, at) = (word(stored, 0), word(stored, size_of::<usize>()));
                let length = if at == 0 { 0 } else { length };
                let Some(bytes) = length.checked_mul(of.size).filter(|&n| n <= MOST) else {
                    return Err(unusable(length));
                };
                let content = match bytes {
                    0 => &[][..],
                    // SAFETY: the library allocated this many elements of the base type here, and they are not given back yet.
                    _ => unsafe { std::slice::from_raw_parts(at as *const u8, bytes) },
                };
                out.extend(&prefix(length)?)?;
                self.elements(of, content, out)
            }
            Class::String(text) if text.length.is_none() => {
                let at = word(stored, 0);
                let content = match at {
                    0 => &[][..],
                    // SAFETY: a pointer that is not null leads to a text of the library that ends with a zero byte.
                    _ => unsafe { CStr::from_ptr(at as *const _) }.to_bytes(),
                };
                out.extend(&prefix(content.len())?)?;
                Ok(out.extend(content)?)
            }
            Class::Reference(reference) => {
                let path = self.resolve(*reference, stored)?;
                out.extend(&prefix(path.len())?)?;
                Ok(out.extend(path.as_bytes())?)
            }
            Class::Compound(members) => members.iter().try_for_each(|member| {
                let end = member.offset.saturating_add(member.datatype.size);
                let part = stored.get(member.offset..end).ok_or_else(|| unusable(end))?;
                self.elements(&member.datatype, part, out)
            }),
            Class::Array { of, .. } => self.elements(of, stored, out),
            _ => Err(unusable(datatype.size)),
        }
    }

    /// The path of the object, with the region for a region: `/group/dataset[2:8,3:5]`. Nothing for a null reference, the address
    /// for an object that no link leads to.
    fn resolve(&mut self, reference: Reference, stored: &[u8]) -> Result<String> {
        if stored.iter().all(|&b| b == 0) {
            return Ok(String::new());
        }
        match reference {
            Reference::Object => {
                let address =
                    stored.first_chunk::<8>().map_or(0, |bytes| u64::from_ne_bytes(*bytes));
                self.path(address)
            }
            Reference::Region => {
                let bytes = stored.first_chunk::<12>().ok_or_else(|| unusable(stored.len()))?;
                let region = self.file.call(|library, opened| library.region(&opened.id, bytes));
                let (address, first, last) = match region {
                    Ok(region) => region,
                    Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
                    Err(_) => return Ok("?".into()),
                };
                let mut path = self.path(address)?;
                for (axis, (first, last)) in first.iter().zip(&last).enumerate() {
                    path.push(if axis == 0 { '[' } else { ',' });
                    path.push_str(&format!("{first}:{}", last.saturating_add(1)));
                }
                path.push(']');
                Ok(path)
            }
            Reference::Other => Ok("?".into()),
        }
    }

    fn path(&mut self, address: u64) -> Result<String> {
        let paths = match &self.paths {
            Some(paths) => paths,
            None => self.paths.insert(self.file.paths()?),
        };
        Ok(paths.get(address).map_or_else(|| format!("#{address}"), str::to_owned))
    }
}

/// No sequence in memory is longer than this.
const MOST: usize = isize::MAX.unsigned_abs();

fn word(stored: &[u8], at: usize) -> usize {
    let bytes = stored.get(at..).and_then(|rest| rest.first_chunk::<{ size_of::<usize>() }>());
    bytes.map_or(0, |bytes| usize::from_ne_bytes(*bytes))
}

fn prefix(length: usize) -> Result<[u8; 4]> {
    u32::try_from(length).map(u32::to_ne_bytes).map_err(|_| unusable(length))
}

fn unusable(found: usize) -> Error {
    let message = format!("element: a length that no element has (found {found})");
    Error::new(ErrorKind::Unsupported, message)
}
