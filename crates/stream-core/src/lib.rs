//! The traits and types every Narrows reader shares: sources, entries, chunks, errors.
