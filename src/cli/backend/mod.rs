//! What simulates: `--backend`, `--adapter`, `--checked-shaders` and `--threads`, which several subcommands share.

#[cfg(feature = "gpu")]
pub mod gpu;
#[cfg(not(feature = "gpu"))]
#[path = "no_gpu.rs"]
pub mod gpu;

use anyhow::Context;
use burgess::evolve::provenance::{Part, same_bits};
use burgess::experiment::Experiment;
use burgess::sim::Backend;
use burgess::sim::cpu::CpuBackend;
use clap::error::ErrorKind;
use clap::{CommandFactory as _, ValueEnum};

/// What simulates.
#[derive(clap::Args)]
pub struct Args {
    /// What simulates: gpu, cpu, or the best there is (never a software adapter; what a run used before, if it goes on).
    #[arg(long, value_enum, default_value_t = Kind::Auto)]
    backend: Kind,
    /// Take this adapter: its index or a part of its name as `burgess adapters` lists them; implies --backend gpu.
    #[arg(long, value_name = "NAME|INDEX")]
    adapter: Option<String>,
    /// Keep the bounds checks in shaders, to find mistakes in them; slower.
    #[arg(long)]
    checked_shaders: bool,
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

/// What was asked for.
enum Wanted<'a> {
    Auto,
    Cpu,
    Gpu(gpu::Which<'a>),
}

impl Args {
    /// Starts the backend for something new and says which it is. All parallel work of the process keeps to the number of threads.
    ///
    /// # Errors
    ///
    /// When there is no such backend, it cannot simulate the experiment, or threads cannot be started.
    pub fn open(&self, experiment: &Experiment) -> anyhow::Result<Box<dyn Backend>> {
        let wanted = self.start()?;
        Ok(announced(self.take(wanted, experiment)?))
    }

    /// Starts the backend for a run that goes on: unless another was asked for, the one that its last part used, since only
    /// that promises equal bits.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and when the backend that was used is not here.
    pub fn open_again(&self, experiment: &Experiment, parts: &[Part]) -> anyhow::Result<Box<dyn Backend>> {
        let backend = match (self.start()?, parts.last()) {
            (Wanted::Auto, Some(last)) => self.take_recorded(&last.backend, experiment)?,
            (wanted, _) => self.take(wanted, experiment)?,
        };
        if parts.last().is_some_and(|last| !same_bits(&last.backend, &backend.describe())) {
            eprintln!("another backend than before: from here on the run's bits are not what they would have been");
        }
        Ok(announced(backend))
    }

    /// Starts the backend for a comparison with a run: unless another was asked for, the one that its last part used, or the
    /// best there is where that is not here.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_like(&self, experiment: &Experiment, parts: &[Part]) -> anyhow::Result<Box<dyn Backend>> {
        let backend = match (self.start()?, parts.last()) {
            (Wanted::Auto, Some(last)) => self.take_recorded(&last.backend, experiment).or_else(|error| {
                eprintln!("{error:#}");
                self.take(Wanted::Auto, experiment)
            })?,
            (wanted, _) => self.take(wanted, experiment)?,
        };
        Ok(announced(backend))
    }

    /// Checks the arguments and starts the threads of the process.
    fn start(&self) -> anyhow::Result<Wanted<'_>> {
        let wanted = self.wanted()?;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads().unwrap_or(0));
        pool.build_global().context("cannot start threads")?;
        Ok(wanted)
    }

    fn wanted(&self) -> Result<Wanted<'_>, clap::Error> {
        match (&self.adapter, self.backend) {
            (Some(_), Kind::Cpu) => {
                let words = "--adapter takes a GPU adapter, which --backend cpu rules out";
                Err(super::Cli::command().error(ErrorKind::ArgumentConflict, words))
            }
            (Some(adapter), _) => Ok(Wanted::Gpu(gpu::Which::Named(adapter))),
            (None, Kind::Gpu) => Ok(Wanted::Gpu(gpu::Which::Best)),
            (None, Kind::Cpu) => Ok(Wanted::Cpu),
            (None, Kind::Auto) => Ok(Wanted::Auto),
        }
    }

    fn threads(&self) -> Option<usize> {
        self.threads.map(usize::from)
    }

    fn take(&self, wanted: Wanted<'_>, experiment: &Experiment) -> anyhow::Result<Box<dyn Backend>> {
        match wanted {
            Wanted::Gpu(which) => gpu::open(which, experiment, self.checked_shaders),
            Wanted::Cpu => self.cpu(experiment),
            Wanted::Auto => match gpu::hardware(experiment, self.checked_shaders)? {
                Some(backend) => Ok(backend),
                None => self.cpu(experiment),
            },
        }
    }

    /// The backend that describes itself so.
    fn take_recorded(&self, description: &str, experiment: &Experiment) -> anyhow::Result<Box<dyn Backend>> {
        let kind = description.split(',').next().unwrap_or_default();
        if kind == "cpu" {
            return self.cpu(experiment);
        }
        let recorded = gpu::Which::Recorded(description);
        gpu::open(recorded, experiment, self.checked_shaders).with_context(|| {
            format!(
                "the run was simulated on `{description}`, which cannot be had here; --backend gpu or --backend cpu takes \
                 another, but then equal bits are not promised"
            )
        })
    }

    fn cpu(&self, experiment: &Experiment) -> anyhow::Result<Box<dyn Backend>> {
        Ok(Box::new(CpuBackend::new(experiment, self.threads())?))
    }
}

fn announced(backend: Box<dyn Backend>) -> Box<dyn Backend> {
    eprintln!("backend: {}", backend.describe());
    backend
}
