//! The library's error stack as messages.

use std::ffi::{CStr, c_char, c_uint, c_void};

use hdf5_metno_sys as sys;
use stream_core::{Error, ErrorKind};
use sys::h5e::{H5E_DEFAULT, H5E_WALK_UPWARD, H5E_error2_t, H5Eclear2, H5Eget_msg, H5Ewalk2};

use super::State;

/// What the innermost function said.
#[derive(Default)]
struct Innermost {
    description: String,
    function: String,
    major: String,
    minor: String,
}

/// Makes an error of the source's error or of the stack, and empties both.
pub(super) fn failed(state: &State, attempt: &str) -> Error {
    let innermost = innermost();
    clear();
    if let Some(error) = state.take_error() {
        return error;
    }
    let Innermost { description, function, major, minor } = innermost;
    let kind = match (major.as_str(), minor.as_str()) {
        (_, "Required filter is not available") => ErrorKind::Unsupported,
        (_, "Feature is unsupported") => ErrorKind::Unsupported,
        _ => ErrorKind::Malformed,
    };
    let message = match description.is_empty() {
        true => format!("{attempt}: libhdf5 failed without words"),
        false => format!("{attempt}: {description} ({function}: {minor})"),
    };
    Error::new(kind, message).at(state.last_read())
}

/// Empties the stack of this thread.
pub(super) fn clear() {
    // SAFETY: the lock is held by whoever calls the library; the default stack always exists.
    unsafe { H5Eclear2(H5E_DEFAULT) };
}

fn innermost() -> Innermost {
    let mut found = Innermost::default();
    // SAFETY: `visit` is called with descriptions that live during the call and with the place given here.
    unsafe {
        H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, Some(visit), (&raw mut found).cast());
    }
    found
}

/// Takes the first description and stops there.
unsafe extern "C" fn visit(n: c_uint, error: *const H5E_error2_t, found: *mut c_void) -> i32 {
    if n != 0 || error.is_null() || found.is_null() {
        return 0;
    }
    // SAFETY: both were checked, and are what `innermost` and the library pass.
    let (error, found) = unsafe { (&*error, &mut *found.cast::<Innermost>()) };
    found.description = text(error.desc);
    found.function = text(error.func_name);
    found.major = message(error.maj_num);
    found.minor = message(error.min_num);
    0
}

/// At most this much of a text is taken: the library prints names from the file into its descriptions.
const LONGEST: usize = 300;

fn text(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: not null; the library ends its texts with a zero byte.
    let bytes = unsafe { CStr::from_ptr(text) }.to_bytes();
    String::from_utf8_lossy(bytes.get(..LONGEST).unwrap_or(bytes)).into_owned()
}

fn message(id: sys::h5i::hid_t) -> String {
    let mut bytes = [0u8; 80];
    // SAFETY: as many bytes as are said to be there, the last of which stays zero.
    let n = unsafe { H5Eget_msg(id, std::ptr::null_mut(), bytes.as_mut_ptr().cast(), 79) };
    match n > 0 {
        true => text(bytes.as_ptr().cast()),
        false => String::new(),
    }
}
