//! Animated GIFs. All moments share one palette, so that colours do not flicker.

use crate::image::{Image, Rgb};
use anyhow::{Result, ensure};
use color_quant::NeuQuant;
use rayon::prelude::*;
use std::borrow::Cow;

/// Number of pictures, spread over the animation, that the palette is fitted to.
const LEARNED: usize = 6;

/// The bytes of a GIF file: pictures of the same size as an animation that repeats for ever. Each is shown for `delay` hundredths of a second.
///
/// # Errors
/// If there is no picture, or one is too large for a GIF file.
pub(crate) fn encode(pictures: &[Image], delay: u16) -> Result<Vec<u8>> {
    ensure!(!pictures.is_empty(), "an animation needs at least one picture");
    let (width, height) = (u16::try_from(pictures[0].width())?, u16::try_from(pictures[0].height())?);
    let palette = palette(pictures);
    let mut bytes = Vec::new();
    let mut encoder = gif::Encoder::new(&mut bytes, width, height, &palette.color_map_rgb())?;
    encoder.set_repeat(gif::Repeat::Infinite)?;
    let indexed: Vec<Vec<u8>> = pictures.par_iter().map(|picture| indices(picture, &palette)).collect();
    for buffer in indexed {
        encoder.write_frame(&gif::Frame {
            delay,
            width,
            height,
            buffer: Cow::Owned(buffer),
            ..gif::Frame::default()
        })?;
    }
    drop(encoder);
    Ok(bytes)
}

/// 256 colours fitted to some of the pictures (A. Dekker 1994, NeuQuant).
fn palette(pictures: &[Image]) -> NeuQuant {
    let chosen = (0..LEARNED).map(|i| i * (pictures.len() - 1) / (LEARNED - 1));
    let pixels: Vec<u8> = chosen.flat_map(|i| pictures[i].pixels().iter().flat_map(|&p| opaque(p))).collect();
    NeuQuant::new(3, 256, &pixels)
}

/// The palette index of each pixel. The search is slow and neighbours often have the same colour, so the last result is kept.
fn indices(picture: &Image, palette: &NeuQuant) -> Vec<u8> {
    let mut last = (picture.get(0, 0), palette.index_of(&opaque(picture.get(0, 0))) as u8);
    let index = |&pixel: &Rgb| {
        if pixel != last.0 {
            last = (pixel, palette.index_of(&opaque(pixel)) as u8);
        }
        last.1
    };
    picture.pixels().iter().map(index).collect()
}

fn opaque([r, g, b]: Rgb) -> [u8; 4] {
    [r, g, b, 255]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_animation_decodes_to_nearly_the_same_colours() {
        let picture = |shift: usize| {
            let pixel = |i: usize| [((i + shift) % 64 * 4) as u8, 100, (i / 64 * 4) as u8];
            Image::from_pixels(64, (0..64 * 48).map(pixel).collect())
        };
        let pictures: Vec<Image> = (0..5).map(|i| picture(3 * i)).collect();
        let bytes = encode(&pictures, 5).unwrap();
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::RGBA);
        let mut decoder = options.read_info(std::io::Cursor::new(bytes)).unwrap();
        let mut count = 0;
        while let Some(frame) = decoder.read_next_frame().unwrap() {
            assert_eq!((frame.width, frame.height, frame.delay), (64, 48, 5));
            let worst = frame.buffer.chunks(4).zip(pictures[count].pixels());
            let worst = worst.flat_map(|(a, b)| (0..3).map(|c| a[c].abs_diff(b[c]))).max().unwrap();
            assert!(worst < 24, "{worst}");
            count += 1;
        }
        assert_eq!(count, 5);
        assert!(encode(&[], 5).is_err());
    }
}
