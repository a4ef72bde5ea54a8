//! Figures: plots of archives and of their course, and pictures of creatures.
//!
//! Everything is drawn from plain values ([`data`]), so that a caller converts what it has and nothing here knows the store.

mod canvas;
pub mod data;
mod image;
mod pen;
pub mod pictures;
mod plots;

pub use canvas::font::LICENSE as FONT_LICENSE;
pub use image::{Image, Rgb};
pub use plots::{Progress, draw_overlay, draw_run};
