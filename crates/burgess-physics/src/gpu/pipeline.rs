//! The compiled shader of a run and how its arrays are bound.

use super::compose::{Choices, source};
use super::device::{Gpu, GpuError};
use super::layout::LinkRoom;
use super::shader::{Arrays, Shader};
use wgpu::BufferBindingType;

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
    /// In the order of `shaders/layout.wgsl`.
    pub(crate) arrays: Arrays,
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
        let bindings = &BINDINGS[..BINDINGS.len() - usize::from(!choices.taped)];
        gpu.guarded("compiling the simulation", |device| {
            // SAFETY: the shader indexes with numbers that `encode` made from the arrays themselves, and all its loops are counted; the tests run
            // it with all checks.
            let shader = unsafe { Shader::new(device, "simulation", text, bindings, checked) };
            Self {
                simulate: shader.pass("simulate"),
                differentiate: choices.taped.then(|| shader.pass("differentiate")),
                arrays: shader.into_arrays(),
                link_room: choices.link_room,
            }
        })
    }

    /// Records a dispatch of `blocks` workgroups, in two dimensions where one does not hold them.
    ///
    /// # Panics
    ///
    /// When it is to go back and was compiled without a tape.
    pub(crate) fn dispatch(
        &self,
        pass: &mut wgpu::ComputePass<'_>,
        entry: Entry,
        arrays: &wgpu::BindGroup,
        blocks: u32,
        widest: u32,
    ) {
        pass.set_pipeline(match entry {
            Entry::Simulate => &self.simulate,
            Entry::Differentiate => self.differentiate.as_ref().expect("the shader was compiled with a tape"),
        });
        pass.set_bind_group(0, arrays, &[]);
        let width = blocks.min(widest);
        pass.dispatch_workgroups(width, blocks.div_ceil(width), 1);
    }
}
