//! What the allocator of glibc is told in processes that are measured, whichever system works in
//! them.

/// What the program sets for itself (ADR 18).
pub(crate) const ALLOCATOR: [(&str, &str); 2] =
    [("MALLOC_MMAP_THRESHOLD_", "1048576"), ("MALLOC_TRIM_THRESHOLD_", "4194304")];
