//! A plain encoder: every kind of subframe, none of them chosen well.

use crate::flac::crc::{crc8, crc16};
use crate::flac::md5::Md5;

/// How the subframes of a file are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Constant,
    Verbatim,
    Fixed(usize),
    Linear(usize),
    /// Residuals as plain numbers.
    Escaped,
    Wasted(u32),
    LeftSide,
    SideRight,
    MidSide,
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    count: usize,
}

impl Bits {
    fn put(&mut self, value: i64, width: u32) {
        for bit in (0..width).rev() {
            if self.count.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let one = (value >> bit & 1) as u8;
            *self.bytes.last_mut().unwrap() |= one << (7 - self.count % 8);
            self.count += 1;
        }
    }

    fn unary(&mut self, zeros: u64) {
        (0..zeros).for_each(|_| self.put(0, 1));
        self.put(1, 1);
    }
}

pub(super) struct Encoder {
    pub(super) channels: usize,
    pub(super) bits: u32,
    pub(super) block: usize,
}

impl Encoder {
    /// The file, and where its frames begin; `codings` are taken in turn, one for each frame.
    pub(super) fn file(&self, samples: &[i64], codings: &[Coding]) -> (Vec<u8>, Vec<usize>) {
        let mut md5 = Md5::new();
        for sample in samples {
            md5.update(&sample.to_le_bytes()[..self.bits.div_ceil(8) as usize]);
        }
        let total = samples.len() / self.channels;
        let mut head = Bits::default();
        head.put(self.block as i64, 16);
        head.put(self.block as i64, 16);
        head.put(0, 48);
        head.put(44_100, 20);
        head.put(self.channels as i64 - 1, 3);
        head.put(i64::from(self.bits) - 1, 5);
        head.put(total as i64, 36);
        let mut out = b"fLaC\x80\0\0\x22".to_vec();
        out.extend(head.bytes);
        out.extend(md5.finish());
        let mut offsets = Vec::new();
        for (number, block) in samples.chunks(self.block * self.channels).enumerate() {
            offsets.push(out.len());
            out.extend(self.frame(number, block, codings[number % codings.len()]));
        }
        (out, offsets)
    }

    fn frame(&self, number: usize, samples: &[i64], coding: Coding) -> Vec<u8> {
        let frames = samples.len() / self.channels;
        let mut bits = Bits::default();
        bits.put(0xfff8, 16);
        bits.put(7, 4);
        bits.put(9, 4);
        let assignment = match coding {
            Coding::LeftSide => 8,
            Coding::SideRight => 9,
            Coding::MidSide => 10,
            _ => self.channels as i64 - 1,
        };
        bits.put(assignment, 4);
        bits.put(
            [(8, 1), (12, 2), (16, 4), (20, 5), (24, 6), (32, 7)]
                .into_iter()
                .find(|c| c.0 == self.bits)
                .unwrap()
                .1,
            3,
        );
        bits.put(0, 1);
        if number < 0x80 {
            bits.put(number as i64, 8);
        } else {
            bits.put(0xc0 | (number >> 6) as i64, 8);
            bits.put(0x80 | (number & 0x3f) as i64, 8);
        }
        bits.put(frames as i64 - 1, 16);
        let sum = crc8(&bits.bytes);
        bits.put(i64::from(sum), 8);
        let mut planes: Vec<Vec<i64>> = (0..self.channels)
            .map(|c| samples.iter().skip(c).step_by(self.channels).copied().collect())
            .collect();
        let mut widths = vec![self.bits; self.channels];
        if assignment >= 8 {
            let side: Vec<i64> = planes[0].iter().zip(&planes[1]).map(|(l, r)| l - r).collect();
            let mid: Vec<i64> =
                planes[0].iter().zip(&planes[1]).map(|(l, r)| (l + r) >> 1).collect();
            let at = usize::from(assignment != 9);
            if assignment == 10 {
                planes[0] = mid;
            }
            planes[at] = side;
            widths[at] += 1;
        }
        for (plane, width) in planes.iter().zip(widths) {
            subframe(&mut bits, plane, width, coding);
        }
        let sum = crc16(0, &bits.bytes);
        let mut bytes = bits.bytes;
        bytes.extend(sum.to_be_bytes());
        bytes
    }
}

fn subframe(bits: &mut Bits, samples: &[i64], width: u32, coding: Coding) {
    let plain =
        |bits: &mut Bits, samples: &[i64], width| samples.iter().for_each(|s| bits.put(*s, width));
    match coding {
        Coding::Constant => {
            bits.put(0, 8);
            bits.put(samples[0], width);
        }
        Coding::Verbatim => {
            bits.put(1 << 1, 8);
            plain(bits, samples, width);
        }
        Coding::Wasted(wasted) => {
            bits.put(1 << 1 | 1, 8);
            bits.unary(u64::from(wasted) - 1);
            let short: Vec<i64> = samples.iter().map(|s| s >> wasted).collect();
            plain(bits, &short, width - wasted);
        }
        Coding::Linear(order) => {
            let order = order.min(samples.len());
            bits.put((31 + order as i64) << 1, 8);
            plain(bits, &samples[..order], width);
            bits.put(9, 4);
            bits.put(5, 5);
            let by: Vec<i64> = (0..order as i64).map(|n| (37 - n * 11) % 29).collect();
            by.iter().for_each(|c| bits.put(*c, 10));
            let said = |i: usize| (0..order).map(|j| by[j] * samples[i - 1 - j]).sum::<i64>() >> 5;
            let rest: Vec<i64> = (order..samples.len()).map(|i| samples[i] - said(i)).collect();
            residuals(bits, &rest, samples.len(), order);
        }
        _ => {
            let order =
                if let Coding::Fixed(order) = coding { order.min(samples.len()) } else { 0 };
            bits.put((8 + order as i64) << 1, 8);
            plain(bits, &samples[..order], width);
            let mut rest = samples.to_vec();
            for _ in 0..order {
                rest = rest.windows(2).map(|w| w[1] - w[0]).collect();
            }
            if coding == Coding::Escaped {
                bits.put(0, 6);
                bits.put(15, 4);
                // as many bits as an escape can say
                let width = width.min(31);
                bits.put(i64::from(width), 5);
                plain(bits, &rest, width);
            } else {
                residuals(bits, &rest, samples.len(), order);
            }
        }
    }
}

/// Rice codes in two partitions where the block allows that.
fn residuals(bits: &mut Bits, rest: &[i64], block: usize, order: usize) {
    let split = block.is_multiple_of(2) && block / 2 >= order;
    bits.put(1, 2);
    bits.put(i64::from(split), 4);
    let first = if split { block / 2 - order } else { rest.len() };
    let parts = if split { vec![&rest[..first], &rest[first..]] } else { vec![rest] };
    for part in parts {
        let mean = part.iter().map(|r| r.unsigned_abs()).sum::<u64>() / part.len().max(1) as u64;
        let k = (64 - mean.leading_zeros()).min(30);
        bits.put(i64::from(k), 5);
        for &r in part {
            let folded = ((r << 1) ^ (r >> 63)) as u64;
            bits.unary(folded >> k);
            bits.put((folded & ((1 << k) - 1)) as i64, k);
        }
    }
}
