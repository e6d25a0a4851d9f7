//! Packets told from tables made by code: what each table means, number by number.
#![allow(clippy::unwrap_used, clippy::panic, clippy::type_complexity)]

#[path = "isobmff/boxes.rs"]
mod boxes;

use std::sync::Arc;

use boxes::{Track, bx, file, full, moov, of, table, tables};
use stream_core::memory::Budget;
use stream_core::{Context, MemorySource};
use stream_video::isobmff::{Defect, Reader};
use stream_video::{Packet, Refusal};

fn context(bytes: &[u8], budget: &Budget) -> Context {
    Context::new(Arc::new(MemorySource::new(bytes)), budget)
}

/// Packets as (stream, pts, dts, duration, size, position, flags), and what was refused.
type Row = (u32, i64, i64, i64, u64, u64, &'static str);

fn read(bytes: &[u8]) -> (Vec<Row>, Option<&'static str>) {
    let budget = Budget::new("test", 1 << 20);
    let mut reader = Reader::open(&context(bytes, &budget)).unwrap();
    let refusal = reader.refusal().map(|r: &Refusal| r.reason);
    let mut rows = Vec::new();
    let mut p = Packet::default();
    while reader.read_packet(&mut p).unwrap() {
        let flags = match (p.key, p.discard) {
            (true, false) => "K",
            (true, true) => "KD",
            (false, false) => "",
            (false, true) => "D",
        };
        let times = (p.pts.unwrap(), p.dts.unwrap(), p.duration.unwrap_or(0));
        rows.push((p.stream, times.0, times.1, times.2, p.size, p.position.unwrap(), flags));
    }
    (rows, refusal)
}

/// Packets of a file that nothing is refused of.
fn listed(bytes: &[u8]) -> Vec<Row> {
    let (rows, refusal) = read(bytes);
    assert_eq!(refusal, None);
    rows
}

/// A movie box before 4,000 bytes of media.
fn movie(tracks: &[Track]) -> Vec<u8> {
    file(&[moov(tracks, &[]), bx("mdat", &[0; 4000])])
}

#[test]
fn chunks_sizes_and_runs_of_times_make_packets() {
    let mut tables = tables(20, &[10, 20, 30, 40], 2, &[1000, 2000]);
    tables[0] = table("stts", 2, &[1, 20, 3, 25]);
    let rows = listed(&movie(&[Track::sound(1, 95, tables)]));
    assert_eq!(
        rows,
        [
            (0, 0, 0, 20, 10, 1000, "K"),
            (0, 20, 20, 25, 20, 1010, "K"),
            (0, 45, 45, 25, 30, 2000, "K"),
            (0, 70, 70, 25, 40, 2030, "K"),
        ]
    );
}

#[test]
fn the_movie_box_may_be_last_and_places_and_sizes_of_any_width() {
    let tables = vec![
        table("stts", 2, &[4, 10]),
        table("stsc", 3, &[1, 1, 1, 2, 3, 1]),
        // four fields of 4 bits
        bx("stz2", &[0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 4, 0x12, 0x3f]),
        full("co64", 0, &[2, 0, 40, 0, 60]),
    ];
    // the media's size in 64 bits
    let media = [&[0, 0, 0, 1][..], b"mdat", &116u64.to_be_bytes(), &[0; 100]].concat();
    let rows = listed(&file(&[media, moov(&[Track::sound(1, 40, tables)], &[])]));
    let places: Vec<_> = rows.iter().map(|r| (r.4, r.5)).collect();
    assert_eq!(places, [(1, 40), (2, 60), (3, 62), (15, 65)]);
}

#[test]
fn tracks_within_a_second_come_by_place_and_else_by_time() {
    // the second track stands before the first in the file, and is behind it in time after two samples
    let first = Track::sound(1, 1200, tables(400, &[1, 1, 1], 3, &[3000]));
    let second = Track::sound(2, 3200, tables(800, &[1, 1, 1, 1], 4, &[1000]));
    let order: Vec<_> = listed(&movie(&[first, second])).iter().map(|r| (r.0, r.2)).collect();
    assert_eq!(order, [(1, 0), (1, 800), (0, 0), (0, 400), (1, 1600), (0, 800), (1, 2400)]);
}

#[test]
fn a_pause_moves_times_and_an_edit_discards_what_lies_before_it() {
    let four = || tables(100, &[1, 1, 1, 1], 4, &[1000]);
    let pause = table("elst", 3, &[50, u32::MAX, 1 << 16, 400, 0, 1 << 16]);
    let rows = listed(&movie(&[Track::sound(1, 400, four()).with_edits(pause)]));
    assert_eq!(rows.iter().map(|r| r.1).collect::<Vec<_>>(), [50, 150, 250, 350]);
    // priming: the first sample is decoded before 0, and not shown
    let priming = table("elst", 3, &[300, 100, 1 << 16]);
    let rows = listed(&movie(&[Track::sound(1, 400, four()).with_edits(priming)]));
    let found: Vec<_> = rows.iter().map(|r| (r.1, r.6)).collect();
    assert_eq!(found, [(-100, "KD"), (0, "K"), (100, "K"), (200, "K")]);
    // within a sample: that one is kept, and starts before 0
    let within = table("elst", 3, &[250, 150, 1 << 16]);
    let rows = listed(&movie(&[Track::sound(1, 400, four()).with_edits(within)]));
    let found: Vec<_> = rows.iter().map(|r| (r.1, r.6)).collect();
    assert_eq!(found, [(-150, "KD"), (-50, "K"), (50, "K"), (150, "K")]);
}

#[test]
fn composition_offsets_move_presentation_and_negative_ones_decoding() {
    let mut late = tables(40, &[1, 1, 1], 3, &[1000]);
    late.push(table("ctts", 2, &[1, 40, 1, 80, 1, 0]));
    late.push(table("stss", 1, &[1]));
    let rows = listed(&movie(&[Track::pictures(1, 120, late)]));
    let found: Vec<_> = rows.iter().map(|r| (r.1, r.2, r.3, r.6)).collect();
    assert_eq!(found, [(40, 0, 40, "K"), (120, 40, 40, ""), (80, 80, 40, "")]);
    let minus = 40u32.wrapping_neg();
    let mut early = tables(40, &[1; 5], 5, &[1000]);
    early.push(table("ctts", 2, &[1, 0, 1, 40, 1, minus, 1, 0, 1, 0]));
    let rows = listed(&movie(&[Track::pictures(1, 200, early)]));
    let found: Vec<_> = rows.iter().map(|r| (r.1, r.2)).collect();
    assert_eq!(found, [(0, -40), (80, 0), (40, 40), (120, 80), (160, 120)]);
}

#[test]
fn sync_samples_and_random_access_groups_are_keys() {
    let mut tables = tables(40, &[1; 5], 5, &[1000]);
    tables.push(table("stss", 1, &[1, 4]));
    let group = u32::from_be_bytes(*b"rap ");
    tables.push(full("sbgp", 0, &[group, 3, 2, 0, 1, 1, 2, 0]));
    let rows = listed(&movie(&[Track::pictures(1, 200, tables)]));
    assert_eq!(rows.iter().map(|r| r.6).collect::<Vec<_>>(), ["K", "", "K", "K", ""]);
}

#[test]
fn samples_of_pcm_are_delivered_by_the_thousand() {
    let tables = vec![
        table("stts", 2, &[3000, 1]),
        table("stsc", 3, &[1, 1500, 1]),
        full("stsz", 0, &[1, 3000]),
        table("stco", 1, &[500, 2000]),
    ];
    let mut track = Track::sound(1, 3000, tables);
    track.entry[4..8].copy_from_slice(b"ulaw");
    let rows = listed(&movie(&[track]));
    let found: Vec<_> = rows.iter().map(|r| (r.2, r.3, r.4, r.5)).collect();
    let expected = [
        (0, 1024, 1024, 500),
        (1024, 476, 476, 1524),
        (1500, 1024, 1024, 2000),
        (2524, 476, 476, 3024),
    ];
    assert_eq!(found, expected);
}

#[test]
fn fragments_are_walked_over_run_by_run() {
    let empty = || tables(0, &[], 0, &[]).into_iter().map(|b| full_count_0(&b)).collect();
    let trex = |id| full("trex", 0, &[id, 1, 100, 7, 0]);
    let moov = moov(
        &[Track::sound(1, 0, empty()), Track::sound(2, 0, empty())],
        &[of("mvex", &[trex(1), trex(2)])],
    );
    // times by default, sizes by rows; then all by default
    let one = of(
        "traf",
        &[
            full("tfhd", 0x2_0000, &[1]),
            full("tfdt", 0x0100_0000, &[0, 500]),
            full("trun", 0x201, &[2, 90, 5, 6]),
        ],
    );
    let two = of(
        "traf",
        &[full("tfhd", 0x2_0010, &[2, 9]), full("tfdt", 0, &[40]), full("trun", 0x1, &[2, 101])],
    );
    let bytes =
        file(&[moov, of("moof", &[full("mfhd", 0, &[1]), one, two]), bx("mdat", &[0; 400])]);
    let start = bytes.windows(4).position(|w| w == b"moof").unwrap() as u64 - 4;
    let (rows, refusal) = read(&bytes);
    // how long a packet lasts, FFmpeg learns by decoding
    assert_eq!(refusal, Some("how long its packets last is told by decoding"));
    let found: Vec<_> = rows.iter().map(|r| (r.0, r.1, r.4, r.5 - start)).collect();
    assert_eq!(found, [(0, 500, 5, 90), (0, 600, 6, 95), (1, 40, 9, 101), (1, 140, 9, 110)]);
}

/// An empty table of the same type.
fn full_count_0(of: &[u8]) -> Vec<u8> {
    let kind = std::str::from_utf8(&of[4..8]).unwrap();
    full(kind, 0, if kind == "stsz" { &[0, 0] } else { &[0] })
}

#[test]
fn a_table_that_claims_more_rows_than_it_has_is_named_with_its_offset() {
    let mut tables = tables(20, &[1, 2], 2, &[1000]);
    tables[2] = full("stsz", 0, &[0, 1_000_000, 1, 2]);
    let bytes = movie(&[Track::sound(1, 40, tables)]);
    let at = bytes.windows(4).position(|w| w == b"stsz").unwrap() as u64 - 4;
    let budget = Budget::new("test", 1 << 20);
    let reader = Reader::open(&context(&bytes, &budget)).unwrap();
    let defect = Defect::RowCount { kind: *b"stsz", claimed: 1_000_000, room: 2 };
    assert_eq!(reader.defects().first(), Some(&(at, defect)));
    assert_eq!(
        defect.to_string(),
        "box stsz: 1000000 rows claimed, room for 2 (ISO/IEC 14496-12, 8.6)"
    );
    assert!(reader.refusal().is_some());
}

#[test]
fn memory_does_not_grow_with_the_number_of_samples() {
    let peak = |count: usize| {
        let sizes: Vec<u32> = (0..count).map(|i| 1 + i as u32 % 3).collect();
        let places: Vec<u32> = (0..count / 2).map(|i| 100 + 4 * i as u32).collect();
        let tables = tables(20, &sizes, 2, &places);
        let bytes = file(&[
            moov(&[Track::sound(1, 20 * count as u32, tables)], &[]),
            bx("mdat", &vec![0; 4 * count]),
        ]);
        let budget = Budget::new("test", 1 << 20);
        let mut reader = Reader::open(&context(&bytes, &budget)).unwrap();
        let mut packet = Packet::default();
        let mut found = 0;
        while reader.read_packet(&mut packet).unwrap() {
            found += 1;
        }
        assert_eq!(found, count);
        budget.peak()
    };
    assert_eq!(peak(20_000), peak(200_000));
}

#[test]
fn what_ends_anywhere_or_lies_anywhere_is_read_to_some_end() {
    let edits = table("elst", 3, &[300, 100, 1 << 16]);
    let mut tables = tables(20, &[10, 20, 30, 40], 2, &[700, 760]);
    tables.push(table("ctts", 2, &[1, 40, 3, 0]));
    let whole = movie(&[Track::pictures(1, 80, tables).with_edits(edits)]);
    let budget = Budget::new("test", 1 << 20);
    let run = |bytes: &[u8]| {
        let Ok(mut reader) = Reader::open(&context(bytes, &budget)) else { return };
        let mut packet = Packet::default();
        let mut count = 0;
        while count < 100 && reader.read_packet(&mut packet).is_ok_and(|more| more) {
            count += 1;
        }
    };
    for at in 0..700 {
        run(&whole[..at]);
        for flip in [0x01, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] ^= flip;
            run(&bytes);
        }
    }
    assert_eq!(budget.used(), 0);
}
