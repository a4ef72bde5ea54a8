//! A plotters backend that draws into an [`Image`] with antialiasing.
//!
//! plotters' own bitmap backend draws lines without antialiasing and places text too high. This backend takes the same calls as the SVG backend in the
//! same units: 1/[`UNITS`] pixel, because plotters' coordinates are integers. So one description of a figure looks alike as PNG and as SVG.

pub(crate) mod font;
pub(crate) mod raster;

use crate::image::{Image, Rgb};
use crate::polygon::Point;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontTransform,
};
use raster::Raster;
use std::convert::Infallible;
use std::f64::consts::TAU;

/// Backend units per pixel.
pub(crate) const UNITS: f64 = 8.0;

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// A backend that draws into a borrowed image.
pub(crate) struct Canvas<'a> {
    image: &'a mut Image,
    raster: Raster,
}

impl<'a> Canvas<'a> {
    /// A canvas over an image. What is not drawn over stays as it is.
    pub(crate) fn new(image: &'a mut Image) -> Self {
        let raster = Raster::new(image.width(), image.height());
        Self { image, raster }
    }

    /// Paints the shape that the raster has collected.
    fn paint(&mut self, colour: BackendColor) {
        let (image, rgb, alpha) = (&mut *self.image, rgb(colour), colour.alpha as f32);
        self.raster.paint(|x, y, coverage| image.blend(x, y, rgb, alpha * coverage));
    }

    /// Draws a chain of lines with round joints and flat ends.
    fn stroke(&mut self, points: &[Point], width: u32, colour: BackendColor) {
        let radius = 0.5 * f64::from(width) / UNITS;
        for pair in points.windows(2) {
            self.raster.polygon(&thick_line(pair[0], pair[1], radius));
        }
        // The joints of thin lines are too small to see.
        if radius > 0.6 {
            for &joint in points.iter().skip(1).take(points.len().saturating_sub(2)) {
                self.raster.polygon(&circle(joint, radius));
            }
        }
        self.paint(colour);
    }
}

impl DrawingBackend for Canvas<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        let units = |pixels: usize| (pixels as f64 * UNITS) as u32;
        (units(self.image.width()), units(self.image.height()))
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.draw_rect((x, y), (x + 1, y + 1), &color, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, a: BackendCoord, b: BackendCoord, style: &S, fill: bool) -> Drawn {
        let corners = [a, (b.0, a.1), b, (a.0, b.1)];
        if fill {
            self.fill_polygon(corners, style)
        } else {
            self.draw_path(corners.into_iter().chain([a, corners[1]]), style)
        }
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let points: Vec<Point> = path.into_iter().map(pixels).collect();
        self.stroke(&points, style.stroke_width(), style.color());
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, center: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        let mut points = circle(pixels(center), f64::from(radius) / UNITS);
        if fill {
            self.raster.polygon(&points);
            self.paint(style.color());
        } else {
            points.extend_from_within(..2);
            self.stroke(&points, style.stroke_width(), style.color());
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, vert: I, style: &S) -> Drawn {
        let points: Vec<Point> = vert.into_iter().map(pixels).collect();
        self.raster.polygon(&points);
        self.paint(style.color());
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, pos: BackendCoord) -> Drawn {
        let em = style.size() / font::PLOTTERS_SIZE_PER_EM / UNITS;
        let along = match style.anchor().h_pos {
            HPos::Left => 0.0,
            HPos::Center => -0.5 * font::width(text, em),
            HPos::Right => -font::width(text, em),
        };
        // Distance of the base line below the anchor, as in the SVG backend (0.5 ex of this font is 0.273 em).
        let below = match style.anchor().v_pos {
            VPos::Top => 0.76 * em,
            VPos::Center => 0.273 * em,
            VPos::Bottom => -0.273 * em,
        };
        let (along, below) = (along.round() as i32, below.round() as i32);
        let [x0, y0] = pixels(pos).map(|length| length.round() as i32);
        let (color, turn) = (style.color(), style.transform());
        let (width, height) = (self.image.width() as i32, self.image.height() as i32);
        font::draw(text, em, |x, y, coverage| {
            let (x, y) = turned(&turn, x + along, y + below);
            let (x, y) = (x0 + x, y0 + y);
            if (0..width).contains(&x) && (0..height).contains(&y) {
                self.image.blend(x as usize, y as usize, rgb(color), coverage * color.alpha as f32);
            }
        });
        Ok(())
    }
}

/// Rotates a pixel about the upper left corner of pixel (0, 0). A pixel is named by its upper left corner, and a rotation turns another of its
/// corners into the upper left one.
fn turned(turn: &FontTransform, x: i32, y: i32) -> (i32, i32) {
    match turn {
        FontTransform::None => (x, y),
        FontTransform::Rotate90 => (-y - 1, x),
        FontTransform::Rotate180 => (-x - 1, -y - 1),
        FontTransform::Rotate270 => (y, -x - 1),
    }
}

fn rgb(colour: BackendColor) -> Rgb {
    let (r, g, b) = colour.rgb;
    [r, g, b]
}

fn pixels((x, y): BackendCoord) -> Point {
    [f64::from(x) / UNITS, f64::from(y) / UNITS]
}

/// The rectangle that a line of this half width covers, with the same orientation as [`circle`]. Empty for a line without length.
fn thick_line(a: Point, b: Point, radius: f64) -> Vec<Point> {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let length = (dx * dx + dy * dy).sqrt();
    if length == 0.0 {
        return Vec::new();
    }
    let (nx, ny) = (-dy / length * radius, dx / length * radius);
    vec![[a[0] - nx, a[1] - ny], [b[0] - nx, b[1] - ny], [b[0] + nx, b[1] + ny], [a[0] + nx, a[1] + ny]]
}

/// A polygon with so many corners that it looks round.
fn circle(centre: Point, radius: f64) -> Vec<Point> {
    let corners = (8.0 + 4.0 * radius.sqrt()) as usize;
    let corner = |i: usize| {
        let angle = TAU * i as f64 / corners as f64;
        [centre[0] + radius * libm::cos(angle), centre[1] + radius * libm::sin(angle)]
    };
    (0..corners).map(corner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use plotters::style::{BLACK, IntoFont, TextStyle};

    fn ink(image: &Image) -> f64 {
        image.pixels().iter().map(|p| f64::from(255 - p[0]) / 255.0).sum()
    }

    #[test]
    fn a_bent_line_has_its_width_in_every_direction() {
        for (dx, dy) in [(40, 0), (0, -40), (-28, 28), (30, 20)] {
            let mut image = Image::new(100, 100, [255; 3]);
            let (from, to) = ((400, 400), (400 + 8 * dx, 400 + 8 * dy));
            Canvas::new(&mut image).draw_line(from, to, &BLACK.stroke(24)).unwrap();
            let expected = 3.0 * f64::from(dx * dx + dy * dy).sqrt();
            assert!((ink(&image) - expected).abs() < 0.02 * expected, "({dx}, {dy}): {} of {expected}", ink(&image));
        }
    }

    trait Stroke {
        fn stroke(&self, width: u32) -> plotters::style::ShapeStyle;
    }
    impl Stroke for plotters::style::RGBColor {
        fn stroke(&self, width: u32) -> plotters::style::ShapeStyle {
            plotters::style::ShapeStyle::from(self).stroke_width(width)
        }
    }

    /// The bounding box of dark pixels: left, top, right, bottom.
    fn bounds(image: &Image) -> [usize; 4] {
        let mut b = [usize::MAX, usize::MAX, 0, 0];
        for y in 0..image.height() {
            for x in (0..image.width()).filter(|&x| image.get(x, y)[0] < 128) {
                b = [b[0].min(x), b[1].min(y), b[2].max(x), b[3].max(y)];
            }
        }
        b
    }

    #[test]
    fn text_lies_where_its_anchor_says_also_when_turned() {
        font::register();
        let text = |turn: FontTransform| {
            let mut image = Image::new(200, 200, [255; 3]);
            let size = 30.0 * font::PLOTTERS_SIZE_PER_EM * UNITS;
            let style = TextStyle::from((font::FAMILIES, size).into_font().transform(turn))
                .pos(plotters::style::text_anchor::Pos::new(HPos::Center, VPos::Top));
            Canvas::new(&mut image).draw_text("HIH", &style, (800, 800)).unwrap();
            bounds(&image)
        };
        let [left, top, right, bottom] = text(FontTransform::None);
        assert!((left + right).abs_diff(199) <= 2, "centred: {left} to {right}");
        assert!((100..103).contains(&top) && bottom.abs_diff(100 + 22) <= 1, "below the anchor: {top} to {bottom}");
        let [left, top, right, bottom] = text(FontTransform::Rotate270);
        assert!((top + bottom).abs_diff(199) <= 2, "centred: {top} to {bottom}");
        assert!((100..103).contains(&left) && right.abs_diff(122) <= 1, "right of the anchor: {left} to {right}");
    }
}
