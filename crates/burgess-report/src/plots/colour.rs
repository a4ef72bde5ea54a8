//! Colours that colour-blind readers can distinguish, and that stay distinct in a grey print.

use crate::image::Rgb;

/// The colour map viridis at equal distances (S. van der Walt and N. Smith, 2015, for matplotlib; public domain, CC0). It is perceptually uniform,
/// and its lightness increases.
const VIRIDIS: [Rgb; 17] = [
    [68, 1, 84],
    [72, 24, 106],
    [71, 45, 123],
    [66, 64, 134],
    [59, 82, 139],
    [51, 99, 141],
    [44, 114, 142],
    [38, 129, 142],
    [33, 144, 140],
    [31, 159, 136],
    [40, 174, 128],
    [62, 188, 116],
    [93, 201, 99],
    [130, 211, 76],
    [171, 220, 50],
    [213, 226, 26],
    [253, 231, 37],
];

/// The qualitative palette of M. Okabe and K. Ito (2008), "Color Universal Design", without yellow, which is faint on white. The
/// strongest colours come first.
pub(crate) const OKABE_ITO: [Rgb; 7] =
    [[0, 114, 178], [213, 94, 0], [0, 158, 115], [204, 121, 167], [230, 159, 0], [86, 180, 233], [60, 60, 60]];

/// Colour of lines behind the data.
pub(crate) const GRID: Rgb = [225, 225, 225];
/// Colour of dots whose kind is too rare for a colour of its own.
pub(crate) const OTHERS: Rgb = [175, 175, 175];
/// Colour of cells without an elite.
pub(crate) const EMPTY: Rgb = [236, 236, 236];

/// The colour of viridis at `share`, which is clamped to 0 to 1. NaN counts as 0.
pub(crate) fn viridis(share: f64) -> Rgb {
    let place = share.clamp(0.0, 1.0).max(0.0) * (VIRIDIS.len() - 1) as f64;
    let left = (place as usize).min(VIRIDIS.len() - 2);
    let rest = place - left as f64;
    std::array::from_fn(|i| {
        let (a, b) = (f64::from(VIRIDIS[left][i]), f64::from(VIRIDIS[left + 1][i]));
        (a + (b - a) * rest).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_what_lies_outside() {
        assert_eq!(viridis(0.0), [68, 1, 84]);
        assert_eq!(viridis(1.0), [253, 231, 37]);
        assert_eq!(viridis(-3.0), viridis(0.0));
        assert_eq!(viridis(f64::INFINITY), viridis(1.0));
        assert_eq!(viridis(f64::NAN), viridis(0.0));
    }

    /// CIE lightness of an sRGB colour.
    fn lightness(colour: Rgb) -> f64 {
        let [r, g, b] = colour.map(|c| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        });
        116.0 * (0.2126 * r + 0.7152 * g + 0.0722 * b).cbrt() - 16.0
    }

    #[test]
    fn lightness_rises_evenly() {
        let steps: Vec<f64> = (0..50)
            .map(|i| lightness(viridis(f64::from(i + 1) / 50.0)) - lightness(viridis(f64::from(i) / 50.0)))
            .collect();
        let mean = steps.iter().sum::<f64>() / 50.0;
        assert!(steps.iter().all(|s| (s - mean).abs() < 0.6 * mean), "{mean}: {steps:?}");
    }
}
