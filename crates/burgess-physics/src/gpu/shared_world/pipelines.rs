//! The compiled passes of a scene and how their arrays are bound.

use super::compose::source;
use super::layout::Room;
use crate::gpu::device::{Gpu, GpuError};
use crate::gpu::shader::{Arrays, Shader};
use crate::laws::terrain::Terrain;
use wgpu::BufferBindingType;

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
    /// In the order of `shaders/shared_world/layout.wgsl`.
    pub(super) arrays: Arrays,
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
            // SAFETY: the shader indexes with numbers of bodies and of places that it counted itself, and its loops end with what they count; the
            // tests run it with all checks.
            let shader = unsafe { Shader::new(device, "shared world", text, &BINDINGS, checked) };
            Self {
                enter: shader.pass("enter"),
                list: shader.pass("list"),
                resist: shader.pass("resist"),
                push: shader.pass("push"),
                advance: shader.pass("advance"),
                arrays: shader.into_arrays(),
            }
        })
    }
}
