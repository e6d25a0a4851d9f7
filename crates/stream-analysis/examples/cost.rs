//! What each measure costs, in nanoseconds an element, over a chunk in the cache: what a fold adds to reading and decoding.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use std::time::Instant;

use stream_analysis::{Measures, Set};
use stream_core::memory::{Budget, Buf};
use stream_core::{Chunk, DType, Dims};

const BYTES: usize = 512 << 10;
const TIMES: usize = 64;

fn chunk(dtype: &DType, element: impl Fn(f64) -> Vec<u8>) -> Chunk {
    let budget = Budget::new("cost", 1 << 30);
    let mut state = 1u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let mut buf = Buf::unpooled(&budget, BYTES).unwrap();
    let size = dtype.size().unwrap();
    // near normal: the sum of four uniform numbers
    for at in buf.chunks_exact_mut(size) {
        at.copy_from_slice(&element((0..4).map(|_| random()).sum::<f64>() - 2.0));
    }
    let n = (BYTES / size) as u64;
    Chunk::new(0, Dims::from([0]), Dims::from([n]), dtype.clone(), buf).unwrap()
}

fn measure(name: &str, dtype: &DType, element: impl Fn(f64) -> Vec<u8>) {
    let chunk = chunk(dtype, element);
    let elements = (chunk.elements() * TIMES as u64) as f64;
    let budget = Budget::new("cost", 64 << 20);
    let cost = |measures: Measures| {
        let mut best = f64::INFINITY;
        for _ in 0..9 {
            let start = Instant::now();
            let mut set = Set::new(measures, &budget);
            (0..TIMES).for_each(|_| set.add(&chunk).unwrap());
            best = best.min(start.elapsed().as_secs_f64());
        }
        best * 1e9 / elements
    };
    let mut line = format!("{name:<16}");
    let all = [
        Measures::COUNTS,
        Measures::EXTREMES,
        Measures::SUM,
        Measures::EXTREMES.and(Measures::SUM),
        Measures::SPREAD,
        Measures::BINS,
        Measures::ALL,
    ];
    for measures in all {
        line.push_str(&format!("{:>9.2}", cost(measures)));
    }
    println!("{line}");
}

fn main() {
    let names = ["count", "min max", "mean", "min mean max", "sd", "quantiles", "all"];
    println!(
        "{:<16}{}",
        "ns/element",
        names.map(|n| format!("{:>9}", n.split(' ').next().unwrap())).concat()
    );
    println!("{:<16}columns: {}", "", names.join(", "));
    measure("f32", &DType::F32, |x| (x as f32).to_ne_bytes().to_vec());
    measure("f32, 1 % NaN", &DType::F32, |x| {
        let x = if x.abs() > 1.55 { f64::NAN } else { x };
        (x as f32).to_ne_bytes().to_vec()
    });
    measure("f32, wide", &DType::F32, |x| ((x * 30.0).exp() as f32).to_ne_bytes().to_vec());
    measure("f64", &DType::F64, |x| x.to_ne_bytes().to_vec());
    measure("f16", &DType::F16, |x| (((x * 100.0) as i16) & 0x3fff).to_ne_bytes().to_vec());
    measure("i8", &DType::I8, |x| ((x * 60.0) as i8).to_ne_bytes().to_vec());
    measure("u8", &DType::U8, |x| ((x * 60.0 + 128.0) as u8).to_ne_bytes().to_vec());
    measure("i16", &DType::I16, |x| ((x * 9000.0) as i16).to_ne_bytes().to_vec());
    measure("i32", &DType::I32, |x| ((x * 9e5) as i32).to_ne_bytes().to_vec());
    measure("i64", &DType::I64, |x| ((x * 9e12) as i64).to_ne_bytes().to_vec());
}
