//! Drawing in pixels on any plotters backend, and figures that come out as PNG and as SVG.
//!
//! Coordinates are pixels from the upper left corner and may be fractions of one.

use super::canvas::{Canvas, UNITS, font};
use super::image::{Image, Rgb};
use anyhow::{Context, Result, anyhow};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, Drawable, PathElement, PointCollection, Polygon, Rectangle};
use plotters::prelude::{DrawingBackend, IntoFont, RGBAColor, SVGBackend, ShapeStyle};
use plotters::style::text_anchor::Pos;
use plotters::style::{FontTransform, TextStyle};
use std::path::{Path, PathBuf};

pub use plotters::style::text_anchor::{HPos, VPos};

/// Text and frames.
pub const INK: Rgb = [30, 30, 30];
/// What is less important: second lines, marks.
pub const FAINT_INK: Rgb = [95, 95, 95];
/// Paper.
pub const WHITE: Rgb = [255, 255, 255];

/// A place on the paper: pixels from the left, pixels from the top.
pub type At = (f64, f64);

/// Something that can be drawn on any backend.
pub trait Figure {
    /// Width and height in pixels.
    fn size(&self) -> (usize, usize);
    /// Draws it on white paper.
    fn draw<B: DrawingBackend<ErrorType: 'static>>(&self, pen: &Pen<B>) -> Result<()>;
}

/// A figure as pixels.
pub fn render<F: Figure>(figure: &F) -> Result<Image> {
    let (width, height) = figure.size();
    let mut image = Image::new(width, height, WHITE);
    figure.draw(&Pen::new(Canvas::new(&mut image)))?;
    Ok(image)
}

/// A figure as an SVG document.
pub fn render_svg<F: Figure>(figure: &F) -> Result<String> {
    let (width, height) = figure.size();
    let units = |pixels: usize| (pixels as f64 * UNITS) as u32;
    let mut text = String::new();
    {
        let pen = Pen::new(SVGBackend::with_string(&mut text, (units(width), units(height))));
        pen.rectangle((0.0, 0.0), (width as f64, height as f64), opaque(WHITE))?;
        figure.draw(&pen)?;
        pen.area.present().map_err(|e| anyhow!("{e}"))?;
    }
    // The picture is as large as the PNG; the view box keeps the finer units.
    let fine = format!(r#"width="{}" height="{}""#, units(width), units(height));
    Ok(text.replacen(&fine, &format!(r#"width="{width}" height="{height}""#), 1))
}

/// Writes `stem.png` and `stem.svg` into `folder`, and gives their paths.
///
/// # Errors
/// When a file can't be written; the message names it.
pub fn save<F: Figure>(figure: &F, folder: &Path, stem: &str) -> Result<[PathBuf; 2]> {
    let (png, svg) = (folder.join(format!("{stem}.png")), folder.join(format!("{stem}.svg")));
    render(figure).and_then(|image| image.write_png(&png)).with_context(|| format!("drawing {stem}"))?;
    let text = render_svg(figure).with_context(|| format!("drawing {stem}"))?;
    std::fs::write(&svg, text).with_context(|| format!("writing {}", svg.display()))?;
    Ok([png, svg])
}

/// A colour that covers what is below.
pub fn opaque(colour: Rgb) -> RGBAColor {
    faded(colour, 1.0)
}

/// A colour that covers the share `alpha` of what is below.
pub fn faded([r, g, b]: Rgb, alpha: f64) -> RGBAColor {
    RGBAColor(r, g, b, alpha)
}

/// How a line of text is set.
#[derive(Clone, Copy)]
pub struct Type {
    /// Em size (pixels).
    pub em: f64,
    /// Colour.
    pub colour: Rgb,
    /// Which part of the text lies at its place, along it.
    pub along: HPos,
    /// Which part of the text lies at its place, across it.
    pub across: VPos,
    /// Reads from bottom to top.
    pub upward: bool,
}

impl Type {
    /// Text that stands to the right of its place, centred on it.
    pub fn new(em: f64, colour: Rgb) -> Self {
        Self { em, colour, along: HPos::Left, across: VPos::Center, upward: false }
    }
    /// With this part of the text at its place.
    pub fn anchored(self, along: HPos, across: VPos) -> Self {
        Self { along, across, ..self }
    }
    /// Turned to read from bottom to top.
    pub fn upward(self) -> Self {
        Self { upward: true, ..self }
    }
    /// Smaller where needed, so that `text` is at most `width` pixels wide.
    pub fn fitted(self, text: &str, width: f64) -> Self {
        Self { em: self.em * (width / font::width(text, self.em)).min(1.0), ..self }
    }
}

/// Draws on a backend whose units are 1/[`UNITS`] pixel.
pub struct Pen<B: DrawingBackend> {
    area: DrawingArea<B, Shift>,
}

impl<B: DrawingBackend<ErrorType: 'static>> Pen<B> {
    /// A pen for a whole backend.
    pub fn new(backend: B) -> Self {
        font::register();
        Self { area: backend.into_drawing_area() }
    }

    /// A chain of lines `width` pixels thick.
    pub fn line(&self, points: impl IntoIterator<Item = At>, width: f64, colour: RGBAColor) -> Result<()> {
        let style = ShapeStyle { color: colour, filled: false, stroke_width: (width * UNITS).round().max(1.0) as u32 };
        let points: Vec<_> = points.into_iter().map(units).collect();
        if points.len() < 2 { Ok(()) } else { self.element(&PathElement::new(points, style)) }
    }

    /// A filled polygon.
    pub fn polygon(&self, points: impl IntoIterator<Item = At>, colour: RGBAColor) -> Result<()> {
        let points: Vec<_> = points.into_iter().map(units).collect();
        if points.len() < 3 { Ok(()) } else { self.element(&Polygon::new(points, filled(colour))) }
    }

    /// A filled rectangle from its upper left to its lower right corner.
    pub fn rectangle(&self, upper_left: At, lower_right: At, colour: RGBAColor) -> Result<()> {
        self.element(&Rectangle::new([units(upper_left), units(lower_right)], filled(colour)))
    }

    /// A disc.
    pub fn disc(&self, centre: At, radius: f64, colour: RGBAColor) -> Result<()> {
        self.element(&Circle::new(units(centre), (radius * UNITS).round() as i32, filled(colour)))
    }

    /// One line of text.
    pub fn text(&self, text: &str, at: At, how: Type) -> Result<()> {
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

fn units((x, y): At) -> (i32, i32) {
    ((x * UNITS).round() as i32, (y * UNITS).round() as i32)
}
