//! Figures: plots of archives and of their course, and pictures of creatures.
//!
//! Everything is drawn from plain values ([`data`]); only [`draw_all`] and [`view`] know the store.

mod canvas;
pub mod data;
mod image;
mod pen;
pub mod pictures;
mod plots;
mod run;

pub use canvas::font::LICENSE as FONT_LICENSE;
pub use image::{Image, Rgb};
pub use plots::{Progress, draw_overlay, draw_run};
pub use run::{PLOTS, draw_all, frame_of, view};
