//! numpy's file format, version 1.0 or 2.0 (numpy.lib.format).

use std::io::Write;

use stream_core::{Array, DType};

use super::{Sink, plain};

pub(super) struct Npy;

impl Sink for Npy {
    fn begin(&mut self, out: &mut dyn Write, array: Option<&Array>) -> anyhow::Result<()> {
        let array = array.ok_or_else(|| {
            anyhow::anyhow!(
                "npy needs type and shape beforehand, which this data has not: use --to raw"
            )
        })?;
        out.write_all(&header(&array.dtype, &array.shape)?)?;
        Ok(())
    }
}

/// Everything before the data of an array.
pub(crate) fn header(dtype: &DType, shape: &[u64]) -> anyhow::Result<Vec<u8>> {
    // an array of small arrays has their axes as well
    let mut shape: Vec<u64> = shape.to_vec();
    let mut of = plain(dtype);
    while let DType::Array(inner, dims) = of {
        shape.extend(dims.iter());
        of = plain(inner);
    }
    let descr = descr(of)?;
    let shape = tuple(&shape);
    framed(&format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"))
}

/// Extents as Python writes them: one keeps its comma.
fn tuple(shape: &[u64]) -> String {
    let extents: Vec<_> = shape.iter().map(u64::to_string).collect();
    match &extents[..] {
        [one] => format!("({one},)"),
        all => format!("({})", all.join(", ")),
    }
}

/// Magic, version, header length and the header, padded so that the data starts at a multiple of 64.
fn framed(header: &str) -> anyhow::Result<Vec<u8>> {
    // a header beyond 64 KiB needs version 2, whose length has four bytes
    let (version, prefix) = if header.len() < 65_000 { (1, 10usize) } else { (2, 12) };
    let unpadded = prefix.saturating_add(header.len()).saturating_add(1);
    let total = unpadded.next_multiple_of(64);
    let length = u32::try_from(total.saturating_sub(prefix))?;
    let mut file = b"\x93NUMPY".to_vec();
    file.extend([version, 0]);
    match u16::try_from(length) {
        Ok(length) if version == 1 => file.extend(length.to_le_bytes()),
        _ => file.extend(length.to_le_bytes()),
    }
    file.extend(header.bytes());
    file.resize(total.saturating_sub(1), b' ');
    file.push(b'\n');
    Ok(file)
}

/// A type as a Python literal.
fn descr(dtype: &DType) -> anyhow::Result<String> {
    let order = if cfg!(target_endian = "little") { '<' } else { '>' };
    Ok(match plain(dtype) {
        DType::I8 => "'|i1'".to_owned(),
        DType::U8 => "'|u1'".to_owned(),
        DType::Bool => "'|b1'".to_owned(),
        DType::I16 => format!("'{order}i2'"),
        DType::I32 => format!("'{order}i4'"),
        DType::I64 => format!("'{order}i8'"),
        DType::U16 => format!("'{order}u2'"),
        DType::U32 => format!("'{order}u4'"),
        DType::U64 => format!("'{order}u8'"),
        DType::F16 => format!("'{order}f2'"),
        DType::F32 => format!("'{order}f4'"),
        DType::F64 => format!("'{order}f8'"),
        DType::C64 => format!("'{order}c8'"),
        DType::C128 => format!("'{order}c16'"),
        DType::StrN(n) => format!("'|S{n}'"),
        DType::Bytes(n) => format!("'|V{n}'"),
        DType::Struct(members) => {
            let members = members.iter().map(|m| (m.name.as_str(), &m.dtype, &[][..]));
            record(&members.collect::<Vec<_>>())?
        }
        other => {
            anyhow::bail!("npy cannot hold elements of type {other}: use --to csv, jsonl or raw")
        }
    })
}

/// The type of rows with named members, each with extents of its own: numpy's list of tuples.
fn record(members: &[(&str, &DType, &[u64])]) -> anyhow::Result<String> {
    let mut names: Vec<String> = Vec::new();
    let mut text = String::from("[");
    for (i, (name, dtype, shape)) in members.iter().enumerate() {
        let mut shape = shape.to_vec();
        let mut of = plain(dtype);
        while let DType::Array(inner, dims) = of {
            shape.extend(dims.iter());
            of = plain(inner);
        }
        // numpy takes no name twice, and gives those without one a number
        let mut name = if name.is_empty() { format!("f{i}") } else { (*name).to_owned() };
        while names.contains(&name) {
            name.push('_');
        }
        let comma = if i == 0 { "" } else { ", " };
        text.push_str(&format!("{comma}({}, {}", literal(&name), descr(of)?));
        if !shape.is_empty() {
            text.push_str(&format!(", {}", tuple(&shape)));
        }
        text.push(')');
        names.push(name);
    }
    text.push(']');
    Ok(text)
}

/// Everything before the data of `rows` rows with named members.
pub(crate) fn record_header(
    members: &[(&str, &DType, &[u64])],
    rows: u64,
) -> anyhow::Result<Vec<u8>> {
    let descr = record(members)?;
    framed(&format!("{{'descr': {descr}, 'fortran_order': False, 'shape': ({rows},), }}"))
}

/// Text as a Python literal in ASCII, which version 1 of the format asks for.
fn literal(text: &str) -> String {
    let mut quoted = String::from("'");
    for c in text.chars() {
        match c {
            '\'' | '\\' => quoted.extend(['\\', c]),
            ' '..='~' => quoted.push(c),
            c => {
                let code = u32::from(c);
                quoted.push_str(&if code < 0x1_0000 {
                    format!("\\u{code:04x}")
                } else {
                    format!("\\U{code:08x}")
                });
            }
        }
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_what_numpy_writes() {
        let mut out = Vec::new();
        let array = Array::new(DType::U16, [3, 2]);
        Npy.begin(&mut out, Some(&array)).unwrap();
        assert_eq!(out.len() % 64, 0);
        assert_eq!(&out[..10], b"\x93NUMPY\x01\0\x76\0");
        let header = "{'descr': '<u2', 'fortran_order': False, 'shape': (3, 2), }";
        assert!(String::from_utf8_lossy(&out[10..]).starts_with(header));
        let mut out = Vec::new();
        Npy.begin(&mut out, Some(&Array::new(DType::F32, [7]))).unwrap();
        assert!(String::from_utf8_lossy(&out).contains("'shape': (7,), }"));
    }

    #[test]
    fn structs_are_numpys_lists_of_members() {
        use std::sync::Arc;
        use stream_core::{Dims, Member};
        let member = |name: &str, dtype| Member { name: name.into(), dtype };
        let inner = DType::Struct([member("it's", DType::Bool)].into());
        let dtype = DType::Struct(
            [
                member("x", DType::Array(Arc::new(DType::F64), Dims::from([3, 4]))),
                member("x", DType::StrN(8)),
                member("", DType::C64),
                member("\u{e9}", inner),
            ]
            .into(),
        );
        // np.dtype([('x','<f8',(3,4)),('x_','S8'),('f2','<c8'),('é',[("it's",'?')])]).descr
        let expected =
            r"[('x', '<f8', (3, 4)), ('x_', '|S8'), ('f2', '<c8'), ('\u00e9', [('it\'s', '|b1')])]";
        assert_eq!(descr(&dtype).unwrap(), expected);
    }
}
