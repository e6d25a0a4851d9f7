//! One file of a plan.

use std::borrow::Cow;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// A file that a scan gives a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Its number in the catalogue, which its entries refer to. Never used again for another.
    pub id: u64,
    /// Where it is, as found from the root that was given.
    #[serde(with = "path")]
    pub path: PathBuf,
    /// Bytes, when the plan was made.
    pub size: u64,
    /// Time of the last change, when the plan was made: nanoseconds since 1970.
    pub modified: i64,
    /// Why it could not even be looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A path as text, with what is not UTF-8 replaced; and its bytes where that lost something.
pub(crate) fn shown(path: &Path) -> (Cow<'_, str>, Option<&[u8]>) {
    match path.to_str() {
        Some(text) => (text.into(), None),
        None => (path.to_string_lossy(), Some(path.as_os_str().as_bytes())),
    }
}

/// In a plan a path is a string; one that is not UTF-8 a list of its bytes.
mod path {
    use super::*;
    use serde::{Deserializer, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Written<'a> {
        Text(Cow<'a, str>),
        Bytes(Vec<u8>),
    }

    pub(super) fn serialize<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
        match path.to_str() {
            Some(text) => Written::Text(text.into()),
            None => Written::Bytes(path.as_os_str().as_bytes().to_vec()),
        }
        .serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
        Ok(match Written::deserialize(from)? {
            Written::Text(text) => PathBuf::from(text.into_owned()),
            Written::Bytes(bytes) => PathBuf::from(OsString::from_vec(bytes)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_no_text_survives() {
        let path = PathBuf::from(OsString::from_vec(b"a\xffb".to_vec()));
        let input = Input { id: 7, path, size: 3, modified: -1, error: None };
        let line = serde_json::to_string(&input).unwrap();
        assert_eq!(line, r#"{"id":7,"path":[97,255,98],"size":3,"modified":-1}"#);
        assert_eq!(serde_json::from_str::<Input>(&line).unwrap(), input);
        assert_eq!(shown(&input.path).1, Some(&b"a\xffb"[..]));
    }
}
