//! What is done where a file is read, so that only the result comes back.

use stream_worker::Task;

/// The argument that makes this program a worker. Not for use by hand.
pub(crate) const WORKER: &str = "--worker-process";

/// The argument that makes a worker's program say what it reads.
pub(crate) const FORMATS: &str = "--formats";

/// The tasks that a worker knows.
pub(crate) const ALL: &[Task] = &[crate::verb::stats::STATISTICS];
