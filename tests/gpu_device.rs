//! Opening a GPU, software ones included, and its failures, which are errors and never panics.
#![cfg(feature = "gpu")]

use burgess::sim::gpu::device::{Choice, Gpu, GpuError, adapters};

fn gpu() -> Gpu {
    Gpu::open(&Choice::Best).unwrap()
}

#[test]
fn the_best_adapter_opens_and_does_nothing_well() {
    let gpu = gpu();
    assert!(adapters().contains(&gpu.facts));
    let limits = &gpu.facts.limits;
    assert!(limits.storage_binding >= 128 << 20 && limits.workgroup_memory >= 16 << 10, "{limits:?}");
    assert_eq!(gpu.device.limits().max_storage_buffer_binding_size, limits.storage_binding);
    gpu.wait().unwrap();
    gpu.check().unwrap();
}

#[test]
fn an_adapter_opens_by_index_name_and_description() {
    for (index, facts) in adapters().into_iter().enumerate() {
        let opened = Gpu::open(&Choice::Named(index.to_string())).unwrap();
        assert_eq!(opened.facts, facts);
        assert_eq!(Gpu::open(&Choice::Described(facts.to_string())).unwrap().facts.name, facts.name);
    }
    assert!(matches!(Gpu::open(&Choice::Named("no such thing".into())), Err(GpuError::NoSuchAdapter { .. })));
}

#[test]
fn a_shader_that_is_wrong_is_caught_where_it_is_made_and_does_no_harm() {
    let gpu = gpu();
    let source = wgpu::ShaderSource::Wgsl("fn main() { nonsense }".into());
    let descriptor = wgpu::ShaderModuleDescriptor { label: None, source };
    let caught = gpu.guarded("the shader `bad`", |device| device.create_shader_module(descriptor));
    let error = caught.err().expect("an error");
    assert!(matches!(&error, GpuError::Invalid { what, .. } if what == "the shader `bad`"), "{error}");
    gpu.check().unwrap();
    gpu.wait().unwrap();
}

#[test]
fn a_failure_outside_of_a_guard_is_recorded_and_stays() {
    let gpu = gpu();
    let (size, usage) = (gpu.facts.limits.buffer.saturating_add(4), wgpu::BufferUsages::STORAGE);
    let _refused =
        gpu.device.create_buffer(&wgpu::BufferDescriptor { label: None, size, usage, mapped_at_creation: false });
    for _ in 0..2 {
        assert!(matches!(gpu.check(), Err(GpuError::Invalid { .. })));
    }
    assert!(gpu.wait().is_err());
}

#[test]
fn a_device_that_is_gone_is_an_error() {
    let gpu = gpu();
    gpu.device.destroy();
    assert!(matches!(gpu.wait(), Err(GpuError::Lost { .. })));
    assert!(matches!(gpu.check(), Err(GpuError::Lost { .. })));
}
