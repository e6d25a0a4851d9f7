//! What the measures of sound cost, in nanoseconds a frame of stereo samples, over samples in the cache: what they add to reading
//! and decoding.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use std::time::Instant;

use stream_analysis::{Edges, Framing, Part};
use stream_core::memory::Budget;

const FRAMES: usize = 64 << 10;
const TIMES: usize = 32;

fn best(mut run: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..9 {
        let start = Instant::now();
        (0..TIMES).for_each(|_| run());
        best = best.min(start.elapsed().as_secs_f64());
    }
    best * 1e9 / (FRAMES * TIMES) as f64
}

fn main() {
    let budget = Budget::new("cost", 64 << 20);
    let mut state = 1u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        ((state >> 40) as f32 / (1u64 << 23) as f32 - 1.0) * 0.5
    };
    let samples: Vec<f32> = (0..FRAMES * 2).map(|_| random()).collect();
    for hop in [2048, 512, 64] {
        let framing = Framing::new(2048, hop, Edges::Centered).unwrap();
        let cost = best(|| {
            let mut part = Part::new(&framing, 2, &budget);
            part.add(0, &samples).unwrap();
        });
        println!("rms, frame 2048, hop {hop}: {cost:.2} ns");
    }
}
