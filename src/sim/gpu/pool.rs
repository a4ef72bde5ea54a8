//! Buffers that are used again: making one, and clearing it, costs more than a batch's upload.

use std::sync::{Mutex, PoisonError};
use wgpu::BufferUsages;

/// Smallest buffer (bytes).
const SMALLEST: u64 = 1 << 12;

/// Buffers that nobody uses at present.
#[derive(Default)]
pub struct Pool(Mutex<Vec<wgpu::Buffer>>);

impl Pool {
    /// A buffer of at least `bytes`, at most `largest`, for `usage`. What stands in it is left over from its last use.
    pub fn take(&self, device: &wgpu::Device, usage: BufferUsages, bytes: u64, largest: u64) -> wgpu::Buffer {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |buffer: &wgpu::Buffer| {
            buffer.usage() == usage && (bytes..=4 * bytes.max(SMALLEST)).contains(&buffer.size())
        };
        let smallest = (0..idle.len()).filter(|&i| fits(&idle[i])).min_by_key(|&i| idle[i].size());
        if let Some(place) = smallest {
            return idle.swap_remove(place);
        }
        let size = bytes.next_power_of_two().clamp(SMALLEST, largest.max(bytes));
        device.create_buffer(&wgpu::BufferDescriptor { label: None, size, usage, mapped_at_creation: false })
    }

    /// Gives a buffer back.
    pub fn put(&self, buffer: wgpu::Buffer) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
    }

    /// Frees all that nobody uses.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
