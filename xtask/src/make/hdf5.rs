//! An HDF5 file with one dataset, `/temperature`, chunked, shuffled and deflated: superblock 2, object headers 2, and a
//! fixed array as the chunks' index (HDF5 file format 3.0).
use std::io::{self, Write};

use flate2::write::ZlibEncoder;

use super::field::temperatures;
use super::random::Random;

mod lookup3;

/// Extents of a chunk; the dataset is this many chunks along each axis.
pub const CHUNK: [u64; 3] = [16, 128, 128];
/// How many chunks lie beside one another along the last two axes.
const ACROSS: u64 = 4;
/// Chunks that differ; they come again and again.
const DISTINCT: usize = 16;

const UNDEFINED: [u8; 8] = [0xFF; 8];
/// Chunks up to this many need no pages in the index.
const UNPAGED: u64 = 1 << PAGE_BITS;
const PAGE_BITS: u8 = 10;

/// Extents of the dataset that has `slabs` chunks along its first axis.
#[must_use]
pub fn shape(slabs: u64) -> [u64; 3] {
    [CHUNK[0] * slabs, CHUNK[1] * ACROSS, CHUNK[2] * ACROSS]
}

/// A block that ends with its checksum.
fn sealed(mut block: Vec<u8>) -> Vec<u8> {
    let sum = lookup3::hash(&block);
    block.extend_from_slice(&sum.to_le_bytes());
    block
}

fn message(out: &mut Vec<u8>, kind: u8, body: &[u8]) {
    out.push(kind);
    out.extend_from_slice(&(body.len() as u16).to_le_bytes());
    out.push(0);
    out.extend_from_slice(body);
}

/// An object header, version 2, whose only block has a size of four bytes.
fn object(messages: &[u8]) -> Vec<u8> {
    let mut block = b"OHDR\x02\x02".to_vec();
    block.extend_from_slice(&(messages.len() as u32).to_le_bytes());
    block.extend_from_slice(messages);
    sealed(block)
}

fn root(dataset: u64) -> Vec<u8> {
    let mut messages = Vec::new();
    message(&mut messages, 0x02, &[&[0, 0][..], &UNDEFINED, &UNDEFINED].concat());
    message(&mut messages, 0x0A, &[0, 0]);
    let name = b"temperature";
    let link = [&[1, 0, name.len() as u8][..], name, &dataset.to_le_bytes()].concat();
    message(&mut messages, 0x06, &link);
    object(&messages)
}

/// IEEE 754 binary32, little-endian.
const FLOAT: [u8; 20] = [0x11, 0x20, 0x1F, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0];

fn dataset(slabs: u64, index: u64) -> Vec<u8> {
    let mut messages = Vec::new();
    let mut space = vec![2, 3, 0, 1];
    shape(slabs).iter().for_each(|extent| space.extend_from_slice(&extent.to_le_bytes()));
    message(&mut messages, 0x01, &space);
    message(&mut messages, 0x03, &FLOAT);
    // storage is allocated as it comes, fill values are written if set; none is
    message(&mut messages, 0x05, &[3, 0x0B]);
    // version 4, chunked; the element's size is the last extent; a fixed array is the index
    let mut layout = vec![4, 2, 0, 4, 1];
    // each in as many bytes as the largest needs
    layout.extend(CHUNK.iter().map(|extent| *extent as u8).chain([4]));
    layout.extend_from_slice(&[3, PAGE_BITS]);
    layout.extend_from_slice(&index.to_le_bytes());
    message(&mut messages, 0x08, &layout);
    // shuffle with elements of 4 bytes, then deflate at level 1
    let pipeline = [2, 2, 2, 0, 0, 0, 1, 0, 4, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0];
    message(&mut messages, 0x0B, &pipeline);
    // units = "K", a text of two bytes with its end
    let mut units = vec![3, 0, 6, 0, 8, 0, 4, 0, 0];
    units.extend_from_slice(b"units\0");
    units.extend_from_slice(&[0x13, 0, 0, 0, 2, 0, 0, 0]);
    units.extend_from_slice(&[2, 0, 0, 0]);
    units.extend_from_slice(b"K\0");
    message(&mut messages, 0x0C, &units);
    object(&messages)
}

/// Address, stored size and filters left out, for each chunk in C order.
fn index(places: &[(u64, u32)], header: u64) -> (Vec<u8>, Vec<u8>) {
    // 8 bytes of address, 4 of size, 4 of mask
    let mut head = b"FAHD\x00\x01\x10".to_vec();
    head.push(PAGE_BITS);
    head.extend_from_slice(&(places.len() as u64).to_le_bytes());
    let head_size = head.len() as u64 + 8 + 4;
    head.extend_from_slice(&(header + head_size).to_le_bytes());
    let mut block = b"FADB\x00\x01".to_vec();
    block.extend_from_slice(&header.to_le_bytes());
    for (address, size) in places {
        block.extend_from_slice(&address.to_le_bytes());
        block.extend_from_slice(&size.to_le_bytes());
        block.extend_from_slice(&[0; 4]);
    }
    (sealed(head), sealed(block))
}

/// A chunk as it is stored: all first bytes of its elements, all second, and so on, deflated.
fn stored(random: &mut Random) -> io::Result<Vec<u8>> {
    let mut values = Vec::new();
    temperatures(random, CHUNK.iter().product::<u64>() as usize, &mut values);
    let mut shuffled = Vec::with_capacity(values.len() * 4);
    for byte in 0..4 {
        shuffled.extend(values.iter().map(|value| value.to_le_bytes()[byte]));
    }
    let mut deflate = ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    deflate.write_all(&shuffled)?;
    deflate.finish()
}

/// Writes a dataset of [`shape`] `slabs`, at most 64.
///
/// # Errors
/// When `out` fails, or there are more chunks than the index holds without pages.
pub fn write(out: &mut impl Write, slabs: u64, seed: u64) -> io::Result<()> {
    let count = slabs * ACROSS * ACROSS;
    if count > UNPAGED {
        return Err(io::Error::other(format!("{count} chunks, at most {UNPAGED} are indexed")));
    }
    let mut random = Random::new(seed);
    let chunks: Vec<Vec<u8>> =
        (0..DISTINCT).map(|_| stored(&mut random)).collect::<io::Result<_>>()?;
    let order = || chunks.iter().cycle().take(count as usize);
    // sizes first: superblock, root, dataset, index, then the chunks
    let root_at = 48;
    let dataset_at = root_at + root(0).len() as u64;
    let index_at = dataset_at + dataset(slabs, 0).len() as u64;
    let none: Vec<(u64, u32)> = vec![(0, 0); count as usize];
    let (head, block) = index(&none, index_at);
    let mut at = index_at + (head.len() + block.len()) as u64;
    let mut places = Vec::new();
    for chunk in order() {
        places.push((at, chunk.len() as u32));
        at += chunk.len() as u64;
    }
    let mut superblock = b"\x89HDF\r\n\x1a\n\x02\x08\x08\x00".to_vec();
    for address in [[0; 8], UNDEFINED, at.to_le_bytes(), root_at.to_le_bytes()] {
        superblock.extend_from_slice(&address);
    }
    let (head, block) = index(&places, index_at);
    for part in [sealed(superblock), root(dataset_at), dataset(slabs, index_at), head, block] {
        out.write_all(&part)?;
    }
    order().try_for_each(|chunk| out.write_all(chunk))
}
