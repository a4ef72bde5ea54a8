//! What can go wrong with a GPU, in words that say what to do.

use thiserror::Error;

/// Why the GPU cannot be used, or did not do what it was asked.
#[derive(Clone, Debug, Error)]
pub enum GpuError {
    /// The machine has no adapter at all.
    #[error(
        "there is no Vulkan, Metal or DX12 adapter: install the GPU's driver with Vulkan support (on Debian and Ubuntu \
         `apt-get install mesa-vulkan-drivers libvulkan1` gives a software adapter, slow, for tests); --backend cpu does the \
         whole job without any"
    )]
    NoAdapter,
    /// Hardware was asked for, and all there is is software.
    #[error("there is no GPU, only software adapters, which are slow and for tests:\n{there}")]
    OnlySoftware {
        /// The adapters that there are, one a line.
        there: String,
    },
    /// No adapter has this index or name.
    #[error("there is no adapter `{asked}`; there are\n{there}")]
    NoSuchAdapter {
        /// What was asked for.
        asked: String,
        /// The adapters that there are, one a line.
        there: String,
    },
    /// Several adapters have this in their name.
    #[error("`{asked}` is part of several adapters' names, give an index or a whole name:\n{matching}")]
    Ambiguous {
        /// What was asked for.
        asked: String,
        /// The adapters that it may mean, one a line.
        matching: String,
    },
    /// The adapter was found but gave no device.
    #[error("{adapter} gives no device: {source}")]
    Request {
        /// The adapter's description.
        adapter: String,
        /// Why.
        source: wgpu::RequestDeviceError,
    },
    /// The device's memory does not hold what was asked.
    #[error("the GPU is out of memory: {what}; free some of it, or take smaller batches")]
    OutOfMemory {
        /// What was to be made.
        what: String,
    },
    /// The device is gone: driver reset, watchdog, unplugged.
    #[error("the GPU was lost ({reason}); where a watchdog stopped it, give a dispatch less time with --dispatch-time")]
    Lost {
        /// The driver's words.
        reason: String,
    },
    /// wgpu refused a call: a mistake of this program.
    #[error("{what}: wgpu refuses, which is a bug of burgess, please report it: {message}")]
    Invalid {
        /// What was being done.
        what: String,
        /// wgpu's words.
        message: String,
    },
    /// The driver failed at something it should be able to do.
    #[error("{what}: the GPU's driver failed: {message}")]
    Driver {
        /// What was being done.
        what: String,
        /// wgpu's words.
        message: String,
    },
    /// The device cannot do something this large.
    #[error("{what} needs {needed}, this GPU allows {allowed}")]
    Limit {
        /// What is too large, with its unit.
        what: String,
        /// What it needs.
        needed: u64,
        /// What the device allows.
        allowed: u64,
    },
}

impl GpuError {
    /// What wgpu reports about a call, which was made for `what`.
    pub(crate) fn reported(what: &str, error: &wgpu::Error) -> Self {
        let (what, message) = (what.to_owned(), error.to_string());
        match error {
            wgpu::Error::OutOfMemory { .. } => Self::OutOfMemory { what },
            wgpu::Error::Validation { .. } => Self::Invalid { what, message },
            wgpu::Error::Internal { .. } => Self::Driver { what, message },
        }
    }
}
