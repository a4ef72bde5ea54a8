//! Plots and pictures of made-up runs.

mod pictures;
mod plots;
mod synthetic;
