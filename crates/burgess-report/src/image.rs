//! Images in memory, and PNG files.

use anyhow::{Context, Result};
use burgess_core::files::write_whole;
use std::path::Path;

/// Red, green and blue, each encoded as in sRGB.
pub type Rgb = [u8; 3];

/// An image with its rows from top to bottom.
///
/// ```
/// use burgess_report::Image;
///
/// let mut image = Image::new(4, 3, [255, 255, 255]);
/// image.blend(1, 2, [0, 0, 0], 0.5);
/// assert_eq!(image.get(1, 2), [128, 128, 128]);
/// assert!(image.encode_png().unwrap().starts_with(b"\x89PNG"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    width: usize,
    height: usize,
    pixels: Vec<Rgb>,
}

impl Image {
    /// An image of one colour; sizes in pixels.
    pub fn new(width: usize, height: usize, colour: Rgb) -> Self {
        Self { width, height, pixels: vec![colour; width * height] }
    }

    /// An image from its pixels, row by row from the top; `width` in pixels.
    ///
    /// # Panics
    /// If `width` is 0, or if `pixels.len()` is not a multiple of `width`.
    pub fn from_pixels(width: usize, pixels: Vec<Rgb>) -> Self {
        assert!(width > 0 && pixels.len().is_multiple_of(width), "{} pixels in rows of {width}", pixels.len());
        Self { width, height: pixels.len() / width, pixels }
    }

    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// All pixels, row by row from the top.
    pub fn pixels(&self) -> &[Rgb] {
        &self.pixels
    }

    /// The pixel at column `x` from the left and row `y` from the top.
    ///
    /// # Panics
    /// If the pixel lies outside the image.
    pub fn get(&self, x: usize, y: usize) -> Rgb {
        self.pixels[y * self.width + x]
    }

    /// Covers the share `alpha` of a pixel with a colour. `alpha` is clamped to 0 to 1.
    ///
    /// # Panics
    /// If the pixel lies outside the image.
    pub fn blend(&mut self, x: usize, y: usize, colour: Rgb, alpha: f32) {
        let alpha = alpha.clamp(0.0, 1.0);
        let pixel = &mut self.pixels[y * self.width + x];
        for (old, new) in pixel.iter_mut().zip(colour) {
            let mixed = f32::from(*old) + (f32::from(new) - f32::from(*old)) * alpha;
            *old = (mixed + 0.5) as u8;
        }
    }

    /// Copies `other` into this image, with its upper left corner at column `x` and row `y`. What lies outside is cut off.
    pub fn paste(&mut self, other: &Image, x: usize, y: usize) {
        let columns = other.width.min(self.width.saturating_sub(x));
        let rows = other.height.min(self.height.saturating_sub(y));
        for row in 0..rows {
            let (to, from) = ((y + row) * self.width + x, row * other.width);
            self.pixels[to..to + columns].copy_from_slice(&other.pixels[from..from + columns]);
        }
    }

    /// The bytes of a PNG file. The same pixels give the same bytes.
    ///
    /// # Errors
    /// If the image has no pixels, or is too large for a PNG file.
    pub fn encode_png(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, u32::try_from(self.width)?, u32::try_from(self.height)?);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Balanced);
        encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(self.pixels.as_flattened())?;
        writer.finish()?;
        Ok(bytes)
    }

    /// Writes a PNG file, whole or not at all.
    ///
    /// # Errors
    /// If the file cannot be written; the message names it.
    pub fn write_png(&self, path: &Path) -> Result<()> {
        let bytes = self.encode_png().with_context(|| format!("encoding {}", path.display()))?;
        write_whole(path, &bytes).with_context(|| format!("writing {}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn png_decodes_to_the_same_pixels() {
        let pixels = (0..12u8).map(|i| [i, 20 * i, 255 - i]).collect();
        let image = Image::from_pixels(4, pixels);
        let bytes = image.encode_png().unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut decoded = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut decoded).unwrap();
        assert_eq!((info.width, info.height), (4, 3));
        assert_eq!(decoded, image.pixels().as_flattened());
    }

    #[test]
    fn paste_cuts_off_what_lies_outside() {
        let mut image = Image::new(3, 2, [0; 3]);
        image.paste(&Image::new(5, 5, [9; 3]), 2, 1);
        let nines: Vec<_> = image.pixels().iter().map(|p| p[0]).collect();
        assert_eq!(nines, [0, 0, 0, 0, 0, 9]);
        image.paste(&Image::new(1, 1, [7; 3]), 3, 0);
        assert!(image.pixels().iter().all(|p| p[0] != 7));
    }

    #[test]
    fn blend_mixes_and_clamps() {
        let mut image = Image::new(1, 1, [100, 0, 0]);
        image.blend(0, 0, [200, 0, 0], 0.5);
        assert_eq!(image.get(0, 0), [150, 0, 0]);
        image.blend(0, 0, [10, 20, 30], 7.0);
        assert_eq!(image.get(0, 0), [10, 20, 30]);
        image.blend(0, 0, [0, 0, 0], -1.0);
        assert_eq!(image.get(0, 0), [10, 20, 30]);
    }
}
