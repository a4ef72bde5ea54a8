//! A shader as a device takes it: its passes, and the arrays that all of them have.

use wgpu::{BindingType, BufferBindingType, ShaderStages};

/// A text whose passes can be compiled.
pub(crate) struct Shader<'d> {
    device: &'d wgpu::Device,
    module: wgpu::ShaderModule,
    arrays: Arrays,
    passes: wgpu::PipelineLayout,
}

/// How a shader's arrays are bound.
#[derive(Debug)]
pub(crate) struct Arrays(wgpu::BindGroupLayout);

impl<'d> Shader<'d> {
    /// A text, and what kinds its arrays have in the order of their bindings. With `checked`, every index is kept within its array and every loop
    /// bounded, which costs speed and finds mistakes.
    ///
    /// # Safety
    ///
    /// Unless it is `checked`, the text must keep its indices within their arrays, and its loops must end.
    pub(crate) unsafe fn new(
        device: &'d wgpu::Device,
        label: &str,
        text: String,
        bindings: &[BufferBindingType],
        checked: bool,
    ) -> Self {
        let source = wgpu::ShaderSource::Wgsl(text.into());
        let description = wgpu::ShaderModuleDescriptor { label: Some(label), source };
        let module = if checked {
            device.create_shader_module(description)
        } else {
            // SAFETY: the caller's.
            unsafe { device.create_shader_module_trusted(description, wgpu::ShaderRuntimeChecks::unchecked()) }
        };
        let entry = |(binding, ty): (usize, &BufferBindingType)| wgpu::BindGroupLayoutEntry {
            binding: binding as u32,
            visibility: ShaderStages::COMPUTE,
            ty: BindingType::Buffer { ty: *ty, has_dynamic_offset: false, min_binding_size: None },
            count: None,
        };
        let entries: Vec<_> = bindings.iter().enumerate().map(entry).collect();
        let arrays =
            device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(label), entries: &entries });
        let passes = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(label),
            bind_group_layouts: &[Some(&arrays)],
            immediate_size: 0,
        });
        Self { device, module, arrays: Arrays(arrays), passes }
    }

    /// Compiles the pass of this name.
    pub(crate) fn pass(&self, name: &str) -> wgpu::ComputePipeline {
        self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(name),
            layout: Some(&self.passes),
            module: &self.module,
            entry_point: Some(name),
            compilation_options: wgpu::PipelineCompilationOptions {
                zero_initialize_workgroup_memory: false,
                ..Default::default()
            },
            cache: None,
        })
    }

    /// What is left to know once all passes are compiled.
    pub(crate) fn into_arrays(self) -> Arrays {
        self.arrays
    }
}

impl Arrays {
    /// Binds buffers in the order of the bindings.
    pub(crate) fn bind<'b>(
        &self,
        device: &wgpu::Device,
        buffers: impl IntoIterator<Item = &'b wgpu::Buffer>,
    ) -> wgpu::BindGroup {
        let entries: Vec<_> = buffers
            .into_iter()
            .zip(0..)
            .map(|(buffer, binding)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
            .collect();
        device.create_bind_group(&wgpu::BindGroupDescriptor { label: None, layout: &self.0, entries: &entries })
    }
}
