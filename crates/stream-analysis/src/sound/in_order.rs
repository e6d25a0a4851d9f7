//! A reader whose chunks come in C order.

use stream_core::{Chunks, Context, Entry, Progress, Reader, Request, Result, Summary, ordered};

/// The reader it holds, but for the order of chunks: a signal's frames follow one another, whatever tiles a file stores.
pub(crate) struct InOrder<'r>(pub(crate) &'r mut dyn Reader);

impl Reader for InOrder<'_> {
    fn context(&self) -> &Context {
        self.0.context()
    }

    fn read_entry(&mut self, entry: &mut Entry) -> Result<bool> {
        self.0.read_entry(entry)
    }

    fn chunks(&mut self, request: &Request) -> Result<Box<dyn Chunks>> {
        let cx = self.0.context().clone();
        Ok(ordered(self.0.chunks(request)?, &cx))
    }

    fn progress(&self) -> Progress {
        self.0.progress()
    }

    fn finish(&mut self) -> Result<Summary> {
        self.0.finish()
    }
}
