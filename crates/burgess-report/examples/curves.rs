//! Draws curves of two made-up runs in two panels: `cargo run --release -p burgess-report --example curves`.

use burgess_report::draw_lines;
use burgess_report::views::{LineView, LinesView, PanelView};
use std::path::Path;

fn main() -> anyhow::Result<()> {
    let runs = [("slow", 0.5), ("fast", 2.0)];
    let panel = |name, value: fn(f64) -> f64| {
        let line = |(colour, (run, rate)): (usize, (&str, f64))| LineView {
            name: run.into(),
            points: (0..=200).map(f64::from).map(|x| (x, value(0.02 * rate * x))).collect(),
            colour,
            dashed: colour == 0,
        };
        PanelView { name, from_zero: true, lines: runs.into_iter().enumerate().map(line).collect() }
    };
    let view = LinesView {
        title: "two runs".into(),
        second: "numbers that nobody measured".into(),
        x_name: "generations",
        panels: vec![
            panel("coverage (%)", |x| 100.0 * (1.0 - (-x).exp())),
            panel("best reward", |x| x / (1.0 + x) + 0.05 * (9.0 * x).sin()),
        ],
    };
    for path in draw_lines(&view, Path::new("."), "curves")? {
        println!("{}", path.display());
    }
    Ok(())
}
