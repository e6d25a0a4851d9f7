//! Files that libhdf5 writes, as bytes.

use hdf5_metno::types::VarLenUnicode;
use hdf5_metno::{File, FileBuilder, Result};

/// What `fill` writes.
fn written(fill: impl FnOnce(&File) -> Result<()>) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.h5");
    // the same whatever version of the library writes it
    let mut builder = FileBuilder::new();
    builder.with_fapl(|access| access.libver_earliest());
    let file = builder.create(&path).unwrap();
    fill(&file).unwrap();
    file.close().unwrap();
    std::fs::read(path).unwrap()
}

/// Groups, attributes, a chunked, a contiguous and a text dataset, links.
pub(crate) fn mixed() -> Vec<u8> {
    written(|file| {
        let group = file.create_group("g")?;
        let values: Vec<i16> = (0..240).collect();
        let chunked = group.new_dataset::<i16>().chunk((4, 7)).shuffle().deflate(6).shape((20, 12));
        let chunked = chunked.create("chunked")?;
        chunked.write_raw(&values)?;
        let units: VarLenUnicode = "kelvin".parse().unwrap();
        chunked.new_attr::<VarLenUnicode>().create("units")?.write_scalar(&units)?;
        let plain = file.new_dataset::<f64>().shape(50).create("plain")?;
        plain.write_raw(&(0..50).map(f64::from).collect::<Vec<_>>())?;
        plain.new_attr::<i32>().shape(3).create("numbers")?.write_raw(&[1, 2, 3])?;
        let texts: Vec<VarLenUnicode> =
            ["one", "", "three"].iter().map(|text| text.parse().unwrap()).collect();
        file.new_dataset::<VarLenUnicode>().shape(3).create("texts")?.write_raw(&texts)?;
        file.link_soft("/g/chunked", "soft")?;
        file.link_soft("/nowhere", "dangling")?;
        file.link_hard("/plain", "again")?;
        Ok(())
    })
}

/// Many groups.
pub(crate) fn groups(n: usize) -> Vec<u8> {
    written(|file| (0..n).try_for_each(|i| file.create_group(&format!("g{i}")).map(drop)))
}

/// Many datasets with an attribute.
pub(crate) fn names(n: usize) -> Vec<u8> {
    written(|file| {
        (0..n).try_for_each(|i| {
            let dataset = file.new_dataset::<u8>().shape(1).create(format!("d{i}").as_str())?;
            dataset.new_attr::<u8>().create("a")?.write_scalar(&1)
        })
    })
}
