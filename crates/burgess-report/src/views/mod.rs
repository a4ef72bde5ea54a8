//! What figures are drawn from: plain values that know neither stores nor experiments.

mod archive;
mod latent;
mod lines;
mod run;

pub(crate) use archive::Shown;
pub use archive::{ArchiveView, AxisView, EliteView, LayoutView, RefinementView};
pub use latent::{Imagination, Imagined, LatentMap, LatentPoint, LatentView, LossView, TraceView, TrainingCurves};
pub use lines::{LineView, LinesView, PanelView};
pub use run::{CourseView, MetricsRow, Progress, RunView};
