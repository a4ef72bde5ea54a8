//! `--backend` and `--threads`, which several subcommands share.

use anyhow::{Context, bail};
use burgess::experiment::Experiment;
use burgess::sim::Backend;
use burgess::sim::cpu::CpuBackend;
use clap::ValueEnum;

/// What simulates.
#[derive(clap::Args)]
pub struct Args {
    /// What simulates: gpu, cpu, or the best there is.
    #[arg(long, value_enum, default_value_t = Kind::Auto)]
    backend: Kind,
    /// CPU threads; the results do not depend on it [default: all cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Auto,
    Gpu,
    Cpu,
}

impl Args {
    /// Starts the backend and says which it is. All parallel work of the process keeps to the number of threads.
    ///
    /// # Errors
    ///
    /// When there is no such backend, or threads cannot be started.
    pub fn open(&self, experiment: &Experiment) -> anyhow::Result<Box<dyn Backend>> {
        let threads = self.threads.map(usize::from);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0));
        pool.build_global().context("cannot start threads")?;
        let backend = match self.backend {
            Kind::Gpu => bail!("this build has no GPU backend yet; --backend cpu does the whole job"),
            Kind::Auto | Kind::Cpu => CpuBackend::new(experiment, threads)?,
        };
        eprintln!("backend: {}", backend.describe());
        Ok(Box::new(backend))
    }
}
