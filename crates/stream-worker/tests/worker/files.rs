//! Files made by code.

use std::path::PathBuf;

/// A folder that goes away with the value, and files in it.
pub(crate) struct Files(tempfile::TempDir);

impl Files {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn with(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

/// A WebVTT file of `n` cues.
pub(crate) fn vtt(n: usize) -> String {
    let mut text = String::from("WEBVTT\n\nSTYLE\n::cue { color: red }\n\n");
    for i in 0..n {
        let (hour, minute, second) = (i / 3600, i / 60 % 60, i % 60);
        let time = |ms: u32| format!("{hour:02}:{minute:02}:{second:02}.{ms:03}");
        text.push_str(&format!(
            "{} --> {} align:start\n<v Ann>cue {i} &amp; more\n\n",
            time(0),
            time(900)
        ));
    }
    text
}

/// `n` bytes that do not repeat soon.
pub(crate) fn bytes(n: usize) -> Vec<u8> {
    let mut x = 1u64;
    let mut next = move || {
        x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (x >> 56) as u8
    };
    (0..n).map(|_| next()).collect()
}

fn element(group: u16, number: u16, vr: &[u8; 2], value: &[u8]) -> Vec<u8> {
    let mut bytes = [group.to_le_bytes(), number.to_le_bytes()].concat();
    bytes.extend(vr);
    if matches!(vr, b"OB" | b"OW") {
        bytes.extend([0, 0]);
        bytes.extend((value.len() as u32).to_le_bytes());
    } else {
        bytes.extend((value.len() as u16).to_le_bytes());
    }
    bytes.extend(value);
    bytes
}

/// A DICOM file of `frames` frames of 16 x 32 pixels of 16 bits.
pub(crate) fn dicom(frames: u16) -> Vec<u8> {
    let meta = [
        element(2, 1, b"OB", &[0, 1]),
        element(2, 2, b"UI", b"1.2.840.10008.5.1.4.1.1.7\0"),
        element(2, 3, b"UI", b"1.2.3\0"),
        element(2, 0x10, b"UI", b"1.2.840.10008.1.2.1\0"),
        element(2, 0x12, b"UI", b"1.2.3.4\0"),
    ]
    .concat();
    let us = |number, n: u16| element(0x28, number, b"US", &n.to_le_bytes());
    let mut file = vec![0; 128];
    file.extend(b"DICM");
    file.extend(element(2, 0, b"UL", &(meta.len() as u32).to_le_bytes()));
    file.extend(meta);
    file.extend(element(8, 0x60, b"CS", b"CT"));
    file.extend(element(0x10, 0x10, b"PN", b"Doe^Jane"));
    file.extend(us(2, 1));
    file.extend(element(0x28, 4, b"CS", b"MONOCHROME2 "));
    file.extend(element(0x28, 8, b"IS", format!("{frames:<4}").as_bytes()));
    for (number, value) in [(0x10, 16), (0x11, 32), (0x100, 16), (0x101, 16)] {
        file.extend(us(number, value));
    }
    file.extend(us(0x102, 15));
    file.extend(us(0x103, 0));
    file.extend(element(0x7fe0, 0x10, b"OW", &bytes(usize::from(frames) * 16 * 32 * 2)));
    file
}

/// A FITS file whose image of 16 bits stands in tiles of `tile` pixels along both axes, not compressed, and the pixels in order.
pub(crate) fn tiled(side: usize, tile: usize) -> (Vec<u8>, Vec<u8>) {
    let pixel = |y: usize, x: usize| ((y * side + x) * 7 % 30_011) as i16;
    let (mut rows, mut heap) = (Vec::new(), Vec::new());
    for (top, left) in
        (0..side.pow(2) / tile.pow(2)).map(|n| (n / (side / tile), n % (side / tile)))
    {
        rows.extend(((2 * tile * tile) as u32).to_be_bytes());
        rows.extend((heap.len() as u32).to_be_bytes());
        let within = (0..tile * tile).map(|n| (top * tile + n / tile, left * tile + n % tile));
        heap.extend(within.flat_map(|(y, x)| pixel(y, x).to_be_bytes()));
    }
    let header = |cards: &[(&str, String)]| {
        let card = |(name, value): &(&str, String)| format!("{name:<8}= {value:>20}");
        let mut text: String = cards.iter().map(|c| format!("{:<80}", card(c))).collect();
        text.push_str(&format!("{:<80}", "END"));
        text.push_str(&" ".repeat(text.len().next_multiple_of(2880) - text.len()));
        text
    };
    let (number, text) = (|n: usize| n.to_string(), |s: &str| format!("'{s:<8}'"));
    let first = [("SIMPLE", "T"), ("BITPIX", "8"), ("NAXIS", "0"), ("EXTEND", "T")];
    let mut file = header(&first.map(|(name, value)| (name, value.to_owned())));
    file.push_str(&header(&[
        ("XTENSION", text("BINTABLE")),
        ("BITPIX", number(8)),
        ("NAXIS", number(2)),
        ("NAXIS1", number(8)),
        ("NAXIS2", number(rows.len() / 8)),
        ("PCOUNT", number(heap.len())),
        ("GCOUNT", number(1)),
        ("TFIELDS", number(1)),
        ("TTYPE1", text("COMPRESSED_DATA")),
        ("TFORM1", text("1PB")),
        ("ZIMAGE", "T".to_owned()),
        ("ZCMPTYPE", text("NOCOMPRESS")),
        ("ZBITPIX", number(16)),
        ("ZNAXIS", number(2)),
        ("ZNAXIS1", number(side)),
        ("ZNAXIS2", number(side)),
        ("ZTILE1", number(tile)),
        ("ZTILE2", number(tile)),
    ]));
    let mut file = file.into_bytes();
    file.extend(rows);
    file.extend(heap);
    file.resize(file.len().next_multiple_of(2880), 0);
    let pixels = (0..side * side).flat_map(|n| pixel(n / side, n % side).to_ne_bytes());
    (file, pixels.collect())
}
