//! A small writer of DICOM: sound files of every encoding, made anew for each test.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::panic)] // each test binary uses its part

use std::io::Write;

pub const IMPLICIT: &str = "1.2.840.10008.1.2";
pub const EXPLICIT: &str = "1.2.840.10008.1.2.1";
pub const DEFLATED: &str = "1.2.840.10008.1.2.1.99";
pub const BIG: &str = "1.2.840.10008.1.2.2";
pub const JPEG: &str = "1.2.840.10008.1.2.4.50";
pub const RLE: &str = "1.2.840.10008.1.2.5";

/// How the length of a sequence or item is written.
#[derive(Clone, Copy, PartialEq)]
pub enum Length {
    Defined,
    Undefined,
}

#[derive(Clone)]
pub struct Writer {
    pub bytes: Vec<u8>,
    pub explicit: bool,
    pub big: bool,
}

impl Writer {
    pub fn new(syntax: &str) -> Self {
        Self { bytes: Vec::new(), explicit: syntax != IMPLICIT, big: syntax == BIG }
    }

    fn inner(&self) -> Self {
        Self { bytes: Vec::new(), ..*self }
    }

    pub fn u16(&mut self, n: u16) {
        self.bytes.extend(if self.big { n.to_be_bytes() } else { n.to_le_bytes() });
    }

    pub fn u32(&mut self, n: u32) {
        self.bytes.extend(if self.big { n.to_be_bytes() } else { n.to_le_bytes() });
    }

    pub fn tag(&mut self, (group, element): (u16, u16)) {
        self.u16(group);
        self.u16(element);
    }

    pub fn header(&mut self, tag: (u16, u16), vr: &str, length: u32) {
        self.tag(tag);
        if !self.explicit || tag.0 == 0xfffe {
            return self.u32(length);
        }
        self.bytes.extend(vr.as_bytes());
        if ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"]
            .contains(&vr)
        {
            self.u16(0);
            self.u32(length);
        } else {
            self.u16(length as u16);
        }
    }

    pub fn raw(&mut self, tag: (u16, u16), vr: &str, value: &[u8]) -> &mut Self {
        self.header(tag, vr, value.len() as u32);
        self.bytes.extend(value);
        self
    }

    /// Text, padded to an even length.
    pub fn text(&mut self, tag: (u16, u16), vr: &str, text: impl AsRef<[u8]>) -> &mut Self {
        let mut value = text.as_ref().to_vec();
        if value.len() % 2 == 1 {
            value.push(if vr == "UI" { 0 } else { b' ' });
        }
        self.raw(tag, vr, &value)
    }

    pub fn words(&mut self, tag: (u16, u16), vr: &str, words: &[u16]) -> &mut Self {
        self.header(tag, vr, words.len() as u32 * 2);
        words.iter().for_each(|&n| self.u16(n));
        self
    }

    pub fn long(&mut self, tag: (u16, u16), vr: &str, n: u32) -> &mut Self {
        self.header(tag, vr, 4);
        self.u32(n);
        self
    }

    pub fn sequence(
        &mut self,
        tag: (u16, u16),
        length: Length,
        items: impl FnOnce(&mut Self),
    ) -> &mut Self {
        let mut inner = self.inner();
        items(&mut inner);
        let defined = length == Length::Defined;
        self.header(tag, "SQ", if defined { inner.bytes.len() as u32 } else { u32::MAX });
        self.bytes.extend(inner.bytes);
        if !defined {
            self.header((0xfffe, 0xe0dd), "", 0);
        }
        self
    }

    pub fn item(&mut self, length: Length, elements: impl FnOnce(&mut Self)) -> &mut Self {
        let mut inner = self.inner();
        elements(&mut inner);
        let defined = length == Length::Defined;
        self.header(
            (0xfffe, 0xe000),
            "",
            if defined { inner.bytes.len() as u32 } else { u32::MAX },
        );
        self.bytes.extend(inner.bytes);
        if !defined {
            self.header((0xfffe, 0xe00d), "", 0);
        }
        self
    }

    /// Encapsulated pixel data: the first fragment is the basic offset table.
    pub fn fragments(&mut self, fragments: &[&[u8]]) -> &mut Self {
        self.header((0x7fe0, 0x10), "OB", u32::MAX);
        for fragment in fragments {
            self.raw((0xfffe, 0xe000), "", fragment);
        }
        self.header((0xfffe, 0xe0dd), "", 0);
        self
    }

    /// The elements that say how pixels lie.
    pub fn image(
        &mut self,
        frames: u32,
        rows: u16,
        columns: u16,
        samples: u16,
        bits: u16,
    ) -> &mut Self {
        self.words((0x28, 2), "US", &[samples]);
        self.text((0x28, 4), "CS", if samples == 3 { "RGB" } else { "MONOCHROME2" });
        if samples > 1 {
            self.words((0x28, 6), "US", &[0]);
        }
        if frames > 1 {
            self.text((0x28, 8), "IS", frames.to_string());
        }
        self.words((0x28, 0x10), "US", &[rows]).words((0x28, 0x11), "US", &[columns]);
        self.words((0x28, 0x100), "US", &[bits]).words((0x28, 0x101), "US", &[bits]);
        self.words((0x28, 0x102), "US", &[bits - 1]).words((0x28, 0x103), "US", &[0])
    }
}

/// Preamble and meta information for a data set of this transfer syntax.
pub fn meta(syntax: &str) -> Vec<u8> {
    let mut group = Writer::new(EXPLICIT);
    group.raw((2, 1), "OB", &[0, 1]).text((2, 2), "UI", "1.2.840.10008.5.1.4.1.1.7");
    group.text((2, 3), "UI", "1.2.3.4").text((2, 0x10), "UI", syntax).text(
        (2, 0x12),
        "UI",
        "1.2.3",
    );
    let mut file = Writer::new(EXPLICIT);
    file.bytes.extend([0; 128]);
    file.bytes.extend(b"DICM");
    file.long((2, 0), "UL", group.bytes.len() as u32);
    file.bytes.extend(group.bytes);
    file.bytes
}

/// A file of this transfer syntax with the data set that `fill` writes.
pub fn file(syntax: &str, fill: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut data = Writer::new(syntax);
    fill(&mut data);
    let mut bytes = meta(syntax);
    if syntax == DEFLATED {
        let mut deflate =
            flate2::write::DeflateEncoder::new(&mut bytes, flate2::Compression::default());
        deflate.write_all(&data.bytes).unwrap();
        deflate.finish().unwrap();
        if bytes.len() % 2 == 1 {
            bytes.push(0);
        }
    } else {
        bytes.extend(data.bytes);
    }
    bytes
}

/// A data set with text, numbers, sequences of both lengths nested in one another, and private elements.
pub fn rich(w: &mut Writer) {
    use Length::{Defined, Undefined};
    w.text((8, 5), "CS", "ISO_IR 100").text((8, 0x16), "UI", "1.2.840.10008.5.1.4.1.1.7");
    w.text((8, 0x18), "UI", "1.2.3.4").text((8, 0x60), "CS", "OT");
    for (tag, length) in [((8, 0x1115), Undefined), ((8, 0x1140), Defined)] {
        w.sequence(tag, length, |s| {
            for item in [Defined, Undefined] {
                s.item(item, |i| {
                    i.text((8, 0x1150), "UI", "1.2").text((8, 0x1155), "UI", "1.2.3");
                    i.sequence((0x40, 0xa170), length, |s| {
                        s.item(item, |i| {
                            i.text((8, 0x100), "SH", "121311");
                        });
                    });
                });
            }
        });
    }
    w.sequence((8, 0x2112), Defined, |_| {});
    w.text((9, 0x10), "LO", "NARROWS TEST").text((9, 0x1001), "LO", "private");
    w.text((0x10, 0x10), "PN", b"M\xfcller^Anna").text((0x10, 0x20), "LO", "P1").text(
        (0x10, 0x30),
        "DA",
        "",
    );
    w.text((0x18, 0x50), "DS", "1.5").text((0x20, 0x13), "IS", "7");
    w.text((0x20, 0x32), "DS", "-1\\2.5\\3");
    w.image(2, 3, 4, 1, 16);
    w.text((0x28, 0x1050), "DS", "40\\400").text((0x28, 0x1051), "DS", "400\\1500");
    w.text((0x28, 0x1052), "DS", "-1024").text((0x28, 0x1053), "DS", "2");
    w.words((0x7fe0, 0x10), "OW", &(0..24).map(|n| n * 1000).collect::<Vec<_>>());
}

/// What stands in fragments: bytes that start like JPEG.
pub fn jpeg_like(n: u8, len: usize) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0];
    bytes.extend((0..len).map(|i| (i as u8).wrapping_mul(31).wrapping_add(n)));
    bytes
}

/// Three frames of two, one and two fragments, with or without a basic offset table.
pub fn encapsulated(table: bool) -> Vec<u8> {
    file(JPEG, |w| {
        w.image(3, 8, 8, 1, 8);
        let fragments =
            [jpeg_like(0, 40), vec![1; 10], jpeg_like(2, 60), jpeg_like(3, 6), vec![4; 20]];
        let mut offsets = Vec::new();
        let mut at = 0u32;
        for (i, fragment) in fragments.iter().enumerate() {
            if [0, 2, 3].contains(&i) {
                offsets.extend(at.to_le_bytes());
            }
            at += 8 + fragment.len() as u32;
        }
        let none = Vec::new();
        let mut all: Vec<&[u8]> = vec![if table { &offsets } else { &none }];
        all.extend(fragments.iter().map(Vec::as_slice));
        w.fragments(&all);
        w.raw((0xfffc, 0xfffc), "OB", &[0; 6]);
    })
}

/// The frames of [`encapsulated`].
pub fn encapsulated_frames() -> Vec<Vec<u8>> {
    let join = |a: Vec<u8>, b: Vec<u8>| [a, b].concat();
    vec![join(jpeg_like(0, 40), vec![1; 10]), jpeg_like(2, 60), join(jpeg_like(3, 6), vec![4; 20])]
}

/// Fragments, each a frame, with an extended offset table.
pub fn extended() -> Vec<u8> {
    file(RLE, |w| {
        w.image(3, 8, 8, 1, 8);
        let fragments: Vec<Vec<u8>> = (1u8..=3).map(|n| vec![n; usize::from(n) * 10]).collect();
        let mut offset = 0u64;
        let (mut offsets, mut lengths) = (Vec::new(), Vec::new());
        for f in &fragments {
            offsets.extend(offset.to_le_bytes());
            lengths.extend((f.len() as u64).to_le_bytes());
            offset += 8 + f.len() as u64;
        }
        w.raw((0x7fe0, 1), "OV", &offsets).raw((0x7fe0, 2), "OV", &lengths);
        let mut all: Vec<&[u8]> = vec![&[]];
        all.extend(fragments.iter().map(Vec::as_slice));
        w.fragments(&all);
    })
}

/// Sound files of every encoding, by name.
pub fn sound() -> Vec<(&'static str, Vec<u8>)> {
    let mut files = vec![
        ("explicit little", file(EXPLICIT, rich)),
        ("implicit little", file(IMPLICIT, rich)),
        ("explicit big", file(BIG, rich)),
        ("deflated", file(DEFLATED, rich)),
        ("encapsulated with a basic offset table", encapsulated(true)),
        ("encapsulated without a table", encapsulated(false)),
        ("encapsulated with an extended offset table", extended()),
    ];
    let colour = file(EXPLICIT, |w| {
        w.image(1, 5, 3, 3, 8).raw((0x7fe0, 0x10), "OB", &[7; 46]);
    });
    let bits = file(EXPLICIT, |w| {
        w.image(3, 5, 3, 1, 1).raw((0x7fe0, 0x10), "OB", &[0b1010_0101; 6]);
    });
    let float = file(EXPLICIT, |w| {
        w.image(2, 2, 2, 1, 32);
        let pixels: Vec<u8> = (0..8).flat_map(|n| (n as f32 * 0.5).to_le_bytes()).collect();
        w.raw((0x7fe0, 8), "OF", &pixels);
    });
    let unknown = file(EXPLICIT, |w| {
        w.header((9, 0x1001), "UN", u32::MAX);
        let mut inner = Writer::new(IMPLICIT);
        inner.item(Length::Undefined, |i| {
            i.text((8, 0x100), "SH", "A").sequence((8, 0x1140), Length::Undefined, |_| {});
        });
        inner.header((0xfffe, 0xe0dd), "", 0);
        w.bytes.extend(inner.bytes);
        w.text((0x10, 0x10), "PN", "A^B");
    });
    let icon = file(JPEG, |w| {
        w.sequence((0x88, 0x200), Length::Undefined, |s| {
            s.item(Length::Undefined, |i| {
                i.image(1, 2, 2, 1, 8).raw((0x7fe0, 0x10), "OB", &[1, 2, 3, 4]);
            });
        });
        w.fragments(&[&[], &jpeg_like(1, 10)]);
    });
    files.extend([
        ("colour", colour),
        ("packed bits", bits),
        ("floats", float),
        ("UN of undefined length", unknown),
        ("icon", icon),
    ]);
    files
}
