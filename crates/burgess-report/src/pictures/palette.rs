//! Colours of links. Links of one kind, such as copies of a limb from one gene, have the same colour.

use crate::image::Rgb;
use burgess_physics::model::{BaseKind, Object};

/// Colour of the base, whatever its kind.
const BASE: Rgb = [84, 92, 108];

/// The colours of Okabe and Ito (2008), and a few darker or lighter relatives.
const LIMBS: [Rgb; 10] = [
    [0, 114, 178],
    [230, 159, 0],
    [0, 158, 115],
    [213, 94, 0],
    [86, 180, 233],
    [204, 121, 167],
    [240, 228, 66],
    [128, 76, 160],
    [150, 190, 90],
    [140, 90, 60],
];

/// Colour of objects that move.
const LOOSE: Rgb = [222, 194, 142];
/// Colour of objects that stand fixed.
const FIXED: Rgb = [168, 168, 164];
/// Colour of rivals.
const RIVAL: Rgb = [176, 62, 58];

/// Colour of the links of an object, in linear light: by how it is held, or that of rivals.
pub(crate) fn object_colour<T>(object: &Object<T>) -> [f32; 3] {
    linear(match (&object.rival, object.body.base) {
        (Some(_), _) => RIVAL,
        (None, BaseKind::Floating) => LOOSE,
        (None, BaseKind::Welded) => FIXED,
    })
}

/// One colour per link, in linear light.
///
/// The preferred colour of a kind depends only on its number, so that relatives look alike in different pictures. If two kinds of a body
/// prefer the same colour, the later one takes the next free colour.
pub(crate) fn link_colours(kinds: &[u64]) -> Vec<[f32; 3]> {
    let mut taken: Vec<(u64, usize)> = Vec::new();
    let mut colour = |kind: u64| {
        if let Some(&(_, colour)) = taken.iter().find(|(other, _)| *other == kind) {
            return LIMBS[colour];
        }
        let preferred = preference(kind);
        let places = (preferred..LIMBS.len()).chain(0..preferred);
        let free = places.into_iter().find(|place| taken.iter().all(|(_, other)| other != place));
        let place = free.unwrap_or(preferred);
        taken.push((kind, place));
        LIMBS[place]
    };
    kinds.iter().enumerate().map(|(i, &kind)| linear(if i == 0 { BASE } else { colour(kind) })).collect()
}

/// Index of a kind's preferred colour, by multiplicative hashing (the multiplier is 2^64 divided by the golden ratio, Knuth 1973).
fn preference(kind: u64) -> usize {
    ((kind.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) % LIMBS.len() as u64) as usize
}

/// Converts sRGB to linear light.
pub(crate) fn linear(colour: Rgb) -> [f32; 3] {
    colour.map(|c| {
        let c = f32::from(c) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { libm::powf((c + 0.055) / 1.055, 2.4) }
    })
}

/// Converts linear light to sRGB. Components above 1 are clamped to 1.
pub(crate) fn displayed(light: [f32; 3]) -> Rgb {
    light.map(|c| {
        let c = c.clamp(0.0, 1.0);
        let c = if c <= 0.003_130_8 { 12.92 * c } else { 1.055 * libm::powf(c, 1.0 / 2.4) - 0.055 };
        (255.0 * c + 0.5) as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_survives_the_way_to_light_and_back() {
        for c in 0..=255 {
            assert_eq!(displayed(linear([c, 0, 255])), [c, 0, 255]);
        }
    }

    #[test]
    fn genes_have_their_own_colours_and_copies_share_them() {
        let colours = link_colours(&[0, 1, 2, 3, 3]);
        assert_eq!(colours[3], colours[4]);
        for i in 0..4 {
            assert!(colours[..i].iter().all(|c| *c != colours[i]), "link {i}");
        }
    }
}
