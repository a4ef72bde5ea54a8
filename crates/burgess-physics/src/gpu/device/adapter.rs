//! The adapters of the machine, and which of them to take.

use crate::error::GpuError;
use std::fmt;
use std::sync::LazyLock;

/// The graphics interfaces that are used. Never OpenGL: where Vulkan is missing it would be a software one, and nobody would notice.
pub(super) const BACKENDS: wgpu::Backends =
    wgpu::Backends::VULKAN.union(wgpu::Backends::METAL).union(wgpu::Backends::DX12);

/// What an adapter is made of, the best kind first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AdapterKind {
    /// A card with its own memory.
    Discrete,
    /// Part of the processor.
    Integrated,
    /// A share of a host's GPU.
    Virtual,
    /// The driver does not say.
    Other,
    /// No GPU at all: shaders run on the processor.
    Software,
}

impl fmt::Display for AdapterKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Discrete => "discrete GPU",
            Self::Integrated => "integrated GPU",
            Self::Virtual => "virtual GPU",
            Self::Other => "other",
            Self::Software => "software",
        })
    }
}

/// What is known of an adapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterFacts {
    /// Name of the hardware.
    pub name: String,
    /// Name and version of the driver.
    pub driver: String,
    /// `Vulkan`, `Metal` or `DX12`.
    pub backend: &'static str,
    /// What it is made of.
    pub kind: AdapterKind,
    /// Its limits.
    pub limits: AdapterLimits,
}

/// The limits of an adapter that matter here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdapterLimits {
    /// Largest storage buffer that a shader sees, in bytes.
    pub storage_binding: u64,
    /// Largest buffer, in bytes.
    pub buffer: u64,
    /// Memory that a workgroup shares, in bytes.
    pub workgroup_memory: u32,
    /// Invocations in a workgroup.
    pub invocations: u32,
    /// Workgroups along one dimension of a dispatch.
    pub workgroups: u32,
    /// Storage buffers that a shader stage sees.
    pub storage_buffers: u32,
    /// The device's own memory, in bytes, where the driver says.
    pub memory: Option<u64>,
}

impl AdapterFacts {
    pub(super) fn of(adapter: &wgpu::Adapter) -> Self {
        let (info, limits) = (adapter.get_info(), adapter.limits());
        Self {
            name: info.name,
            driver: format!("{} {}", info.driver, info.driver_info).trim().to_owned(),
            backend: match info.backend {
                wgpu::Backend::Vulkan => "Vulkan",
                wgpu::Backend::Metal => "Metal",
                wgpu::Backend::Dx12 => "DX12",
                other => other.to_str(),
            },
            kind: match info.device_type {
                wgpu::DeviceType::DiscreteGpu => AdapterKind::Discrete,
                wgpu::DeviceType::IntegratedGpu => AdapterKind::Integrated,
                wgpu::DeviceType::VirtualGpu => AdapterKind::Virtual,
                wgpu::DeviceType::Other => AdapterKind::Other,
                wgpu::DeviceType::Cpu => AdapterKind::Software,
            },
            limits: AdapterLimits {
                // Drivers say 2^31 - 1; what is bound must be whole vectors.
                storage_binding: limits.max_storage_buffer_binding_size & !255,
                buffer: limits.max_buffer_size & !255,
                workgroup_memory: limits.max_compute_workgroup_storage_size,
                invocations: limits.max_compute_invocations_per_workgroup,
                workgroups: limits.max_compute_workgroups_per_dimension,
                storage_buffers: limits.max_storage_buffers_per_shader_stage,
                memory: memory(adapter),
            },
        }
    }

    /// Whether shaders run on the processor.
    pub fn is_software(&self) -> bool {
        self.kind == AdapterKind::Software
    }
}

/// The largest heap of memory that is the device's own (bytes). Only Vulkan tells.
#[cfg(not(target_vendor = "apple"))]
fn memory(adapter: &wgpu::Adapter) -> Option<u64> {
    // SAFETY: the handles are only asked for properties, while `adapter` keeps them alive.
    let properties = unsafe {
        let vulkan = adapter.as_hal::<wgpu::hal::api::Vulkan>()?;
        vulkan.shared_instance().raw_instance().get_physical_device_memory_properties(vulkan.raw_physical_device())
    };
    /// `VK_MEMORY_HEAP_DEVICE_LOCAL_BIT`.
    const DEVICE_LOCAL: u32 = 1;
    let heaps = properties.memory_heaps.iter().take(properties.memory_heap_count as usize);
    heaps.filter(|heap| heap.flags.as_raw() & DEVICE_LOCAL != 0).map(|heap| heap.size).max()
}

#[cfg(target_vendor = "apple")]
fn memory(_: &wgpu::Adapter) -> Option<u64> {
    None
}

/// Name, interface and driver: all that the bits of a result depend on.
impl fmt::Display for AdapterFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}, {}", self.name, self.backend, self.driver)
    }
}

/// Which adapter to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The best there is: hardware first, software last.
    Best,
    /// The best hardware, never software.
    Real,
    /// By its place in [`adapters`], else by its name or a part of it, in whatever case.
    Named(String),
    /// The first that is described ([`AdapterFacts`]' `Display`) exactly so: the one that an earlier result was made on.
    Described(String),
}

/// The adapters of this machine, in the order that the drivers give.
pub fn adapters() -> Vec<AdapterFacts> {
    enumerate().iter().map(AdapterFacts::of).collect()
}

/// One for the whole process, and never ended: drivers have been seen to crash where one thread ends an instance, and with it
/// unloads the driver, while another begins one.
static INSTANCE: LazyLock<wgpu::Instance> = LazyLock::new(|| {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = BACKENDS;
    // No validation layers: they only write to a log that nobody reads. wgpu's own validation is always on.
    descriptor.flags = wgpu::InstanceFlags::empty();
    wgpu::Instance::new(descriptor)
});

pub(super) fn enumerate() -> Vec<wgpu::Adapter> {
    pollster::block_on(INSTANCE.enumerate_adapters(BACKENDS))
}

/// The place of the chosen adapter among those there are.
///
/// # Errors
///
/// When there is none, or a name fits none or several.
pub fn choose(choice: &Choice, there: &[AdapterFacts]) -> Result<usize, GpuError> {
    // The first of the best kind: `min_by_key` keeps the earliest of equals.
    let best = || (0..there.len()).min_by_key(|&i| there[i].kind).ok_or(GpuError::NoAdapter);
    let all = || listing(there, 0..there.len());
    match choice {
        Choice::Best => best(),
        Choice::Real => match best()? {
            best if there[best].is_software() => Err(GpuError::OnlySoftware { there: all() }),
            best => Ok(best),
        },
        Choice::Named(_) | Choice::Described(_) if there.is_empty() => Err(GpuError::NoAdapter),
        Choice::Named(asked) => named(asked, there),
        Choice::Described(asked) => {
            let found = there.iter().position(|facts| facts.to_string() == *asked);
            found.ok_or_else(|| GpuError::NoSuchAdapter { asked: asked.clone(), there: all() })
        }
    }
}

fn named(asked: &str, there: &[AdapterFacts]) -> Result<usize, GpuError> {
    let index: Option<usize> = asked.trim().parse().ok();
    if let Some(index) = index.filter(|&index| index < there.len()) {
        return Ok(index);
    }
    let asked_lower = asked.trim().to_lowercase();
    let places = |fits: &dyn Fn(&str) -> bool| -> Vec<usize> {
        (0..there.len()).filter(|&i| fits(&there[i].name.to_lowercase())).collect()
    };
    let whole = places(&|name| name == asked_lower);
    let part = places(&|name| match index {
        // The 4090 may be asked for by its number, but a wrong index 1 must not find an H100.
        Some(_) => name.split_whitespace().any(|word| word == asked_lower),
        None => !asked_lower.is_empty() && name.contains(&asked_lower),
    });
    match (whole.as_slice(), part.as_slice()) {
        ([index], _) | (_, [index]) => Ok(*index),
        (_, []) => Err(GpuError::NoSuchAdapter { asked: asked.to_owned(), there: listing(there, 0..there.len()) }),
        _ => Err(GpuError::Ambiguous { asked: asked.to_owned(), matching: listing(there, part) }),
    }
}

/// One line an adapter: index, description, kind.
fn listing(there: &[AdapterFacts], places: impl IntoIterator<Item = usize>) -> String {
    let line = |i: usize| format!("  {i}: {} ({})", there[i], there[i].kind);
    places.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapter(name: &str, kind: AdapterKind) -> AdapterFacts {
        let limits = AdapterLimits::default();
        AdapterFacts { name: name.into(), driver: "driver 1.2".into(), backend: "Vulkan", kind, limits }
    }

    fn workstation() -> Vec<AdapterFacts> {
        vec![
            adapter("llvmpipe (LLVM 15, 256 bits)", AdapterKind::Software),
            adapter("Radeon Graphics", AdapterKind::Integrated),
            adapter("Radeon Pro", AdapterKind::Discrete),
            adapter("GeForce 4090", AdapterKind::Discrete),
        ]
    }

    #[test]
    fn hardware_goes_before_software_and_discrete_before_integrated() {
        let there = workstation();
        assert_eq!(choose(&Choice::Best, &there).unwrap(), 2);
        assert_eq!(choose(&Choice::Real, &there).unwrap(), 2);
        assert_eq!(choose(&Choice::Real, &there[..2]).unwrap(), 1);
        assert_eq!(choose(&Choice::Best, &there[..1]).unwrap(), 0);
    }

    #[test]
    fn software_is_no_real_adapter_and_the_error_names_it() {
        let error = choose(&Choice::Real, &workstation()[..1]).unwrap_err();
        assert!(matches!(error, GpuError::OnlySoftware { .. }));
        assert!(error.to_string().contains("0: llvmpipe"), "{error}");
    }

    #[test]
    fn without_any_adapter_the_error_says_what_to_install() {
        let choices = [Choice::Best, Choice::Real, Choice::Named("0".into()), Choice::Described("x".into())];
        for choice in choices {
            let error = choose(&choice, &[]).unwrap_err();
            assert!(error.to_string().contains("mesa-vulkan-drivers"), "{choice:?}: {error}");
        }
    }

    #[test]
    fn a_name_is_an_index_or_a_part_in_any_case() {
        let there = workstation();
        let named = |name: &str| choose(&Choice::Named(name.into()), &there);
        assert_eq!(named("1").unwrap(), 1);
        assert_eq!(named("radeon pro").unwrap(), 2);
        // No adapter has this index, so it is a word of a name.
        assert_eq!(named("4090").unwrap(), 3);
    }

    #[test]
    fn a_whole_name_wins_over_a_part() {
        let there = [adapter("Radeon Pro 2", AdapterKind::Discrete), adapter("Radeon Pro", AdapterKind::Discrete)];
        assert_eq!(choose(&Choice::Named("Radeon Pro".into()), &there).unwrap(), 1);
    }

    #[test]
    fn names_that_fit_several_or_none_list_what_there_is() {
        let there = workstation();
        let ambiguous = choose(&Choice::Named("radeon".into()), &there).unwrap_err().to_string();
        assert!(ambiguous.contains("1: Radeon Graphics") && ambiguous.contains("2: Radeon Pro"), "{ambiguous}");
        assert!(!ambiguous.contains("GeForce"), "{ambiguous}");
        for nothing in ["Arc", "9", ""] {
            let missing = choose(&Choice::Named(nothing.into()), &there).unwrap_err().to_string();
            assert!(missing.contains(&format!("`{nothing}`")) && missing.contains("3: GeForce 4090"), "{missing}");
        }
    }

    #[test]
    fn a_description_finds_the_first_of_twins_and_nothing_else() {
        let twin = adapter("H100", AdapterKind::Discrete);
        let there = [workstation().remove(0), twin.clone(), twin.clone()];
        assert_eq!(choose(&Choice::Described("H100, Vulkan, driver 1.2".into()), &there).unwrap(), 1);
        assert!(choose(&Choice::Described("H100, Vulkan, driver 1.3".into()), &there).is_err());
    }
}
