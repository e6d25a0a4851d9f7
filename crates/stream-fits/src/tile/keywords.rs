//! What the header and columns of a compressed image say (10.1.1 to 10.1.3, 10.2).
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Dims, Error, ErrorKind, Result, Span};

use super::quantize::Dither;
use super::{Algorithm, Cells, PerTile, TiledImage};
use crate::column::Field;
use crate::{Hdu, Header, Image, Numeric, Scaling, Table};

/// Most axes (4.4.1.1).
const MAX_AXES: i64 = 999;

fn malformed(header: &Header, keyword: &str, message: &str) -> Error {
    let at = header.get(keyword).map_or(header.offset(), |card| card.offset());
    Error::malformed(at, format!("compressed image: {keyword} {message} (FITS 10.1)"))
}

pub(super) fn describe(hdu: &Hdu) -> Result<TiledImage> {
    let header = hdu.header();
    let table = hdu
        .table()
        .ok_or_else(|| Error::malformed(header.offset(), "compressed image without its table"))?;
    let bitpix = header
        .integer("ZBITPIX")
        .ok_or_else(|| malformed(header, "ZBITPIX", "is missing or no integer"))?;
    let numeric = Numeric::of_bitpix(bitpix)
        .ok_or_else(|| malformed(header, "ZBITPIX", &format!("is {bitpix}")))?;
    let (shape, tile) = extents(header)?;
    let algorithm = algorithm(header, "ZCMPTYPE", numeric)?;
    let integer = numeric.is_integer();
    let null = header.integer("BLANK").or_else(|| header.integer("ZBLANK"));
    let scaling = Scaling {
        scale: header.real("BSCALE").unwrap_or(1.0),
        zero: header.real("BZERO").unwrap_or(0.0),
        null: null.filter(|_| integer),
    };
    let [scale, zero, blank] =
        ["ZSCALE", "ZZERO", "ZBLANK"].map(|name| per_tile(header, table, name));
    let stores_reals = matches!(algorithm, Algorithm::Gzip1 | Algorithm::Gzip2 | Algorithm::None);
    let quantized = !integer && (scale != PerTile::Absent || !stores_reals);
    let dither = match header.text("ZQUANTIZ") {
        Some(name) if name == "SUBTRACTIVE_DITHER_1" => Dither::Subtractive1,
        Some(name) if name == "SUBTRACTIVE_DITHER_2" => Dither::Subtractive2,
        _ => Dither::None,
    };
    let seed = header.integer("ZDITHER0").and_then(|n| u64::try_from(n).ok()).unwrap_or(1);
    let mask = match cells(header, table, "NULL_PIXEL_MASK")? {
        Some(cells) => Some((cells, algorithm_of_mask(header)?)),
        None => None,
    };
    Ok(TiledImage {
        image: Image { numeric, shape, scaling },
        tile,
        algorithm,
        quantized,
        dither,
        seed: seed.saturating_sub(1),
        scale,
        zero,
        blank,
        compressed: cells(header, table, "COMPRESSED_DATA")?,
        gzipped: cells(header, table, "GZIP_COMPRESSED_DATA")?,
        plain: cells(header, table, "UNCOMPRESSED_DATA")?,
        mask,
        rows: table.rows,
        row_bytes: table.row_bytes,
        offset: table.offset,
        heap: Span { offset: table.heap_offset, length: table.heap_bytes },
        data: hdu.data(),
    })
}

/// Extents of the image and of a tile, slowest axis first.
fn extents(header: &Header) -> Result<(Dims, Dims)> {
    let axes = header.integer("ZNAXIS").filter(|n| (1..=MAX_AXES).contains(n));
    let axes = axes.ok_or_else(|| malformed(header, "ZNAXIS", "is not 1 to 999"))?;
    let axes = usize::try_from(axes).unwrap_or(0);
    let number = |root: &str, n: usize| {
        let card = header.indexed(root, n);
        card.and_then(|card| card.value()).and_then(|value| value.as_integer())
    };
    let (mut shape, mut tile) = (Dims::new(), Dims::new());
    for n in (1..=axes).rev() {
        let extent = number("ZNAXIS", n).and_then(|extent| u64::try_from(extent).ok());
        let extent = extent
            .ok_or_else(|| malformed(header, "ZNAXIS", &format!("{n} is missing or negative")))?;
        // 10.1.1: a row of pixels where nothing is said
        let default = if n == 1 { extent.max(1) } else { 1 };
        let across = match number("ZTILE", n) {
            None => default,
            Some(found) => u64::try_from(found)
                .ok()
                .filter(|found| *found > 0)
                .ok_or_else(|| malformed(header, "ZTILE", &format!("{n} is {found}")))?,
        };
        shape.push(extent);
        tile.push(across);
    }
    if shape.elements().is_none() {
        return Err(malformed(header, "ZNAXIS", "makes more pixels than 2^64"));
    }
    Ok((shape, tile))
}

/// The value of the parameter of this name: `ZNAMEi` and `ZVALi`.
fn parameter(header: &Header, name: &str) -> Option<i64> {
    // the standard sets no bound; no algorithm has more than two
    (1..=99).map_while(|n| header.indexed("ZNAME", n).map(|card| (n, card))).find_map(
        |(n, card)| {
            let named = card.value()?.as_text().is_some_and(|text| text == name);
            named.then(|| header.indexed("ZVAL", n)?.value()?.as_integer())?
        },
    )
}

fn algorithm(header: &Header, keyword: &str, numeric: Numeric) -> Result<Algorithm> {
    let Some(name) = header.text(keyword) else {
        return Err(malformed(header, keyword, "is missing or no string"));
    };
    // RICE_ONE is what older writers called it
    if name == "RICE_1" || name == "RICE_ONE" {
        let bytes = parameter(header, "BYTEPIX").unwrap_or(4);
        let block = parameter(header, "BLOCKSIZE").unwrap_or(32);
        let block = u32::try_from(block).ok().filter(|block| *block > 0);
        return match (u8::try_from(bytes), block) {
            (Ok(bytes @ (1 | 2 | 4)), Some(block)) => Ok(Algorithm::Rice { bytes, block }),
            _ => Err(Error::new(
                ErrorKind::Unsupported,
                format!("RICE_1 with BYTEPIX {bytes}, {}-byte pixels", numeric.size()),
            )
            .at(header.offset())),
        };
    }
    let known = [
        ("GZIP_1", Algorithm::Gzip1),
        ("GZIP_2", Algorithm::Gzip2),
        ("PLIO_1", Algorithm::Plio),
        ("NOCOMPRESS", Algorithm::None),
    ];
    if let Some((_, algorithm)) = known.into_iter().find(|(known, _)| name == *known) {
        return Ok(algorithm);
    }
    if name == "HCOMPRESS_1" {
        let smooth = parameter(header, "SMOOTH").unwrap_or(0) != 0;
        return Ok(Algorithm::Hcompress { smooth });
    }
    let at = header.get(keyword).map_or(header.offset(), |card| card.offset());
    let name = name.as_str().unwrap_or("?");
    Err(Error::new(ErrorKind::Unsupported, format!("compression by {name:?}")).at(at))
}

/// `ZMASKCMP`, by which masks of missing pixels are compressed: integers of 32 bits.
fn algorithm_of_mask(header: &Header) -> Result<Algorithm> {
    match algorithm(header, "ZMASKCMP", Numeric::I32)? {
        Algorithm::Hcompress { .. } => {
            Err(Error::new(ErrorKind::Unsupported, "mask of missing pixels by HCOMPRESS_1"))
        }
        algorithm => Ok(algorithm),
    }
}

/// A column of arrays in the heap; `None` where the table has none of that name.
fn cells(header: &Header, table: &Table, name: &str) -> Result<Option<Cells>> {
    let Some(column) = table.column(name) else { return Ok(None) };
    if let Field::Binary(form) = column.field
        && let (Some(heap), Some(size)) = (form.heap, form.kind.bytes(1))
    {
        return Ok(Some(Cells { offset: column.offset, wide: heap.wide, size }));
    }
    let message = format!("compressed image: column {name} is no array in the heap (FITS 10.1.3)");
    Err(Error::malformed(header.offset(), message))
}

fn per_tile(header: &Header, table: &Table, name: &str) -> PerTile {
    let column = table.column(name).filter(|column| column.heap().is_none());
    if let Some(column) = column
        && let Some(numeric) = column.numeric()
    {
        return PerTile::Column { offset: column.offset, numeric };
    }
    header.real(name).map_or(PerTile::Absent, PerTile::Keyword)
}
