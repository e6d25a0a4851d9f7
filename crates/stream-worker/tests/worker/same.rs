//! What a worker reads is what this process reads.

use std::collections::BTreeMap;
use std::path::Path;

use stream_core::{
    Chunk, Chunks, Entry, ErrorKind, Reader, ReaderExt, Region, Request, Scratch, Slice,
};
use stream_factory::{Options, open_path};
use stream_memory::Budget;

use crate::files::{Files, bytes, dicom, tiled, vtt};
use crate::{Test, worker};

pub(crate) const ALL: &[Test] = &[
    ("entries_data_and_summary_are_those_of_the_reader_itself", whole),
    ("regions_forms_and_several_entries_at_once_are_the_same", parts),
    ("a_plan_tells_the_same_places_and_reads_the_same_from_any_thread", plan),
    ("several_streams_go_on_side_by_side_and_may_be_left", side_by_side),
    ("one_worker_reads_one_file_after_another", warm),
    ("a_broken_file_gives_the_same_entries_and_the_same_error", broken),
    ("errors_of_requests_are_the_same", requests),
    ("folds_are_the_same", folds),
    ("pieces_in_order_are_the_array_and_need_little_on_this_side", in_pieces),
];

fn options(limit: u64) -> Options {
    Options::new()
        .with_budget(&Budget::new("test", limit))
        .with_chunk_size(5000)
        .with_setting("verify", "on")
}

pub(crate) fn described(entry: &Entry) -> String {
    format!(
        "{} {} {} {:?} {:?} {} {:?}",
        entry.path(),
        entry.kind(),
        entry.depth(),
        entry.array(),
        entry.span(),
        entry.has_data(),
        entry.fields().iter(),
    )
}

fn piece(chunk: &Chunk) -> String {
    let sum = chunk.bytes().iter().fold(0u64, |n, &b| n.wrapping_mul(31).wrapping_add(b.into()));
    let (entry, origin, shape) = (chunk.entry(), chunk.origin(), chunk.shape());
    format!("{entry} {origin:?} {shape:?} {} {} {sum}", chunk.dtype(), chunk.bytes().len())
}

fn pieces(chunks: &mut dyn Chunks) -> Vec<String> {
    let mut all = vec![format!("{:?}", chunks.array())];
    loop {
        match chunks.next_chunk() {
            Ok(Some(chunk)) => all.push(piece(&chunk)),
            Ok(None) => return all,
            Err(e) => {
                all.push(e.to_string());
                return all;
            }
        }
    }
}

/// Everything a reader says: each entry, the data of some, the summary, the error.
fn all(reader: &mut dyn Reader) -> Vec<String> {
    let mut said = Vec::new();
    let mut entry = reader.context().entry();
    let ended = loop {
        match reader.read_entry(&mut entry) {
            Ok(true) => said.push(described(&entry)),
            Ok(false) => break "end".to_owned(),
            Err(e) => break format!("{:?} {} {:?} {:?}", e.kind(), e, e.offset(), e.resumable()),
        }
        if entry.has_data() && (said.len() % 100 < 20) {
            match reader.chunks(&Request::entry(entry.path())) {
                Ok(mut chunks) => said.extend(pieces(&mut *chunks)),
                Err(e) => said.push(e.to_string()),
            }
        }
    };
    said.push(ended);
    said.push(format!("{:?}", reader.progress()));
    let summary = reader.finish().unwrap();
    said.push(format!("{} {} {:?}", summary.entries, summary.complete, summary.fields.iter()));
    said.extend(summary.diagnostics.kept().iter().map(|d| format!("{} {d}", d.rule)));
    said.push(format!("{} dropped", summary.diagnostics.dropped()));
    said
}

fn samples(files: &Files) -> Vec<std::path::PathBuf> {
    vec![
        files.with("a.vtt", vtt(3000)),
        files.with("a.dcm", dicom(9)),
        files.with("a.unknown", bytes(100_000)),
        files.with("odd.vtt", "WEBVTT\n\n00:02.000 --> 00:01.000\nbackwards\n\nnothing\n"),
    ]
}

fn compare(path: &Path, limit: u64) {
    let (here, there) = (open_path(path, &options(limit)), worker().open(path, &options(limit)));
    let (here, there) = match (here, there) {
        (Ok(mut here), Ok(mut there)) => (all(&mut *here), all(&mut there)),
        (Err(here), Err(there)) => (vec![format!("{here:?}")], vec![format!("{there:?}")]),
        (here, there) => panic!("{:?} here, {:?} there", here.err(), there.err()),
    };
    for (at, (here, there)) in here.iter().zip(&there).enumerate() {
        assert_eq!(here, there, "{}: {at}", path.display());
    }
    assert_eq!(here.len(), there.len(), "{}", path.display());
}

fn whole() {
    let files = Files::new();
    for path in samples(&files) {
        compare(&path, 64 << 20);
        compare(&path, 2 << 20);
    }
}

fn broken() {
    let files = Files::new();
    let whole = dicom(9);
    for cut in [whole.len() - 1, whole.len() - 3000, 400, 200, 135] {
        compare(&files.with("cut.dcm", &whole[..cut]), 16 << 20);
    }
    let mut flipped = whole;
    for at in [140, 300, 420, 500] {
        flipped[at] ^= 0xff;
        let path = files.with("flipped.dcm", &flipped);
        if open_path(&path, &options(16 << 20)).is_ok() {
            compare(&path, 16 << 20);
        }
    }
}

fn parts() {
    let files = Files::new();
    let (pixels, text) = (files.with("a.dcm", dicom(9)), files.with("a.vtt", vtt(50)));
    let mut worker = worker();
    for region in ["0", "2:5", "::3,1:3", ":,::2,5:9", "-1", "20:30"] {
        let region: Region = region.parse().unwrap();
        let request = Request::entry("(7FE0,0010)").with_region(region);
        both(&mut worker, &pixels, &request.clone().with_chunk_size(700));
        both(&mut worker, &pixels, &request.with_form(stream_core::Form::Bytes));
    }
    let several = Request::entries(["cue/3", "cue/1", "style/0", "cue/49"]);
    both(&mut worker, &text, &several);
}

fn both(worker: &mut stream_worker::Worker, path: &Path, request: &Request) {
    let said = |reader: &mut dyn Reader| {
        while reader.read_entry(&mut reader.context().entry()).unwrap() {}
        match reader.chunks(request) {
            Ok(mut chunks) => pieces(&mut *chunks),
            Err(e) => vec![format!("{e} {:?}", e.kind())],
        }
    };
    let here = said(&mut *open_path(path, &options(16 << 20)).unwrap());
    let there = said(&mut worker.open(path, &options(16 << 20)).unwrap());
    assert_eq!(here, there, "{request:?}");
}

fn plan() {
    let files = Files::new();
    let path = files.with("a.bin", bytes(5_000_000));
    let mut worker = worker();
    let mut here = open_path(&path, &options(64 << 20)).unwrap();
    let mut there = worker.open(&path, &options(64 << 20)).unwrap();
    let request = Request::entry("bytes");
    let (here, there) = (here.chunks(&request).unwrap(), there.chunks(&request).unwrap());
    let (here, plan) = (here.plan().unwrap(), there.plan().unwrap());
    // the plan alone holds on to what it needs
    drop(there);
    assert_eq!(here.len(), plan.len());
    assert_eq!(plan.len(), 1000);
    for index in [0, 1, 511, 512, 999, 1000, 3] {
        assert_eq!(here.place(index), plan.place(index), "{index}");
    }
    std::thread::scope(|scope| {
        for first in 0..3 {
            let (here, plan) = (&here, &plan);
            scope.spawn(move || {
                let (mut a, mut b) = (Scratch::new(), Scratch::new());
                for index in (first..plan.len()).step_by(3).step_by(7) {
                    let (a, b) = (here.read(index, &mut a).unwrap(), plan.read(index, &mut b));
                    assert_eq!(piece(&a), piece(&b.unwrap()));
                }
            });
        }
    });
    let e = plan.read(5000, &mut Scratch::new()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Request);
    assert_eq!(plan.read(7, &mut Scratch::new()).unwrap().bytes().len(), 5000);
}

fn side_by_side() {
    let files = Files::new();
    let path = files.with("a.vtt", vtt(500));
    let mut worker = worker();
    let mut reader = worker.open(&path, &options(16 << 20)).unwrap();
    let mut entry = reader.context().entry();
    let mut open: BTreeMap<String, Box<dyn Chunks>> = BTreeMap::new();
    let mut text = BTreeMap::new();
    while reader.read_entry(&mut entry).unwrap() {
        if entry.kind() == stream_core::Kind::Cue && open.len() < 40 {
            let chunks = reader.chunks(&Request::entry(entry.path())).unwrap();
            open.insert(entry.path().to_owned(), chunks);
        }
    }
    for (path, mut chunks) in open {
        // each second is left before its first chunk
        if path.len() % 2 == 0 {
            continue;
        }
        let chunk = chunks.next_chunk().unwrap().unwrap();
        text.insert(path, String::from_utf8(chunk.bytes().to_vec()).unwrap());
    }
    assert_eq!(text.get("cue/7").map(String::as_str), Some("<v Ann>cue 7 &amp; more"));
    // left in the middle of a walk and of a stream
    let big = files.with("a.bin", bytes(3_000_000));
    drop(reader);
    for _ in 0..5 {
        let mut reader = worker.open(&big, &options(16 << 20)).unwrap();
        assert!(reader.read_entry(&mut entry).unwrap());
        let mut chunks = reader.chunks(&Request::entry("bytes")).unwrap();
        chunks.next_chunk().unwrap().unwrap();
        drop(reader);
        chunks.next_chunk().unwrap().unwrap();
    }
}

fn warm() {
    let files = Files::new();
    let mut worker = worker();
    let id = worker.id();
    for path in samples(&files).iter().cycle().take(12) {
        let budget = Budget::new("test", 16 << 20);
        let options = Options::new().with_budget(&budget).with_chunk_size(5000);
        let options = options.with_setting("verify", "on");
        let here = all(&mut *open_path(path, &options).unwrap());
        let mut reader = worker.open(path, &options).unwrap();
        // a worker reads one file at a time
        assert_eq!(worker.open(path, &options).err().unwrap().kind(), ErrorKind::Request);
        assert_eq!(here, all(&mut reader), "{}", path.display());
        drop((reader, options));
        assert_eq!(budget.used(), 0);
    }
    assert_eq!((worker.id(), worker.is_alive()), (id, true));
    assert!(worker.peak().unwrap() > 1 << 20);
}

fn requests() {
    let files = Files::new();
    let path = files.with("a.vtt", vtt(3));
    let mut here = open_path(&path, &options(16 << 20)).unwrap();
    let mut worker = worker();
    let mut there = worker.open(&path, &options(16 << 20)).unwrap();
    let mut said = |request: &Request| {
        let here = here.chunks(request).err().unwrap();
        let there = there.chunks(request).err().unwrap();
        assert_eq!(here.to_string(), there.to_string());
        assert_eq!((here.kind(), here.format()), (there.kind(), there.format()));
        there.kind()
    };
    assert_eq!(said(&Request::entry("cue/99")), ErrorKind::Unrecognized);
    said(&Request::entry("nothing"));
}

fn folds() {
    let files = Files::new();
    let path = files.with("a.bin", bytes(777_777));
    let sum = |reader: &mut dyn Reader| {
        reader
            .fold(
                &Request::entry("bytes"),
                || (0u64, 0u64),
                |(n, hash), chunk| {
                    *n += chunk.bytes().len() as u64;
                    *hash =
                        chunk.bytes().iter().fold(*hash, |h, &b| h.wrapping_mul(31) ^ u64::from(b));
                    Ok(())
                },
                |all, one| {
                    *all = (all.0 + one.0, all.1.wrapping_mul(7) ^ one.1);
                    Ok(())
                },
            )
            .unwrap()
    };
    let mut worker = worker();
    let here = sum(&mut *open_path(&path, &options(16 << 20)).unwrap());
    assert_eq!(here.0, 777_777);
    for threads in [1, 2, 5] {
        let options = options(16 << 20).with_threads(threads.try_into().unwrap());
        assert_eq!(sum(&mut worker.open(&path, &options).unwrap()), here);
    }
}

/// A row of tiles has 4 MiB, as much as this process has of 16 MiB; the worker assembles it once it has nearly all.
fn in_pieces() {
    let files = Files::new();
    let (file, pixels) = tiled(4096, 512);
    let path = files.with("tiled.fits", file);
    let read = |limit: u64, request: &Request| {
        let budget = Budget::new("test", limit);
        let options = Options::new().with_budget(&budget).with_threads(2.try_into().unwrap());
        let mut worker = worker();
        let mut remote = worker.open(&path, &options).unwrap();
        let cx = remote.context().clone();
        let before = cx.budget().attainable();
        let mut chunks = stream_core::pieces(remote.chunks(request).unwrap(), &cx);
        let (mut bytes, mut longest) = (Vec::new(), 0);
        while let Some(chunk) = chunks.next_chunk().unwrap() {
            longest = longest.max(chunk.bytes().len());
            bytes.extend_from_slice(chunk.bytes());
        }
        assert!(chunks.next_chunk().unwrap().is_none());
        drop(chunks);
        // all that the worker had for it is given back
        assert!(cx.budget().attainable() + (512 << 10) > before, "{before}");
        assert!(budget.peak() <= limit);
        // brings what was read along
        let _ = remote.finish().unwrap();
        (bytes, longest, cx.counters().bytes_read())
    };
    let whole = Request::entry("hdu/1");
    for limit in [8 << 20, 16 << 20, 64 << 20] {
        let (bytes, longest, decoded) = read(limit, &whole);
        assert!(bytes == pixels, "{limit}");
        assert!(longest <= 512 << 10, "{longest}");
        // a tile is read again for each slab that it meets: once where a row of them fits beside what decoding takes
        assert!(limit == 8 << 20 || decoded < 36 << 20, "{limit}: {decoded}");
    }
    let region = Region::new([
        Slice { start: Some(1000), stop: Some(1100), step: 3 },
        Slice { start: Some(7), stop: Some(4000), step: 1 },
    ]);
    let (bytes, ..) = read(64 << 20, &whole.clone().with_region(region));
    let row = |y: usize| pixels[(y * 4096 + 7) * 2..(y * 4096 + 4000) * 2].to_vec();
    assert!(bytes == (1000..1100).step_by(3).flat_map(row).collect::<Vec<_>>());
}
