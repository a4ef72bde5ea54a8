//! Counts what is allocated, and refuses what is beyond a limit.

use mimalloc::MiMalloc;
use std::alloc::{GlobalAlloc, Layout};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Bytes that are allocated.
static HELD: AtomicUsize = AtomicUsize::new(0);
/// The most of them since [`begin`].
static PEAK: AtomicUsize = AtomicUsize::new(0);
/// What they were then.
static BEFORE: AtomicUsize = AtomicUsize::new(0);
/// Beyond this nothing is given.
static CEILING: AtomicUsize = AtomicUsize::new(usize::MAX);

/// The program's allocator, counted.
pub(crate) struct Counting;

/// From here on at most `limit` bytes more are given.
pub(crate) fn begin(limit: usize) {
    let held = HELD.load(Relaxed);
    BEFORE.store(held, Relaxed);
    PEAK.store(held, Relaxed);
    CEILING.store(held + limit, Relaxed);
}

/// The most bytes more than at the beginning.
pub(crate) fn peak() -> usize {
    PEAK.load(Relaxed).saturating_sub(BEFORE.load(Relaxed))
}

/// The most memory that this process ever had of the system, SQLite's share included (bytes); 0 where the system does not say.
pub(crate) fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<usize>().ok()).map_or(0, |kib| kib << 10)
}

/// Counts so many bytes; false, and nothing is counted, when they are too many.
fn take(bytes: usize) -> bool {
    let held = HELD.fetch_add(bytes, Relaxed).saturating_add(bytes);
    if held > CEILING.load(Relaxed) {
        HELD.fetch_sub(bytes, Relaxed);
        return false;
    }
    PEAK.fetch_max(held, Relaxed);
    true
}

/// Counts the bytes of a block that `allocate` makes.
fn counted(bytes: usize, allocate: impl FnOnce() -> *mut u8) -> *mut u8 {
    if !take(bytes) {
        return std::ptr::null_mut();
    }
    let block = allocate();
    if block.is_null() {
        HELD.fetch_sub(bytes, Relaxed);
    }
    block
}

// SAFETY: all blocks are those of the allocator inside, which is asked for what was asked for here; null is what may be given for none.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        counted(layout.size(), || unsafe { MiMalloc.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        counted(layout.size(), || unsafe { MiMalloc.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both may be there at once while it moves, but only the new one stays.
        let moved = counted(size, || unsafe { MiMalloc.realloc(block, layout, size) });
        if !moved.is_null() {
            HELD.fetch_sub(layout.size(), Relaxed);
        }
        moved
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { MiMalloc.dealloc(block, layout) };
        HELD.fetch_sub(layout.size(), Relaxed);
    }
}
