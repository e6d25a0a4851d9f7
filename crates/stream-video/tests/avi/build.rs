//! AVI files put together anew from the chunks of another: with indexes of OpenDML, in several parts, in another order.
#![allow(clippy::unwrap_used)]

use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

/// A chunk of a stream.
#[derive(Clone)]
pub(crate) struct Chunk {
    pub(crate) name: [u8; 4],
    pub(crate) data: Vec<u8>,
}

impl Chunk {
    pub(crate) fn stream(&self) -> usize {
        usize::from(self.name[1] - b'0')
    }

    fn bytes(&self) -> Vec<u8> {
        chunk(&self.name, &self.data)
    }
}

/// A file in pieces.
pub(crate) struct Parts {
    /// The content of `avih`, and the content of each `strl`.
    pub(crate) avih: Vec<u8>,
    pub(crate) streams: Vec<Vec<u8>>,
    pub(crate) chunks: Vec<Chunk>,
}

fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut bytes = [&name[..], &(data.len() as u32).to_le_bytes(), data].concat();
    bytes.resize(bytes.len() + data.len() % 2, 0);
    bytes
}

fn list(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    chunk(b"LIST", &[&kind[..], content].concat())
}

fn walk(bytes: &[u8]) -> Vec<([u8; 4], &[u8])> {
    let (mut at, mut all) = (0, Vec::new());
    while at + 8 <= bytes.len() {
        let size = u32::from_le_bytes(bytes[at + 4..at + 8].try_into().unwrap()) as usize;
        all.push((bytes[at..at + 4].try_into().unwrap(), &bytes[at + 8..at + 8 + size]));
        at += 8 + size + size % 2;
    }
    all
}

/// Takes a file with one RIFF chunk apart.
pub(crate) fn parse(file: &[u8]) -> Parts {
    let mut parts = Parts { avih: Vec::new(), streams: Vec::new(), chunks: Vec::new() };
    for (name, content) in walk(&file[12..]) {
        match (&name, content.get(..4)) {
            (b"LIST", Some(b"hdrl")) => {
                for (name, content) in walk(&content[4..]) {
                    match &name {
                        b"avih" => parts.avih = content.to_vec(),
                        b"LIST" if content.starts_with(b"strl") => {
                            let kept = walk(&content[4..]).into_iter();
                            let kept = kept.filter(|(name, _)| name != b"JUNK");
                            let all =
                                kept.map(|(name, data)| chunk(&name, data)).collect::<Vec<_>>();
                            parts.streams.push(all.concat());
                        }
                        _ => {}
                    }
                }
            }
            (b"LIST", Some(b"movi")) => {
                let chunks = walk(&content[4..]).into_iter();
                parts.chunks = chunks.map(|(name, d)| Chunk { name, data: d.to_vec() }).collect();
            }
            _ => {}
        }
    }
    parts
}

/// A file with `idx1`.
pub(crate) fn plain(parts: &Parts) -> Vec<u8> {
    let streams: Vec<_> = parts.streams.iter().map(|s| list(b"strl", s)).collect();
    let header = list(b"hdrl", &[chunk(b"avih", &parts.avih), streams.concat()].concat());
    let (mut movi, mut rows) = (Vec::new(), Vec::new());
    for chunk in &parts.chunks {
        rows.extend(chunk.name);
        rows.extend(16u32.to_le_bytes());
        rows.extend((movi.len() as u32 + 4).to_le_bytes());
        rows.extend((chunk.data.len() as u32).to_le_bytes());
        movi.extend(chunk.bytes());
    }
    let content = [b"AVI ".to_vec(), header, list(b"movi", &movi), chunk(b"idx1", &rows)].concat();
    chunk(b"RIFF", &content)
}

/// Writes a file of OpenDML: one RIFF chunk for each of `of`, which are counts of chunks, and before the last one `hole` bytes that mean
/// nothing and are nowhere on the disk.
pub(crate) fn open_dml(path: &Path, parts: &Parts, of: &[usize], hole: u32) {
    // each part of each stream's index: place, bytes, chunks
    let index = |places: &[Vec<(u64, u32, u32)>], stream: usize| {
        let own = &places[stream];
        let mut body = [&[4u8, 0, 0, 0][..], &(of.len() as u32).to_le_bytes()].concat();
        body.extend(format!("{stream:02}").bytes().chain(*b"dc").chain([0; 12]));
        for at in 0..of.len() {
            let (place, bytes, chunks) = own.get(at).copied().unwrap_or_default();
            body.extend(place.to_le_bytes());
            body.extend(bytes.to_le_bytes());
            body.extend(chunks.to_le_bytes());
        }
        chunk(b"indx", &body)
    };
    let header = |places: &[Vec<(u64, u32, u32)>]| {
        let streams = parts.streams.iter().enumerate();
        let streams: Vec<_> =
            streams.map(|(i, s)| list(b"strl", &[s.clone(), index(places, i)].concat())).collect();
        list(b"hdrl", &[chunk(b"avih", &parts.avih), streams.concat()].concat())
    };
    let mut places = vec![Vec::new(); parts.streams.len()];
    let mut at = 12 + header(&places).len() as u64;
    let mut rest = &parts.chunks[..];
    let mut written: Vec<(u64, Vec<u8>)> = Vec::new();
    for (part, &count) in of.iter().enumerate() {
        if part > 0 && part + 1 == of.len() && hole > 0 {
            written.push((at, [&b"JUNK"[..], &hole.to_le_bytes()].concat()));
            at += 8 + u64::from(hole);
        }
        let (now, later) = rest.split_at(count);
        rest = later;
        // behind RIFF, its size and type, LIST, its size and type
        let start = at + if part == 0 { 12 } else { 24 };
        let mut movi = Vec::new();
        let mut rows = vec![Vec::new(); parts.streams.len()];
        for chunk in now {
            rows[chunk.stream()].push((movi.len() as u32 + 8, chunk.data.len() as u32));
            movi.extend(chunk.bytes());
        }
        for (stream, rows) in rows.iter().enumerate() {
            let mut body = vec![2, 0, 0, 1];
            body.extend((rows.len() as u32).to_le_bytes());
            body.extend(format!("{stream:02}").bytes().chain(*b"dc"));
            body.extend(start.to_le_bytes());
            body.extend([0; 4]);
            for (place, size) in rows {
                body.extend(place.to_le_bytes());
                body.extend(size.to_le_bytes());
            }
            let place = start + movi.len() as u64;
            let whole = chunk(&[b'i', b'x', b'0', b'0' + stream as u8], &body);
            places[stream].push((place, whole.len() as u32, rows.len() as u32));
            movi.extend(whole);
        }
        let movi = list(b"movi", &movi);
        let bytes = match part {
            0 => movi,
            _ => chunk(b"RIFF", &[b"AVIX".to_vec(), movi].concat()),
        };
        let length = bytes.len() as u64;
        written.push((at, bytes));
        at += length;
    }
    let header = header(&places);
    let first = written[0].1.len() + header.len() + 4;
    let start = [b"RIFF".to_vec(), (first as u32).to_le_bytes().to_vec(), b"AVI ".to_vec(), header];
    let mut file = std::fs::File::create(path).unwrap();
    file.write_all(&start.concat()).unwrap();
    for (at, bytes) in written {
        file.seek(SeekFrom::Start(at)).unwrap();
        file.write_all(&bytes).unwrap();
    }
}
