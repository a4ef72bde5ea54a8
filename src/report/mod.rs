pub mod canvas;
pub mod image;
