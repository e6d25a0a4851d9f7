//! Statistics of arrays in one pass, the same for every chunk size, chunk shape, order and number of threads.
//!
//! Everything that is kept while data goes by is exact and merges exactly: counts, extremes with the indices of the first
//! element that has them, sums and sums of squares in long fixed-point numbers ([`Exact`]), and counts in bins whose places
//! never move. Mean, variance, quantiles and histogram are made from those at the end. So the results do not depend on how the
//! data was split, by construction. `docs/statistics.md` has the methods, their guarantees and their costs.
//!
//! ```
//! use stream_analysis::{Findings, Measures, Set};
//! use stream_core::{Chunk, DType, Dims, memory::{Budget, Buf}};
//!
//! let budget = Budget::new("example", 1 << 20);
//! let mut buf = Buf::unpooled(&budget, 12)?;
//! buf.copy_from_slice(&[1i32, 2, 6].map(i32::to_ne_bytes).concat());
//! let chunk = Chunk::new(0, Dims::from([0]), Dims::from([3]), DType::I32, buf)?;
//! let mut set = Set::new(Measures::EXTREMES.and(Measures::SUM), &budget);
//! set.add(&chunk)?;
//! let answer = set.answer(&["x".into()], 20, &[]);
//! let Findings::Numbers(x) = &answer.entries[0].columns[0].findings else { panic!() };
//! assert_eq!(x.mean, Some(3.0));
//! # Ok::<(), stream_core::Error>(())
//! ```
//!
//! [`statistics`] does it all for entries of a reader, on several threads, and in a form that a worker process can run: a
//! [`Question`] goes in as bytes, an [`Answer`] comes out. Distinct texts are not counted: that is no bounded work.
#![deny(clippy::arithmetic_side_effects)]

mod answer;
mod bins;
mod codec;
mod column;
mod exact;
mod lanes;
mod loudness;
mod measures;
mod question;
mod result;
mod rms;
mod set;
mod sound;
mod states;
mod task;
mod texts;
mod value;

pub use answer::{Answer, Entry, Failure};
pub use column::Extreme;
pub use exact::Exact;
pub use loudness::{Loudness, Meter, Range, channel_weights, loudness, meter, speakers};
pub use measures::Measures;
pub use question::Question;
pub use result::{Findings, Histogram, Numbers, Quantile, Statistics};
pub use rms::{Edges, Framing, Heard, Level, Part, Rms, rms};
pub use set::Set;
pub use sound::{MOST_CHANNELS, Sound};
pub use task::{TASK, fold, statistics};
pub use texts::Texts;
pub use value::Value;
