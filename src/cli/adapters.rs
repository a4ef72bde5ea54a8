//! `burgess adapters`: the GPU adapters of this machine, software ones too.

use super::backend::gpu;
use super::columns::align;
use super::print::print;
use std::process::ExitCode;

/// Prints the table.
///
/// # Errors
///
/// When there is no adapter, so that scripts see it in the exit code; the message says what to install.
pub(super) fn run() -> anyhow::Result<ExitCode> {
    print(align(&gpu::table()?));
    Ok(ExitCode::SUCCESS)
}
