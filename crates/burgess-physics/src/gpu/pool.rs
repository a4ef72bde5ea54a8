//! Buffers that are used again: making one, and clearing it, costs more than a batch's upload.

use super::device::GpuError;
use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};
use wgpu::BufferUsages;

/// Smallest buffer (bytes).
const SMALLEST: u64 = 1 << 12;

/// The buffers of a backend.
pub struct Pool {
    /// What all buffers together may take (bytes).
    memory: u64,
    stock: Mutex<Stock>,
}

#[derive(Default)]
struct Stock {
    /// Buffers that nobody uses at present.
    idle: Vec<wgpu::Buffer>,
    /// Bytes of all buffers, used or not.
    taken: u64,
}

/// A buffer on loan; it goes back when this is dropped. What the device still does with it comes before what others let it do.
pub struct Loan<'a> {
    pool: &'a Pool,
    buffer: wgpu::Buffer,
}

impl Deref for Loan<'_> {
    type Target = wgpu::Buffer;

    fn deref(&self) -> &wgpu::Buffer {
        &self.buffer
    }
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        self.pool.lock().idle.push(self.buffer.clone());
    }
}

impl Pool {
    /// An empty pool that makes buffers of at most `memory` bytes together.
    pub fn new(memory: u64) -> Self {
        Self { memory, stock: Mutex::default() }
    }

    /// A buffer of at least `bytes`, at most `largest`, for `usage`. What stands in it is left over from its last use.
    ///
    /// # Errors
    ///
    /// When it does not fit into the pool's memory. (What the device's memory does not hold, wgpu reports.)
    pub fn take(
        &self,
        device: &wgpu::Device,
        usage: BufferUsages,
        bytes: u64,
        largest: u64,
    ) -> Result<Loan<'_>, GpuError> {
        let mut stock = self.lock();
        let loan = |buffer| Ok(Loan { pool: self, buffer });
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

    /// Frees all that nobody uses.
    pub fn clear(&self) {
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
