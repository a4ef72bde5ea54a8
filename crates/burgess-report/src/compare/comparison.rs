//! Experiments compared over their seeds, at the same effort.

use super::measure::{BODIES, Measure, SCORES};
use super::place::ComparisonPoint;
use super::rank::{self, RankTest};
use super::sample::Sample;
use crate::views::{CourseView, Progress};
use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};

/// A run to compare.
#[derive(Clone, Copy, Debug)]
pub struct ComparedRun<'a> {
    /// Its folder, by which messages name it.
    pub dir: &'a Path,
    /// Its course, with at least one generation.
    pub course: CourseView<'a>,
}

/// Experiments that are compared.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Name of the experiment that the others are tested against.
    pub against: String,
    /// One section per place.
    pub sections: Vec<Section>,
    /// What a reader has to know to read the numbers correctly.
    pub notes: Vec<String>,
}

/// Experiments that are compared at one place.
#[derive(Clone, Debug)]
pub struct Section {
    /// The place.
    pub place: ComparisonPoint,
    /// The folder of the run that ended here, if this place was chosen because of it and other runs went further.
    pub limit: Option<PathBuf>,
    /// One row per measure and experiment, grouped by measure.
    pub rows: Vec<Row>,
}

/// One measure of one experiment.
#[derive(Clone, Debug)]
pub struct Row {
    /// What was measured.
    pub measure: Measure,
    /// Name of the experiment.
    pub experiment: String,
    /// Its values over the seeds of the experiment.
    pub sample: Sample,
    /// The test against the other experiment; `None` for that experiment itself, and if there are too few seeds.
    pub test: Option<RankTest>,
}

/// Repetitions of one experiment.
struct Group<'a> {
    name: &'a str,
    runs: Vec<&'a ComparedRun<'a>>,
}

impl ComparedRun<'_> {
    /// How far it went.
    fn end(&self, progress: Progress) -> f64 {
        self.course.metrics.last().map_or(0.0, |row| progress.of(row))
    }

    /// A measure after the last generation up to a place.
    fn at(&self, place: ComparisonPoint, measure: &Measure) -> f64 {
        let metrics = self.course.metrics;
        let done = metrics.partition_point(|row| place.progress.of(row) <= place.value);
        done.checked_sub(1).map_or(measure.before, |last| (measure.of)(&metrics[last]))
    }
}

impl Comparison {
    /// Compares runs, grouped by the name of their experiment in order of appearance.
    ///
    /// The other experiments are tested against the one named `against`, or against the first one. They are compared at the places `at`; for
    /// each kind of progress without a place, at the last place that all runs have reached. `notes` stand before the notes that
    /// the comparison adds.
    ///
    /// # Errors
    /// If there is no run, if no experiment is named `against`, or if a run has not reached one of the places.
    pub fn of(
        runs: &[ComparedRun<'_>],
        against: Option<&str>,
        at: &[ComparisonPoint],
        mut notes: Vec<String>,
    ) -> Result<Self> {
        ensure!(!runs.is_empty(), "there is no run to compare");
        let groups = groups(runs);
        let against = index_of(&groups, against)?;
        let sections: Vec<Section> = places(runs, at)?
            .into_iter()
            .map(|(place, limit)| Section { place, limit, rows: rows(&groups, against, place) })
            .collect();
        notes.extend(few_seeds(&groups, against));
        Ok(Self { against: groups[against].name.to_owned(), sections, notes })
    }

    /// The places where it compares, for marks in plots.
    pub fn marks(&self) -> Vec<(Progress, f64)> {
        self.sections.iter().map(|section| (section.place.progress, section.place.value)).collect()
    }
}

fn groups<'a>(runs: &'a [ComparedRun<'a>]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for run in runs {
        let name = run.course.name;
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.runs.push(run),
            None => groups.push(Group { name, runs: vec![run] }),
        }
    }
    groups
}

/// Index of the experiment with this name, or of the first one.
fn index_of(groups: &[Group<'_>], name: Option<&str>) -> Result<usize> {
    let Some(name) = name else { return Ok(0) };
    groups.iter().position(|group| group.name == name).with_context(|| {
        let names: Vec<&str> = groups.iter().map(|group| group.name).collect();
        format!("--against {name}: no run is of an experiment of this name; there are {}", names.join(", "))
    })
}

/// Where runs are compared. The path is that of the shortest run, if the place is its end and other runs went further.
fn places(runs: &[ComparedRun<'_>], asked: &[ComparisonPoint]) -> Result<Vec<(ComparisonPoint, Option<PathBuf>)>> {
    let mut places = Vec::new();
    for progress in Progress::ALL {
        let mut own: Vec<ComparisonPoint> = asked.iter().copied().filter(|place| place.progress == progress).collect();
        own.sort_by(|a, b| a.value.total_cmp(&b.value));
        own.dedup();
        // There is at least one run, so there is a shortest one.
        let Some(shortest) = runs.iter().min_by(|a, b| a.end(progress).total_cmp(&b.end(progress))) else { continue };
        let end = shortest.end(progress);
        if let Some(beyond) = own.iter().find(|place| place.value > end) {
            let reached = ComparisonPoint { progress, value: end };
            bail!("--at {beyond}: {} has only reached {reached}", shortest.dir.display());
        }
        if own.is_empty() {
            let others_went_on = runs.iter().any(|run| run.end(progress) > end);
            places.push((ComparisonPoint { progress, value: end }, others_went_on.then(|| shortest.dir.to_owned())));
        }
        places.extend(own.into_iter().map(|place| (place, None)));
    }
    Ok(places)
}

fn rows(groups: &[Group<'_>], against: usize, place: ComparisonPoint) -> Vec<Row> {
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
    let evolve = groups.iter().any(|group| group.runs.iter().any(|run| run.course.bodies_evolve));
    SCORES.into_iter().chain(BODIES.into_iter().filter(|_| evolve)).flat_map(row).collect()
}

/// A note on what so few seeds cannot show.
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
