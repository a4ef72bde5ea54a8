//! Storing beside the loop: a thread owns the store and does one job after the other, while the next generation is made.
//!
//! Jobs are done in the order in which they were handed over, each after all before it, so the store holds whole generations
//! at any moment, as it would without the thread: it only lags. What a job reads includes all that was handed over before it.
//! The queue is short, so a store that is slower than the loop slows the loop down instead of filling the memory, and a killed
//! run repeats no more than a few commits.
//!
//! The first job that fails ends the thread; no later one is done. The failure comes back from the next call.

use super::Store;
use anyhow::{Result, bail};
use std::panic::resume_unwind;
use std::sync::mpsc::{SyncSender, channel, sync_channel};
use std::thread::{Builder, JoinHandle};

/// Jobs that may wait beside the one that is being done.
const QUEUE: usize = 2;

type Job = Box<dyn FnOnce(&mut Store) -> Result<()> + Send>;

/// A store on a thread of its own. Dropped, it finishes what was handed over.
#[derive(Debug)]
pub struct Writer {
    /// None once the thread has been told to stop.
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<Result<Store>>>,
}

impl Writer {
    /// Moves a store to a thread of its own.
    ///
    /// # Errors
    ///
    /// When the thread cannot be started.
    pub fn start(mut store: Store) -> Result<Self> {
        let (jobs, queue) = sync_channel::<Job>(QUEUE);
        let work = move || {
            for job in queue {
                job(&mut store)?;
            }
            Ok(store)
        };
        let thread = Builder::new().name("store".into()).spawn(work)?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Hands a job over; waits while the queue is full.
    ///
    /// # Errors
    ///
    /// That of an earlier job. This one is not done then.
    pub fn send(&mut self, job: impl FnOnce(&mut Store) -> Result<()> + Send + 'static) -> Result<()> {
        match &self.jobs {
            Some(jobs) if jobs.send(Box::new(job)).is_ok() => Ok(()),
            _ => self.fail(),
        }
    }

    /// Waits until all that was handed over is done.
    ///
    /// # Errors
    ///
    /// That of a job.
    pub fn wait(&mut self) -> Result<()> {
        let (done, waiting) = channel();
        self.send(move |_| Ok(done.send(())?))?;
        if waiting.recv().is_ok() { Ok(()) } else { self.fail() }
    }

    /// Gives the store back once all that was handed over is done; nothing can be handed over any more.
    ///
    /// # Errors
    ///
    /// That of a job.
    pub fn finish(&mut self) -> Result<Store> {
        self.stop()
    }

    /// The failure that ended the thread.
    fn fail(&mut self) -> Result<()> {
        self.stop()?;
        bail!("the store was closed early")
    }

    fn stop(&mut self) -> Result<Store> {
        self.jobs = None;
        let Some(thread) = self.thread.take() else { bail!("the store was closed after it failed") };
        thread.join().unwrap_or_else(|panic| resume_unwind(panic))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // Whoever did not ask for the outcome does not want it.
            let _ = thread.join();
        }
    }
}
