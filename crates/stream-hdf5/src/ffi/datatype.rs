//! Types of the library as [`Datatype`]s.

use std::ffi::{CStr, c_char};

use hdf5_metno_sys as sys;
use stream_core::memory::Budget;
use stream_core::memory::Reservation;
use stream_core::{Dims, Error, ErrorKind, Result};
use sys::h5t::{self, H5T_class_t, H5T_cset_t, H5T_norm_t, H5T_order_t, H5T_sign_t, H5T_str_t};

use super::{Id, Library};
use crate::datatype::{
    Bits, ByteOrder, Charset, Class, Datatype, Enumeration, Float, Integer, Member, Norm, Pad,
    Reference, Text,
};

/// Types nest at most this deep: more is a loop or an attack on the stack.
const DEEPEST: usize = 64;

/// What a member costs: itself, its name's allocation, and what it becomes as an element and as a generic type.
const MEMBER: u64 = 512;

/// Memory that types take, charged as members come.
pub(crate) struct Charge<'a> {
    budget: &'a Budget,
    held: Option<Reservation>,
}

impl<'a> Charge<'a> {
    pub(crate) fn new(budget: &'a Budget) -> Self {
        Self { budget, held: None }
    }

    pub(crate) fn add(&mut self, bytes: u64) -> Result<()> {
        let more = self.budget.reserve(bytes)?;
        match &mut self.held {
            Some(held) => {
                // both are of one budget, and so become one
                let _ = held.merge(more);
            }
            none => *none = Some(more),
        }
        Ok(())
    }

    /// What was charged, to be kept as long as the type.
    pub(crate) fn take(self) -> Option<Reservation> {
        self.held
    }
}

/// `H5T_COMPLEX`, which bindings to libraries before 2.0 have no name for.
const COMPLEX: i32 = 11;

impl Library<'_> {
    /// Describes a type.
    pub(crate) fn describe(self, of: &Id, charge: &mut Charge<'_>) -> Result<Datatype> {
        self.describe_at(of, charge, 0)
    }

    fn describe_at(self, of: &Id, charge: &mut Charge<'_>, depth: usize) -> Result<Datatype> {
        if depth > DEEPEST {
            let message = format!("datatype: nested more than {DEEPEST} deep");
            return Err(Error::new(ErrorKind::Unsupported, message).at(self.state.last_read()));
        }
        charge.add(MEMBER)?;
        let deeper = depth.saturating_add(1);
        // SAFETY: an open type.
        let (class, size) = unsafe { (h5t::H5Tget_class(of.raw()), h5t::H5Tget_size(of.raw())) };
        if size == 0 {
            return Err(self.failed("datatype: asking for its size"));
        }
        let class = match class {
            H5T_class_t::H5T_INTEGER => {
                // SAFETY: an open integer type.
                let signed = unsafe { h5t::H5Tget_sign(of.raw()) } == H5T_sign_t::H5T_SGN_2;
                Class::Integer(Integer { bits: self.bits(of)?, signed })
            }
            H5T_class_t::H5T_FLOAT => Class::Float(self.float(of)?),
            H5T_class_t::H5T_TIME => Class::Time(self.bits(of)?),
            H5T_class_t::H5T_BITFIELD => Class::Bitfield(self.bits(of)?),
            H5T_class_t::H5T_STRING => Class::String(self.text(of, size)?),
            H5T_class_t::H5T_OPAQUE => {
                // SAFETY: an open opaque type.
                let tag = unsafe { h5t::H5Tget_tag(of.raw()) };
                Class::Opaque { tag: self.owned_text(tag, "datatype: asking for its tag")? }
            }
            H5T_class_t::H5T_COMPOUND => self.compound(of, charge, deeper)?,
            H5T_class_t::H5T_REFERENCE => Class::Reference(self.reference(of, size)?),
            H5T_class_t::H5T_ENUM => self.enumeration(of, charge, deeper)?,
            H5T_class_t::H5T_VLEN => {
                Class::Vlen(Box::new(self.describe_at(&self.base(of)?, charge, deeper)?))
            }
            H5T_class_t::H5T_ARRAY => {
                let dims = self.array_dims(of)?;
                Class::Array {
                    of: Box::new(self.describe_at(&self.base(of)?, charge, deeper)?),
                    dims,
                }
            }
            class if class as i32 == COMPLEX => {
                Class::Complex(Box::new(self.describe_at(&self.base(of)?, charge, deeper)?))
            }
            _ => return Err(self.failed("datatype: asking for its class")),
        };
        Ok(Datatype { size, class })
    }

    fn base(self, of: &Id) -> Result<Id> {
        // SAFETY: an open type.
        let raw = unsafe { h5t::H5Tget_super(of.raw()) };
        self.id(raw, || "datatype: asking for its base type".into())
    }

    fn bits(self, of: &Id) -> Result<Bits> {
        // SAFETY: an open type of numbers.
        let (order, offset, precision) = unsafe {
            (
                h5t::H5Tget_order(of.raw()),
                h5t::H5Tget_offset(of.raw()),
                h5t::H5Tget_precision(of.raw()),
            )
        };
        let order = match order {
            H5T_order_t::H5T_ORDER_BE => ByteOrder::Big,
            H5T_order_t::H5T_ORDER_VAX => ByteOrder::Vax,
            _ => ByteOrder::Little,
        };
        let offset =
            u32::try_from(offset).map_err(|_| self.failed("datatype: asking for its bits"))?;
        Ok(Bits { order, offset, precision: u32::try_from(precision).unwrap_or(u32::MAX) })
    }

    fn float(self, of: &Id) -> Result<Float> {
        let (mut sign, mut epos, mut esize, mut mpos, mut msize) = (0, 0, 0, 0, 0);
        // SAFETY: an open type of floats, and places for numbers.
        let (status, bias, norm) = unsafe {
            let status = h5t::H5Tget_fields(
                of.raw(),
                &mut sign,
                &mut epos,
                &mut esize,
                &mut mpos,
                &mut msize,
            );
            (status, h5t::H5Tget_ebias(of.raw()), h5t::H5Tget_norm(of.raw()))
        };
        self.done(status, || "datatype: asking for its fields".into())?;
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(Float {
            bits: self.bits(of)?,
            sign: small(sign),
            exponent: (small(epos), small(esize)),
            mantissa: (small(mpos), small(msize)),
            bias: u64::try_from(bias).unwrap_or(u64::MAX),
            norm: match norm {
                H5T_norm_t::H5T_NORM_MSBSET => Norm::MsbSet,
                H5T_norm_t::H5T_NORM_NONE => Norm::None,
                _ => Norm::Implied,
            },
        })
    }

    fn text(self, of: &Id, size: usize) -> Result<Text> {
        // SAFETY: an open type of strings.
        let (variable, pad, charset) = unsafe {
            (
                h5t::H5Tis_variable_str(of.raw()),
                h5t::H5Tget_strpad(of.raw()),
                h5t::H5Tget_cset(of.raw()),
            )
        };
        let variable = self.truth(variable, || "datatype: asking for its length".into())?;
        let pad = match pad {
            H5T_str_t::H5T_STR_NULLTERM => Pad::NullTerm,
            H5T_str_t::H5T_STR_NULLPAD => Pad::NullPad,
            H5T_str_t::H5T_STR_SPACEPAD => Pad::SpacePad,
            other => Pad::Other(u8::try_from(other as i32).unwrap_or(u8::MAX)),
        };
        let charset = match charset {
            H5T_cset_t::H5T_CSET_ASCII => Charset::Ascii,
            H5T_cset_t::H5T_CSET_UTF8 => Charset::Utf8,
            other => Charset::Other(u8::try_from(other as i32).unwrap_or(u8::MAX)),
        };
        Ok(Text { length: (!variable).then_some(size), pad, charset })
    }

    fn reference(self, of: &Id, size: usize) -> Result<Reference> {
        // SAFETY: an open type, and the predefined one.
        let object = unsafe { h5t::H5Tequal(of.raw(), *h5t::H5T_STD_REF_OBJ) };
        let object = self.truth(object, || "datatype: comparing it".into())?;
        // SAFETY: as above.
        let region = unsafe { h5t::H5Tequal(of.raw(), *h5t::H5T_STD_REF_DSETREG) };
        let region = self.truth(region, || "datatype: comparing it".into())?;
        Ok(match (object, region, size) {
            (true, _, 8) => Reference::Object,
            (_, true, 12) => Reference::Region,
            _ => Reference::Other,
        })
    }

    fn array_dims(self, of: &Id) -> Result<Dims> {
        let mut dims = [0u64; 32];
        // SAFETY: an open array type; 32 is the highest rank that any has.
        let rank = unsafe { h5t::H5Tget_array_dims2(of.raw(), dims.as_mut_ptr()) };
        let rank = self.count(i64::from(rank), || "datatype: asking for its extents".into())?;
        let rank = usize::try_from(rank).unwrap_or(0);
        Ok(Dims::from(dims.get(..rank).unwrap_or_default()))
    }

    fn members(self, of: &Id) -> Result<u32> {
        // SAFETY: an open compound or enumeration.
        let count = unsafe { h5t::H5Tget_nmembers(of.raw()) };
        let count = self.count(i64::from(count), || "datatype: counting its members".into())?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    fn member_name(self, of: &Id, member: u32) -> Result<String> {
        // SAFETY: an open compound or enumeration, and a member that it has.
        let name = unsafe { h5t::H5Tget_member_name(of.raw(), member) };
        self.owned_text(name, "datatype: asking for a member's name")
    }

    fn compound(self, of: &Id, charge: &mut Charge<'_>, depth: usize) -> Result<Class> {
        let mut members = Vec::new();
        for member in 0..self.members(of)? {
            let name = self.member_name(of, member)?;
            // SAFETY: an open compound, and a member that it has.
            let (offset, raw) = unsafe {
                (
                    h5t::H5Tget_member_offset(of.raw(), member),
                    h5t::H5Tget_member_type(of.raw(), member),
                )
            };
            let its_type = self.id(raw, || format!("datatype: asking for member {name}"))?;
            let datatype = self.describe_at(&its_type, charge, depth)?;
            members.push(Member { name, offset, datatype });
        }
        Ok(Class::Compound(members))
    }

    fn enumeration(self, of: &Id, charge: &mut Charge<'_>, depth: usize) -> Result<Class> {
        let base = Box::new(self.describe_at(&self.base(of)?, charge, depth)?);
        let mut members = Vec::new();
        for member in 0..self.members(of)? {
            charge.add(MEMBER)?;
            let name = self.member_name(of, member)?;
            let mut value = [0u8; 64];
            let Some(bytes) = value.get_mut(..base.size) else {
                let message = format!("datatype: enumeration of {} bytes", base.size);
                return Err(Error::new(ErrorKind::Unsupported, message));
            };
            // SAFETY: an open enumeration, a member that it has, and as many bytes as its base type has.
            let status =
                unsafe { h5t::H5Tget_member_value(of.raw(), member, bytes.as_mut_ptr().cast()) };
            self.done(status, || format!("datatype: asking for the value of {name}"))?;
            members.push((name, number(bytes, &base)));
        }
        Ok(Class::Enum(Enumeration { base, members }))
    }

    /// A text that the library allocated, which is given back.
    fn owned_text(self, text: *mut c_char, attempt: &str) -> Result<String> {
        if text.is_null() {
            return Err(self.failed(attempt));
        }
        // SAFETY: not null; a text of the library that ends with a zero byte and is given back once.
        unsafe {
            let owned = String::from_utf8_lossy(CStr::from_ptr(text).to_bytes()).into_owned();
            sys::h5::H5free_memory(text.cast());
            Ok(owned)
        }
    }
}

/// An enumeration's value as a number.
fn number(bytes: &[u8], base: &Datatype) -> i128 {
    let Class::Integer(Integer { bits, signed }) = base.class else { return 0 };
    let mut most_first = [0u8; 16];
    let ordered = bytes.iter().rev();
    let places = most_first.iter_mut().rev();
    match bits.order {
        ByteOrder::Big => places.zip(ordered).for_each(|(place, byte)| *place = *byte),
        _ => places.zip(bytes).for_each(|(place, byte)| *place = *byte),
    }
    let all = u128::from_be_bytes(most_first);
    let unused = 128u32.saturating_sub(bits.precision.min(128));
    let low = all.checked_shr(bits.offset).unwrap_or(0).checked_shl(unused).unwrap_or(0);
    match signed {
        true => (low.cast_signed()).checked_shr(unused).unwrap_or(0),
        false => i128::try_from(low.checked_shr(unused).unwrap_or(0)).unwrap_or(i128::MAX),
    }
}
