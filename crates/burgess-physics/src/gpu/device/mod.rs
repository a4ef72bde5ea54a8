//! An adapter made ready for work, and everything that can go wrong with it as an error instead of a panic.

mod adapter;

pub use crate::error::GpuError;
pub use adapter::{AdapterFacts, AdapterKind, AdapterLimits, Choice, adapters, choose};
/// The graphics library, of whose types a [`Gpu`] is made.
pub use wgpu;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// A device that is ready for work; clones share it.
#[derive(Clone, Debug)]
pub struct Gpu {
    /// Makes buffers, shaders and pipelines.
    pub device: wgpu::Device,
    /// Takes work.
    pub queue: wgpu::Queue,
    /// What the device is.
    pub facts: AdapterFacts,
    failure: Failure,
}

/// The first failure that no call could report, shared with wgpu's callbacks.
#[derive(Clone, Debug, Default)]
struct Failure(Arc<Mutex<Option<GpuError>>>);

impl Failure {
    /// Only the first counts: the others follow from it.
    fn record(&self, error: GpuError) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    fn get(&self) -> Option<GpuError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Gpu {
    /// Opens the chosen adapter with all that its limits allow and no optional features, so that every adapter runs the same shaders.
    ///
    /// # Errors
    ///
    /// When there is no such adapter, or it gives no device.
    pub fn open(choice: &Choice) -> Result<Self, GpuError> {
        let mut adapters = adapter::enumerate();
        let there: Vec<AdapterFacts> = adapters.iter().map(AdapterFacts::of).collect();
        let adapter = adapters.swap_remove(choose(choice, &there)?);
        let facts = AdapterFacts::of(&adapter);
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("burgess"),
            required_limits: adapter.limits(),
            memory_hints: wgpu::MemoryHints::Performance,
            ..Default::default()
        };
        let (device, queue) = pollster::block_on(adapter.request_device(&descriptor))
            .map_err(|source| GpuError::Request { adapter: facts.to_string(), source })?;
        let failure = Failure::default();
        let lost = failure.clone();
        device.set_device_lost_callback(move |_, reason| lost.record(GpuError::Lost { reason }));
        let unreported = failure.clone();
        device.on_uncaptured_error(Arc::new(move |error| unreported.record(GpuError::reported("GPU work", &error))));
        Ok(Self { device, queue, facts, failure })
    }

    /// Whether all went well so far, as far as it is known: [`wait`](Self::wait) for the rest.
    ///
    /// # Errors
    ///
    /// The first failure that was reported outside of [`guarded`](Self::guarded). It stays: the device is of no use any more.
    pub fn check(&self) -> Result<(), GpuError> {
        self.failure.get().map_or(Ok(()), Err)
    }

    /// Runs `f`, which is to do `what` on the device, e.g. "the pipeline `step`". Only calls of this thread are watched.
    ///
    /// # Errors
    ///
    /// What wgpu reports about the calls that `f` makes; what `f` returned is of no use then.
    pub fn guarded<R>(&self, what: &str, f: impl FnOnce(&wgpu::Device) -> R) -> Result<R, GpuError> {
        let filters = [wgpu::ErrorFilter::Internal, wgpu::ErrorFilter::Validation, wgpu::ErrorFilter::OutOfMemory];
        let scopes = filters.map(|filter| self.device.push_error_scope(filter));
        let made = f(&self.device);
        // The scopes are a stack: innermost first. Memory comes first, since a missing buffer makes later calls invalid.
        let caught = scopes.into_iter().rev().filter_map(|scope| pollster::block_on(scope.pop()));
        match caught.collect::<Vec<_>>().first() {
            Some(error) => Err(GpuError::reported(what, error)),
            None => Ok(made),
        }
    }

    /// Waits until the queue has done all its work.
    ///
    /// # Errors
    ///
    /// When the device was lost, or a failure was reported.
    pub fn wait(&self) -> Result<(), GpuError> {
        self.poll(wgpu::PollType::wait_indefinitely())
    }

    /// Hands over what was written to buffers, and waits until the queue has done all its work.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    pub fn settle(&self) -> Result<(), GpuError> {
        self.queue.submit([]);
        self.wait()
    }

    /// Waits until the queue has done a submission and all before it.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    pub fn wait_for(&self, submission: wgpu::SubmissionIndex) -> Result<(), GpuError> {
        self.poll(wgpu::PollType::Wait { submission_index: Some(submission), timeout: None })
    }

    fn poll(&self, poll: wgpu::PollType) -> Result<(), GpuError> {
        // wgpu panics where the device is lost while it is waited for; a lost device is an error here.
        let polled = catch_unwind(AssertUnwindSafe(|| self.device.poll(poll)));
        self.check()?;
        match polled {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(GpuError::Lost { reason: error.to_string() }),
            Err(_) => Err(GpuError::Lost { reason: "it could not be waited for".into() }),
        }
    }
}
