//! What a build without the cargo feature `gpu` says instead of taking a GPU.

use super::Switches;
use anyhow::bail;
use burgess_physics::batch::Backend;
use burgess_physics::plan::Plan;
use burgess_physics::shared_world::{Setup, Simulate};

/// Which adapter to take.
#[expect(dead_code, reason = "there is none to be taken in this build")]
pub(crate) enum Which<'a> {
    Best,
    Named(&'a str),
    Recorded(&'a str),
}

/// There is none in this build.
pub(crate) fn open(_: Which<'_>, _: &Plan, _: Switches) -> anyhow::Result<Box<dyn Backend>> {
    none()
}

/// There is none in this build, which nobody who left it out has to be told.
pub(crate) fn hardware(_: &Plan, _: Switches) -> anyhow::Result<Option<Box<dyn Backend>>> {
    Ok(None)
}

/// There is none in this build.
pub(crate) fn open_world(_: Which<'_>, _: &Setup, _: Switches) -> anyhow::Result<Box<dyn Simulate>> {
    none()
}

/// As [`hardware`].
pub(crate) fn hardware_world(_: &Setup, _: Switches) -> anyhow::Result<Option<Box<dyn Simulate>>> {
    Ok(None)
}

/// There is none in this build.
pub(crate) fn table() -> anyhow::Result<Vec<Vec<String>>> {
    none()
}

fn none<T>() -> anyhow::Result<T> {
    bail!("this program was built without GPU support (cargo feature `gpu`); --backend cpu does the whole job")
}
