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
        let descr = descr(&array.dtype)?;
        let mut shape = String::new();
        for n in array.shape.iter() {
            shape.push_str(&format!("{n}, "));
        }
        let shape = match array.shape.len() {
            // a tuple of one keeps its comma
            1 => shape.trim_end(),
            _ => shape.trim_end_matches([',', ' ']),
        };
        let header =
            format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}");
        out.write_all(&framed(&header)?)?;
        Ok(())
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

fn descr(dtype: &DType) -> anyhow::Result<String> {
    let order = if cfg!(target_endian = "little") { '<' } else { '>' };
    Ok(match plain(dtype) {
        DType::I8 => "|i1".to_owned(),
        DType::U8 => "|u1".to_owned(),
        DType::Bool => "|b1".to_owned(),
        DType::I16 => format!("{order}i2"),
        DType::I32 => format!("{order}i4"),
        DType::I64 => format!("{order}i8"),
        DType::U16 => format!("{order}u2"),
        DType::U32 => format!("{order}u4"),
        DType::U64 => format!("{order}u8"),
        DType::F16 => format!("{order}f2"),
        DType::F32 => format!("{order}f4"),
        DType::F64 => format!("{order}f8"),
        DType::C64 => format!("{order}c8"),
        DType::C128 => format!("{order}c16"),
        DType::StrN(n) | DType::Bytes(n) => format!("|S{n}"),
        other => anyhow::bail!("npy cannot hold elements of type {other}: use --to raw"),
    })
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
}
