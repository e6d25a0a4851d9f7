//! Sources that misbehave as real ones do, to be laid around any other; none allocates while it is read.

mod counting;
mod fails_at;
mod forward_only;
mod patched;
mod short_reads;
mod shrinking;
mod slow;
mod truncated;

pub use counting::Counting;
pub use fails_at::FailsAt;
pub use forward_only::ForwardOnly;
pub use patched::{Flipped, Patched};
pub use short_reads::ShortReads;
pub use shrinking::Shrinking;
pub use slow::Slow;
pub use truncated::Truncated;

fn widen(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
