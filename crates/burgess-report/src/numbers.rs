//! Numbers in text.

/// A number with four significant digits and a true minus sign, as titles and tables show it.
///
/// ```
/// use burgess_report::four_digits;
///
/// assert_eq!(four_digits(1.23456), "1.235");
/// assert_eq!(four_digits(-12.3456), "−12.35");
/// ```
pub fn four_digits(value: f64) -> String {
    let digits = if value == 0.0 { 0 } else { libm::log10(value.abs()).floor() as i32 };
    let text = match digits {
        -3..=5 => format!("{value:.*}", (3 - digits).max(0) as usize),
        _ => format!("{value:.3e}"),
    };
    text.replace('-', "−")
}

/// A count with the name of what is counted, which takes an s in the plural.
pub(crate) fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_numbers_have_four_digits() {
        for (value, text) in [
            (0.0, "0.000"),
            (1.23456, "1.235"),
            (-12.3456, "−12.35"),
            (123456.0, "123456"),
            (0.0012345, "0.001234"),
            (1.5e9, "1.500e9"),
        ] {
            assert_eq!(four_digits(value), text);
        }
    }
}
