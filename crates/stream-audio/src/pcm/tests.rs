use std::sync::Arc;

use stream_core::{Context, ErrorKind, ForwardSource, MemorySource, Severity};
use stream_memory::Budget;

use super::*;
use crate::findings::Findings;

fn chunk(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut out = id.to_vec();
    out.extend((body.len() as u32).to_le_bytes());
    out.extend(body);
    out.resize(out.len() + body.len() % 2, 0);
    out
}

fn fmt(tag: u16, channels: u16, rate: u32, bits: u16) -> Vec<u8> {
    let align = channels * bits.div_ceil(8);
    let mut body = Vec::new();
    body.extend(tag.to_le_bytes());
    body.extend(channels.to_le_bytes());
    body.extend(rate.to_le_bytes());
    body.extend((rate * u32::from(align)).to_le_bytes());
    body.extend(align.to_le_bytes());
    body.extend(bits.to_le_bytes());
    chunk(b"fmt ", &body)
}

fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body: Vec<u8> = chunks.concat();
    let mut out = b"RIFF".to_vec();
    out.extend((body.len() as u32 + 4).to_le_bytes());
    out.extend(b"WAVE");
    out.extend(body);
    out
}

fn big(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut out = id.to_vec();
    out.extend((body.len() as u32).to_be_bytes());
    out.extend(body);
    out.resize(out.len() + body.len() % 2, 0);
    out
}

struct Opened {
    file: Arc<dyn crate::container::Container>,
    rules: Vec<String>,
}

fn context(bytes: &[u8]) -> Context {
    Context::new(Arc::new(MemorySource::new(bytes)), &Budget::new("b", 1 << 20))
}

fn opened_in(cx: &Context) -> Opened {
    let findings = Findings::new(cx.budget());
    let file = open(cx, &findings).unwrap();
    let mut all = stream_core::Diagnostics::new(cx.budget());
    findings.copy_into(&mut all).unwrap();
    let rules = all.kept().iter().filter(|d| d.severity != Severity::Note);
    Opened { file, rules: rules.map(|d| d.to_string()).collect() }
}

fn opened(bytes: &[u8]) -> Opened {
    opened_in(&context(bytes))
}

impl Opened {
    fn samples(&self) -> Vec<f32> {
        let channels = self.file.header().streams[0].channels as usize;
        let mut samples = self.file.samples(0).unwrap().unwrap();
        let (mut all, mut part) = (Vec::new(), vec![0.0; 3 * channels]);
        loop {
            let n = samples.read(&mut part).unwrap().frames;
            if n == 0 {
                return all;
            }
            all.extend_from_slice(&part[..n * channels]);
        }
    }

    fn tags(&self) -> Vec<(String, String)> {
        let tags = &self.file.header().tags;
        tags.iter().map(|tag| (tag.verbatim.to_owned(), tag.value.to_owned())).collect()
    }
}

fn sixteen(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|s| s.to_le_bytes()).collect()
}

#[test]
fn a_plain_file_tells_its_stream_and_its_samples() {
    let data = sixteen(&[0, 16384, -32768, 32767, 8192, -8192]);
    let file = opened(&riff(&[fmt(1, 2, 44_100, 16), chunk(b"data", &data)]));
    let stream = &file.file.header().streams[0];
    assert_eq!((stream.codec, stream.sample_fmt), ("pcm_s16le", Some("s16")));
    assert_eq!((stream.channels, stream.sample_rate, stream.frames), (2, 44_100, Some(3)));
    assert_eq!(
        (stream.time_base, stream.duration, stream.bit_rate),
        ((1, 44_100), Some(3), Some(1_411_200))
    );
    assert_eq!(file.samples(), [0.0, 0.5, -1.0, 32767.0 / 32768.0, 0.25, -0.25]);
    assert_eq!(file.rules, [""; 0]);
}

#[test]
fn seeking_goes_to_the_frame() {
    let data = sixteen(&[0, 1, 2, 3, 4, 5]);
    let file = opened(&riff(&[fmt(1, 1, 8000, 16), chunk(b"data", &data)]));
    let mut samples = file.file.samples(0).unwrap().unwrap();
    samples.seek(4).unwrap();
    let mut part = [0.0; 8];
    let run = samples.read(&mut part).unwrap();
    assert_eq!((run.origin, run.frames), (4, 2));
    assert_eq!(part[..2], [4.0 / 32768.0, 5.0 / 32768.0]);
    assert_eq!(samples.read(&mut part).unwrap().frames, 0);
    samples.seek(99).unwrap();
    assert_eq!(samples.read(&mut part).unwrap().frames, 0);
}

#[test]
fn a_length_that_lies_gives_both_numbers_and_what_is_there() {
    let data = sixteen(&[1, 2, 3, 4]);
    let mut bytes = riff(&[fmt(1, 1, 8000, 16), chunk(b"data", &data)]);
    bytes.truncate(bytes.len() - 3);
    let file = opened(&bytes);
    let stream = &file.file.header().streams[0];
    assert_eq!((stream.duration, stream.frames, file.samples().len()), (Some(4), Some(2), 2));
    assert_eq!(
        file.rules,
        [
            "error: bytes: the header claims 8 (found 5) (offset 44)",
            "warning: 1 bytes belong to no packet (offset 49)"
        ]
    );
}

#[test]
fn sample_data_of_unknown_length_go_to_the_end() {
    for claimed in [0, 0xffff_ffffu32, 0x7fff_ffff] {
        let mut bytes = riff(&[fmt(1, 1, 8000, 16), chunk(b"data", &sixteen(&[-1, -2, -3, -4]))]);
        bytes[40..44].copy_from_slice(&claimed.to_le_bytes());
        let file = opened(&bytes);
        let stream = &file.file.header().streams[0];
        assert_eq!((stream.frames, file.samples().len()), (Some(4), 4), "{claimed}");
        let rule = format!("size of the sample data was never written (found {claimed})");
        assert!(file.rules[0].contains(&rule) && file.rules.len() == 1, "{:?}", file.rules);
    }
}

#[test]
fn an_empty_file_is_empty() {
    let file = opened(&riff(&[fmt(1, 1, 8000, 16), chunk(b"data", &[])]));
    assert_eq!((file.file.header().streams[0].frames, file.samples().len()), (Some(0), 0));
    let list = chunk(b"LIST", b"INFOINAM\x02\0\0\0hi");
    let file = opened(&riff(&[fmt(1, 1, 8000, 16), chunk(b"data", &[]), list]));
    assert_eq!((file.file.header().streams[0].frames, file.tags().len()), (Some(0), 1));
}

#[test]
fn sizes_of_64_bits_come_from_ds64() {
    let mut ds64 = Vec::new();
    for n in [0u64, 6, 3] {
        ds64.extend(n.to_le_bytes());
    }
    ds64.extend([0; 4]);
    let mut bytes = riff(&[
        chunk(b"ds64", &ds64),
        fmt(1, 1, 8000, 16),
        chunk(b"data", &sixteen(&[1, 2, 3])),
        chunk(b"LIST", b"INFOIART\x03\0\0\0me\0\0"),
    ]);
    bytes[..4].copy_from_slice(b"RF64");
    bytes[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
    let at = bytes.windows(4).position(|w| w == b"data").unwrap();
    bytes[at + 4..at + 8].copy_from_slice(&u32::MAX.to_le_bytes());
    let file = opened(&bytes);
    assert_eq!(file.file.header().streams[0].frames, Some(3));
    assert_eq!(file.tags(), [("IART".to_owned(), "me".to_owned())]);
    assert_eq!(file.rules, [""; 0]);
}

#[test]
fn texts_cues_labels_and_loops_are_told() {
    let mut cue = 2u32.to_le_bytes().to_vec();
    for (id, frame) in [(7u32, 100u32), (9, 200)] {
        let mut point = [0; 24];
        point[..4].copy_from_slice(&id.to_le_bytes());
        point[20..].copy_from_slice(&frame.to_le_bytes());
        cue.extend(point);
    }
    let mut adtl = b"adtl".to_vec();
    adtl.extend(chunk(b"labl", b"\x09\0\0\0verse\0"));
    adtl.extend(chunk(b"ltxt", b"\x09\0\0\0\x32\0\0\0rgn \0\0\0\0\0\0\0\0"));
    let mut smpl = vec![0; 60];
    smpl[28] = 1;
    smpl[44..46].copy_from_slice(&[10, 0]);
    smpl[48..50].copy_from_slice(&[19, 0]);
    let file = opened(&riff(&[
        fmt(1, 1, 8000, 16),
        chunk(b"LIST", &adtl),
        chunk(b"LIST", b"INFOINAM\x05\0\0\0caf\xe9\0\0ICMT\x02\0\0\0ok"),
        chunk(b"data", &[0; 800]),
        chunk(b"cue ", &cue),
        chunk(b"smpl", &smpl),
    ]));
    let header = file.file.header();
    let cues: Vec<_> =
        header.cues.iter().map(|c| (c.id, c.frame, c.length, header.texts.get(c.label))).collect();
    assert_eq!(cues, [(7, 100, None, ""), (9, 200, Some(50), "verse"), (0, 10, Some(10), "loop")]);
    assert_eq!(header.tags.value("title"), Some("café"));
    assert_eq!(header.tags.value("comment"), Some("ok"));
}

#[test]
fn the_broadcast_extension_tells_who_and_when() {
    let mut bext = vec![0; 602];
    bext[..5].copy_from_slice(b"a day");
    bext[320..330].copy_from_slice(b"2020-02-03");
    bext[338..346].copy_from_slice(&48_000u64.to_le_bytes());
    bext.extend(b"A=PCM");
    let file = opened(&riff(&[fmt(1, 1, 8000, 16), chunk(b"bext", &bext), chunk(b"data", &[])]));
    let tags = file.tags();
    let tags: Vec<_> = tags.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(
        tags,
        [
            ("description", "a day"),
            ("origination_date", "2020-02-03"),
            ("coding_history", "A=PCM"),
            ("time_reference", "48000")
        ]
    );
}

#[test]
fn an_odd_chunk_without_padding_is_seen_through() {
    let mut odd = chunk(b"junk", b"abc");
    odd.pop();
    let file = opened(&riff(&[fmt(1, 1, 8000, 16), odd, chunk(b"data", &[0, 0x40])]));
    assert_eq!(file.samples(), [0.5]);
    assert_eq!(
        file.rules,
        ["warning: chunk \"junk\" of odd length is not padded (RIFF 1.0, 2) (offset 47)"]
    );
}

#[test]
fn aiff_is_read_in_both_orders() {
    let mut comm = vec![0, 1, 0, 0, 0, 2, 0, 16, 0x40, 0x0e, 0xac, 0x44, 0, 0, 0, 0, 0, 0];
    let ssnd = [0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0x40];
    for (form, samples) in [(b"AIFF", [0.5, 64.0 / 32768.0]), (b"AIFC", [64.0 / 32768.0, 0.5])] {
        if form == b"AIFC" {
            comm.extend(b"sowt\0\0");
        }
        let mark = [0, 1, 0, 5, 0, 0, 0, 1, 3, b'o', b'n', b'e'];
        let parts =
            [big(b"COMM", &comm), big(b"NAME", b"n"), big(b"MARK", &mark), big(b"SSND", &ssnd)];
        let mut body = form.to_vec();
        body.extend(parts.concat());
        let file = opened(&big(b"FORM", &body));
        let header = file.file.header();
        assert_eq!((header.format, header.streams[0].sample_rate), ("aiff", 44_100));
        assert_eq!(file.samples(), samples);
        assert_eq!(header.tags.value("title"), Some("n"));
        assert_eq!((header.cues[0].frame, header.texts.get(header.cues[0].label)), (1, "one"));
        assert_eq!(file.rules, [""; 0]);
    }
}

#[test]
fn caf_tells_its_description_and_its_information() {
    let wide = |id: &[u8; 4], body: &[u8]| {
        let mut out = id.to_vec();
        out.extend((body.len() as u64).to_be_bytes());
        out.extend(body);
        out
    };
    let mut desc = 48_000f64.to_be_bytes().to_vec();
    desc.extend(b"lpcm");
    for n in [3u32, 4, 1, 1, 32] {
        desc.extend(n.to_be_bytes());
    }
    let mut data = vec![0; 4];
    data.extend(0.25f32.to_le_bytes());
    let mut bytes = b"caff\0\x01\0\0".to_vec();
    bytes.extend(wide(b"desc", &desc));
    bytes.extend(wide(b"info", b"\0\0\0\x01title\0song\0"));
    bytes.extend(wide(b"data", &data));
    let file = opened(&bytes);
    let header = file.file.header();
    assert_eq!((header.format, header.streams[0].codec), ("caf", "pcm_f32le"));
    assert_eq!((file.samples(), header.tags.value("title")), (vec![0.25], Some("song")));
    // data whose length is -1 go to the end
    let at = bytes.windows(4).position(|w| w == b"data").unwrap();
    bytes[at + 4..at + 12].copy_from_slice(&[0xff; 8]);
    assert_eq!(opened(&bytes).samples(), [0.25]);
}

#[test]
fn a_pipe_is_read_up_to_its_samples_and_through_them() {
    let list = chunk(b"LIST", b"INFOINAM\x02\0\0\0hi");
    let data = chunk(b"data", &sixteen(&[1; 5000]));
    let bytes = riff(&[fmt(1, 1, 8000, 16), list.clone(), data, list]);
    let cx = context(b"");
    let source = ForwardSource::within(&cx, std::io::Cursor::new(bytes), 64 << 10).unwrap();
    let cx = cx.with_source(Arc::new(source));
    let file = opened_in(&cx);
    assert!(!file.file.is_direct(0).unwrap());
    assert_eq!((file.tags().len(), file.samples().len()), (1, 5000));
}

#[test]
fn packets_are_cut_as_ffmpeg_cuts_them() {
    let file = opened(&riff(&[fmt(1, 3, 8000, 16), chunk(b"data", &[0; 6000])]));
    let mut packets = file.file.packets().unwrap();
    let mut packet = crate::Packet::default();
    let mut all = Vec::new();
    while packets.next(&mut packet).unwrap() {
        all.push((packet.pts, packet.frames, packet.at.offset, packet.at.length));
    }
    assert_eq!(all, [(0, 682, 44, 4092), (682, 318, 4136, 1908)]);
}

#[test]
fn a_file_without_a_description_says_what_is_missing() {
    let findings = Findings::new(&Budget::new("b", 1 << 20));
    let error = |bytes: &[u8]| open(&context(bytes), &findings).err().unwrap();
    let e = error(&riff(&[chunk(b"data", &[0; 8])]));
    assert_eq!((e.kind(), e.offset()), (ErrorKind::Malformed, Some(12)));
    let e = error(&riff(&[fmt(1, 0, 8000, 16)]));
    assert_eq!(e.to_string(), "channels: expected at least 1, found 0 (offset 22)");
    assert_eq!(error(b"RIFF").kind(), ErrorKind::Unrecognized);
}

#[test]
fn other_codecs_are_named_and_listed_by_block() {
    let mut body = fmt(0x11, 1, 8000, 4);
    body[8 + 12..8 + 14].copy_from_slice(&36u16.to_le_bytes());
    let file =
        opened(&riff(&[body, chunk(b"fact", &100u32.to_le_bytes()), chunk(b"data", &[0; 72])]));
    let stream = &file.file.header().streams[0];
    assert_eq!(
        (stream.codec, stream.frames, stream.undecodable),
        ("adpcm_ima_wav", Some(100), None)
    );
    assert!(file.file.samples(0).unwrap().is_none());
    let mut packet = crate::Packet::default();
    let mut packets = file.file.packets().unwrap();
    assert!(packets.next(&mut packet).unwrap() && packets.next(&mut packet).unwrap());
    assert_eq!((packet.frame, packet.frames, packet.at.length), (65, 65, 36));
}
