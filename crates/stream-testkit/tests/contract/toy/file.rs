//! Writing the format.

/// A file of records: texts and arrays.
pub(crate) fn file(records: &[Result<&str, &[u16]>]) -> Vec<u8> {
    let mut bytes = super::MAGIC.to_vec();
    for one in records {
        match one {
            Ok(text) => record(&mut bytes, b'T', text.as_bytes()),
            Err(numbers) => {
                let payload: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
                record(&mut bytes, b'A', &payload);
            }
        }
    }
    record(&mut bytes, b'E', &(records.len() as u64).to_le_bytes());
    bytes
}

fn record(bytes: &mut Vec<u8>, kind: u8, payload: &[u8]) {
    bytes.push(kind);
    bytes.extend((payload.len() as u32).to_le_bytes());
    bytes.extend(payload);
}

/// Some texts and an array of 40 KB, `n` times.
pub(crate) fn long(n: usize) -> Vec<u8> {
    let numbers: Vec<u16> = (0..20_000u32).map(|n| (n * 7) as u16).collect();
    let once = [Ok("one"), Ok("two"), Err(&numbers[..]), Ok("and text of some length")];
    file(&once.repeat(n))
}
