//! The embedded font, DejaVu Sans. Because it is embedded, figures look the same on every machine.
//!
//! Sizes are em sizes. SVG files only name the font: the viewer draws the text. They also name similar fonts of the same widths for viewers
//! that lack this one.

use ab_glyph::{Font, FontRef, Glyph, GlyphId, PxScale, ScaleFont};
use std::sync::LazyLock;

/// The licence of the embedded font. Every copy of the font must carry it.
pub const LICENSE: &str = include_str!("../../font/LICENSE.txt");

/// Font families, to be tried in this order. plotters knows the embedded font under this whole name.
pub(crate) const FAMILIES: &str = "DejaVu Sans, Verdana, sans-serif";

/// plotters' font size for an em size of 1. plotters measures fonts by their line height, and its SVG backend divides by this number.
pub(crate) const PLOTTERS_SIZE_PER_EM: f64 = 1.24;

static BYTES: &[u8] = include_bytes!("../../font/DejaVuSans.ttf");

static FONT: LazyLock<FontRef<'static>> = LazyLock::new(|| {
    // plotters looks up fonts in a table of its own.
    if plotters::style::register_font(FAMILIES, plotters::style::FontStyle::Normal, BYTES).is_err() {
        unreachable!("the embedded font is checked by the tests");
    }
    FontRef::try_from_slice(BYTES).expect("the embedded font is checked by the tests")
});

/// Registers the font with plotters. Repeated calls cost nothing.
pub(crate) fn register() {
    LazyLock::force(&FONT);
}

/// Width of a line of text in pixels, at an em size of `em` pixels.
pub(crate) fn width(text: &str, em: f64) -> f64 {
    let mut width = 0.0;
    walk(text, em, |_, pen, advance| width = pen + advance);
    f64::from(width)
}

/// Calls `paint(x, y, coverage)` for each pixel of a line of text. The text begins at (0, 0) on the base line; y points down.
pub(crate) fn draw(text: &str, em: f64, mut paint: impl FnMut(i32, i32, f32)) {
    walk(text, em, |mut glyph, pen, _| {
        glyph.position.x = pen;
        if let Some(outline) = FONT.outline_glyph(glyph) {
            let corner = outline.px_bounds().min;
            outline.draw(|x, y, coverage| paint(x as i32 + corner.x as i32, y as i32 + corner.y as i32, coverage));
        }
    });
}

/// Calls `visit` for each glyph with the pen's position before it and the glyph's advance (pixels).
fn walk(text: &str, em: f64, mut visit: impl FnMut(Glyph, f32, f32)) {
    let font = FONT.as_scaled(line_height(em));
    let mut pen = 0.0;
    let mut previous: Option<GlyphId> = None;
    for character in text.chars() {
        let glyph = font.scaled_glyph(character);
        let id = glyph.id;
        pen += previous.map_or(0.0, |previous| font.kern(previous, id));
        let advance = font.h_advance(id);
        visit(glyph, pen, advance);
        pen += advance;
        previous = Some(id);
    }
}

/// The size in ab_glyph's terms: the height from descender to ascender instead of the em size.
fn line_height(em: f64) -> PxScale {
    let units_per_em = FONT.units_per_em().unwrap_or(2048.0);
    PxScale::from(em as f32 * FONT.height_unscaled() / units_per_em)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_loads_and_has_the_signs_that_figures_use() {
        register();
        for character in "aZ0%()[]/,.−–×·°²³⁴⁵⁶⁷⁸⁹⁻…µ".chars() {
            assert_ne!(FONT.glyph_id(character), GlyphId(0), "no glyph for {character:?}");
        }
        assert!(LICENSE.contains("Bitstream Vera is a trademark"));
    }

    #[test]
    fn sizes_are_em_sizes() {
        // The digit zero of DejaVu Sans is 1303/2048 em wide and 1520/2048 em high with its overshoots.
        assert!((width("0", 100.0) - 63.6).abs() < 0.1, "{}", width("0", 100.0));
        let (mut top, mut bottom) = (i32::MAX, i32::MIN);
        draw("H", 100.0, |_, y, coverage| {
            if coverage > 0.5 {
                (top, bottom) = (top.min(y), bottom.max(y));
            }
        });
        assert!((bottom + 1 - top).abs_diff(73) <= 1, "capitals are 0.729 em high: {top} to {bottom}");
        assert_eq!(bottom, -1, "capitals stand on the base line");
    }
}
