//! Text on pictures.

use crate::canvas::{Canvas, font};
use crate::image::{Image, Rgb};
use crate::pen::{HPos, INK, Pen, Type, VPos};
use anyhow::Result;

/// The em size, at most `em`, at which a line of text is at most `width` pixels wide.
pub(crate) fn fitted(text: &str, em: f64, width: f64) -> f64 {
    Type::new(em, INK).fitted(text, width).em
}

/// Writes a line of text with its upper left corner at `at`. It is made smaller if it would be wider than `width` (pixels).
pub(crate) fn write(image: &mut Image, text: &str, at: (f64, f64), em: f64, colour: Rgb, width: f64) -> Result<()> {
    let how = Type::new(em, colour).anchored(HPos::Left, VPos::Top).fitted(text, width);
    Pen::new(Canvas::new(image)).text(text, at, how)
}

/// The same on a pale plate, so that it can be read on any background.
pub(crate) fn write_over(image: &mut Image, text: &str, at: (f64, f64), em: f64, width: f64) -> Result<()> {
    let plate = (font::width(text, em).min(width) + em, 1.5 * em);
    for y in 0..plate.1 as usize {
        for x in 0..plate.0 as usize {
            let (x, y) = ((at.0 - 0.5 * em) as usize + x, (at.1 - 0.35 * em) as usize + y);
            if x < image.width() && y < image.height() {
                image.blend(x, y, [255; 3], 0.72);
            }
        }
    }
    write(image, text, at, em, INK, width)
}
