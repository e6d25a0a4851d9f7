//! Writes a small compressed image.

/// Bits, the most significant first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    fn put(&mut self, value: u32, width: u32) {
        for bit in (0..width).rev() {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let last = self.bytes.last_mut().unwrap();
            *last |= u8::from(value >> bit & 1 == 1) << (7 - self.used % 8);
            self.used += 1;
        }
    }
}

/// A tile in RICE_1 with BYTEPIX 2 in blocks of 16, each difference given whole.
fn tile(values: &[i16]) -> Vec<u8> {
    let mut bits = Bits::default();
    let mut last = values[0];
    bits.put(u32::from(last.cast_unsigned()), 16);
    for block in values.chunks(16) {
        bits.put(15, 4);
        for &value in block {
            let difference = i32::from(value.wrapping_sub(last));
            let code = if difference < 0 { -2 * difference - 1 } else { 2 * difference };
            bits.put(code.cast_unsigned() & 0xffff, 16);
            last = value;
        }
    }
    bits.bytes
}

fn header(cards: &[(&str, String)]) -> Vec<u8> {
    let mut out = String::new();
    for (keyword, value) in cards {
        out.push_str(&format!("{:<80}", format!("{keyword:<8}= {value:>20}")));
    }
    out.push_str(&format!("{:<80}", "END"));
    let mut out = out.into_bytes();
    out.resize(out.len().next_multiple_of(2880), b' ');
    out
}

/// A file with one image of `shape` in tiles of extents `across`, slowest axis first, and its pixels.
pub(crate) fn rice(shape: &[u64], across: &[u64], zero: i64) -> (Vec<u8>, Vec<i16>) {
    let count: u64 = shape.iter().product();
    let pixels: Vec<i16> = (0..count).map(|n| (n * n % 3001) as i16 - 700).collect();
    let grid: Vec<u64> =
        shape.iter().zip(across).map(|(extent, tile)| extent.div_ceil(*tile)).collect();
    let tiles: u64 = grid.iter().product();
    let (mut rows, mut heap) = (Vec::new(), Vec::new());
    for number in 0..tiles {
        let mut rest = number;
        let mut ranges = vec![0..0; shape.len()];
        for axis in (0..shape.len()).rev() {
            let low = rest % grid[axis] * across[axis];
            ranges[axis] = low..(low + across[axis]).min(shape[axis]);
            rest /= grid[axis];
        }
        let inside: Vec<i16> = (0..count)
            .filter(|&n| {
                let mut rest = n;
                (0..shape.len()).rev().all(|axis| {
                    let at = rest % shape[axis];
                    rest /= shape[axis];
                    ranges[axis].contains(&at)
                })
            })
            .map(|n| pixels[n as usize])
            .collect();
        let bytes = tile(&inside);
        rows.extend((bytes.len() as u32).to_be_bytes());
        rows.extend((heap.len() as u32).to_be_bytes());
        heap.extend(bytes);
    }
    let number = |n: usize| n.to_string();
    let text = |s: &str| format!("'{s:<8}'");
    let mut file = header(&[
        ("SIMPLE", "T".into()),
        ("BITPIX", "8".into()),
        ("NAXIS", "0".into()),
        ("EXTEND", "T".into()),
    ]);
    let mut cards = vec![
        ("XTENSION", text("BINTABLE")),
        ("BITPIX", "8".into()),
        ("NAXIS", "2".into()),
        ("NAXIS1", "8".into()),
        ("NAXIS2", number(rows.len() / 8)),
        ("PCOUNT", number(heap.len())),
        ("GCOUNT", "1".into()),
        ("TFIELDS", "1".into()),
        ("TTYPE1", text("COMPRESSED_DATA")),
        ("TFORM1", text("1PB")),
        ("ZIMAGE", "T".into()),
        ("ZCMPTYPE", text("RICE_1")),
        ("ZBITPIX", "16".into()),
        ("ZNAXIS", number(shape.len())),
        ("ZNAME1", text("BLOCKSIZE")),
        ("ZVAL1", "16".into()),
        ("ZNAME2", text("BYTEPIX")),
        ("ZVAL2", "2".into()),
        ("BZERO", zero.to_string()),
    ];
    let axes = ["ZNAXIS1", "ZNAXIS2", "ZNAXIS3"];
    let tiles = ["ZTILE1", "ZTILE2", "ZTILE3"];
    for axis in 0..shape.len() {
        let from = shape.len() - 1 - axis;
        cards.push((axes[axis], shape[from].to_string()));
        cards.push((tiles[axis], across[from].to_string()));
    }
    file.extend(header(&cards));
    file.extend(rows);
    file.extend(heap);
    file.resize(file.len().next_multiple_of(2880), 0);
    (file, pixels)
}
