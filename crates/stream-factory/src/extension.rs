//! The cheap answer: what the name says.

use std::path::Path;

use crate::known::{Known, formats};

/// The format whose usual extension the file name has, without opening it. `.gz` is looked through: `a.vtt.gz` is VTT.
pub fn by_extension(path: impl AsRef<Path>) -> Option<&'static Known> {
    let path = path.as_ref();
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    if extension == "gz" {
        return by_extension(path.file_stem()?);
    }
    formats().iter().find(|k| k.descriptor().extensions.contains(&extension.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_case_blind_and_looked_up_behind_gz() {
        let name = |p: &str| by_extension(p).map(|k| k.descriptor().name);
        assert_eq!(name("a/B.DCM"), Some("dicom"));
        assert_eq!(name("x.vtt.gz"), Some("vtt"));
        assert_eq!(name("x.nc"), Some("netcdf"));
        assert_eq!(name("x.unheard"), None);
        assert_eq!(name(".vtt"), None);
    }
}
