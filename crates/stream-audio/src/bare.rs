//! A file of tags alone: no sound behind them.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedVec, Result};

use crate::container::{Container, Packets};
use crate::{Header, Packet};

/// Such a file.
pub(crate) struct Bare(pub(crate) Header);

/// No packets.
struct None;

impl Container for Bare {
    fn header(&self) -> &Header {
        &self.0
    }

    fn packets(&self) -> Result<Box<dyn Packets>> {
        Ok(Box::new(None))
    }
}

impl Packets for None {
    fn next(&mut self, _packet: &mut Packet) -> Result<bool> {
        Ok(false)
    }

    fn bytes(&mut self, _packet: &Packet, bytes: &mut ChargedVec<u8>) -> Result<()> {
        bytes.clear();
        Ok(())
    }

    fn seek(&mut self, _stream: u32, _frame: u64) -> Result<()> {
        Ok(())
    }

    fn position(&self) -> u64 {
        0
    }
}
