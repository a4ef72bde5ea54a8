//! Drawing on any plotters backend in pixels, and figures that are written as PNG and as SVG.
//!
//! Coordinates are pixels from the upper left corner. Fractions of a pixel are allowed.

use crate::canvas::{Canvas, UNITS, font};
use crate::image::{Image, Rgb};
use anyhow::{Context, Result, anyhow};
use burgess_core::files::write_whole;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, Drawable, PathElement, PointCollection, Polygon, Rectangle};
use plotters::prelude::{DrawingBackend, IntoFont, RGBAColor, SVGBackend, ShapeStyle};
use plotters::style::text_anchor::Pos;
use plotters::style::{FontTransform, TextStyle};
use std::path::{Path, PathBuf};

pub(crate) use plotters::style::text_anchor::{HPos, VPos};

/// Colour of text and frames.
pub(crate) const INK: Rgb = [30, 30, 30];
/// Colour of less important things: second lines and marks.
pub(crate) const FAINT_INK: Rgb = [95, 95, 95];
/// Colour of the paper.
pub(crate) const WHITE: Rgb = [255, 255, 255];

/// A position on the paper: pixels from the left, pixels from the top.
pub(crate) type At = (f64, f64);

/// Something that can be drawn on any backend.
pub(crate) trait Figure {
    /// Width and height in pixels.
    fn size(&self) -> (usize, usize);
    /// Draws it on paper that is already white.
    fn draw<B: DrawingBackend<ErrorType: 'static>>(&self, pen: &Pen<B>) -> Result<()>;
}

/// Draws a figure into an image.
pub(crate) fn render<F: Figure>(figure: &F) -> Result<Image> {
    let (width, height) = figure.size();
    let mut image = Image::new(width, height, WHITE);
    figure.draw(&Pen::new(Canvas::new(&mut image)))?;
    Ok(image)
}

/// Draws a figure as an SVG document.
pub(crate) fn render_svg<F: Figure>(figure: &F) -> Result<String> {
    let (width, height) = figure.size();
    let units = |pixels: usize| (pixels as f64 * UNITS) as u32;
    let mut text = String::new();
    {
        let pen = Pen::new(SVGBackend::with_string(&mut text, (units(width), units(height))));
        pen.rectangle((0.0, 0.0), (width as f64, height as f64), opaque(WHITE))?;
        figure.draw(&pen)?;
        pen.area.present().map_err(|e| anyhow!("{e}"))?;
    }
    // Width and height are those of the PNG; the view box keeps the finer units.
    let fine = format!(r#"width="{}" height="{}""#, units(width), units(height));
    Ok(text.replacen(&fine, &format!(r#"width="{width}" height="{height}""#), 1))
}

/// Writes `stem.png` and `stem.svg` into `folder`, and returns their paths.
///
/// # Errors
/// If a file cannot be written; the message names it.
pub(crate) fn save<F: Figure>(figure: &F, folder: &Path, stem: &str) -> Result<[PathBuf; 2]> {
    let (png, svg) = (folder.join(format!("{stem}.png")), folder.join(format!("{stem}.svg")));
    render(figure).and_then(|image| image.write_png(&png)).with_context(|| format!("drawing {stem}"))?;
    let text = render_svg(figure).with_context(|| format!("drawing {stem}"))?;
    write_whole(&svg, text.as_bytes()).with_context(|| format!("writing {}", svg.display()))?;
    Ok([png, svg])
}

/// A colour that covers what lies below it.
pub(crate) fn opaque(colour: Rgb) -> RGBAColor {
    faded(colour, 1.0)
}

/// A colour that covers the share `alpha` of what lies below it.
pub(crate) fn faded([r, g, b]: Rgb, alpha: f64) -> RGBAColor {
    RGBAColor(r, g, b, alpha)
}

/// Size, colour and anchor of a line of text.
#[derive(Clone, Copy)]
pub(crate) struct Type {
    /// Em size (pixels).
    pub em: f64,
    /// Colour.
    pub colour: Rgb,
    /// Which point of the text lies at its position, in the direction of reading.
    pub along: HPos,
    /// Which point of the text lies at its position, across the direction of reading.
    pub across: VPos,
    /// Whether the text reads from bottom to top.
    pub upward: bool,
}

impl Type {
    /// Text that begins at its position and is vertically centred on it.
    pub(crate) fn new(em: f64, colour: Rgb) -> Self {
        Self { em, colour, along: HPos::Left, across: VPos::Center, upward: false }
    }
    /// The same with this point of the text at its position.
    pub(crate) fn anchored(self, along: HPos, across: VPos) -> Self {
        Self { along, across, ..self }
    }
    /// The same, but it reads from bottom to top.
    pub(crate) fn upward(self) -> Self {
        Self { upward: true, ..self }
    }
    /// The same, but smaller if `text` would otherwise be wider than `width` pixels.
    pub(crate) fn fitted(self, text: &str, width: f64) -> Self {
        Self { em: self.em * (width / font::width(text, self.em)).min(1.0), ..self }
    }
}

/// Draws on a backend with units of 1/[`UNITS`] pixel.
pub(crate) struct Pen<B: DrawingBackend> {
    area: DrawingArea<B, Shift>,
}

impl<B: DrawingBackend<ErrorType: 'static>> Pen<B> {
    /// A pen that can draw everywhere on a backend.
    pub(crate) fn new(backend: B) -> Self {
        font::register();
        Self { area: backend.into_drawing_area() }
    }

    /// Draws a chain of lines, `width` pixels thick.
    pub(crate) fn line(&self, points: impl IntoIterator<Item = At>, width: f64, colour: RGBAColor) -> Result<()> {
        let style = ShapeStyle { color: colour, filled: false, stroke_width: (width * UNITS).round().max(1.0) as u32 };
        let points: Vec<_> = points.into_iter().map(units).collect();
        if points.len() < 2 { Ok(()) } else { self.element(&PathElement::new(points, style)) }
    }

    /// Draws a filled polygon.
    pub(crate) fn polygon(&self, points: impl IntoIterator<Item = At>, colour: RGBAColor) -> Result<()> {
        let points: Vec<_> = points.into_iter().map(units).collect();
        if points.len() < 3 { Ok(()) } else { self.element(&Polygon::new(points, filled(colour))) }
    }

    /// Draws a filled rectangle between its upper left and its lower right corner.
    pub(crate) fn rectangle(&self, upper_left: At, lower_right: At, colour: RGBAColor) -> Result<()> {
        self.element(&Rectangle::new([units(upper_left), units(lower_right)], filled(colour)))
    }

    /// Draws a disc with a radius in pixels.
    pub(crate) fn disc(&self, centre: At, radius: f64, colour: RGBAColor) -> Result<()> {
        self.element(&Circle::new(units(centre), (radius * UNITS).round() as i32, filled(colour)))
    }

    /// Draws one line of text.
    pub(crate) fn text(&self, text: &str, at: At, how: Type) -> Result<()> {
        let turn = if how.upward { FontTransform::Rotate270 } else { FontTransform::None };
        let size = how.em * UNITS * font::PLOTTERS_SIZE_PER_EM;
        let colour = opaque(how.colour);
        let style = TextStyle::from((font::FAMILIES, size).into_font().transform(turn))
            .color(&colour)
            .pos(Pos::new(how.along, how.across));
        self.area.draw_text(text, &style, units(at)).map_err(|e| anyhow!("{e}"))
    }

    fn element<'a, E>(&self, element: &'a E) -> Result<()>
    where
        &'a E: PointCollection<'a, (i32, i32)>,
        E: Drawable<B>,
    {
        self.area.draw(element).map_err(|e| anyhow!("{e}"))
    }
}

fn filled(colour: RGBAColor) -> ShapeStyle {
    ShapeStyle { color: colour, filled: true, stroke_width: 0 }
}

/// Far outside of any paper: what lies further away is drawn there, so that no backend has to reckon with it.
const FAR: f64 = 1e5;

fn units((x, y): At) -> (i32, i32) {
    let units = |pixels: f64| (pixels.clamp(-FAR, FAR) * UNITS).round() as i32;
    (units(x), units(y))
}
