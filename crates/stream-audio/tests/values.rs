//! What files say, value by value: the fixtures are a fifth of a second of one tone, in many containers.

use std::io::Cursor;
use std::sync::Arc;

use stream_audio::Audio;
use stream_core::memory::Budget;
use stream_core::{
    Context, Format, ForwardSource, Kind, MemorySource, Region, Request, Result, Value,
};

macro_rules! fixtures {
    ($($name:literal,)*) => { [$(($name, include_bytes!(concat!("fixtures/", $name)) as &[u8]),)*] };
}

/// Names and bytes; all but Opus, which needs a library.
const FILES: [(&str, &[u8]); 10] = fixtures![
    "tone.mp3",
    "tone.mp2",
    "tone.aac",
    "tone.ogg",
    "tone.oga",
    "tone.m4a",
    "alac.m4a",
    "fragments.m4a",
    "tone.mka",
    "vorbis.mka",
];

fn context(bytes: &[u8]) -> Context {
    let budget = Budget::new("values", 64 << 20);
    Context::new(Arc::new(MemorySource::new(bytes)), &budget)
}

/// The frames that chunks hold, and where the first stands; they must follow one another.
fn frames(cx: Context, request: &Request) -> Result<(u64, Vec<f32>)> {
    let mut reader = Audio.open(cx)?;
    let mut chunks = reader.chunks(request)?;
    let (mut first, mut all) = (None, Vec::new());
    while let Some(chunk) = chunks.next_chunk()? {
        let origin = chunk.origin().first().copied().unwrap_or(0);
        let start = *first.get_or_insert(origin);
        assert_eq!(origin, start + all.len() as u64, "mono frames follow one another");
        all.extend_from_slice(chunk.as_slice::<f32>()?);
    }
    Ok((first.unwrap_or(0), all))
}

fn stream() -> Request {
    Request::entry("stream/0").with_chunk_size(1000)
}

#[test]
fn gapless_containers_give_the_frames_that_were_encoded_and_the_others_their_packets() -> Result<()>
{
    let expected = [
        ("tone.mp3", 4410),
        ("tone.mp2", 4 * 1152),
        ("tone.ogg", 4410),
        ("tone.oga", 4410),
        ("tone.m4a", 4410),
        ("alac.m4a", 4410),
    ];
    for (name, bytes) in FILES {
        let (first, all) = frames(context(bytes), &stream())?;
        if let Some((_, frames)) = expected.iter().find(|(n, _)| *n == name) {
            assert_eq!((first, all.len()), (0, *frames), "{name}");
        }
    }
    Ok(())
}

#[test]
fn every_codec_gives_the_tone() -> Result<()> {
    let (_, exact) = frames(context(FILES[6].1), &stream())?;
    for (name, bytes) in FILES {
        let (_, all) = frames(context(bytes), &stream())?;
        // where padding is not told, the tone begins later; lossy codecs come near
        let error = |shift: usize| -> f32 {
            let pairs = exact.iter().zip(all.iter().skip(shift)).take(3000);
            pairs.map(|(a, b)| (a - b).abs()).sum::<f32>() / 3000.0
        };
        let best = (0..all.len().saturating_sub(3000)).map(error).fold(f32::INFINITY, f32::min);
        assert!(best < 0.1, "{name}: {best}");
    }
    Ok(())
}

#[test]
fn a_region_is_the_slice_of_the_whole() -> Result<()> {
    for (name, bytes) in FILES {
        let (_, whole) = frames(context(bytes), &stream())?;
        for (start, end) in [(0, 1), (1, 700), (1000, 1001), (2500, 4000), (4000, 4200)] {
            let request = stream().with_region(Region::range(start as u64..end as u64));
            let (first, part) = frames(context(bytes), &request)?;
            assert_eq!(first, start as u64, "{name}");
            assert_eq!(part, whole[start..end], "{name} {start}..{end}");
        }
    }
    Ok(())
}

#[test]
fn a_pipe_gives_the_same_frames() -> Result<()> {
    for (name, bytes) in FILES {
        let (_, whole) = frames(context(bytes), &stream())?;
        let cx = context(bytes);
        let pipe = match ForwardSource::within(&cx, Cursor::new(bytes), ForwardSource::WINDOW) {
            Ok(pipe) => cx.with_source(Arc::new(pipe)),
            Err(e) => return Err(e),
        };
        match frames(pipe, &stream()) {
            // the movie box stands behind the media
            Err(e) => assert!(name == "alac.m4a", "{name}: {e}"),
            Ok((_, all)) => assert_eq!(all, whole, "{name}"),
        }
    }
    Ok(())
}

#[test]
fn tags_of_every_container_have_the_same_keys() -> Result<()> {
    for (name, bytes) in FILES {
        if matches!(name, "tone.mp2" | "tone.aac") {
            continue;
        }
        let mut reader = Audio.open(context(bytes))?;
        let mut entry = reader.context().entry();
        let mut found = Vec::new();
        while reader.read_entry(&mut entry)? {
            if entry.kind() != Kind::Tag {
                continue;
            }
            if let (Some(Value::Text(key)), Some(Value::Text(value))) =
                (entry.fields().get("key"), entry.fields().get("value"))
            {
                found.push((key.to_owned(), value.to_owned()));
            }
        }
        for (key, value) in [("title", "Tone"), ("artist", "Nobody")] {
            let pair = (key.to_owned(), value.to_owned());
            assert!(found.contains(&pair), "{name}: {found:?}");
        }
    }
    Ok(())
}

#[test]
fn packets_lie_one_behind_another_and_their_times_too() -> Result<()> {
    for (name, bytes) in FILES {
        let mut reader = Audio.open(context(bytes).with_setting("packets", "on"))?;
        let mut entry = reader.context().entry();
        let (mut end, mut time, mut count) = (0, i64::MIN, 0);
        while reader.read_entry(&mut entry)? {
            if entry.kind() != Kind::Packet {
                continue;
            }
            count += 1;
            if let Some(span) = entry.span() {
                assert!(span.offset >= end && span.end() <= bytes.len() as u64, "{name}");
                end = span.end();
            }
            let pts = match entry.fields().get("pts") {
                Some(Value::Int(pts)) => pts,
                other => panic!("{name}: {other:?}"),
            };
            assert!(pts >= time, "{name}: {pts} behind {time}");
            time = pts;
        }
        assert!(count > 1, "{name}: {count} packets");
    }
    Ok(())
}

#[test]
fn channels_are_picked_and_laid_out_as_asked() -> Result<()> {
    let cx = context(FILES[0].1).with_setting("audio.layout", "planar");
    let mut reader = Audio.open(cx)?;
    let mut chunks = reader.chunks(&stream())?;
    let chunk = chunks.next_chunk()?;
    assert_eq!(chunk.map(|c| c.shape().to_vec()), Some(vec![1, 250]));
    Ok(())
}
