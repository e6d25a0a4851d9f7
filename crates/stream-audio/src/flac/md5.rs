//! The digest of a stream's samples: MD5 (RFC 1321), which here only guards against accidents.
#![deny(clippy::arithmetic_side_effects)]

/// A digest in the making.
#[derive(Clone)]
pub(super) struct Md5 {
    state: [u32; 4],
    /// Bytes that do not fill a block yet.
    rest: [u8; 64],
    held: usize,
    length: u64,
}

/// How far each step turns (3.4), a row for each round.
const TURNS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
/// Which word each step takes: so many on with each, from a first one.
const WORDS: [(usize, usize); 4] = [(1, 0), (5, 1), (3, 5), (7, 0)];

/// `floor(2^32 * abs(sin(i + 1)))` (3.4).
const SINES: [u32; 64] = [
    0xd76a_a478,
    0xe8c7_b756,
    0x2420_70db,
    0xc1bd_ceee,
    0xf57c_0faf,
    0x4787_c62a,
    0xa830_4613,
    0xfd46_9501,
    0x6980_98d8,
    0x8b44_f7af,
    0xffff_5bb1,
    0x895c_d7be,
    0x6b90_1122,
    0xfd98_7193,
    0xa679_438e,
    0x49b4_0821,
    0xf61e_2562,
    0xc040_b340,
    0x265e_5a51,
    0xe9b6_c7aa,
    0xd62f_105d,
    0x0244_1453,
    0xd8a1_e681,
    0xe7d3_fbc8,
    0x21e1_cde6,
    0xc337_07d6,
    0xf4d5_0d87,
    0x455a_14ed,
    0xa9e3_e905,
    0xfcef_a3f8,
    0x676f_02d9,
    0x8d2a_4c8a,
    0xfffa_3942,
    0x8771_f681,
    0x6d9d_6122,
    0xfde5_380c,
    0xa4be_ea44,
    0x4bde_cfa9,
    0xf6bb_4b60,
    0xbebf_bc70,
    0x289b_7ec6,
    0xeaa1_27fa,
    0xd4ef_3085,
    0x0488_1d05,
    0xd9d4_d039,
    0xe6db_99e5,
    0x1fa2_7cf8,
    0xc4ac_5665,
    0xf429_2244,
    0x432a_ff97,
    0xab94_23a7,
    0xfc93_a039,
    0x655b_59c3,
    0x8f0c_cc92,
    0xffef_f47d,
    0x8584_5dd1,
    0x6fa8_7e4f,
    0xfe2c_e6e0,
    0xa301_4314,
    0x4e08_11a1,
    0xf753_7e82,
    0xbd3a_f235,
    0x2ad7_d2bb,
    0xeb86_d391,
];

impl Md5 {
    pub(super) fn new() -> Self {
        let state = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
        Self { state, rest: [0; 64], held: 0, length: 0 }
    }

    /// Adds `bytes`.
    pub(super) fn update(&mut self, mut bytes: &[u8]) {
        self.length = self.length.wrapping_add(u64::try_from(bytes.len()).unwrap_or(0));
        if self.held > 0 {
            let room = self.rest.get_mut(self.held..).unwrap_or_default();
            let count = room.len().min(bytes.len());
            let (now, later) = bytes.split_at_checked(count).unwrap_or_default();
            room.iter_mut().zip(now).for_each(|(to, from)| *to = *from);
            self.held = self.held.saturating_add(count);
            bytes = later;
            if self.held < self.rest.len() {
                return;
            }
            block(&mut self.state, &self.rest);
            self.held = 0;
        }
        let (blocks, rest) = bytes.as_chunks::<64>();
        blocks.iter().for_each(|bytes| block(&mut self.state, bytes));
        self.rest.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        self.held = rest.len();
    }

    /// The digest of all that was added.
    pub(super) fn finish(mut self) -> [u8; 16] {
        let bits = self.length.wrapping_mul(8);
        self.update(&[0x80]);
        while self.held != 56 {
            self.update(&[0]);
        }
        self.update(&bits.to_le_bytes());
        let mut digest = [0; 16];
        let bytes = self.state.iter().flat_map(|word| word.to_le_bytes());
        digest.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        digest
    }
}

/// One block (3.4).
fn block(state: &mut [u32; 4], bytes: &[u8; 64]) {
    let mut words = [0u32; 16];
    let (fours, _) = bytes.as_chunks::<4>();
    words.iter_mut().zip(fours).for_each(|(to, from)| *to = u32::from_le_bytes(*from));
    let mut now = *state;
    round::<0>(&mut now, &words, |b, c, d| d ^ (b & (c ^ d)));
    round::<1>(&mut now, &words, |b, c, d| c ^ (d & (b ^ c)));
    round::<2>(&mut now, &words, |b, c, d| b ^ c ^ d);
    round::<3>(&mut now, &words, |b, c, d| c ^ (b | !d));
    state.iter_mut().zip(now).for_each(|(to, sum)| *to = to.wrapping_add(sum));
}

/// Sixteen steps, four at once, so that each has its own turn and the four numbers change places by name.
#[inline(always)]
fn round<const R: usize>(
    state: &mut [u32; 4],
    words: &[u32; 16],
    mix: impl Fn(u32, u32, u32) -> u32,
) {
    let [mut a, mut b, mut c, mut d] = *state;
    let (by, from) = WORDS[R];
    let turns = TURNS[R];
    let step = |i: usize, a: u32, b: u32, c: u32, d: u32| {
        let word = words[i.wrapping_mul(by).wrapping_add(from) & 15];
        let sum = a.wrapping_add(mix(b, c, d)).wrapping_add(word);
        let sum = sum.wrapping_add(SINES[(R << 4 | i) & 63]);
        b.wrapping_add(sum.rotate_left(turns[i & 3]))
    };
    for i in [0, 4, 8, 12] {
        a = step(i, a, b, c, d);
        d = step(i | 1, d, a, b, c);
        c = step(i | 2, c, d, a, b);
        b = step(i | 3, b, c, d, a);
    }
    *state = [a, b, c, d];
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        let mut md5 = Md5::new();
        md5.update(bytes);
        md5.finish().iter().map(|b| format!("{b:02x}")).collect()
    }

    #[test]
    fn the_digests_of_the_standards_suite_come_out() {
        // RFC 1321, A.5
        assert_eq!(hex(b""), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(hex(b"message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
        let digits = b"1234567890".repeat(8);
        assert_eq!(hex(&digits), "57edf4a22be3c955ac49da2e2107b67a");
    }

    #[test]
    fn pieces_of_any_size_give_the_same() {
        let bytes: Vec<u8> = (0..=255).cycle().take(300).collect();
        let whole = hex(&bytes);
        for size in [1, 7, 63, 64, 65, 130] {
            let mut md5 = Md5::new();
            bytes.chunks(size).for_each(|part| md5.update(part));
            let digest: String = md5.finish().iter().map(|b| format!("{b:02x}")).collect();
            assert_eq!(digest, whole, "{size}");
        }
    }
}
