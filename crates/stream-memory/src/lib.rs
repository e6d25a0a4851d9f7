//! Budgets, pooled buffers and caches: the only way to memory whose size depends on input.
