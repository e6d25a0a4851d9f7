//! Uses all of it: each format through the factory, values as arrays, one budget for everything.
use std::path::Path;

use stream_core::{Kind, ReaderExt, Request};
use stream_factory::{Options, open_path};
use stream_memory::Budget;
use stream_ndarray::ChunkExt as _;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::temp_dir().join(format!("narrows-consumer-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let outcome = read(&folder);
    std::fs::remove_dir_all(&folder)?;
    outcome
}

fn read(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let budget = Budget::new("consumer", 16 << 20);
    let options = Options::new().with_budget(&budget);

    let captions = folder.join("a.vtt");
    std::fs::write(&captions, "WEBVTT\n\n00:00.000 --> 00:01.000\none\n")?;
    let mut reader = open_path(&captions, &options)?;
    let kinds = reader.entries().map(|entry| entry.map(|entry| entry.kind()));
    assert!(kinds.collect::<Result<Vec<_>, _>>()?.contains(&Kind::Cue));

    let image = folder.join("b.dcm");
    std::fs::write(&image, dicom())?;
    let mut reader = open_path(&image, &options)?;
    let pixels = reader.find("(7FE0,0010)")?.ok_or("no pixels")?;
    assert_eq!(pixels.array().map(|array| array.shape.to_vec()), Some(vec![2, 3]));
    let mut chunks = reader.chunks(&Request::entry(pixels.path()))?;
    let chunk = chunks.next_chunk()?.ok_or("no chunk")?;
    let view = chunk.view::<u16>()?;
    assert_eq!(view.sum(), 1 + 2 + 3 + 4 + 5 + 6);
    drop((chunk, chunks, reader));

    let bytes = folder.join("c.bin");
    std::fs::write(&bytes, vec![7; 100_000])?;
    let mut reader = open_path(&bytes, &options)?;
    let mut copied = Vec::new();
    let count = reader.copy(&Request::entry("bytes"), &mut copied)?;
    assert_eq!((count, copied), (100_000, vec![7; 100_000]));
    drop(reader);

    assert!(budget.peak() <= budget.limit());
    println!("three formats in at most {} bytes", budget.peak());
    Ok(())
}

/// Two rows of three 16-bit pixels, explicit VR little endian.
fn dicom() -> Vec<u8> {
    let mut meta = Vec::new();
    element(&mut meta, (2, 0x10), b"UI", b"1.2.840.10008.1.2.1\0");
    let mut file = vec![0; 128];
    file.extend_from_slice(b"DICM");
    element(&mut file, (2, 0), b"UL", &(meta.len() as u32).to_le_bytes());
    file.extend_from_slice(&meta);
    for (number, value) in [(2, 1_u16), (0x10, 2), (0x11, 3), (0x100, 16), (0x101, 16), (0x102, 15), (0x103, 0)] {
        element(&mut file, (0x28, number), b"US", &value.to_le_bytes());
    }
    file.extend_from_slice(&[0xE0, 0x7F, 0x10, 0, b'O', b'W', 0, 0, 12, 0, 0, 0]);
    file.extend((1..=6_u16).flat_map(u16::to_le_bytes));
    file
}

fn element(out: &mut Vec<u8>, (group, number): (u16, u16), vr: &[u8], value: &[u8]) {
    out.extend_from_slice(&group.to_le_bytes());
    out.extend_from_slice(&number.to_le_bytes());
    out.extend_from_slice(vr);
    out.extend_from_slice(&(value.len() as u16).to_le_bytes());
    out.extend_from_slice(value);
}
