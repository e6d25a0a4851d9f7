//! Chained Ogg (RFC 3533, 4): logical streams one after another are links of one stream, decoded to the end.

use std::sync::Arc;

use stream_audio::Audio;
use stream_core::memory::Budget;
use stream_core::{Context, Entry, Format, Kind, MemorySource, Reader, Region, Request, Result};
use stream_core::{Summary, Value};

const VORBIS: &[u8] = include_bytes!("fixtures/tone.ogg");
const FLAC: &[u8] = include_bytes!("fixtures/tone.oga");

/// A copy whose pages all have another serial number; sums of pages are not looked at.
fn numbered(file: &[u8], serial: u32) -> Vec<u8> {
    let mut file = file.to_vec();
    let starts: Vec<usize> =
        (0..file.len() - 4).filter(|at| &file[*at..at + 4] == b"OggS").collect();
    for at in starts {
        file[at + 14..at + 18].copy_from_slice(&serial.to_le_bytes());
    }
    file
}

fn reader(bytes: &[u8]) -> Result<Box<dyn Reader>> {
    let budget = Budget::new("chained", 64 << 20);
    Audio.open(
        Context::new(Arc::new(MemorySource::new(bytes)), &budget).with_setting("packets", "on"),
    )
}

/// An entry: path, kind and fields.
type Row = (String, Kind, String);

/// All entries, and the end.
fn listed(bytes: &[u8]) -> Result<(Vec<Row>, Summary)> {
    let mut reader = reader(bytes)?;
    let mut entry: Entry = reader.context().entry();
    let mut all = Vec::new();
    while reader.read_entry(&mut entry)? {
        all.push((entry.path().to_owned(), entry.kind(), format!("{:?}", entry.fields().iter())));
    }
    let summary = reader.finish()?;
    Ok((all, summary))
}

fn samples(bytes: &[u8], stream: &str, region: Option<std::ops::Range<u64>>) -> Result<Vec<f32>> {
    let mut reader = reader(bytes)?;
    let mut request = Request::entry(stream).with_chunk_size(1000);
    if let Some(region) = region {
        request = request.with_region(Region::range(region));
    }
    let mut chunks = reader.chunks(&request)?;
    let mut all = Vec::new();
    while let Some(chunk) = chunks.next_chunk()? {
        all.extend_from_slice(chunk.as_slice::<f32>()?);
    }
    Ok(all)
}

#[test]
fn links_alike_are_one_stream_and_each_gives_the_frames_that_it_has_alone() -> Result<()> {
    let chain = [numbered(VORBIS, 1), numbered(VORBIS, 2), numbered(VORBIS, 3)].concat();
    let alone = samples(VORBIS, "stream/0", None)?;
    assert_eq!(alone.len(), 4410);
    assert!(alone.iter().any(|s| s.abs() > 0.1));
    let all = samples(&chain, "stream/0", None)?;
    assert_eq!(all, alone.repeat(3));
    for region in [4400..4420, 4410..8820, 8000..13_230, 0..1] {
        let (start, end) = (region.start as usize, region.end as usize);
        assert_eq!(samples(&chain, "stream/0", Some(region))?, all[start..end]);
    }
    Ok(())
}

#[test]
fn links_are_listed_with_their_frames_and_pages_and_packets_count_on() -> Result<()> {
    let chain = [numbered(VORBIS, 7), numbered(VORBIS, 8)].concat();
    let (entries, summary) = listed(&chain)?;
    assert!(summary.complete, "{:?}", summary.fields.iter());
    let links: Vec<_> = entries.iter().filter(|e| e.0.starts_with("link/")).collect();
    assert_eq!(links.len(), 2);
    assert_eq!(links[1].1, Kind::Cue);
    for fact in [r#""serial": Uint(8)"#, r#""start": Uint(4410)"#, r#""frames": Uint(4410)"#] {
        assert!(links[1].2.contains(fact), "{}", links[1].2);
    }
    let stream = &entries.iter().find(|e| e.0 == "stream/0").expect("a stream").2;
    assert!(stream.contains(r#""frames": Uint(8820)"#), "{stream}");
    let count = |entries: &[Row]| entries.iter().filter(|e| e.1 == Kind::Packet).count();
    let packets = count(&listed(VORBIS)?.0);
    assert_eq!(count(&entries), 2 * packets);
    let last = entries.last().expect("a packet");
    assert_eq!(last.0, format!("stream/0/packet/{}", 2 * packets - 1));
    let tags = |bytes: &[u8]| -> Result<usize> {
        Ok(listed(bytes)?.0.iter().filter(|e| e.1 == Kind::Tag).count())
    };
    assert_eq!(tags(&chain)?, 2 * tags(VORBIS)?);
    let of_second = entries.iter().rfind(|e| e.1 == Kind::Tag);
    assert!(of_second.is_none_or(|tag| tag.2.contains(r#""link": Uint(1)"#)), "{of_second:?}");
    Ok(())
}

#[test]
fn links_of_another_kind_are_streams_of_their_own() -> Result<()> {
    let chain = [numbered(VORBIS, 1), numbered(FLAC, 2), numbered(FLAC, 3)].concat();
    let (entries, summary) = listed(&chain)?;
    assert!(summary.complete, "{:?}", summary.fields.iter());
    assert_eq!(entries.iter().filter(|e| e.1 == Kind::Stream).count(), 2);
    assert_eq!(samples(&chain, "stream/0", None)?, samples(VORBIS, "stream/0", None)?);
    assert_eq!(samples(&chain, "stream/1", None)?, samples(FLAC, "stream/0", None)?.repeat(2));
    Ok(())
}

#[test]
fn a_link_whose_header_is_cut_is_told_and_what_stands_before_it_is_read() -> Result<()> {
    let mut chain = [numbered(VORBIS, 1), numbered(VORBIS, 2)].concat();
    chain.truncate(VORBIS.len() + 70);
    let (_, summary) = listed(&chain)?;
    assert!(!summary.complete);
    let Some(Value::Text(reason)) = summary.fields.get("incomplete_reason") else {
        panic!("no reason: {:?}", summary.fields.iter())
    };
    assert!(reason.starts_with("a chained link: "), "{reason}");
    assert_eq!(samples(&chain, "stream/0", None)?, samples(VORBIS, "stream/0", None)?);
    Ok(())
}

#[test]
fn a_cut_within_a_later_link_is_found() -> Result<()> {
    let mut chain = [numbered(VORBIS, 1), numbered(VORBIS, 2)].concat();
    chain.truncate(chain.len() - 20);
    let (_, summary) = listed(&chain)?;
    assert!(!summary.complete);
    Ok(())
}

#[cfg(feature = "opus")]
#[test]
fn links_of_opus_are_decoded_each_with_its_own_start() -> Result<()> {
    const OPUS: &[u8] = include_bytes!("fixtures/tone.opus");
    let chain = [numbered(OPUS, 1), numbered(OPUS, 2)].concat();
    let alone = samples(OPUS, "stream/0", None)?;
    assert_eq!(samples(&chain, "stream/0", None)?, alone.repeat(2));
    let from = alone.len() as u64 + 100;
    assert_eq!(samples(&chain, "stream/0", Some(from..from + 50))?, alone[100..150]);
    Ok(())
}
