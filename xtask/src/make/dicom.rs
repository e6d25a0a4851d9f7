//! Native multi-frame CT images in explicit VR little endian (PS3.5 section 7, PS3.10 section 7).
use std::io::{self, Write};

use super::random::Random;

mod element;

use element::{Elements, Tag, even};

/// What distinguishes one image from the next.
#[derive(Clone, Copy, Debug)]
pub struct Image {
    /// Rows and columns.
    pub side: u16,
    /// How many frames; one makes a plain slice without `NumberOfFrames`.
    pub frames: u32,
    /// Patient, series and instance: names and UIDs follow from them.
    pub patient: u32,
    /// The series within the patient.
    pub series: u32,
    /// The instance within the series, from 1.
    pub instance: u32,
}

/// What the pixels add up to, so that a reader's answer can be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sums {
    /// How many pixels.
    pub count: u64,
    /// Their sum.
    pub sum: u64,
    /// The smallest.
    pub min: u16,
    /// The largest.
    pub max: u16,
}

const EXPLICIT_LITTLE: &str = "1.2.840.10008.1.2.1";
const CT_IMAGE: &str = "1.2.840.10008.5.1.4.1.1.2";
const MULTI_FRAME_WORD: &str = "1.2.840.10008.5.1.4.1.1.7.3";
/// UIDs derived from nothing registered: the 2.25 root takes any 128-bit number (PS3.5 B.2).
const OWN: &str = "2.25.31415926";

/// Writes the image as a file with preamble and meta group.
///
/// # Errors
/// When `out` fails.
pub fn write(out: &mut impl Write, image: Image) -> io::Result<Sums> {
    let class = if image.frames == 1 { CT_IMAGE } else { MULTI_FRAME_WORD };
    let uid = format!("{OWN}.{}.{}.{}", image.patient, image.series, image.instance);
    let mut meta = Elements::default();
    meta.bytes(Tag(0x0002, 0x0001), b"OB", &[0, 1]);
    meta.text(Tag(0x0002, 0x0002), b"UI", class);
    meta.text(Tag(0x0002, 0x0003), b"UI", &uid);
    meta.text(Tag(0x0002, 0x0010), b"UI", EXPLICIT_LITTLE);
    meta.text(Tag(0x0002, 0x0012), b"UI", &format!("{OWN}.1"));
    let mut length = Elements::default();
    length.bytes(Tag(0x0002, 0x0000), b"UL", &even(meta.as_bytes().len()).to_le_bytes());
    out.write_all(&[0; 128])?;
    out.write_all(b"DICM")?;
    out.write_all(length.as_bytes())?;
    out.write_all(meta.as_bytes())?;
    out.write_all(header(image, class, &uid).as_bytes())?;
    pixels(out, image)
}

/// Every element before the pixels, in tag order.
fn header(image: Image, class: &str, uid: &str) -> Elements {
    let mut set = Elements::default();
    let patient = image.patient;
    set.text(Tag(0x0008, 0x0005), b"CS", "ISO_IR 192");
    set.text(Tag(0x0008, 0x0008), b"CS", "ORIGINAL\\PRIMARY\\AXIAL");
    set.text(Tag(0x0008, 0x0016), b"UI", class);
    set.text(Tag(0x0008, 0x0018), b"UI", uid);
    set.text(Tag(0x0008, 0x0020), b"DA", "20240102");
    set.text(Tag(0x0008, 0x0030), b"TM", "101500.000");
    set.text(Tag(0x0008, 0x0050), b"SH", &format!("ACC{patient:05}"));
    set.text(Tag(0x0008, 0x0060), b"CS", "CT");
    set.text(Tag(0x0008, 0x0070), b"LO", "MADE");
    set.text(Tag(0x0008, 0x0080), b"LO", "Höhenklinik");
    set.text(Tag(0x0008, 0x103E), b"LO", "AX 1.0");
    set.sequence(Tag(0x0008, 0x1140), &[reference(class, uid, 1), reference(class, uid, 2)]);
    set.text(Tag(0x0010, 0x0010), b"PN", &format!("Müller^Anna{patient}"));
    set.text(Tag(0x0010, 0x0020), b"LO", &format!("P{patient:06}"));
    set.text(Tag(0x0010, 0x0030), b"DA", "19700101");
    set.text(Tag(0x0010, 0x0040), b"CS", "F");
    set.text(Tag(0x0018, 0x0050), b"DS", "1.0");
    set.text(Tag(0x0018, 0x0060), b"DS", "120");
    set.text(Tag(0x0018, 0x1210), b"SH", "B30f");
    set.text(Tag(0x0020, 0x000D), b"UI", &format!("{OWN}.6.{patient}"));
    set.text(Tag(0x0020, 0x000E), b"UI", &format!("{OWN}.5.{patient}.{}", image.series));
    set.text(Tag(0x0020, 0x0011), b"IS", &image.series.to_string());
    set.text(Tag(0x0020, 0x0013), b"IS", &image.instance.to_string());
    set.text(Tag(0x0020, 0x0032), b"DS", &format!("-190\\-190\\-{}", image.instance));
    set.text(Tag(0x0020, 0x0037), b"DS", "1\\0\\0\\0\\1\\0");
    set.short(Tag(0x0028, 0x0002), 1);
    set.text(Tag(0x0028, 0x0004), b"CS", "MONOCHROME2");
    if image.frames > 1 {
        set.text(Tag(0x0028, 0x0008), b"IS", &image.frames.to_string());
    }
    set.short(Tag(0x0028, 0x0010), image.side);
    set.short(Tag(0x0028, 0x0011), image.side);
    set.text(Tag(0x0028, 0x0030), b"DS", "0.7421875\\0.7421875");
    set.short(Tag(0x0028, 0x0100), 16);
    set.short(Tag(0x0028, 0x0101), 12);
    set.short(Tag(0x0028, 0x0102), 11);
    set.short(Tag(0x0028, 0x0103), 0);
    set.text(Tag(0x0028, 0x1052), b"DS", "-1024");
    set.text(Tag(0x0028, 0x1053), b"DS", "1");
    set.text(Tag(0x0029, 0x0010), b"LO", "MADE HEADER");
    set.bytes(Tag(0x0029, 0x1008), b"CS", b"IMAGE NUM 4 ");
    set.bytes(Tag(0x0029, 0x1010), b"OB", &[0xA5; 1024]);
    set
}

/// An item that refers to another image, with a sequence of its own inside.
fn reference(class: &str, uid: &str, number: u32) -> Elements {
    let mut purpose = Elements::default();
    purpose.text(Tag(0x0008, 0x0100), b"SH", "121311");
    purpose.text(Tag(0x0008, 0x0102), b"SH", "DCM");
    purpose.text(Tag(0x0008, 0x0104), b"LO", "Localizer");
    let mut item = Elements::default();
    item.text(Tag(0x0008, 0x1150), b"UI", class);
    item.text(Tag(0x0008, 0x1155), b"UI", &format!("{uid}.{number}"));
    item.sequence(Tag(0x0040, 0xA170), &[purpose]);
    item
}

/// Streams the pixels frame by frame: a round body on a dark ground, with noise.
fn pixels(out: &mut impl Write, image: Image) -> io::Result<Sums> {
    let side = u32::from(image.side);
    let count = u64::from(side) * u64::from(side) * u64::from(image.frames);
    let bytes = u32::try_from(count * 2).map_err(io::Error::other)?;
    out.write_all(&element::long_header(Tag(0x7FE0, 0x0010), b"OW", bytes))?;
    let mut sums = Sums { count, sum: 0, min: u16::MAX, max: 0 };
    let mut random = Random::new(u64::from(image.patient) << 32 | u64::from(image.instance));
    let mut row = vec![0; usize::from(image.side) * 2];
    let middle = i64::from(side / 2);
    for frame in 0..image.frames {
        for y in 0..i64::from(side) {
            let mut noise = random.next_u64();
            for (x, pixel) in (0_i64..).zip(row.chunks_exact_mut(2)) {
                let far = (x - middle) * (x - middle) + (y - middle) * (y - middle);
                let body = far * 5 < middle * middle * 4;
                let level = if body { 1000 + (x * y + i64::from(frame)) % 256 } else { 24 };
                noise = noise.rotate_left(5).wrapping_add(0x9E37_79B9);
                let value = level as u16 + (noise as u16 & 31);
                pixel.copy_from_slice(&value.to_le_bytes());
                sums.sum += u64::from(value);
                sums.min = sums.min.min(value);
                sums.max = sums.max.max(value);
            }
            out.write_all(&row)?;
        }
    }
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_meta_group_says_its_length_and_the_pixels_fill_the_rest() {
        let image = Image { side: 8, frames: 3, patient: 1, series: 2, instance: 3 };
        let mut file = Vec::new();
        let sums = write(&mut file, image).unwrap();
        assert_eq!(&file[128..132], b"DICM");
        let length = u32::from_le_bytes(file[140..144].try_into().unwrap()) as usize;
        assert_eq!(&file[144 + length..148 + length], &[8, 0, 5, 0], "the data set starts there");
        let start = file.len() - 8 * 8 * 3 * 2;
        assert_eq!(&file[start - 12..start - 6], &[0xE0, 0x7F, 0x10, 0, b'O', b'W']);
        let values = file[start..].chunks(2).map(|two| u16::from_le_bytes([two[0], two[1]]));
        assert_eq!(values.clone().map(u64::from).sum::<u64>(), sums.sum);
        assert_eq!((values.clone().min(), values.max()), (Some(sums.min), Some(sums.max)));
    }
}
