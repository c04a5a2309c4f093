//! What the allocator of glibc keeps of freed memory: little, because a seal and a merge need much
//! for a moment (ADR 18).
#![allow(unsafe_code)]

/// Bytes from which a buffer is a map of its own, which goes back to the system when it is freed.
/// By itself, glibc raises this to up to 32 MiB, and large buffers then leave holes in the heap.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const MMAP_THRESHOLD: libc::c_int = 1 << 20;

/// Free bytes at the end of a heap beyond which they go back to the system.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const TRIM_THRESHOLD: libc::c_int = 4 << 20;

/// Sets both, unless the environment has a threshold of its own. Before other threads run.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(super) fn keep_little() {
    let is_set = |name| std::env::var_os(name).is_some();
    if is_set("MALLOC_MMAP_THRESHOLD_") || is_set("MALLOC_TRIM_THRESHOLD_") {
        return;
    }
    // SAFETY: mallopt(3) takes two numbers by value and changes parameters of the allocator under
    // its own lock; what it does not take it leaves, and says so by a 0 that nobody needs.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, MMAP_THRESHOLD);
        libc::mallopt(libc::M_TRIM_THRESHOLD, TRIM_THRESHOLD);
    }
}

/// Other allocators have no such thresholds.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(super) fn keep_little() {}
