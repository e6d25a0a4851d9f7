//! PCM in QuickTime and Matroska, and ADPCM in WAV: files made here, sample by sample.

use std::sync::Arc;

use stream_audio::Audio;
use stream_core::memory::Budget;
use stream_core::{Context, Entry, Format, Kind, MemorySource, Reader, Region, Request, Result};

fn reader(bytes: &[u8]) -> Result<Box<dyn Reader>> {
    let budget = Budget::new("pcm", 16 << 20);
    let cx = Context::new(Arc::new(MemorySource::new(bytes)), &budget);
    Audio.open(cx.with_setting("packets", "on"))
}

fn samples(bytes: &[u8], region: std::ops::Range<u64>) -> Result<Vec<f32>> {
    let mut reader = reader(bytes)?;
    let request = Request::entry("stream/0").with_region(Region::range(region));
    let mut chunks = reader.chunks(&request.with_chunk_size(4000))?;
    let mut all = Vec::new();
    while let Some(chunk) = chunks.next_chunk()? {
        all.extend_from_slice(chunk.as_slice::<f32>()?);
    }
    Ok(all)
}

/// What the stream says of its codec, and how many packets are listed; the file has to be whole.
fn listed(bytes: &[u8]) -> Result<(String, usize)> {
    let mut reader = reader(bytes)?;
    let mut entry: Entry = reader.context().entry();
    let (mut codec, mut packets) = (String::new(), 0);
    while reader.read_entry(&mut entry)? {
        match entry.kind() {
            Kind::Stream => codec = format!("{:?}", entry.fields().get("codec")),
            Kind::Packet => packets += 1,
            _ => {}
        }
    }
    assert!(reader.finish()?.complete);
    Ok((codec, packets))
}

fn bx(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&(content.len() as u32 + 8).to_be_bytes()[..], kind, content].concat()
}

/// A box with version, flags and numbers.
fn full(kind: &[u8; 4], numbers: &[u32]) -> Vec<u8> {
    let numbers: Vec<u8> = numbers.iter().flat_map(|n| n.to_be_bytes()).collect();
    bx(kind, &[&[0; 4][..], &numbers].concat())
}

/// A movie of one track of stereo, in chunks of 1,500 frames; the table says a size of 1, as QuickTime's own writers do.
fn movie(kind: &[u8; 4], bits: u16, extra: &[u8], frame: usize, data: &[u8]) -> Vec<u8> {
    let frames = (data.len() / frame) as u32;
    let mut entry = [0u8; 28];
    (entry[7], entry[17]) = (1, 2);
    entry[18..20].copy_from_slice(&bits.to_be_bytes());
    entry[24..26].copy_from_slice(&8000u16.to_be_bytes());
    let stsd = [&[0, 0, 0, 0, 0, 0, 0, 1][..], &bx(kind, &[&entry[..], extra].concat())].concat();
    let places: Vec<u32> =
        (0..frames.div_ceil(1500)).map(|n| 16 + n * 1500 * frame as u32).collect();
    let rest = frames - (places.len() as u32 - 1) * 1500;
    let mut runs = vec![2, 1, 1500, 1, places.len() as u32, rest, 1];
    if places.len() == 1 {
        runs = vec![1, 1, rest, 1];
    }
    let stbl = [
        bx(b"stsd", &stsd),
        full(b"stts", &[1, frames, 1]),
        full(b"stsc", &runs),
        full(b"stsz", &[1, frames]),
        full(b"stco", &[&[places.len() as u32][..], &places].concat()),
    ];
    let handler = [&[0; 8][..], b"soun", &[0; 13]].concat();
    let mdia = [
        full(b"mdhd", &[0, 0, 8000, frames, 0]),
        bx(b"hdlr", &handler),
        bx(b"minf", &bx(b"stbl", &stbl.concat())),
    ];
    let tkhd = full(b"tkhd", &[0, 0, 1, 0, frames]);
    let trak = bx(b"trak", &[tkhd, bx(b"mdia", &mdia.concat())].concat());
    let mvhd = full(b"mvhd", &[0, 0, 8000, frames]);
    [bx(b"ftyp", b""), bx(b"mdat", data), bx(b"moov", &[mvhd, trak].concat())].concat()
}

/// Values of stereo frames that differ from one another.
fn ramp(frames: usize) -> Vec<i16> {
    (0..2 * frames).map(|i| (i as i16).wrapping_mul(7).wrapping_sub(11_000)).collect()
}

fn bytes<const N: usize>(of: &[i16], to: impl Fn(i16) -> [u8; N]) -> Vec<u8> {
    of.iter().flat_map(|v| to(*v)).collect()
}

#[test]
fn quicktime_s_kinds_of_pcm_give_the_samples_that_went_in() -> Result<()> {
    let values = ramp(4000);
    let expected: Vec<f32> = values.iter().map(|v| f32::from(*v) / 32768.0).collect();
    let float = |v: i16| f32::from(v) / 32768.0;
    let little = bx(b"wave", &bx(b"enda", &[0, 1]));
    let three = |v: i16| [0, v.to_le_bytes()[0], v.to_le_bytes()[1]];
    let files = [
        ("pcm_s16le", movie(b"sowt", 16, &[], 4, &bytes(&values, i16::to_le_bytes))),
        ("pcm_s16be", movie(b"twos", 16, &[], 4, &bytes(&values, i16::to_be_bytes))),
        ("pcm_s24le", movie(b"in24", 16, &little, 6, &bytes(&values, three))),
        ("pcm_f32be", movie(b"fl32", 16, &[], 8, &bytes(&values, |v| float(v).to_be_bytes()))),
        (
            "pcm_f64le",
            movie(b"fl64", 16, &little, 16, &bytes(&values, |v| f64::from(float(v)).to_le_bytes())),
        ),
    ];
    for (codec, file) in files {
        // 1,500 frames are two packets, 1,000 are one
        assert_eq!(listed(&file)?, (format!("Some(Text(\"{codec}\"))"), 5), "{codec}");
        assert_eq!(samples(&file, 0..4000)?, expected, "{codec}");
        assert_eq!(samples(&file, 2999..3002)?, expected[5998..6004], "{codec}");
    }
    Ok(())
}

/// An element of EBML whose size takes four bytes.
fn element(id: &[u8], content: &[u8]) -> Vec<u8> {
    let size = (content.len() as u32 | 0x1000_0000).to_be_bytes();
    [id, &size, content].concat()
}

#[test]
fn matroska_s_kinds_of_pcm_give_the_samples_that_went_in() -> Result<()> {
    let values = ramp(900);
    let expected: Vec<f32> = values.iter().map(|v| f32::from(*v) / 32768.0).collect();
    let float = |v: i16| (f32::from(v) / 32768.0).to_le_bytes();
    let files = [
        ("A_PCM/INT/LIT", 16u8, "pcm_s16le", bytes(&values, i16::to_le_bytes)),
        ("A_PCM/INT/BIG", 16, "pcm_s16be", bytes(&values, i16::to_be_bytes)),
        ("A_PCM/FLOAT/IEEE", 32, "pcm_f32le", bytes(&values, float)),
    ];
    for (name, bits, codec, data) in files {
        let audio = [
            element(&[0xb5], &8000f64.to_be_bytes()),
            element(&[0x9f], &[2]),
            element(&[0x62, 0x64], &[bits]),
        ];
        let track = [
            element(&[0xd7], &[1]),
            element(&[0x83], &[2]),
            element(&[0x86], name.as_bytes()),
            element(&[0xe1], &audio.concat()),
        ];
        let tracks = element(&[0x16, 0x54, 0xae, 0x6b], &element(&[0xae], &track.concat()));
        let mut cluster = element(&[0xe7], &[0]);
        for (n, part) in data.chunks(data.len() / 3).enumerate() {
            let time = (n as u16 * 37).to_be_bytes();
            let block = [&[0x81, time[0], time[1], 0x80][..], part].concat();
            cluster.extend(element(&[0xa3], &block));
        }
        let head = element(&[0x42, 0x82], b"matroska");
        let segment = [tracks, element(&[0x1f, 0x43, 0xb6, 0x75], &cluster)].concat();
        let file = [
            element(&[0x1a, 0x45, 0xdf, 0xa3], &head),
            element(&[0x18, 0x53, 0x80, 0x67], &segment),
        ]
        .concat();
        assert_eq!(listed(&file)?, (format!("Some(Text(\"{codec}\"))"), 3), "{name}");
        assert_eq!(samples(&file, 0..900)?, expected, "{name}");
        assert_eq!(samples(&file, 299..302)?, expected[598..604], "{name}");
    }
    Ok(())
}

/// WAV of one channel in blocks, with the fields behind `WAVEFORMATEX`.
fn wav(tag: u16, extra: &[u8], block: &[u8], blocks: usize) -> Vec<u8> {
    let mut fmt = tag.to_le_bytes().to_vec();
    fmt.extend([1, 0]);
    fmt.extend(8000u32.to_le_bytes());
    fmt.extend(4000u32.to_le_bytes());
    fmt.extend((block.len() as u16).to_le_bytes());
    fmt.extend([4, 0]);
    fmt.extend((extra.len() as u16).to_le_bytes());
    fmt.extend(extra);
    let data = block.repeat(blocks);
    let chunk = |id: &[u8; 4], content: &[u8]| {
        [&id[..], &(content.len() as u32).to_le_bytes(), content].concat()
    };
    chunk(b"RIFF", &[&b"WAVE"[..], &chunk(b"fmt ", &fmt), &chunk(b"data", &data)].concat())
}

#[test]
fn adpcm_of_ima_and_microsoft_is_decoded_block_by_block() -> Result<()> {
    // predicted 1000, the first step; half a byte of 4 adds the step of 7, and two steps are gone up
    let ima = [0xe8, 0x03, 0, 0, 0x04, 0, 0, 0];
    let file = wav(0x11, &9u16.to_le_bytes(), &ima, 3);
    let block = [1000, 1007, 1008, 1009, 1009, 1009, 1009, 1009, 1009];
    let expected: Vec<f32> = block.repeat(3).iter().map(|v| *v as f32 / 32768.0).collect();
    assert_eq!(samples(&file, 0..27)?, expected);
    assert_eq!(samples(&file, 10..12)?, expected[10..12]);
    assert_eq!(listed(&file)?, ("Some(Text(\"adpcm_ima_wav\"))".to_owned(), 3));
    // the first predictor repeats the last sample: 50, then 100 for ever
    let microsoft = [0, 16, 0, 100, 0, 50, 0, 0, 0];
    let mut extra = 6u16.to_le_bytes().to_vec();
    extra.extend(7u16.to_le_bytes());
    let pairs = [(256, 0), (512, -256), (0, 0), (192, 64), (240, 0), (460, -208), (392, -232)];
    extra.extend(
        pairs.iter().flat_map(|(a, b): &(i16, i16)| [a.to_le_bytes(), b.to_le_bytes()].concat()),
    );
    let file = wav(0x02, &extra, &microsoft, 2);
    let expected: Vec<f32> =
        [50, 100, 100, 100, 100, 100].repeat(2).iter().map(|v| *v as f32 / 32768.0).collect();
    assert_eq!(samples(&file, 0..12)?, expected);
    Ok(())
}
