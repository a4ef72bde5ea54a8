//! Opening a GPU, software ones included, and its failures, which are errors and never panics.

use crate::adapter::{self, gpu};
use crate::place;
use burgess_physics::gpu::device::{Choice, Gpu, GpuError, adapters, wgpu};

#[test]
fn the_best_adapter_opens_and_does_nothing_well() {
    let _turn = adapter::turn();
    let Some(gpu) = gpu() else { return };
    assert!(adapters().contains(&gpu.facts));
    let limits = &gpu.facts.limits;
    assert!(limits.storage_binding >= 128 << 20 && limits.workgroup_memory >= 16 << 10, "{limits:?}");
    let granted = gpu.device.limits().max_storage_buffer_binding_size;
    assert!(limits.storage_binding <= granted && granted - limits.storage_binding < 256, "{granted}, {limits:?}");
    gpu.wait().unwrap();
    gpu.check().unwrap();
}

#[test]
fn an_adapter_opens_by_index_name_and_description() {
    let _turn = adapter::turn();
    let Some(best) = gpu() else { return };
    for (index, facts) in adapters().into_iter().enumerate() {
        let opened = Gpu::open(&Choice::Named(index.to_string())).unwrap();
        assert_eq!(opened.facts, facts);
        assert_eq!(Gpu::open(&Choice::Described(facts.to_string())).unwrap().facts.name, facts.name);
    }
    let error = Gpu::open(&Choice::Named("no such thing".into())).unwrap_err();
    assert!(matches!(&error, GpuError::NoSuchAdapter { there, .. } if there.contains(&best.facts.name)), "{error}");
}

#[test]
fn the_adapters_are_listed_as_they_are_counted() {
    let _turn = adapter::turn();
    let Some(best) = gpu() else { return };
    let output = place::burgess().arg("adapters").output().unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && table.contains(&best.facts.name), "{table}");
    for (index, line) in table.lines().skip(1).enumerate() {
        assert_eq!(line.split_whitespace().next(), Some(index.to_string().as_str()), "{table}");
    }
    assert_eq!(table.lines().count(), adapters().len() + 1, "{table}");
}

#[test]
fn a_shader_that_is_wrong_is_caught_where_it_is_made_and_does_no_harm() {
    let _turn = adapter::turn();
    let Some(gpu) = gpu() else { return };
    let source = wgpu::ShaderSource::Wgsl("fn main() { nonsense }".into());
    let descriptor = wgpu::ShaderModuleDescriptor { label: None, source };
    let caught = gpu.guarded("the shader `bad`", |device| device.create_shader_module(descriptor));
    let error = caught.expect_err("an error");
    assert!(matches!(&error, GpuError::Invalid { what, .. } if what == "the shader `bad`"), "{error}");
    gpu.check().unwrap();
    gpu.wait().unwrap();
}

#[test]
fn a_failure_outside_of_a_guard_is_recorded_and_stays() {
    let _turn = adapter::turn();
    let Some(gpu) = gpu() else { return };
    let (size, usage) = (gpu.facts.limits.buffer.saturating_add(1024), wgpu::BufferUsages::STORAGE);
    let descriptor = wgpu::BufferDescriptor { label: None, size, usage, mapped_at_creation: false };
    let _refused = gpu.device.create_buffer(&descriptor);
    for _ in 0..2 {
        assert!(matches!(gpu.check(), Err(GpuError::Invalid { .. })));
    }
    assert!(gpu.wait().is_err());
}

#[test]
fn a_device_that_is_gone_is_an_error() {
    let _turn = adapter::turn();
    let Some(gpu) = gpu() else { return };
    gpu.device.destroy();
    assert!(matches!(gpu.wait(), Err(GpuError::Lost { .. })));
    assert!(matches!(gpu.check(), Err(GpuError::Lost { .. })));
}
