//! Plots of archives and of the course of runs, pictures of bodies on their terrain, and statistics that compare experiments.
//!
//! Everything is drawn from plain values: plots from [`views`], pictures from a body, a terrain and the poses of the body's links. The crate
//! reads no run folder; whoever has one fills in the views.
//!
//! | to draw | call |
//! |---|---|
//! | all plots of a run | [`draw_run`] |
//! | the courses of several runs in one figure | [`draw_overlay`] |
//! | lines of any kind | [`draw_lines`] |
//! | a learned encoder | [`draw_latent`] |
//! | six moments of a body | [`pictures::strip`], then [`Image::write_png`] |
//! | a body in motion | [`pictures::animate`] |
//! | one HTML file in which archives, motion and curves can be explored | [`page::page`] |
//! | elites side by side | [`spread()`] to choose them, then [`pictures::contact_sheet`] |
//! | tables that compare experiments | [`compare::Comparison`] |
//!
//! Plots and pictures share one embedded font and a canvas with antialiasing, which is a backend of plotters. The same values give the same
//! bytes, on any number of threads.
//!
//! # Example
//!
//! One curve, drawn as PNG and as SVG:
//!
//! ```
//! use burgess_report::draw_lines;
//! use burgess_report::views::{LineView, LinesView, PanelView};
//!
//! # fn main() -> anyhow::Result<()> {
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! let points = (0..=100).map(|i| (0.1 * f64::from(i), (0.1 * f64::from(i)).sin())).collect();
//! let line = LineView { name: "sine".into(), points, colour: 0, dashed: false };
//! let view = LinesView {
//!     title: "a wave".into(),
//!     second: String::new(),
//!     x_name: "time (s)",
//!     panels: vec![PanelView { name: "height (m)", from_zero: false, lines: vec![line] }],
//! };
//! let [png, svg] = draw_lines(&view, folder, "wave")?;
//! assert!(png.exists() && svg.exists());
//! # Ok(())
//! # }
//! ```

mod canvas;
pub mod compare;
mod image;
mod numbers;
pub mod page;
mod pen;
pub mod pictures;
mod plots;
mod polygon;
mod spread;
pub mod views;

pub use canvas::font::LICENSE as FONT_LICENSE;
pub use image::{Image, Rgb};
pub use numbers::four_digits;
pub use plots::{draw_latent, draw_lines, draw_overlay, draw_run};
pub use spread::spread;

/// Name of the folder that holds the figures of a run, inside the run folder.
pub const PLOTS: &str = "plots";
