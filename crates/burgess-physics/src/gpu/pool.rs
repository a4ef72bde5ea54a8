//! Buffers that are used again: making one, and clearing it, costs more than a batch's upload.

use super::device::GpuError;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use wgpu::BufferUsages;

/// Smallest buffer (bytes).
const SMALLEST: u64 = 1 << 12;

/// The buffers of a session.
#[derive(Debug)]
pub(super) struct Pool {
    /// What all buffers together may take (bytes).
    memory: u64,
    stock: Mutex<Stock>,
}

#[derive(Debug, Default)]
struct Stock {
    /// Buffers that nobody uses at present.
    idle: Vec<wgpu::Buffer>,
    /// Bytes of all buffers, used or not.
    taken: u64,
}

/// A buffer on loan. It returns to the pool when this is dropped; the device finishes its work on the buffer before the work of the next
/// borrower.
#[derive(Debug)]
pub(super) struct Loan {
    pool: Arc<Pool>,
    buffer: wgpu::Buffer,
}

impl Deref for Loan {
    type Target = wgpu::Buffer;

    fn deref(&self) -> &wgpu::Buffer {
        &self.buffer
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        self.pool.lock().idle.push(self.buffer.clone());
    }
}

impl Pool {
    /// An empty pool that makes buffers of at most `memory` bytes together.
    pub(super) fn new(memory: u64) -> Self {
        Self { memory, stock: Mutex::default() }
    }

    /// A buffer of at least `bytes`, at most `largest`, for `usage`. Its contents are left over from its last use.
    ///
    /// # Errors
    ///
    /// When the buffer does not fit into the pool's memory. (wgpu reports when it does not fit into the device's.)
    pub(super) fn take(
        self: &Arc<Self>,
        device: &wgpu::Device,
        usage: BufferUsages,
        bytes: u64,
        largest: u64,
    ) -> Result<Loan, GpuError> {
        let mut stock = self.lock();
        let loan = |buffer| Ok(Loan { pool: Arc::clone(self), buffer });
        let sizes = bytes..=4 * bytes.max(SMALLEST);
        let fits = |buffer: &wgpu::Buffer| buffer.usage() == usage && sizes.contains(&buffer.size());
        let smallest = (0..stock.idle.len()).filter(|&i| fits(&stock.idle[i])).min_by_key(|&i| stock.idle[i].size());
        if let Some(place) = smallest {
            return loan(stock.idle.swap_remove(place));
        }
        let size = bytes.next_power_of_two().max(SMALLEST).min(largest.max(bytes));
        if stock.taken + size > self.memory {
            stock.clear();
        }
        if stock.taken + size > self.memory {
            let what = format!("a buffer of {size} bytes beside {} others", stock.taken);
            return Err(GpuError::OutOfMemory { what });
        }
        stock.taken += size;
        loan(device.create_buffer(&wgpu::BufferDescriptor { label: None, size, usage, mapped_at_creation: false }))
    }

    /// Frees the buffers that nobody uses.
    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Stock> {
        self.stock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stock {
    fn clear(&mut self) {
        self.taken -= self.idle.drain(..).map(|buffer| buffer.size()).sum::<u64>();
    }
}
