//! A comparison as text: one long table for programs, and several tables for people.

use super::comparison::{Comparison, Row, Section};
use crate::numbers::four_digits;
use crate::views::Progress;

/// Text of a cell without a number.
const NONE: &str = "-";

impl Comparison {
    /// The table for programs, as CSV: one line per place, measure and experiment. Parsing a number gives back the same bits; a cell without a number
    /// is empty.
    pub fn csv(&self) -> String {
        let mut text = String::from("metric,at,x,experiment,n,mean,std,min,q1,median,q3,max,against,p,a12\n");
        for section in &self.sections {
            for row in &section.rows {
                let numbers = numbers(row).map(|number| number.map_or_else(String::new, |n| n.to_string()));
                let [mean, std, min, q1, median, q3, max, p, a12] = numbers;
                let (at, x, column) = (section.place.name().replace('-', "_"), section.place.value, row.measure.column);
                let (experiment, n, against) = (&row.experiment, row.sample.len(), &self.against);
                text += &format!(
                    "{column},{at},{x},{experiment},{n},{mean},{std},{min},{q1},{median},{q3},{max},{against},{p},{a12}\n"
                );
            }
        }
        text
    }

    /// The tables for people and their legend, as Markdown. `figures` are pairs of what a picture shows and its file.
    pub fn markdown(&self, figures: &[(String, String)]) -> String {
        let mut text = String::from("# Comparison\n");
        for section in &self.sections {
            text += &format!("\n## {}\n\n", capitalised(&section.title()));
            for (i, row) in section.table().into_iter().enumerate() {
                text += &format!("| {} |\n", row.join(" | "));
                if i == 0 {
                    text += &format!("|{}\n", "---|".repeat(row.len()));
                }
            }
        }
        text.push('\n');
        for note in self.legend() {
            text += &format!("- {note}\n");
        }
        if !figures.is_empty() {
            text.push('\n');
        }
        for (what, file) in figures {
            text += &format!("![{what}]({file})\n");
        }
        text
    }

    /// Sentences that say how to read the tables.
    pub fn legend(&self) -> Vec<String> {
        let against = &self.against;
        let tests: Vec<_> = self.sections.iter().flat_map(|s| &s.rows).filter_map(|row| row.test).collect();
        let how = match tests.iter().all(|test| test.exact) {
            true => "exact, ties by midranks",
            false => "ties by midranks, exact up to 60 seeds of both together, above by the normal distribution",
        };
        let test = format!(
            "p: two-sided rank test against {against} (Mann and Whitney 1947), {how}; not corrected for the number of tests"
        );
        let effect = format!(
            "A12: probability that a seed's value is above one of {against}, equal ones counted half (Vargha and Delaney 2000)"
        );
        let std = "std: standard deviation over seeds".to_owned();
        [test, effect, std].into_iter().chain(self.notes.iter().cloned()).collect()
    }
}

impl Section {
    /// The place, in words.
    pub fn title(&self) -> String {
        let value = self.place.value;
        let place = match self.place.progress {
            Progress::Evaluations => format!("at {value} evaluations"),
            Progress::Steps => format!("at {value} simulated steps, forward and backward"),
            Progress::WallTime => format!("at a wall time of {} s", four_digits(value)),
        };
        match &self.limit {
            Some(dir) => format!("{place}, as far as {} has come", dir.display()),
            None => place,
        }
    }

    /// The table for people: rows of cells, the head first.
    pub fn table(&self) -> Vec<Vec<String>> {
        let head = ["measure", "experiment", "seeds", "mean", "std", "median", "lowest", "highest", "p", "A12"];
        std::iter::once(head.map(String::from).to_vec()).chain(self.rows.iter().map(cells)).collect()
    }
}

/// Mean, standard deviation, lowest value, quartiles, highest value, p-value and effect size.
fn numbers(row: &Row) -> [Option<f64>; 9] {
    let s = &row.sample;
    let [min, q1, median, q3, max] = [0.0, 0.25, 0.5, 0.75, 1.0].map(|q| s.quantile(q));
    let (p, a12) = (row.test.map(|test| test.p), row.test.map(|test| test.a12));
    [s.mean(), s.standard_deviation(), min, q1, median, q3, max, p, a12]
}

fn cells(row: &Row) -> Vec<String> {
    let [mean, std, min, _, median, _, max, p, a12] = numbers(row);
    let or_none = |text: Option<String>| text.unwrap_or_else(|| NONE.into());
    let score =
        |number: Option<f64>| or_none(number.map(|number| four_digits(row.measure.factor * number).replace('−', "-")));
    vec![
        row.measure.name.into(),
        row.experiment.clone(),
        row.sample.len().to_string(),
        score(mean),
        score(std),
        score(median),
        score(min),
        score(max),
        or_none(p.map(probability)),
        or_none(a12.map(|share| format!("{share:.2}"))),
    ]
}

fn probability(p: f64) -> String {
    if p < 0.0001 { "< 0.0001".into() } else { format!("{p:.4}") }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
