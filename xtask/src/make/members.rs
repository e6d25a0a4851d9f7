//! An HDF5 file of the earliest format (superblock 0, clause III.A.1 and IV.A.2.r of the file format 3.0) whose root group has many
//! members, all of them links to one empty group.
use std::io::{self, Write};

const UNDEFINED: u64 = u64::MAX;
/// Symbols of a node, and children of a node of the tree, as the library has them by default.
const SYMBOLS: u64 = 8;
const CHILDREN: u64 = 32;

const SUPERBLOCK: u64 = 96;
const HEAP: u64 = 32;
const HEADER: u64 = 40;
/// A node of the tree: its head, and a key more than it has children.
const TREE: u64 = 24 + (2 * CHILDREN + 1) * 8;
const NODE: u64 = 8 + SYMBOLS * 40;
/// A name of eight letters in the heap: it ends with a zero, and the next begins at a multiple of eight.
const NAME: u64 = 16;
/// What stands in every heap first: an empty name.
const EMPTY: u64 = 8;

/// Numbers one after another, little-endian.
fn words(numbers: &[u64]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_le_bytes()).collect()
}

fn heap_header(bytes: u64, data: u64) -> Vec<u8> {
    // no free block
    [&b"HEAP\0\0\0\0"[..], &words(&[bytes, 1, data])].concat()
}

/// An object header of version 1 with one message, the symbol table, of a group to which so many links lead.
fn header(links: u64, tree: u64, heap: u64) -> Vec<u8> {
    let links = (links as u32).to_le_bytes();
    let size = [24, 0, 0, 0, 0, 0, 0, 0];
    let message = [0x11, 0, 16, 0, 0, 0, 0, 0];
    [&[1, 0, 1, 0][..], &links, &size, &message, &words(&[tree, heap])].concat()
}

/// A node of the tree: children with the last of the names that each has, as places in the heap.
fn tree(level: u8, children: &[(u64, u64)], first: u64, siblings: [u64; 2]) -> Vec<u8> {
    let count = (children.len() as u16).to_le_bytes();
    let mut node = [&b"TREE\0"[..], &[level], &count, &words(&siblings), &words(&[first])].concat();
    for &(child, last) in children {
        node.extend(words(&[child, last]));
    }
    node.resize(TREE as usize, 0);
    node
}

/// Writes a file whose root group has `count` members: `m0000000` and so on, all one empty group.
///
/// # Errors
/// What writing gives.
pub fn write(out: &mut impl Write, count: u64) -> io::Result<()> {
    let empty = [SUPERBLOCK, SUPERBLOCK + EMPTY, SUPERBLOCK + EMPTY + HEAP];
    let target = empty[2] + TREE;
    let data = target + HEADER;
    let bytes = EMPTY + count * NAME;
    let heap = data + bytes;
    let nodes = heap + HEAP;
    let name = |n: u64| EMPTY + n * NAME;
    // the nodes of symbols, then each level of the tree, its root last
    let last = |n: u64| name(((n + 1) * SYMBOLS).min(count).saturating_sub(1));
    let mut level: Vec<(u64, u64)> =
        (0..count.div_ceil(SYMBOLS)).map(|n| (nodes + n * NODE, last(n))).collect();
    let mut at = nodes + level.len() as u64 * NODE;
    let mut levels = Vec::new();
    for number in 0.. {
        let groups: Vec<Vec<_>> = level.chunks(CHILDREN as usize).map(<[_]>::to_vec).collect();
        let place = |n: usize| at + n as u64 * TREE;
        level = groups.iter().enumerate().map(|(n, g)| (place(n), g[g.len() - 1].1)).collect();
        let mut first = 0;
        for (n, group) in groups.iter().enumerate() {
            let before = if n == 0 { UNDEFINED } else { place(n - 1) };
            let after = if n + 1 == groups.len() { UNDEFINED } else { place(n + 1) };
            levels.push(tree(number, group, first, [before, after]));
            first = group[group.len() - 1].1;
        }
        at += groups.len() as u64 * TREE;
        if level.len() <= 1 {
            break;
        }
    }
    let root = level.first().map_or(UNDEFINED, |one| one.0);
    // version 0, addresses and lengths of 8 bytes, half as many symbols and children as a node holds
    out.write_all(b"\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0\x04\0\x10\0\0\0\0\0")?;
    out.write_all(&words(&[0, UNDEFINED, at + HEADER, UNDEFINED, 0, at, 1, root, heap]))?;
    out.write_all(&[0; EMPTY as usize])?;
    out.write_all(&heap_header(EMPTY, empty[0]))?;
    out.write_all(&tree(0, &[], 0, [UNDEFINED; 2]))?;
    out.write_all(&header(count, empty[2], empty[1]))?;
    out.write_all(&[0; EMPTY as usize])?;
    for n in 0..count {
        out.write_all(format!("m{n:07}\0\0\0\0\0\0\0\0").as_bytes())?;
    }
    out.write_all(&heap_header(bytes, data))?;
    for node in 0..count.div_ceil(SYMBOLS) {
        let symbols = node * SYMBOLS..((node + 1) * SYMBOLS).min(count);
        let held = (symbols.end - symbols.start) as u16;
        let mut block = [&b"SNOD\x01\0"[..], &held.to_le_bytes()].concat();
        for n in symbols {
            block.extend(words(&[name(n), target, 0, 0, 0]));
        }
        block.resize(NODE as usize, 0);
        out.write_all(&block)?;
    }
    for node in levels {
        out.write_all(&node)?;
    }
    out.write_all(&header(1, root, heap))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_ends_where_its_superblock_says_and_holds_every_name_once() {
        for count in [1, 8, 9, 256, 257, 10_000] {
            let mut file = Vec::new();
            write(&mut file, count).unwrap();
            let number = |at: usize| u64::from_le_bytes(file[at..at + 8].try_into().unwrap());
            assert_eq!(number(40), file.len() as u64, "{count}");
            // the root's header, tree and heap stand where its entry says
            let at = |at: usize, n: usize| &file[number(at) as usize..][..n];
            assert_eq!((at(64, 1), at(80, 4), at(88, 4)), (&[1][..], &b"TREE"[..], &b"HEAP"[..]));
            let nodes = file.windows(4).filter(|four| four == b"SNOD").count();
            assert_eq!(nodes as u64, count.div_ceil(SYMBOLS), "{count}");
            let names = file.windows(2).filter(|two| *two == b"m0").count();
            assert_eq!(names as u64, count, "{count}");
        }
    }
}
