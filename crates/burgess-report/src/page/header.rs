//! The header of a page: everything but the recordings, as JSON.

use super::view::{PageElite, PageRun, PageView, ParentView};
use crate::views::{ArchiveView, LayoutView, MetricsRow};
use burgess_physics::laws::terrain::Terrain;
use serde::Serialize;

/// Most rows of a run's course that a page holds: more cannot be told apart in a curve.
const MOST_ROWS: usize = 1200;

#[derive(Serialize)]
pub(super) struct Header<'a> {
    /// Version of this format.
    format: u32,
    runs: Vec<Run<'a>>,
    archive: Archive<'a>,
    elites: Vec<Elite<'a>>,
    emitters: &'a [String],
    families: &'a [String],
    terms: Vec<Term<'a>>,
    terrain: Option<Ground>,
    experiment: &'a str,
    provenance: &'a [Vec<(String, String)>],
    notes: &'a [String],
    bodies_evolve: bool,
    /// In how many environments an elite was judged; recordings are of the first.
    environments: usize,
    /// The sun, the sky and the palette of pictures, in linear light.
    look: crate::pictures::Look,
    viridis: Vec<[u8; 3]>,
}

#[derive(Serialize)]
struct Run<'a> {
    folder: &'a str,
    name: &'a str,
    seed: String,
    generation: Vec<u64>,
    evaluations: Vec<u64>,
    wall_time: Vec<f32>,
    qd_score: Vec<f32>,
    coverage: Vec<f32>,
    best: Vec<f32>,
    mean: Vec<f32>,
    topologies: Vec<f32>,
    body_distance: Vec<f32>,
    accepted: Vec<f32>,
}

#[derive(Serialize)]
struct Archive<'a> {
    kind: &'static str,
    cells: usize,
    axes: Vec<Axis<'a>>,
    centroids: Option<Vec<Vec<f32>>>,
}

#[derive(Serialize)]
struct Axis<'a> {
    name: &'a str,
    unit: &'a str,
    range: (f64, f64),
    bins: usize,
    counts: bool,
}

#[derive(Serialize)]
struct Elite<'a> {
    id: u64,
    cell: usize,
    best: bool,
    reward: f32,
    descriptors: Vec<f32>,
    gain: Option<f32>,
    trust: Option<f32>,
    generation: u64,
    candidate: u32,
    emitter: u32,
    parents: Vec<Parent<'a>>,
    age: u32,
    family: Option<usize>,
    links: Option<u32>,
    mass: Option<f32>,
    span: Option<f32>,
    genes: &'a [String],
    /// Where its recording is in the text of all recordings: first character and length.
    recording: Option<(usize, usize)>,
}

#[derive(Serialize)]
struct Parent<'a> {
    id: u64,
    generation: u64,
    candidate: u32,
    changes: Option<&'a [String]>,
}

#[derive(Serialize)]
struct Term<'a> {
    name: &'a str,
    unit: &'a str,
    weight: f64,
}

/// The ground as a shader takes it: which kind, and rows of four numbers.
#[derive(Serialize)]
struct Ground {
    kind: &'static str,
    rows: Vec<[f32; 4]>,
}

impl<'a> Header<'a> {
    /// The header of a page, given for each elite where its recording stands.
    pub(super) fn new(view: &'a PageView, places: &[Option<(usize, usize)>]) -> Self {
        let first = &view.runs[0].view;
        Self {
            format: 1,
            runs: view.runs.iter().map(run).collect(),
            archive: archive(&first.archive),
            elites: view.elites.iter().zip(places).map(|(elite, &place)| self::elite(elite, place)).collect(),
            emitters: &view.emitters,
            families: &view.families,
            terms: view.terms.iter().map(|t| Term { name: &t.name, unit: &t.unit, weight: t.weight }).collect(),
            terrain: view.terrain.as_ref().map(ground),
            experiment: &view.experiment,
            provenance: &view.provenance,
            notes: &view.notes,
            bodies_evolve: first.bodies_evolve,
            environments: view.environments,
            look: crate::pictures::Look::default(),
            viridis: (0..=64).map(|i| crate::plots::viridis(f64::from(i) / 64.0)).collect(),
        }
    }
}

fn run(run: &PageRun) -> Run<'_> {
    let rows = &run.view.metrics;
    let kept = kept(rows.len());
    let column = |value: &dyn Fn(&MetricsRow) -> f64| kept.iter().map(|&i| value(&rows[i]) as f32).collect();
    Run {
        folder: &run.folder,
        name: &run.view.name,
        // As text: a program that reads JSON may round a number of 64 bits.
        seed: run.view.seed.to_string(),
        generation: kept.iter().map(|&i| rows[i].generation).collect(),
        evaluations: kept.iter().map(|&i| rows[i].evaluations).collect(),
        wall_time: column(&|row| row.wall_time),
        qd_score: column(&|row| row.qd_score),
        coverage: column(&|row| row.coverage),
        best: column(&|row| row.max),
        mean: column(&|row| row.mean),
        topologies: column(&|row| row.topologies),
        body_distance: column(&|row| row.body_distance),
        accepted: kept.iter().map(|&i| run.accepted.get(i).map_or(f32::NAN, |&share| share as f32)).collect(),
    }
}

/// The rows of a course that a page holds: all, or every so many and the last one.
fn kept(rows: usize) -> Vec<usize> {
    let stride = rows.div_ceil(MOST_ROWS).max(1);
    let last = rows.checked_sub(1).filter(|last| last % stride != 0);
    (0..rows).step_by(stride).chain(last).collect()
}

fn archive(view: &ArchiveView) -> Archive<'_> {
    let centroids = match &view.layout {
        LayoutView::Cvt { centroids } => Some(centroids.iter().map(|point| single(point)).collect()),
        LayoutView::Grid | LayoutView::Scattered { .. } => None,
    };
    Archive {
        kind: match &view.layout {
            LayoutView::Grid => "grid",
            LayoutView::Cvt { .. } => "cvt",
            LayoutView::Scattered { .. } => "scattered",
        },
        cells: view.cell_count(),
        axes: view
            .axes
            .iter()
            .map(|axis| Axis {
                name: &axis.name,
                unit: &axis.unit,
                range: axis.range,
                bins: axis.bins,
                counts: axis.counts,
            })
            .collect(),
        centroids,
    }
}

fn elite(elite: &PageElite, place: Option<(usize, usize)>) -> Elite<'_> {
    fn parent(view: &ParentView) -> Parent<'_> {
        let &ParentView { id, generation, candidate, ref changes } = view;
        Parent { id, generation, candidate, changes: changes.as_deref() }
    }
    Elite {
        id: elite.id,
        cell: elite.view.cell,
        best: elite.is_best,
        reward: elite.view.reward as f32,
        descriptors: single(&elite.view.descriptors),
        gain: elite.view.refinement.map(|refinement| refinement.gain as f32),
        trust: elite.view.refinement.map(|refinement| refinement.trust as f32),
        generation: elite.generation,
        candidate: elite.candidate,
        emitter: elite.emitter,
        parents: elite.parents.iter().map(parent).collect(),
        age: elite.age,
        family: elite.body.map(|body| body.family),
        links: elite.body.map(|body| body.links),
        mass: elite.body.map(|body| body.mass as f32),
        span: elite.body.map(|body| body.span as f32),
        genes: &elite.genes,
        recording: place,
    }
}

fn ground(terrain: &Terrain<f64>) -> Ground {
    let row = |numbers: [f64; 4]| numbers.map(|number| number as f32);
    let (kind, rows) = match terrain {
        Terrain::Plane { normal } => ("plane", vec![row([normal.x, normal.y, normal.z, 0.0])]),
        Terrain::Stairs { start, rise, run, count } => ("stairs", vec![row([*start, *rise, *run, *count])]),
        Terrain::Bumps(waves) => {
            ("bumps", waves.iter().map(|wave| row([wave.amplitude, wave.k[0], wave.k[1], wave.phase])).collect())
        }
        Terrain::Walls(walls) => {
            let rows = |&[x, y, half_x, half_y, height]: &[f64; 5]| {
                [row([x, y, half_x, half_y]), row([height, 0.0, 0.0, 0.0])]
            };
            ("walls", walls.iter().flat_map(rows).collect())
        }
    };
    Ground { kind, rows }
}

fn single(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&value| value as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_courses_are_thinned_out_and_keep_both_ends() {
        assert_eq!(kept(3), [0, 1, 2]);
        assert!(kept(0).is_empty());
        let kept = kept(10_001);
        assert!(kept.len() <= MOST_ROWS + 1 && kept[0] == 0 && kept[kept.len() - 1] == 10_000);
    }
}
