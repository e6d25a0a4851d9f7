//! Rows as record batches, to another thread.

use std::sync::mpsc::SyncSender;

use arrow_array::RecordBatch;
use stream_core::{Error, ErrorKind, Result};

use super::Sink;
use crate::Block;

/// Rows of one of the tables.
#[derive(Clone, Debug)]
pub enum Rows {
    /// Of entries, whose files come behind them.
    Entries(RecordBatch),
    /// Of files, with all rows of their entries before them.
    Files(RecordBatch),
}

/// Sends rows through a channel; a full one makes the scan wait.
pub struct Channel {
    to: SyncSender<Rows>,
}

impl Channel {
    /// Sends to `to`.
    pub fn new(to: SyncSender<Rows>) -> Self {
        Self { to }
    }

    fn send(&self, rows: Rows) -> Result<()> {
        self.to
            .send(rows)
            .map_err(|_| Error::new(ErrorKind::Io, "nobody receives the rows any more"))
    }
}

impl Sink for Channel {
    fn take(&mut self, block: &Block) -> Result<()> {
        for batch in block.entries()? {
            self.send(Rows::Entries(batch?))?;
        }
        self.send(Rows::Files(block.files()?))
    }

    fn finish(&mut self) -> Result<()> {
        Ok(())
    }
}
