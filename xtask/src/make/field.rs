//! Values as instruments and models give them: smooth, with a little noise.
use super::random::Random;

/// `count` temperatures about 280, multiples of 1/64, so that every order of adding them up gives the same sum.
pub fn temperatures(random: &mut Random, count: usize, values: &mut Vec<f32>) {
    values.clear();
    let mut bits = 0;
    for at in 0..count {
        if at % 16 == 0 {
            bits = random.next_u64();
        }
        let noise = (bits >> (at % 16 * 4) & 0xF) as f32;
        // a wave of 512 values: up and down again
        let wave = 256 - (at as i32 % 512 - 256).abs();
        values.push(280.0 + (wave as f32 + noise) / 64.0);
    }
}
