//! What of a run is drawn: reads run folders, elites and encoders, and turns them into the plain values that `burgess_report` draws.
//!
//! | what | where |
//! |---|---|
//! | every figure of a run folder | [`draw_all`] |
//! | what plots show of a run | [`view`](view()), [`elite_view`], [`metrics_row`] |
//! | elites side by side, and the poses of a recorded moment | `portraits`, [`frame_of`] |
//! | what plots show of an encoder | [`latent_map`], [`imagination`], [`training_curves`] |

mod latent;
mod portraits;
mod view;

pub use latent::{IMAGINED, Sample, imagination, latent_map, training_curves};
pub use portraits::frame_of;
pub use view::{elite_view, metrics_row, view};

use crate::store::RunReader;
use anyhow::{Context as _, Result};
use burgess_core::files::refuse_link;
use burgess_report::{PLOTS, draw_latent, draw_run};
use std::path::{Path, PathBuf};

/// What the names of an encoder's figures begin with.
const LATENT: &str = "latent";

/// Draws every plot and the contact sheet of a run into its folder, and returns their paths.
///
/// # Errors
///
/// If the run cannot be read or a figure cannot be written.
pub fn draw_all(dir: &Path) -> Result<Vec<PathBuf>> {
    let run = RunReader::open(dir)?;
    let out = dir.join(PLOTS);
    refuse_link(&out).with_context(|| out.display().to_string())?;
    let view = view(&run)?;
    let mut files = draw_run(&view, &out)?;
    files.extend(portraits::draw_contact_sheet(&run, &view.archive, &out)?);
    if let Some(view) = latent::latent_view(&run)? {
        files.extend(draw_latent(&view, &out, LATENT)?);
    }
    Ok(files)
}
