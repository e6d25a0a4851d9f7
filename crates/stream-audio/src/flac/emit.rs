//! A decoded frame as what is asked for: interleaved `f32`, or the bytes that its stream's digest is made of.
#![deny(clippy::arithmetic_side_effects)]

use super::decode::Decoder;

/// Fills `out` with samples of all `channels`, interleaved, from the `from`-th of the frame on, divided by 2^(bits - 1).
pub(super) fn floats(decoder: &Decoder, from: usize, channels: usize, bits: u8, out: &mut [f32]) {
    let scale = 1.0 / 2f32.powi(i32::from(bits).wrapping_sub(1));
    let mut planes = decoder.planes(from);
    if channels == 2
        && let (Some(left), Some(right)) = (planes.next(), planes.next())
    {
        let (pairs, _) = out.as_chunks_mut::<2>();
        for ((to, left), right) in pairs.iter_mut().zip(left).zip(right) {
            // an integer of up to 25 bits has its own f32; a longer one gets the nearest
            *to = [*left as f32 * scale, *right as f32 * scale];
        }
        return;
    }
    for (at, plane) in decoder.planes(from).enumerate() {
        let places = out.iter_mut().skip(at).step_by(channels.max(1));
        for (to, sample) in places.zip(plane) {
            *to = *sample as f32 * scale;
        }
    }
}

/// Fills `out` with the samples of a frame from the `from`-th on, interleaved, each little-endian in as many bytes as its bits need
/// (8.2).
pub(super) fn bytes(decoder: &Decoder, from: usize, channels: usize, bits: u8, out: &mut [u8]) {
    match (bits.div_ceil(8), channels) {
        (2, 2) => pairs::<2, 4>(decoder, from, out),
        (3, 2) => pairs::<3, 6>(decoder, from, out),
        (width, _) => any(decoder, from, channels, usize::from(width), out),
    }
}

/// Two channels of `W` bytes, `F` together: what most streams have.
fn pairs<const W: usize, const F: usize>(decoder: &Decoder, from: usize, out: &mut [u8]) {
    let mut planes = decoder.planes(from);
    let (Some(left), Some(right)) = (planes.next(), planes.next()) else { return };
    let (frames, _) = out.as_chunks_mut::<F>();
    for ((to, left), right) in frames.iter_mut().zip(left).zip(right) {
        let (left, right) = (left.to_le_bytes(), right.to_le_bytes());
        for at in 0..W {
            to[at] = left[at];
            to[at.wrapping_add(W)] = right[at];
        }
    }
}

fn any(decoder: &Decoder, from: usize, channels: usize, width: usize, out: &mut [u8]) {
    let step = width.saturating_mul(channels).max(1);
    for (at, plane) in decoder.planes(from).enumerate() {
        let start = at.saturating_mul(width);
        for (frame, sample) in out.chunks_exact_mut(step).zip(plane) {
            let to = frame.get_mut(start..start.saturating_add(width)).unwrap_or_default();
            to.iter_mut().zip(sample.to_le_bytes()).for_each(|(to, byte)| *to = byte);
        }
    }
}
