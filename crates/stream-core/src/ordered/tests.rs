use proptest::prelude::*;
use stream_memory::Budget;

use super::*;
use crate::{Chunk, DType, Dims, MemorySource, Region, shape_of};

/// Tiles of an array of `u8 * size` elements whose bytes follow from their index, in a shuffled order.
struct Tiled {
    cx: Context,
    shape: Dims,
    size: u32,
    places: Vec<Place>,
}

fn element(index: &[u64], shape: &[u64], size: u32) -> Vec<u8> {
    let n = index.iter().zip(shape).fold(0u64, |n, (i, d)| n * d + i);
    (0..u64::from(size)).map(|b| (n * 7 + b * 13 + n / 251) as u8).collect()
}

fn each(shape: &[u64], mut f: impl FnMut(&[u64])) {
    let mut index = vec![0u64; shape.len()];
    if shape.contains(&0) {
        return;
    }
    loop {
        f(&index);
        let mut axis = shape.len();
        loop {
            if axis == 0 {
                return;
            }
            axis -= 1;
            index[axis] += 1;
            if index[axis] < shape[axis] {
                break;
            }
            index[axis] = 0;
        }
    }
}

impl Tiled {
    fn new(cx: &Context, shape: &[u64], tile: &[u64], size: u32, seed: u64) -> Self {
        let grid: Vec<u64> = shape.iter().zip(tile).map(|(d, t)| d.div_ceil(*t)).collect();
        let mut places = Vec::new();
        each(&grid, |at| {
            let origin: Dims = at.iter().zip(tile).map(|(i, t)| i * t).collect();
            let extents =
                origin.iter().zip(tile).zip(shape).map(|((o, t), d)| (*t).min(d - o)).collect();
            places.push(Place { entry: 0, origin, shape: extents });
        });
        let mut state = seed;
        for i in (1..places.len()).rev() {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            if seed != 0 {
                places.swap(i, (state >> 33) as usize % (i + 1));
            }
        }
        Self { cx: cx.clone(), shape: shape.into(), size, places }
    }
}

impl ChunkPlan for Tiled {
    fn len(&self) -> usize {
        self.places.len()
    }

    fn array(&self) -> Option<Array> {
        Some(Array::new(DType::Bytes(self.size), self.shape.clone()))
    }

    fn place(&self, index: usize) -> Option<Place> {
        self.places.get(index).cloned()
    }

    fn read(&self, index: usize, _: &mut Scratch) -> Result<Chunk> {
        let place = &self.places[index];
        let mut bytes = Vec::new();
        each(&place.shape, |at| {
            let at: Vec<u64> = at.iter().zip(place.origin.iter()).map(|(a, o)| a + o).collect();
            bytes.extend(element(&at, &self.shape, self.size));
        });
        let mut buf = self.cx.buf(bytes.len())?;
        buf.copy_from_slice(&bytes);
        Chunk::new(0, place.origin.clone(), place.shape.clone(), DType::Bytes(self.size), buf)
    }
}

fn context(limit: u64) -> Context {
    Context::new(Arc::new(MemorySource::new(&b""[..])), &Budget::new("b", limit))
}

fn expected(shape: &[u64], size: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    each(shape, |at| bytes.extend(element(at, shape, size)));
    bytes
}

/// All bytes, and how many chunks they came in; each chunk must continue the one before.
fn drained(mut chunks: Box<dyn Chunks>, shape: &[u64]) -> (Vec<u8>, usize) {
    let (mut bytes, mut n, mut elements) = (Vec::new(), 0, 0);
    while let Some(chunk) = chunks.next_chunk().unwrap() {
        let first = chunk.origin().iter().zip(shape).fold(0u64, |n, (i, d)| n * d + i);
        assert_eq!(first, elements, "chunk at {:?} of {:?}", chunk.origin(), chunk.shape());
        elements += chunk.elements();
        bytes.extend_from_slice(chunk.bytes());
        n += 1;
    }
    (bytes, n)
}

fn planned(plan: Tiled) -> Box<dyn Chunks> {
    Box::new(Planned::new(Arc::new(plan)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn tiles_of_any_shape_become_the_array(
        axes in prop::collection::vec((1u64..9, 1u64..5), 1..5),
        size in 1u32..9,
        seed in 0u64..4,
        limit in prop_oneof![Just(1u64 << 20), Just(20 << 10)],
        chunk in prop_oneof![Just(None), (1usize..400).prop_map(Some)],
    ) {
        let (shape, tile): (Vec<u64>, Vec<u64>) = axes.into_iter().unzip();
        let mut cx = context(limit);
        if let Some(bytes) = chunk {
            cx = cx.with_chunk_size(bytes);
        }
        let plan = Tiled::new(&cx, &shape, &tile, size, seed);
        let (bytes, _) = drained(ordered(planned(plan), &cx), &shape);
        prop_assert!(bytes == expected(&shape, size));
    }

    #[test]
    fn a_box_is_copied_as_its_indices_say(
        axes in prop::collection::vec((1u64..6, 0u64..3, 0u64..3, 0u64..3, 0u64..3), 0..5),
        size in 1usize..5,
    ) {
        // extent, and what stands before and after it on either side
        let extents: Vec<u64> = axes.iter().map(|a| a.0).collect();
        let (to_at, from_at): (Vec<u64>, Vec<u64>) = axes.iter().map(|a| (a.1, a.2)).unzip();
        let to_shape: Vec<u64> = axes.iter().map(|a| a.1 + a.0 + a.3).collect();
        let from_shape: Vec<u64> = axes.iter().map(|a| a.2 + a.0 + a.4).collect();
        let source = expected(&from_shape, size as u32);
        let n = to_shape.iter().product::<u64>() as usize * size;
        let (mut target, mut slow) = (vec![255u8; n], vec![255u8; n]);
        let offset = |shape: &[u64], at: &[u64], i: &[u64]| {
            let axes = shape.iter().zip(at).zip(i);
            axes.fold(0, |n, ((d, a), i)| n * d + a + i) as usize * size
        };
        each(&extents, |i| {
            let (a, b) = (offset(&to_shape, &to_at, i), offset(&from_shape, &from_at, i));
            slow[a..a + size].copy_from_slice(&source[b..b + size]);
        });
        let to = Side { shape: &to_shape, at: &to_at };
        let from = Side { shape: &from_shape, at: &from_at };
        prop_assert!(copy_box((&mut target, to), (&source, from), &extents, size).is_some());
        prop_assert!(target == slow);
        if let [first, ..] = extents[..] {
            let mut beyond = extents.clone();
            beyond[0] = first + to_shape[0].max(from_shape[0]);
            prop_assert!(copy_box((&mut target, to), (&source, from), &beyond, size).is_none());
        }
    }
}

#[test]
fn slabs_in_order_pass_unchanged_and_slabs_out_of_order_are_read_in_order() {
    let cx = context(1 << 20);
    for seed in [0, 5] {
        let plan = Tiled::new(&cx, &[10, 4], &[3, 4], 2, seed);
        let (bytes, chunks) = drained(ordered(planned(plan), &cx), &[10, 4]);
        assert_eq!((bytes, chunks), (expected(&[10, 4], 2), 4));
    }
}

#[test]
fn where_a_row_of_tiles_does_not_fit_fewer_rows_are_read_at_a_time() {
    // a row of tiles takes 64 * 4096 bytes, the budget has a quarter of that
    let cx = context(64 << 10);
    let shape = [64, 4096];
    let plan = Tiled::new(&cx, &shape, &[64, 64], 1, 1);
    let (bytes, chunks) = drained(ordered(planned(plan), &cx), &shape);
    assert!(bytes == expected(&shape, 1));
    assert!(chunks > 4, "{chunks}");
    assert!(cx.budget().peak() <= 64 << 10);
}

/// Counts how often its chunks are read.
struct Counted(Tiled, std::sync::atomic::AtomicUsize);

impl ChunkPlan for Counted {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn array(&self) -> Option<Array> {
        self.0.array()
    }

    fn place(&self, index: usize) -> Option<Place> {
        self.0.place(index)
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        self.0.read(index, scratch)
    }
}

#[test]
fn tiles_are_read_once_where_a_row_of_them_fits_and_twice_where_half_of_one_does() {
    // two rows of four tiles of 256 KiB: 1 MiB a row; two threads hold up to five tiles
    let shape = [32, 65_536];
    for (limit, reads) in [(8 << 20, 8), (3 << 20, 8), (5 << 19, 8), (3 << 19, 16)] {
        let cx = context(limit).with_threads(2.try_into().unwrap());
        let plan = Tiled::new(&cx, &shape, &[16, 16_384], 1, 3);
        let plan = Arc::new(Counted(plan, 0.into()));
        let chunks: Box<dyn Chunks> = Box::new(Planned::new(plan.clone()));
        let (bytes, _) = drained(ordered(chunks, &cx), &shape);
        assert!(bytes == expected(&shape, 1));
        assert_eq!(plan.1.load(std::sync::atomic::Ordering::Relaxed), reads, "{limit}");
        assert!(cx.budget().peak() <= limit);
    }
}

#[test]
fn who_sends_slabs_on_has_all_of_the_budget_for_them() {
    let shape = [32, 65_536];
    // a row of tiles takes 1 MiB, a tile and what it is decoded from 640 KiB
    for (limit, reads) in [(8 << 20, 8), (7 << 18, 8), (3 << 19, 16)] {
        let cx = context(limit).with_threads(2.try_into().unwrap());
        let plan = Tiled::new(&cx, &shape, &[16, 16_384], 1, 3);
        let plan = Arc::new(Counted(plan, 0.into()));
        let chunks: Box<dyn Chunks> = Box::new(Planned::new(plan.clone()));
        let (bytes, _) = drained(ordered_for_sending(chunks, &cx), &shape);
        assert!(bytes == expected(&shape, 1));
        assert_eq!(plan.1.load(std::sync::atomic::Ordering::Relaxed), reads, "{limit}");
        assert!(cx.budget().peak() <= limit);
    }
}

/// Tiles of a region: their places count from its start, the chunks themselves from the array's.
struct Cut(Tiled, u64);

impl ChunkPlan for Cut {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn array(&self) -> Option<Array> {
        self.0.array()
    }

    fn place(&self, index: usize) -> Option<Place> {
        self.0.place(index)
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        let chunk = self.0.read(index, scratch)?;
        let origin = chunk.origin().iter().map(|at| at + self.1).collect();
        Chunk::new(0, origin, chunk.shape().into(), chunk.dtype().clone(), chunk.into_buf())
    }
}

#[test]
fn chunks_of_a_region_land_where_their_places_say() {
    let cx = context(1 << 20);
    let cut = || {
        let plan = Tiled::new(&cx, &[7, 9], &[2, 4], 3, 2);
        Box::new(Planned::new(Arc::new(Cut(plan, 5)))) as Box<dyn Chunks>
    };
    assert!(drained(ordered(cut(), &cx), &[7, 9]).0 == expected(&[7, 9], 3));
    assert!(drained(ordered_for_sending(cut(), &cx), &[7, 9]).0 == expected(&[7, 9], 3));
    assert!(drained(pieces(cut(), &cx), &[7, 9]).0 == expected(&[7, 9], 3));
}

#[test]
fn the_region_of_an_array_is_ordered_like_an_array() {
    // what a reader does with a region: places are counted from its start
    let extents = "2:9,1:7:2".parse::<Region>().unwrap().resolve(&[10, 8]).unwrap();
    let shape = shape_of(&extents);
    assert_eq!(&*shape, &[7, 3]);
    let cx = context(1 << 20);
    let plan = Tiled::new(&cx, &shape, &[2, 2], 4, 9);
    assert!(drained(ordered(planned(plan), &cx), &shape).0 == expected(&shape, 4));
}
