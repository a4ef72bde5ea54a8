//! Figures: plots of archives and of their course, and pictures of creatures on their terrain.
//!
//! Everything is drawn from plain values: plots from [`data`], pictures from a creature, a terrain and the poses of its
//! links. Only [`draw_all`] and [`view`] know the store and the simulation, [`latent_map`] and
//! [`imagination`] encoders.
//!
//! | want | call |
//! |---|---|
//! | everything of a run folder | [`draw_all`] |
//! | all plots of a run | [`draw_run`] |
//! | several runs compared | [`draw_overlay`] |
//! | lines of any kind | [`draw_lines`] |
//! | a learned encoder | [`latent_map`], [`imagination`] and its losses, then [`draw_latent`] |
//! | six moments of a creature | [`pictures::strip`], then [`Image::write_png`] |
//! | a creature in motion | [`pictures::animate`] |
//! | elites side by side | [`spread()`] to choose them, then [`pictures::contact_sheet`] |
//!
//! Both kinds share an antialiasing canvas, which is a backend of plotters, and one embedded font. The same values give the
//! same bytes, on any number of threads.

mod canvas;
pub mod data;
mod image;
mod latent;
mod pen;
pub mod pictures;
mod plots;
mod run;
mod spread;

pub use canvas::font::LICENSE as FONT_LICENSE;
pub use image::{Image, Rgb};
pub use latent::{Sample, imagination, latent_map};
pub(crate) use plots::short;
pub use plots::{draw_latent, draw_lines, draw_overlay, draw_run};
pub use run::{IMAGINED, PLOTS, draw_all, frame_of, metrics_row, view};
pub use spread::spread;
