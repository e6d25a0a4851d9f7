//! Boxes made by code.
#![allow(clippy::unwrap_used, clippy::panic, clippy::type_complexity)]

/// A box of `body`.
pub(crate) fn bx(kind: &str, body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(body.len() + 8).unwrap();
    [&size.to_be_bytes()[..], kind.as_bytes(), body].concat()
}

/// A box of boxes.
pub(crate) fn of(kind: &str, boxes: &[Vec<u8>]) -> Vec<u8> {
    bx(kind, &boxes.concat())
}

/// A box that begins with a version and flags, then 32-bit numbers.
pub(crate) fn full(kind: &str, version_and_flags: u32, words: &[u32]) -> Vec<u8> {
    let words = [&[version_and_flags], words].concat();
    bx(kind, &words.iter().flat_map(|w| w.to_be_bytes()).collect::<Vec<_>>())
}

/// A table: its number of rows, then the rows.
pub(crate) fn table(kind: &str, width: usize, rows: &[u32]) -> Vec<u8> {
    let count = u32::try_from(rows.len() / width).unwrap();
    full(kind, 0, &[&[count], rows].concat())
}

/// One track with its tables.
pub(crate) struct Track {
    pub(crate) id: u32,
    pub(crate) handler: &'static str,
    pub(crate) entry: Vec<u8>,
    pub(crate) timescale: u32,
    pub(crate) duration: u32,
    pub(crate) edits: Vec<u8>,
    pub(crate) tables: Vec<Vec<u8>>,
}

impl Track {
    /// Sound of one codec that needs no parser, in ticks of 1/1000 s, with four boxes of tables.
    pub(crate) fn sound(id: u32, duration: u32, tables: Vec<Vec<u8>>) -> Self {
        let mut entry = vec![0; 28];
        (entry[7], entry[17], entry[19]) = (1, 1, 16);
        entry[24..28].copy_from_slice(&(1000u32 << 16).to_be_bytes());
        let entry = bx("alac", &entry);
        Self { id, handler: "soun", entry, timescale: 1000, duration, edits: Vec::new(), tables }
    }

    /// Pictures of a codec whose keys the tables tell.
    pub(crate) fn pictures(id: u32, duration: u32, tables: Vec<Vec<u8>>) -> Self {
        let entry = bx("s263", &[0; 78]);
        Self { id, handler: "vide", entry, timescale: 1000, duration, edits: Vec::new(), tables }
    }

    pub(crate) fn with_edits(self, edits: Vec<u8>) -> Self {
        Self { edits, ..self }
    }

    fn boxed(&self) -> Vec<u8> {
        let mut header = vec![0u32; 20];
        header[2] = self.id;
        let mut handler = vec![0; 24];
        handler[8..12].copy_from_slice(self.handler.as_bytes());
        let mut entries = vec![0, 0, 0, 0, 0, 0, 0, 1];
        entries.extend(&self.entry);
        let stbl = [vec![bx("stsd", &entries)], self.tables.clone()].concat();
        let media = [
            full("mdhd", 0, &[0, 0, self.timescale, self.duration, 0x55c4_0000]),
            bx("hdlr", &handler),
            of("minf", &[of("stbl", &stbl)]),
        ];
        let edits = if self.edits.is_empty() { Vec::new() } else { bx("edts", &self.edits) };
        of("trak", &[full("tkhd", 7, &header), edits, of("mdia", &media)])
    }
}

/// A movie box of tracks, with ticks of 1/1000 s.
pub(crate) fn moov(tracks: &[Track], more: &[Vec<u8>]) -> Vec<u8> {
    let mut words = vec![0u32; 24];
    words[2] = 1000;
    let boxes =
        [vec![full("mvhd", 0, &words)], tracks.iter().map(Track::boxed).collect(), more.to_vec()];
    of("moov", &boxes.concat())
}

/// A file that begins with its type.
pub(crate) fn file(boxes: &[Vec<u8>]) -> Vec<u8> {
    [&[bx("ftyp", b"isom\0\0\0\0isom")], boxes].concat().concat()
}

/// The four tables of `sizes`, each sample `delta` long, in chunks of `per_chunk` at `places`.
pub(crate) fn tables(delta: u32, sizes: &[u32], per_chunk: u32, places: &[u32]) -> Vec<Vec<u8>> {
    let count = u32::try_from(sizes.len()).unwrap();
    vec![
        table("stts", 2, &[count, delta]),
        table("stsc", 3, &[1, per_chunk, 1]),
        full("stsz", 0, &[&[0, count], sizes].concat()),
        table("stco", 1, places),
    ]
}
