//! Aligned columns and short numbers for tables on a terminal.

/// Lines with the cells of each column padded to the same width, two spaces between columns.
pub(super) fn align(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let length = |cell: &String| cell.chars().count();
    let width = |column| rows.iter().filter_map(|row| row.get(column)).map(length).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// With three digits and a unit, e.g. `5.41 G`.
pub(super) fn scaled(x: f64) -> String {
    let (factor, unit) = match x {
        x if x >= 1e9 => (1e-9, " G"),
        x if x >= 1e6 => (1e-6, " M"),
        x if x >= 1e3 => (1e-3, " k"),
        _ => (1.0, ""),
    };
    format!("{:.2}{unit}", x * factor)
}

/// A number of things, e.g. `2 elites`.
pub(super) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = [vec!["id".into(), "name".into()], vec!["1000".into(), "ä".into()], vec!["7".into()]];
        assert_eq!(align(&rows), "id    name\n1000  ä\n7");
    }
}
