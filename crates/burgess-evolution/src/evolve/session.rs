//! A session: one process that carries a run on until its budget is used up or someone interrupts it.

use super::folder::RunFolder;
use super::progress::Progress;
use super::provenance::{self, Part, Program};
use super::{Evolution, Run, Setup, table};
use crate::store::Stored;
use anyhow::{Context, Result};
use burgess_core::say;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long the table of metrics may lag behind the store.
const TABLE_LAG: Duration = Duration::from_secs(10);

/// How a session ended without an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The budget is used up.
    Finished,
    /// Someone asked to stop; the run can be resumed.
    Interrupted,
}

/// Carries on the run of a folder. The provenance says that `program` does. `interrupt` is looked at after each generation.
///
/// # Errors
///
/// When simulation or a file fails. Generations that were stored before are kept, and the run can be resumed.
pub fn run(folder: &RunFolder, setup: Setup<'_>, program: &Program, interrupt: &AtomicBool) -> Result<Ended> {
    carry_on(folder, setup.prepare()?, program, interrupt)
}

/// As [`run`], of any run.
///
/// # Errors
///
/// As [`run`].
pub fn carry_on(
    folder: &RunFolder,
    run: Run<'_, impl Stored>,
    program: &Program,
    interrupt: &AtomicBool,
) -> Result<Ended> {
    let mut evolution = Evolution::resume_run(folder.dir(), run)?;
    let (backend, differentiator) = evolution.devices();
    let mut ended = Ended::Finished;
    if evolution.next_batch_size().is_some() {
        provenance::add(folder.dir(), Part::now(program, &backend, differentiator.as_deref()))?;
        let mut progress = Progress::start(&evolution);
        let dir = folder.dir().display();
        ended = generations(folder, &mut evolution, &mut progress, interrupt)
            .with_context(|| format!("the run stopped; what was stored is kept, `burgess resume {dir}` goes on"))?;
        progress.finish(&evolution);
        say!("time of the generations: {}", evolution.times());
    }
    let store = evolution.finish()?;
    table::rewrite(folder.dir(), &store)?;
    store.close();
    Ok(ended)
}

/// Generation after generation, until the last one is stored.
fn generations(
    folder: &RunFolder,
    evolution: &mut Evolution<'_, impl Stored>,
    progress: &mut Progress,
    interrupt: &AtomicBool,
) -> Result<Ended> {
    let mut table_written = Instant::now();
    let mut ended = Ended::Finished;
    while let Some(size) = evolution.next_batch_size() {
        evolution.generation(size)?;
        progress.show(evolution);
        if table_written.elapsed() > TABLE_LAG {
            let dir = folder.dir().to_owned();
            evolution.after_storing(move |store| table::rewrite(&dir, store))?;
            table_written = Instant::now();
        }
        if interrupt.load(Ordering::Relaxed) && evolution.next_batch_size().is_some() {
            ended = Ended::Interrupted;
            break;
        }
    }
    evolution.wait()?;
    Ok(ended)
}
