//! The compiled passes of a scene and how their arrays are bound.

use super::compose::source;
use super::layout::Room;
use crate::gpu::device::{Gpu, GpuError};
use crate::laws::terrain::Terrain;
use wgpu::{BindingType, BufferBindingType, ShaderStages};

/// Whether a binding is a uniform, read by shaders, or also written by them; in the order of `shaders/shared_world/layout.wgsl`.
const BINDINGS: [BufferBindingType; 7] = [
    BufferBindingType::Uniform,
    BufferBindingType::Storage { read_only: true },
    BufferBindingType::Storage { read_only: false },
    BufferBindingType::Storage { read_only: false },
    BufferBindingType::Storage { read_only: false },
    BufferBindingType::Storage { read_only: false },
    BufferBindingType::Storage { read_only: false },
];

/// The passes.
#[derive(Debug)]
pub(super) struct Pipelines {
    /// The first pass that makes lists, with a lane a body.
    pub(super) enter: wgpu::ComputePipeline,
    /// The second.
    pub(super) list: wgpu::ComputePipeline,
    /// The first pass of a step.
    pub(super) resist: wgpu::ComputePipeline,
    /// The second.
    pub(super) push: wgpu::ComputePipeline,
    /// The third, with a lane a body.
    pub(super) advance: wgpu::ComputePipeline,
    layout: wgpu::BindGroupLayout,
}

impl Pipelines {
    /// Compiles. With `checked`, every index is kept within its array and every loop bounded, which costs speed and finds mistakes.
    ///
    /// # Errors
    ///
    /// When the device refuses.
    pub(super) fn new(
        gpu: &Gpu,
        room: Room,
        bodies: usize,
        terrain: &Terrain<f32>,
        checked: bool,
    ) -> Result<Self, GpuError> {
        let text = source(room, bodies, terrain);
        gpu.guarded("compiling the shared world", |device| {
            let description = wgpu::ShaderModuleDescriptor {
                label: Some("shared world"),
                source: wgpu::ShaderSource::Wgsl(text.into()),
            };
            let module = if checked {
                device.create_shader_module(description)
            } else {
                // SAFETY: the shader indexes with numbers of bodies and of places that it counted itself, and its loops end with what
                // they count; the tests run it with all checks.
                unsafe { device.create_shader_module_trusted(description, wgpu::ShaderRuntimeChecks::unchecked()) }
            };
            let entry = |(binding, ty): (usize, &BufferBindingType)| wgpu::BindGroupLayoutEntry {
                binding: binding as u32,
                visibility: ShaderStages::COMPUTE,
                ty: BindingType::Buffer { ty: *ty, has_dynamic_offset: false, min_binding_size: None },
                count: None,
            };
            let entries: Vec<_> = BINDINGS.iter().enumerate().map(entry).collect();
            let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: Some("shared world"),
                entries: &entries,
            });
            let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some("shared world"),
                bind_group_layouts: &[Some(&layout)],
                immediate_size: 0,
            });
            let pipeline = |name: &str| {
                device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                    label: Some(name),
                    layout: Some(&pipeline_layout),
                    module: &module,
                    entry_point: Some(name),
                    compilation_options: wgpu::PipelineCompilationOptions {
                        zero_initialize_workgroup_memory: false,
                        ..Default::default()
                    },
                    cache: None,
                })
            };
            Self {
                enter: pipeline("enter"),
                list: pipeline("list"),
                resist: pipeline("resist"),
                advance: pipeline("advance"),
                push: pipeline("push"),
                layout,
            }
        })
    }

    /// Binds arrays in the order of `shaders/shared_world/layout.wgsl`.
    pub(super) fn bind(&self, device: &wgpu::Device, buffers: [&wgpu::Buffer; BINDINGS.len()]) -> wgpu::BindGroup {
        let entries: Vec<_> = buffers
            .iter()
            .zip(0..)
            .map(|(buffer, binding)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
            .collect();
        device.create_bind_group(&wgpu::BindGroupDescriptor { label: None, layout: &self.layout, entries: &entries })
    }
}
