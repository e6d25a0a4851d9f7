//! What a second look says, for formats whose own crate is not there to be asked.

use stream_core::{Confidence, Context, Result};

use crate::signature::HDF5;

/// The head has told what there is to tell.
pub(crate) fn none(_: &Context, head: Confidence) -> Result<Confidence> {
    Ok(head)
}

/// HDF5 file format 3.0, II.A: the signature behind a user block that is longer than the head; beyond 64 KiB none is looked for.
pub(crate) fn hdf5(cx: &Context, head: Confidence) -> Result<Confidence> {
    if head > Confidence::No || !cx.is_random() {
        return Ok(head);
    }
    let mut bytes = [0u8; HDF5.len()];
    for offset in [4096, 8192, 16_384, 32_768, 65_536] {
        let found = cx.read_full_at(offset, &mut bytes)?;
        if found == bytes.len() && bytes == *HDF5 {
            return Ok(Confidence::Likely);
        }
        if found < bytes.len() {
            break;
        }
    }
    Ok(Confidence::No)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use stream_core::MemorySource;
    use stream_memory::Budget;

    #[test]
    fn hdf5_behind_a_long_user_block_is_found() {
        let look = |before: usize| {
            let mut file = vec![0u8; before];
            file.extend(HDF5);
            let cx = Context::new(Arc::new(MemorySource::new(file)), &Budget::new("b", 4096));
            hdf5(&cx, Confidence::No).unwrap()
        };
        assert_eq!(look(16_384), Confidence::Likely);
        assert_eq!(look(16_385), Confidence::No);
    }
}
