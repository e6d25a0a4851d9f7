//! The contract every Narrows reader passes, as a function an implementer calls.
