//! FFmpeg's decoders lent to a reader that has none.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use stream_core::memory::Budget;
use stream_core::{
    Chunks, Confidence, Context, Descriptor, Entry, Error, ErrorKind, Format, Kind, MemorySource,
    Progress, Reader, Request, Result, Summary,
};
use stream_testkit::{Contract, Promise};
use stream_video::{Decoding, Video};

/// A format of sound that decodes nothing: of a video's streams it lists those of sound, without data.
struct Deaf;

static DEAF: Deaf = Deaf;
static HELPED: Decoding = Decoding::of(&DEAF);

impl Format for Deaf {
    fn descriptor(&self) -> &'static Descriptor {
        Video.descriptor()
    }

    fn sniff(&self, head: &[u8]) -> Confidence {
        Video.sniff(head)
    }

    fn probe(&self, cx: &Context, head: Confidence) -> Result<Confidence> {
        Video.probe(cx, head)
    }

    fn open(&self, cx: Context) -> Result<Box<dyn Reader>> {
        let mut head = [0; 4];
        if cx.read_full_at(0, &mut head)? == 4 && head == *b"RIFF" {
            return Err(Error::new(ErrorKind::Unsupported, "AVI: not read here").at(0));
        }
        let before = cx.entry();
        let over = Video.open(cx.with_setting("packets", "off"))?;
        Ok(Box::new(DeafReader { over, before, streams: 0, entries: 0 }))
    }
}

struct DeafReader {
    over: Box<dyn Reader>,
    before: Entry,
    streams: u64,
    entries: u64,
}

impl Reader for DeafReader {
    fn context(&self) -> &Context {
        self.over.context()
    }

    fn read_entry(&mut self, entry: &mut Entry) -> Result<bool> {
        loop {
            if !self.over.read_entry(&mut self.before)? {
                return Ok(false);
            }
            let before = &self.before;
            if before.kind() != Kind::Stream {
                entry.copy_from(before)?;
                self.entries += 1;
                return Ok(true);
            }
            if before.fields().get("sample_rate").is_none() {
                continue;
            }
            entry.reset(Kind::Stream);
            entry.path_mut().set("stream/")?;
            entry.path_mut().push_decimal(self.streams)?;
            entry.fields_mut().extend(before.fields())?;
            entry.fields_mut().push("undecodable", "nothing is")?;
            self.streams += 1;
            self.entries += 1;
            return Ok(true);
        }
    }

    fn chunks(&mut self, request: &Request) -> Result<Box<dyn Chunks>> {
        if request.entries.iter().any(|path| path.starts_with("stream/")) {
            return Err(Error::new(ErrorKind::Unsupported, "nothing is decoded here").at(0));
        }
        self.over.chunks(request)
    }

    fn progress(&self) -> Progress {
        self.over.progress()
    }

    fn finish(&mut self) -> Result<Summary> {
        Ok(Summary { entries: self.entries, ..self.over.finish()? })
    }
}

fn open(format: &dyn Format, file: &'static [u8]) -> Box<dyn Reader> {
    let source = Arc::new(MemorySource::new(file));
    format.open(Context::new(source, &Budget::new("test", 64 << 20))).unwrap()
}

fn samples(reader: &mut dyn Reader, paths: &[&str]) -> Vec<(usize, Vec<f32>)> {
    let mut chunks = reader.chunks(&Request::entries(paths.iter().copied())).unwrap();
    let mut all: Vec<(usize, Vec<f32>)> = Vec::new();
    while let Some(chunk) = chunks.next_chunk().unwrap() {
        let found = chunk.as_slice::<f32>().unwrap();
        match all.last_mut().filter(|(entry, _)| *entry == chunk.entry()) {
            Some((_, samples)) => samples.extend_from_slice(found),
            None => all.push((chunk.entry(), found.to_vec())),
        }
    }
    all
}

const MKV: &[u8] = include_bytes!("files/vp9.mkv");
const AVI: &[u8] = include_bytes!("files/mpeg4.avi");

#[test]
fn a_stream_without_a_decoder_has_the_samples_that_ffmpeg_decodes() {
    let mut reader = open(&HELPED, MKV);
    let mut entry = reader.context().entry();
    let mut paths = Vec::new();
    while reader.read_entry(&mut entry).unwrap() {
        paths.push(entry.path().to_owned());
        if entry.kind() == Kind::Stream {
            assert!(entry.has_data() && entry.fields().get("undecodable").is_none());
            assert_eq!(entry.fields().get("sample_rate").and_then(|v| v.as_u64()), Some(8000));
            assert_eq!(entry.fields().get("codec").and_then(|v| v.as_str()), Some("vorbis"));
        }
    }
    assert_eq!(paths[..2], ["container", "stream/0"]);
    assert!(paths.iter().any(|path| path == "chapter/0"));
    let expected = samples(&mut *open(&Video, MKV), &["stream/1"]);
    assert!(!expected[0].1.is_empty());
    assert!(samples(&mut *reader, &["stream/0"]) == expected);
    // of two entries each has its own
    let twice = samples(&mut *reader, &["stream/0", "stream/0"]);
    assert!(twice == [(0, expected[0].1.clone()), (1, expected[0].1.clone())]);
    let summary = reader.finish().unwrap();
    let counted = summary.fields.get("stream_0_frames_counted").and_then(|v| v.as_u64());
    assert_eq!(counted, u64::try_from(expected[0].1.len()).ok());
}

#[test]
fn samples_may_be_asked_for_before_the_entry_was_read() {
    let expected = samples(&mut *open(&Video, MKV), &["stream/1"]);
    assert!(samples(&mut *open(&HELPED, MKV), &["stream/0"]) == expected);
}

#[test]
fn what_the_other_reader_refuses_ffmpeg_reads_alone() {
    let mut reader = open(&HELPED, AVI);
    let expected = samples(&mut *open(&Video, AVI), &["stream/1"]);
    assert!(samples(&mut *reader, &["stream/1"]) == expected);
}

#[test]
fn what_nobody_reads_is_refused_as_the_other_reader_has_it() {
    let source = Arc::new(MemorySource::new(&b"RIFF, and nothing behind it"[..]));
    let cx = Context::new(source, &Budget::new("test", 64 << 20));
    let error = HELPED.open(cx).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("AVI: not read here"), "{error}");
}

#[test]
fn the_promises_of_budget_streaming_and_cancelling_are_kept() {
    let contract = || {
        Contract::new(&HELPED)
            .good("vp9.mkv", || MKV)
            .good("mpeg4.avi", || AVI)
            .final_refusals()
            .deadline(Duration::from_secs(60))
    };
    for promise in [Promise::Budget, Promise::Streaming, Promise::Cancel, Promise::ReadOnly] {
        contract().check_promise(promise);
    }
}
