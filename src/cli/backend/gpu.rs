//! The GPU as the command line asks for it.

use super::Switches;
use anyhow::bail;
use burgess_core::say;
use burgess_physics::batch::Backend;
use burgess_physics::gpu::device::{AdapterFacts, AdapterLimits, Choice, Gpu, GpuError, adapters};
use burgess_physics::gpu::shared_world::unsupported as unsupported_world;
use burgess_physics::gpu::{GpuBackend, GpuWorld, Options, description, unsupported};
use burgess_physics::plan::Plan;
use burgess_physics::shared_world::{Setup, Simulate};

/// Which adapter to take.
#[derive(Clone, Copy)]
pub(crate) enum Which<'a> {
    /// The best there is, a software one if need be.
    Best,
    /// By index or a part of its name.
    Named(&'a str),
    /// The one that the description of a run's backend tells of.
    Recorded(&'a str),
}

/// Opens an adapter for a plan, software ones too.
///
/// # Errors
///
/// When there is no such adapter, or it cannot simulate the plan.
pub(crate) fn open(which: Which<'_>, plan: &Plan, switches: Switches) -> anyhow::Result<Box<dyn Backend>> {
    if let Some(why) = unsupported(plan) {
        bail!("{why}; take --backend cpu");
    }
    let (gpu, checked) = device(which)?;
    backend(plan, gpu, Switches { checked: checked || switches.checked, ..switches })
}

/// Opens an adapter for shared worlds, software ones too.
///
/// # Errors
///
/// When there is no such adapter, or it cannot simulate the scene.
pub(crate) fn open_world(which: Which<'_>, setup: &Setup, switches: Switches) -> anyhow::Result<Box<dyn Simulate>> {
    if let Some(why) = unsupported_world(setup) {
        bail!("{why}; take --backend cpu");
    }
    world(setup, device(which)?.0, switches)
}

/// Opens an adapter, and says whether what it is to go on with had checked shaders.
fn device(which: Which<'_>) -> anyhow::Result<(Gpu, bool)> {
    let (choice, checked) = match which {
        Which::Best => (Choice::Best, false),
        Which::Named(name) => (Choice::Named(name.to_owned()), false),
        Which::Recorded(words) => match description::read(words) {
            Some((adapter, was_checked)) => (Choice::Described(adapter.to_owned()), was_checked),
            None => bail!("`{words}` is no backend that this version knows"),
        },
    };
    let gpu = Gpu::open(&choice)?;
    if gpu.facts.is_software() {
        say!("{} is a software adapter: slow, for tests", gpu.facts.name);
    }
    Ok((gpu, checked))
}

/// Opens the best hardware for a plan; where there is none that can be used, says why.
///
/// # Errors
///
/// When the adapter opens but cannot be made ready.
pub(crate) fn hardware(plan: &Plan, switches: Switches) -> anyhow::Result<Option<Box<dyn Backend>>> {
    if let Some(why) = unsupported(plan) {
        say!("the CPU simulates: {why}");
        return Ok(None);
    }
    hardware_device().map(|gpu| backend(plan, gpu, switches)).transpose()
}

/// Opens the best hardware for shared worlds; where there is none that can be used, or none that can simulate the
/// scene, says why.
///
/// # Errors
///
/// When the scene is too large for it.
pub(crate) fn hardware_world(setup: &Setup, switches: Switches) -> anyhow::Result<Option<Box<dyn Simulate>>> {
    if let Some(why) = unsupported_world(setup) {
        say!("the CPU simulates: {why}");
        return Ok(None);
    }
    hardware_device().map(|gpu| world(setup, gpu, switches)).transpose()
}

fn hardware_device() -> Option<Gpu> {
    match Gpu::open(&Choice::Real) {
        Ok(gpu) => Some(gpu),
        Err(GpuError::NoAdapter | GpuError::OnlySoftware { .. }) => {
            say!("no GPU found, the CPU simulates (`burgess adapters` lists what there is)");
            None
        }
        Err(error) => {
            say!("the CPU simulates, since the GPU cannot be used: {error}");
            None
        }
    }
}

fn backend(plan: &Plan, gpu: Gpu, switches: Switches) -> anyhow::Result<Box<dyn Backend>> {
    Ok(Box::new(GpuBackend::new(plan, gpu, options(switches))?))
}

fn world(setup: &Setup, gpu: Gpu, switches: Switches) -> anyhow::Result<Box<dyn Simulate>> {
    Ok(Box::new(GpuWorld::new(setup, gpu, options(switches))?))
}

fn options(switches: Switches) -> Options {
    // Debug builds are for finding mistakes, those in shaders too.
    let checked = switches.checked || cfg!(debug_assertions);
    Options { checked, dispatch_time: switches.dispatch_time, ..Options::default() }
}

/// Rows of a table of the adapters, the first its head.
///
/// # Errors
///
/// When there is none.
pub(crate) fn table() -> anyhow::Result<Vec<Vec<String>>> {
    let adapters = adapters();
    if adapters.is_empty() {
        return Err(GpuError::NoAdapter.into());
    }
    let head = ["index", "name", "kind", "backend", "driver", "memory", "largest binding", "largest buffer"];
    let head = head
        .iter()
        .chain(&["shared memory", "invocations", "workgroups", "storage buffers"])
        .map(ToString::to_string)
        .collect();
    Ok(std::iter::once(head).chain(adapters.iter().enumerate().map(|(index, facts)| row(index, facts))).collect())
}

fn row(index: usize, facts: &AdapterFacts) -> Vec<String> {
    let AdapterLimits { storage_binding, buffer, workgroup_memory, invocations, workgroups, storage_buffers, memory } =
        facts.limits;
    let about = [index.to_string(), facts.name.clone(), facts.kind.to_string()];
    let software = [facts.backend.to_owned(), facts.driver.clone(), memory.map_or_else(|| "unknown".into(), bytes)];
    let sizes = [storage_binding, buffer, workgroup_memory.into()].map(bytes);
    let counts = [invocations, workgroups, storage_buffers].map(|count| count.to_string());
    about.into_iter().chain(software).chain(sizes).chain(counts).collect()
}

/// A size with the largest binary unit that it reaches, e.g. `128 MiB`, `1.5 GiB`.
fn bytes(size: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let unit = (size.max(1).ilog2() / 10) as usize;
    let value = format!("{:.1}", size as f64 / 1024f64.powi(unit as i32));
    format!("{} {}", value.trim_end_matches(".0"), units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_well() {
        let sizes = [0, 1000, 48 << 10, 128 << 20, (128 << 20) - 4, 3 << 29, u64::MAX];
        let words = ["0 B", "1000 B", "48 KiB", "128 MiB", "128 MiB", "1.5 GiB", "16 EiB"];
        assert_eq!(sizes.map(bytes), words);
    }
}
