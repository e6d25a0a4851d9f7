//! A-law and mu-law (ITU-T G.711): a byte stands for a sample of 16 bits.
#![deny(clippy::arithmetic_side_effects)]

/// The samples of all bytes of A-law, divided by 2^15.
pub(super) static A_LAW: [f32; 256] = {
    let mut samples = [0.0; 256];
    let mut i = 0u8;
    loop {
        samples[i as usize] = a_law(i) as f32 / 32768.0;
        if i == u8::MAX {
            break samples;
        }
        i = i.wrapping_add(1);
    }
};

/// The samples of all bytes of mu-law, divided by 2^15.
pub(super) static MU_LAW: [f32; 256] = {
    let mut samples = [0.0; 256];
    let mut i = 0u8;
    loop {
        samples[i as usize] = mu_law(i) as f32 / 32768.0;
        if i == u8::MAX {
            break samples;
        }
        i = i.wrapping_add(1);
    }
};

/// G.711, table 1: every second bit is turned over, then sign, three bits of segment, four of step.
const fn a_law(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let step = ((byte & 0x0f) as i16) << 4;
    let size = match (byte & 0x70) >> 4 {
        0 => step | 8,
        segment => (step | 0x108) << segment.wrapping_sub(1),
    };
    if byte & 0x80 == 0 { size.wrapping_neg() } else { size }
}

/// G.711, table 2: all bits are turned over; the bias of 33 steps of four is taken off again.
const fn mu_law(byte: u8) -> i16 {
    let byte = !byte;
    let step = ((byte & 0x0f) as i16) << 3;
    let size = (step.wrapping_add(0x84) << ((byte & 0x70) >> 4)).wrapping_sub(0x84);
    if byte & 0x80 == 0 { size } else { size.wrapping_neg() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_and_the_middle_are_those_of_the_tables() {
        assert_eq!((a_law(0xd5), a_law(0x55), a_law(0xaa), a_law(0x2a)), (8, -8, 32256, -32256));
        assert_eq!((mu_law(0xff), mu_law(0x80), mu_law(0x00)), (0, 32124, -32124));
        assert_eq!((A_LAW[0xd5], MU_LAW[0x00]), (8.0 / 32768.0, -32124.0 / 32768.0));
    }
}
