//! Experiments beside each other: what their seeds reached at equal effort, and whether the differences could be chance.
//!
//! Runs of one name are repetitions of one experiment. Each is looked at after as many evaluations, after as many simulated steps and
//! after as much wall time as all the others, as it stood after its last generation up to there; then [`Sample`] sums up the seeds of
//! an experiment, and [`RankTest`] sets them against those of another.

mod rank;
mod same;
mod sample;
mod table;

pub use rank::RankTest;
pub use sample::Sample;

use crate::evolve::provenance::{self, Part};
use crate::experiment::Experiment;
use crate::metrics::Metrics;
use crate::report::data::{CourseView, MetricsRow, Progress};
use crate::report::metrics_row;
use crate::store::RunReader;
use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// What is read of a run.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its folder.
    pub dir: PathBuf,
    /// The experiment as it was run.
    pub experiment: Experiment,
    /// One row a generation, at least one.
    pub metrics: Vec<MetricsRow>,
    /// Who made it.
    pub parts: Vec<Part>,
}

/// What is compared, and how it is shown.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// Its column in the metrics, which has its unit.
    pub column: &'static str,
    /// Its name in tables for people, with unit.
    pub name: &'static str,
    /// What those tables multiply it by.
    pub factor: f64,
    of: fn(&MetricsRow) -> f64,
    /// Its value before the first generation; NaN for none.
    before: f64,
}

/// Of all experiments, in the order of tables.
const SCORES: [Measure; 4] = [
    Measure { column: "qd_score", name: "QD-score", factor: 1.0, of: |row| row.qd_score, before: 0.0 },
    Measure { column: "coverage", name: "coverage (%)", factor: 100.0, of: |row| row.coverage, before: 0.0 },
    Measure { column: "max", name: "best reward", factor: 1.0, of: |row| row.max, before: f64::NAN },
    Measure { column: "mean", name: "mean reward", factor: 1.0, of: |row| row.mean, before: f64::NAN },
];

/// Of bodies, where some experiment has them evolve.
const BODIES: [Measure; 2] = [
    Measure { column: "topologies", name: "topologies", factor: 1.0, of: |row| row.topologies, before: 0.0 },
    Measure { column: "body_distance", name: "body distance", factor: 1.0, of: |row| row.body_distance, before: 0.0 },
];

/// A place along the course of runs, written as `evaluations=10000`, `steps=2e6` or `wall-time=60`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// What counts.
    pub progress: Progress,
    /// How much of it; s for wall time.
    pub value: f64,
}

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Name of the experiment that the others are tested against; else the first.
    pub against: Option<String>,
    /// Places instead of the last that all runs have reached.
    pub at: Vec<Place>,
    /// Whether to compare what should not be compared.
    pub force: bool,
}

/// Experiments beside each other.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The experiment that the others are tested against.
    pub against: String,
    /// One for each place.
    pub sections: Vec<Section>,
    /// What has to be known to read the figures.
    pub notes: Vec<String>,
}

/// Experiments beside each other at one place.
#[derive(Clone, Debug)]
pub struct Section {
    /// Where.
    pub place: Place,
    /// The run that went no further, where others did.
    pub limit: Option<PathBuf>,
    /// Measure by measure, experiment by experiment.
    pub rows: Vec<Row>,
}

/// One measure of one experiment.
#[derive(Clone, Debug)]
pub struct Row {
    /// What was measured.
    pub measure: Measure,
    /// Name of the experiment.
    pub experiment: String,
    /// Over its seeds.
    pub sample: Sample,
    /// Against the other experiment; none for that one itself, and where there are too few seeds.
    pub test: Option<RankTest>,
}

/// Repetitions of one experiment.
struct Group<'a> {
    name: &'a str,
    runs: Vec<&'a Run>,
}

impl Run {
    /// Reads a run folder.
    ///
    /// # Errors
    ///
    /// When it is no run folder or cannot be read, or when no generation has been finished yet.
    pub fn open(dir: &Path) -> Result<Self> {
        let reader = RunReader::open(dir)?;
        let metrics: Vec<MetricsRow> = reader.metrics()?.iter().map(|m| scored_row(reader.experiment(), m)).collect();
        let shown = dir.display();
        ensure!(!metrics.is_empty(), "{shown} has no finished generation; `burgess resume {shown}` goes on");
        let (experiment, parts) = (reader.experiment().clone(), provenance::read(dir)?);
        Ok(Self { dir: dir.to_owned(), experiment, metrics, parts })
    }

    /// What plots show of it.
    pub fn course(&self) -> CourseView<'_> {
        let Experiment { name, seed, body, passive, .. } = &self.experiment;
        let passive = !passive.is_empty();
        CourseView { name, seed: *seed, bodies_evolve: body.evolves(), passive, metrics: &self.metrics }
    }

    /// How far it went.
    fn end(&self, progress: Progress) -> f64 {
        self.metrics.last().map_or(0.0, |row| progress.of(row))
    }

    /// A measure after the last generation up to a place.
    fn at(&self, place: Place, measure: &Measure) -> f64 {
        let done = self.metrics.partition_point(|row| place.progress.of(row) <= place.value);
        done.checked_sub(1).map_or(measure.before, |last| (measure.of)(&self.metrics[last]))
    }
}

/// What is compared of a generation: QD-score and coverage of the passive grid where there is one, since that is the same whatever the archive.
fn scored_row(experiment: &Experiment, metrics: &Metrics) -> MetricsRow {
    let row = metrics_row(metrics);
    match experiment.passive.is_empty() {
        true => row,
        false => MetricsRow { qd_score: metrics.passive.qd_score, coverage: metrics.passive.coverage, ..row },
    }
}

impl Comparison {
    /// Sets runs beside each other, grouped by the name of their experiment in order of appearance.
    ///
    /// # Errors
    ///
    /// When there is no run, when the runs should not be compared and that is not forced, when no experiment has the name that
    /// is asked for, or when a run has not reached a place that is.
    pub fn of(runs: &[Run], request: &Request) -> Result<Self> {
        ensure!(!runs.is_empty(), "there is no run to compare");
        let mut notes = same::differences(runs);
        if !notes.is_empty() && !request.force {
            let list: String = notes.iter().map(|difference| format!("\n  {difference}")).collect();
            bail!("these runs should not be compared; --force does it nevertheless:{list}");
        }
        let groups = groups(runs);
        let against = place_of(&groups, request.against.as_deref())?;
        let sections = places(runs, &request.at)?;
        let sections: Vec<Section> = sections
            .into_iter()
            .map(|(place, limit)| Section { place, limit, rows: rows(&groups, against, place) })
            .collect();
        if runs.iter().any(|run| !run.experiment.passive.is_empty()) {
            notes.push("QD-score and coverage are those of the passive grid".to_owned());
        }
        notes.extend(same::machines(runs));
        notes.extend(few_seeds(&groups, against));
        Ok(Self { against: groups[against].name.to_owned(), sections, notes })
    }

    /// Where it compares, for marks in plots.
    pub fn marks(&self) -> Vec<(Progress, f64)> {
        self.sections.iter().map(|section| (section.place.progress, section.place.value)).collect()
    }
}

fn groups(runs: &[Run]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for run in runs {
        let name = run.experiment.name.as_str();
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.runs.push(run),
            None => groups.push(Group { name, runs: vec![run] }),
        }
    }
    groups
}

/// The experiment of a name, or the first.
fn place_of(groups: &[Group<'_>], name: Option<&str>) -> Result<usize> {
    let Some(name) = name else { return Ok(0) };
    groups.iter().position(|group| group.name == name).with_context(|| {
        let names: Vec<&str> = groups.iter().map(|group| group.name).collect();
        format!("--against {name}: no run is of an experiment of this name; there are {}", names.join(", "))
    })
}

/// Where runs are compared, each with the run that sets the end, if it is the end and others went on.
fn places(runs: &[Run], asked: &[Place]) -> Result<Vec<(Place, Option<PathBuf>)>> {
    let mut places = Vec::new();
    for progress in Progress::ALL {
        let mut own: Vec<Place> = asked.iter().copied().filter(|place| place.progress == progress).collect();
        own.sort_by(|a, b| a.value.total_cmp(&b.value));
        own.dedup();
        // There is a first run.
        let Some(shortest) = runs.iter().min_by(|a, b| a.end(progress).total_cmp(&b.end(progress))) else { continue };
        let end = shortest.end(progress);
        if let Some(beyond) = own.iter().find(|place| place.value > end) {
            let reached = Place { progress, value: end };
            bail!("--at {beyond}: {} has only reached {reached}", shortest.dir.display());
        }
        if own.is_empty() {
            let others_went_on = runs.iter().any(|run| run.end(progress) > end);
            places.push((Place { progress, value: end }, others_went_on.then(|| shortest.dir.clone())));
        }
        places.extend(own.into_iter().map(|place| (place, None)));
    }
    Ok(places)
}

fn rows(groups: &[Group<'_>], against: usize, place: Place) -> Vec<Row> {
    let row = |measure: Measure| {
        let samples: Vec<Sample> =
            groups.iter().map(|group| Sample::of(group.runs.iter().map(|run| run.at(place, &measure)))).collect();
        let other = samples[against].clone();
        let test = move |(index, group, sample): (usize, &Group<'_>, Sample)| {
            let test = rank::mann_whitney(&sample.values, &other.values).filter(|_| index != against);
            Row { measure, experiment: group.name.to_owned(), sample, test }
        };
        groups
            .iter()
            .zip(samples)
            .enumerate()
            .map(|(i, (group, sample))| (i, group, sample))
            .map(test)
            .collect::<Vec<_>>()
    };
    let evolve = groups.iter().any(|group| group.runs.iter().any(|run| run.experiment.body.evolves()));
    SCORES.into_iter().chain(BODIES.into_iter().filter(|_| evolve)).flat_map(row).collect()
}

/// What cannot be shown with so few seeds.
fn few_seeds(groups: &[Group<'_>], against: usize) -> Option<String> {
    let other = groups[against].runs.len();
    let others = groups.iter().enumerate().filter(|(i, _)| *i != against).map(|(_, group)| group.runs.len());
    let fewest = others.min()?;
    if fewest.min(other) < 2 {
        return Some("a test needs two seeds of both experiments at least".into());
    }
    let least = rank::smallest_p(fewest, other);
    (least > 0.05).then(|| format!("with {fewest} and {other} seeds p cannot be below {least:.2}, whatever the scores"))
}

impl Place {
    const NAMES: [(&'static str, Progress); 3] =
        [("evaluations", Progress::Evaluations), ("steps", Progress::Steps), ("wall-time", Progress::WallTime)];

    fn name(self) -> &'static str {
        Self::NAMES.iter().find(|named| named.1 == self.progress).map_or("", |named| named.0)
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}={}", self.name(), self.value)
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').ok_or("must be written as NAME=VALUE, such as evaluations=10000")?;
        let names = Self::NAMES.map(|named| named.0).join(", ");
        let named = Self::NAMES.iter().find(|named| named.0 == name);
        let &(_, progress) = named.ok_or_else(|| format!("{name} is none of {names}"))?;
        match value.parse::<f64>() {
            Ok(value) if value.is_finite() && value > 0.0 => Ok(Self { progress, value }),
            _ => Err(format!("{name} must be a number above 0, not {value}")),
        }
    }
}
