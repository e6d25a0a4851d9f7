//! Finds out which format a file has, and opens the reader for it.
//!
//! ```no_run
//! use stream_core::{Reader, ReaderExt};
//!
//! let mut reader = stream_factory::open("scan.dcm")?;
//! println!("{}", reader.detection().format.title);
//! let mut entry = reader.context().entry();
//! while reader.read_entry(&mut entry)? {
//!     println!("{} {}", entry.kind(), entry.path());
//! }
//! # Ok::<(), stream_core::Error>(())
//! ```
//!
//! Every format's description is compiled in; its reader by a Cargo feature of the format's name. By default those that
//! need no system library. Detection looks at the first 4 KiB, where that cannot tell at up to
//! 64 KiB more, and takes the extension only to break a tie; `binary` reads what nothing else does.
#![deny(clippy::arithmetic_side_effects)]

mod detect;
mod estimate;
mod extension;
mod known;
mod open;
mod options;
mod outline;
mod second_look;
mod signature;
mod stream;

pub use detect::{DetectedBy, Detection, detect};
pub use estimate::{Estimated, decoded_size, estimate};
pub use extension::by_extension;
pub use known::{Known, formats, readers};
pub use open::{Looked, Opened, look_path, look_with, open, open_path, open_with};
pub use options::Options;
pub use stream::standard_input;
