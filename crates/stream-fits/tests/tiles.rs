//! Compressed images: the same pixels as the plain one, in any chunks and regions.
#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects)]

use std::path::Path;
use std::sync::Arc;

use stream_core::memory::Budget;
use stream_core::{Context, Form, MemorySource, Region, Request, Scratch};
use stream_fits::{Algorithm, Hdu, HduKind, Reader, TiledImage};

#[path = "tiles/file.rs"]
mod file;

fn context(bytes: &[u8]) -> Context {
    Context::new(Arc::new(MemorySource::new(bytes)), &Budget::new("tiles", 32 << 20))
}

fn tiled(cx: &Context) -> TiledImage {
    let mut reader = Reader::open(cx.clone()).unwrap();
    let mut hdu = Hdu::new(cx);
    while reader.read_hdu(&mut hdu).unwrap() {
        if hdu.kind() == HduKind::CompressedImage {
            return TiledImage::new(&hdu).unwrap();
        }
    }
    panic!("no compressed image");
}

/// All pixels of a region, put together from chunks: their bytes, and the region's shape.
fn pixels(cx: &Context, request: &Request, chunk: usize) -> (Vec<u8>, Vec<u64>) {
    let plan = tiled(cx).plan(cx, 0, request, chunk).unwrap();
    let array = plan.array().unwrap();
    let size = array.dtype.size().unwrap();
    let count = array.shape.elements().unwrap() as usize;
    let mut all = vec![0xee; count * size];
    let mut scratch = Scratch::new();
    for index in 0..plan.len() {
        let place = plan.place(index).unwrap();
        let chunk = plan.read(index, &mut scratch).unwrap();
        assert_eq!(&*place.shape, chunk.shape());
        put(&mut all, &array.shape, &place.origin, chunk.shape(), chunk.bytes(), size);
    }
    (all, array.shape.to_vec())
}

fn put(all: &mut [u8], shape: &[u64], origin: &[u64], extents: &[u64], from: &[u8], size: usize) {
    let count: u64 = extents.iter().product();
    for n in 0..count {
        let (mut rest, mut at, mut stride) = (n, 0, 1);
        for axis in (0..shape.len()).rev() {
            at += (origin[axis] + rest % extents[axis]) * stride;
            rest /= extents[axis];
            stride *= shape[axis];
        }
        let (at, n) = (at as usize * size, n as usize * size);
        all[at..at + size].copy_from_slice(&from[n..n + size]);
    }
}

#[test]
fn the_corpus_image_is_the_same_in_every_compression() {
    let Some(corpus) = std::env::var_os("NARROWS_CORPUS") else {
        eprintln!("skipped: NARROWS_CORPUS is not set");
        return;
    };
    let folder =
        Path::new(&corpus).join("fits/good/astropy-tiles/io/fits/hdu/compressed/tests/data");
    let plain = std::fs::read(folder.join("m13.fits")).unwrap();
    // 300 x 300 of 16 bits behind a header
    let start = plain.len().div_ceil(2880) * 2880 - (300usize * 300 * 2).next_multiple_of(2880);
    let expected: Vec<i16> = plain[start..]
        .as_chunks::<2>()
        .0
        .iter()
        .take(90_000)
        .map(|b| i16::from_be_bytes(*b))
        .collect();
    for name in ["gzip", "hcomp", "plio", "rice"] {
        let bytes = std::fs::read(folder.join(format!("m13_{name}.fits"))).unwrap();
        let cx = context(&bytes);
        for chunk in [1, 5000, 1 << 20] {
            let (found, shape) = pixels(&cx, &Request::default(), chunk);
            assert_eq!(shape, [300, 300], "{name}");
            let found: Vec<i16> =
                found.as_chunks::<2>().0.iter().map(|b| i16::from_ne_bytes(*b)).collect();
            let first = found.iter().zip(&expected).position(|(a, b)| a != b);
            assert_eq!(first, None, "{name}: {:?}", tiled(&cx).algorithm());
        }
    }
}

#[test]
fn regions_and_chunks_of_any_size_give_the_same_pixels() {
    let (file, expected) = file::rice(&[7, 10, 13], &[2, 4, 13], 0);
    let cx = context(&file);
    assert_eq!(tiled(&cx).algorithm(), Algorithm::Rice { bytes: 2, block: 16 });
    for region in ["", "1:6:2,::3,2:11:4", "3,:,5:", "::5,9,::7", "0:0"] {
        let region: Region = region.parse().unwrap();
        let wanted = region.resolve(&[7, 10, 13]).unwrap();
        let mut picked = Vec::new();
        for a in 0..wanted[0].count {
            for b in 0..wanted[1].count {
                for c in 0..wanted[2].count {
                    let [a, b, c] = [(0, a), (1, b), (2, c)]
                        .map(|(axis, n): (usize, u64)| wanted[axis].start + n * wanted[axis].step);
                    picked.push(expected[(a * 130 + b * 13 + c) as usize]);
                }
            }
        }
        for chunk in [1, 60, 250, 1000, 1 << 20] {
            let request = Request::default().with_region(region.clone());
            let (found, _) = pixels(&cx, &request, chunk);
            let found: Vec<i16> =
                found.as_chunks::<2>().0.iter().map(|b| i16::from_ne_bytes(*b)).collect();
            assert_eq!(found, picked, "{region} in chunks of {chunk}");
            let (scaled, _) = pixels(&cx, &request.with_form(Form::Scaled), chunk);
            let scaled: Vec<f32> =
                scaled.as_chunks::<4>().0.iter().map(|b| f32::from_ne_bytes(*b)).collect();
            let real: Vec<f32> = picked.iter().map(|&value| f32::from(value)).collect();
            assert_eq!(scaled, real, "{region} scaled");
        }
    }
}

#[test]
fn the_offset_of_unsigned_integers_is_applied() {
    let (file, expected) = file::rice(&[3, 8], &[1, 8], 32_768);
    let cx = context(&file);
    let (found, _) = pixels(&cx, &Request::default(), 1 << 20);
    let found: Vec<u16> = found.as_chunks::<2>().0.iter().map(|b| u16::from_ne_bytes(*b)).collect();
    let unsigned: Vec<u16> = expected.iter().map(|&value| value.cast_unsigned() ^ 0x8000).collect();
    assert_eq!(found, unsigned);
}

#[test]
fn a_descriptor_beyond_the_heap_says_where_it_stands() {
    let (mut file, _) = file::rice(&[3, 8], &[1, 8], 0);
    // the table follows the primary HDU and its own header; its second row's offset
    let at = 2 * 2880 + 8 + 4;
    file[at] = 0x7f;
    let cx = context(&file);
    let plan = tiled(&cx).plan(&cx, 0, &Request::default(), 1 << 20).unwrap();
    let error = plan.read(0, &mut Scratch::new()).unwrap_err();
    assert_eq!(error.offset(), Some(2 * 2880 + 8));
    assert!(error.message().starts_with("tile 2: descriptor points beyond the heap"), "{error}");
}
