//! The compiled shader of a run and how its arrays are bound.

use super::compose::{Choices, source};
use super::device::{Gpu, GpuError};
use super::layout::LinkRoom;
use wgpu::{BindingType, BufferBindingType, ShaderStages};

/// Whether a binding is a uniform, read by shaders, or also written by them; in the order of `shaders/layout.wgsl`;
/// the last only with a tape.
const BINDINGS: [BufferBindingType; 11] = [
    BufferBindingType::Uniform,
    BufferBindingType::Uniform,
    BufferBindingType::Storage { read_only: true },
    BufferBindingType::Storage { read_only: true },
    BufferBindingType::Storage { read_only: true },
    BufferBindingType::Storage { read_only: true },
    BufferBindingType::Storage { read_only: false },
    BufferBindingType::Storage { read_only: false },
    BufferBindingType::Storage { read_only: false },
    BufferBindingType::Storage { read_only: false },
    BufferBindingType::Uniform,
];

/// What a dispatch does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Steps forth.
    Simulate,
    /// Steps back.
    Differentiate,
}

/// A compiled shader.
#[derive(Debug)]
pub(crate) struct Pipeline {
    simulate: wgpu::ComputePipeline,
    /// With a tape only.
    differentiate: Option<wgpu::ComputePipeline>,
    layout: wgpu::BindGroupLayout,
    /// Room that a link's vectors have.
    pub(crate) link_room: LinkRoom,
}

impl Pipeline {
    /// Compiles. With `checked`, every index is kept within its array and every loop bounded, which costs speed and finds mistakes.
    ///
    /// # Errors
    ///
    /// When the device refuses.
    pub(crate) fn new(gpu: &Gpu, choices: Choices<'_>, checked: bool) -> Result<Self, GpuError> {
        let text = source(choices);
        gpu.guarded("compiling the simulation", |device| {
            let description = wgpu::ShaderModuleDescriptor {
                label: Some("simulation"),
                source: wgpu::ShaderSource::Wgsl(text.into()),
            };
            let module = if checked {
                device.create_shader_module(description)
            } else {
                // SAFETY: the shader indexes with numbers that `encode` made from the arrays themselves, and all its loops are
                // counted; the tests run it with all checks.
                unsafe { device.create_shader_module_trusted(description, wgpu::ShaderRuntimeChecks::unchecked()) }
            };
            let entry = |(binding, ty): (usize, &BufferBindingType)| wgpu::BindGroupLayoutEntry {
                binding: binding as u32,
                visibility: ShaderStages::COMPUTE,
                ty: BindingType::Buffer { ty: *ty, has_dynamic_offset: false, min_binding_size: None },
                count: None,
            };
            let bindings = &BINDINGS[..BINDINGS.len() - usize::from(!choices.taped)];
            let entries: Vec<_> = bindings.iter().enumerate().map(entry).collect();
            let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: Some("simulation"),
                entries: &entries,
            });
            let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some("simulation"),
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
                simulate: pipeline("simulate"),
                differentiate: choices.taped.then(|| pipeline("differentiate")),
                layout,
                link_room: choices.link_room,
            }
        })
    }

    /// Binds arrays in the order of `shaders/layout.wgsl`.
    pub(crate) fn bind<'b>(
        &self,
        device: &wgpu::Device,
        buffers: impl Iterator<Item = &'b wgpu::Buffer>,
    ) -> wgpu::BindGroup {
        let entries: Vec<_> = buffers
            .zip(0..)
            .map(|(buffer, binding)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
            .collect();
        device.create_bind_group(&wgpu::BindGroupDescriptor { label: None, layout: &self.layout, entries: &entries })
    }

    /// Records a dispatch of `blocks` workgroups, in two dimensions where one does not hold them.
    ///
    /// # Panics
    ///
    /// When it is to go back and was compiled without a tape.
    pub(crate) fn dispatch(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        entry: Entry,
        arrays: &wgpu::BindGroup,
        blocks: u32,
        widest: u32,
    ) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(match entry {
            Entry::Simulate => &self.simulate,
            Entry::Differentiate => self.differentiate.as_ref().expect("the shader was compiled with a tape"),
        });
        pass.set_bind_group(0, arrays, &[]);
        let width = blocks.min(widest);
        pass.dispatch_workgroups(width, blocks.div_ceil(width), 1);
    }
}
