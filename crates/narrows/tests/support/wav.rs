//! Sound that tests hear.

/// A WAV file of two channels of 16 bits: `left`, and on the right half of it.
pub(crate) fn stereo(rate: u32, left: impl ExactSizeIterator<Item = i16>) -> Vec<u8> {
    let data = u32::try_from(left.len()).unwrap() * 4;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + data).to_le_bytes());
    file.extend(b"WAVEfmt ");
    for field in [16, 2 << 16 | 1, rate, rate * 4, 16 << 16 | 4] {
        file.extend(u32::to_le_bytes(field));
    }
    file.extend(b"data");
    file.extend(data.to_le_bytes());
    for left in left {
        file.extend(left.to_le_bytes());
        file.extend((left / 2).to_le_bytes());
    }
    file
}
