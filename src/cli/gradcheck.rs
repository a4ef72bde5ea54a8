//! `burgess gradcheck`: whether gradients are right, in a table.

use super::backend;
use super::output::Output;
use super::print::print;
use anyhow::{Context, Result, ensure};
use burgess_core::say;
use burgess_evolution::evolve::rivals::find_rivals;
use burgess_evolution::experiment;
use burgess_evolution::gradcheck::situation::{all, of_experiment};
use burgess_evolution::gradcheck::{Bound, Row, against_differences, against_double};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Which episodes are checked.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    backend: backend::Args,
    /// Check the seed morphologies of this experiment (RON), with its reward and descriptors, in place of the built-in situations.
    file: Option<PathBuf>,
    /// Lengths of the episodes.
    #[arg(long, value_name = "N,N,...", value_delimiter = ',', default_value = "1,60,480",
          value_parser = clap::value_parser!(u32).range(1..=4800))]
    steps: Vec<u32>,
    /// Most parameters of a class that are nudged in one episode, spread evenly over it.
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..))]
    parameters: u32,
    /// Also write every row as CSV.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

/// What the way back in float64 is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Against {
    Differences,
    Single,
}

impl Against {
    fn name(self) -> &'static str {
        match self {
            Self::Differences => "differences",
            Self::Single => "float32",
        }
    }

    /// Within what both must agree: single steps are smoother than long ways, along which float32 loses lengths before directions.
    fn bound(self, steps: u32) -> Bound {
        match (self, steps) {
            (Self::Differences, 1) => Bound { error: 1e-6, cosine: 0.9999 },
            (Self::Differences, _) => Bound { error: 1e-5, cosine: 0.9999 },
            (Self::Single, 0..=60) => Bound { error: 1e-3, cosine: 0.9999 },
            (Self::Single, _) => Bound { error: f64::INFINITY, cosine: 0.999 },
        }
    }
}

/// A row of one situation.
struct Found {
    situation: String,
    steps: u32,
    against: Against,
    row: Row,
    bound: Bound,
}

/// Checks and prints; exit code 1 when a bound is missed.
///
/// # Errors
///
/// When a body cannot be read, or the CSV cannot be written.
pub(super) fn run(args: &Args) -> Result<ExitCode> {
    let mut found = Vec::new();
    let situations = match &args.file {
        Some(file) => {
            let mut loaded = experiment::load(file, &[])?;
            find_rivals(&mut loaded.experiment, &loaded.folder)?;
            let has_bodies = loaded.experiment.problem().is_none();
            ensure!(has_bodies, "{}: is a benchmark, which has no episodes to check", file.display());
            of_experiment(&loaded.experiment, file.parent().unwrap_or(Path::new(".")))?
        }
        None => all()?,
    };
    let csv = args.csv.clone().map(Output::open).transpose()?;
    let first = situations.first().context("nothing to check")?;
    let backend = args.backend.open_plan(first.plan(1))?;
    for situation in &situations {
        say!("{}", situation.name);
        let subject = situation.find()?;
        for &steps in &args.steps {
            let plan = situation.plan(steps);
            let mut add = |against: Against, rows: Vec<Row>| {
                let (situation, bound) = (&situation.name, against.bound(steps));
                found.extend(rows.into_iter().map(|row| Found {
                    situation: situation.clone(),
                    steps,
                    against,
                    row,
                    bound,
                }));
            };
            let (bound, most) = (Against::Differences.bound(steps), args.parameters as usize);
            add(Against::Differences, against_differences(&subject, &plan.task, bound, most));
            let differentiator = backend.differentiator(&plan)?;
            let bound = Against::Single.bound(steps);
            add(Against::Single, against_double(&situation.at_spawn(), &plan.task, differentiator.as_ref(), bound)?);
        }
    }
    print_table(&found);
    if let Some(output) = csv {
        output.write(csv_of(&found).as_bytes())?;
    }
    let missed = found.iter().filter(|f| !f.row.reaches(f.bound)).count();
    Ok(if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One line a class and length: the worst over the situations.
fn print_table(found: &[Found]) {
    print(format_args!(
        "{:<24} {:<11} {:>5} {:>9} {:>6} {:>6} {:>9} {:>10} {:>6}  worst in",
        "class", "against", "steps", "compared", "faint", "kinks", "error", "1-cosine", "signs"
    ));
    let mut lines: Vec<(Against, u32, &'static str)> = Vec::new();
    let mut groups: BTreeMap<(Against, u32, &'static str), Vec<&Found>> = BTreeMap::new();
    for f in found {
        let key = (f.against, f.steps, f.row.class);
        if !groups.contains_key(&key) {
            lines.push(key);
        }
        groups.entry(key).or_default().push(f);
    }
    lines.sort_by_key(|&(against, steps, _)| (against, steps));
    for key in lines {
        let group = &groups[&key];
        let worst = group.iter().max_by(|a, b| a.row.error.total_cmp(&b.row.error)).expect("no group is empty");
        let cosine = group.iter().map(|f| f.row.cosine).fold(1.0, f64::min);
        let signs = group.iter().map(|f| f.row.signs).fold(1.0, f64::min);
        let sum = |of: fn(&Row) -> usize| group.iter().map(|f| of(&f.row)).sum::<usize>();
        let (compared, faint, kinks) = (sum(|r| r.compared), sum(|r| r.faint), sum(|r| r.kinks.len()));
        let missed: Vec<&str> =
            group.iter().filter(|f| !f.row.reaches(f.bound)).map(|f| f.situation.as_str()).collect();
        let verdict = if missed.is_empty() { String::new() } else { format!("  MISSED in {}", missed.join(", ")) };
        print(format_args!(
            "{:<24} {:<11} {:>5} {compared:>9} {faint:>6} {kinks:>6} {:>9.1e} {:>10.1e} {signs:>6.3}  {}{verdict}",
            key.2,
            key.0.name(),
            key.1,
            worst.row.error,
            1.0 - cosine,
            worst.situation
        ));
    }
    for f in found.iter().filter(|f| !f.row.kinks.is_empty()) {
        print(format_args!("kinks: {}, {}, {} steps: {}", f.situation, f.row.class, f.steps, f.row.kinks.join(", ")));
    }
}

fn csv_of(found: &[Found]) -> String {
    let mut table = String::from("situation,class,against,steps,compared,kinks,faint,error,cosine,signs,bound\n");
    for Found { situation, steps, against, row, bound } in found {
        let Row { class, compared, kinks, faint, error, cosine, signs } = row;
        let (against, kinks, bound) = (against.name(), kinks.len(), bound.error);
        table += &format!(
            "\"{situation}\",\"{class}\",{against},{steps},{compared},{kinks},{faint},{error},{cosine},{signs},{bound}\n"
        );
    }
    table
}
