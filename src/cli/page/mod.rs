//! The page of `burgess report --html`: reads run folders, simulates elites again, and hands plain values to `burgess_report`.

mod changes;
mod record;

use super::backend;
use super::columns::count;
use super::list::emitter_name;
use super::output::Output;
use super::print::print;
use anyhow::Context as _;
use burgess_core::files::{GENERATED, read_text, write_whole};
use burgess_evolution::evolve::provenance::{self, Part};
use burgess_evolution::experiment::Experiment;
use burgess_evolution::metrics::Metrics;
use burgess_evolution::report::{elite_view, view};
use burgess_evolution::store::{EXPERIMENT, Record, RunReader};
use burgess_report::page::{BodyView, PageElite, PageRun, PageView, ParentView, page};
use burgess_report::spread;
use burgess_report::views::RunView;
use record::Recorded;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

/// Name of the page in a run folder.
const FILE_NAME: &str = "report.html";

/// Elites whose motion is recorded, unless another number is asked for.
pub(super) const ELITES: usize = 900;

/// Writes the page of runs. The archive of the first one is shown, and the motion of so many of its elites, simulated on what the run
/// was simulated on unless another backend is asked for.
///
/// # Errors
///
/// When a run cannot be read, an elite cannot be simulated, or the file cannot be written.
pub(super) fn write(dirs: &[&PathBuf], elites: usize, backend: &backend::Args, output: Output) -> anyhow::Result<()> {
    let (text, summary) = text(dirs.iter().map(|dir| dir.as_path()), elites, backend)?;
    let path = output.write(text.as_bytes())?;
    print(format_args!("{}: {summary}", path.display()));
    Ok(())
}

/// Writes the page of one run into its folder, as [`FILE_NAME`]. A link of that name is replaced.
///
/// # Errors
///
/// As [`write()`].
pub(super) fn write_into(dir: &Path, backend: &backend::Args) -> anyhow::Result<()> {
    let (text, summary) = text([dir], ELITES, backend)?;
    let path = dir.join(FILE_NAME);
    write_whole(&path, text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))?;
    print(format_args!("{}: {summary}", path.display()));
    Ok(())
}

/// The text of a page, and what is in it.
fn text<'a>(
    dirs: impl IntoIterator<Item = &'a Path>,
    most: usize,
    backend: &backend::Args,
) -> anyhow::Result<(String, String)> {
    let readers = dirs.into_iter().map(RunReader::open).collect::<Result<Vec<_>, _>>()?;
    let view = gather(&readers, most, backend)?;
    let recorded = view.elites.iter().filter(|elite| elite.recording.is_some()).count();
    let elites = count(view.elites.len(), "elite");
    let text = page(&view)?;
    let summary = format!("{elites}, motion of {recorded}, {:.1} MB", text.len() as f64 / 1e6);
    Ok((text, summary))
}

fn gather(readers: &[RunReader], most: usize, backend: &backend::Args) -> anyhow::Result<PageView> {
    let runs = readers.iter().map(page_run).collect::<anyhow::Result<Vec<_>>>()?;
    let (reader, experiment) = (&readers[0], readers[0].experiment());
    let archive = &runs[0].view.archive;
    let records = reader.records()?;
    // In the order of the archive's view.
    let shown: Vec<u64> = reader.best_records()?.iter().map(|(_, elite)| elite.id).collect();
    let best: HashSet<u64> = shown.iter().copied().collect();
    let (families, family_of) = families(experiment, &records, &best);
    let Recorded { mut creatures, terrain, terms, notes } = match experiment.problem() {
        Some(_) => Recorded::default(),
        None => {
            let chosen: HashSet<u64> = spread(archive, most).into_iter().map(|place| shown[place]).collect();
            record::record(reader, &chosen, shown.len(), backend)?
        }
    };
    let cells = reader.cell_count();
    let elite = |(slot, record): &(usize, Record)| {
        let (recording, genes, mut changes) = creatures.remove(&record.id).unwrap_or_default();
        PageElite {
            id: record.id,
            view: elite_view(slot % cells, record),
            is_best: best.contains(&record.id),
            generation: record.generation,
            candidate: record.candidate,
            emitter: record.emitter,
            parents: record
                .parents
                .iter()
                .map(|parent| ParentView {
                    id: parent.id,
                    generation: parent.generation,
                    candidate: parent.candidate,
                    changes: changes.remove(&parent.id),
                })
                .collect(),
            age: record.age,
            body: family_of.get(record.traits.physique.topology.bytes()).map(|&family| BodyView {
                family,
                links: record.traits.links,
                mass: record.traits.mass,
                span: record.traits.physique.span,
            }),
            recording,
            genes,
        }
    };
    let elites = records.iter().map(elite).collect();
    let emitters = records.iter().map(|(_, record)| (record.emitter, emitter_name(experiment, record).to_owned()));
    let emitters: BTreeMap<u32, String> = emitters.collect();
    let last = emitters.keys().last().map_or(0, |last| last + 1);
    Ok(PageView {
        elites,
        emitters: (0..last).map(|i| emitters.get(&i).cloned().unwrap_or_default()).collect(),
        families,
        terms,
        terrain,
        environments: experiment.task.environments.as_ref().map_or(1, |environments| environments.count),
        experiment: read_text(&reader.dir().join(EXPERIMENT), GENERATED)?,
        provenance: provenance::read(reader.dir())?.iter().map(part).collect(),
        notes,
        runs,
    })
}

fn page_run(reader: &RunReader) -> anyhow::Result<PageRun> {
    let accepted = |m: &Metrics| if m.refined > 0 { m.accepted as f64 / m.refined as f64 } else { f64::NAN };
    let mut view: RunView = view(reader)?;
    // Where all bodies are one there is nothing to compare.
    view.bodies_evolve &= reader.experiment().problem().is_none();
    Ok(PageRun { folder: folder_name(reader.dir()), view, accepted: reader.metrics()?.iter().map(accepted).collect() })
}

/// The last part of a folder's path, whatever way it was named.
fn folder_name(dir: &Path) -> String {
    let whole = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    whole.file_name().unwrap_or(dir.as_os_str()).to_string_lossy().into_owned()
}

/// Names of the body plans of elites, the most frequent among the best of cells first, and their numbers by their bytes.
fn families<'a>(
    experiment: &Experiment,
    records: &'a [(usize, Record)],
    best: &HashSet<u64>,
) -> (Vec<String>, HashMap<&'a [u8], usize>) {
    if experiment.problem().is_some() {
        return Default::default();
    }
    let mut counts: BTreeMap<&[u8], (usize, String)> = BTreeMap::new();
    for (_, record) in records {
        let topology = &record.traits.physique.topology;
        let summary = || format!("{}, {}", topology.summary(), count(topology.ends(), "limb end"));
        counts.entry(topology.bytes()).or_insert_with(|| (0, summary())).0 += usize::from(best.contains(&record.id));
    }
    let mut order: Vec<(&[u8], (usize, String))> = counts.into_iter().collect();
    order.sort_by(|(_, (a, _)), (_, (b, _))| b.cmp(a));
    let numbers = order.iter().enumerate().map(|(number, (bytes, _))| (*bytes, number)).collect();
    (order.into_iter().map(|(_, (_, summary))| summary).collect(), numbers)
}

/// What is known of a part of a run, as names and values.
fn part(part: &Part) -> Vec<(String, String)> {
    let Part { started, command, backend, differentiator, program, machine } = part;
    let facts = [
        ("started", started.clone()),
        ("command", command.join(" ")),
        ("backend", backend.clone()),
        ("gradients", differentiator.clone().unwrap_or_else(|| "none".into())),
        ("program", format!("burgess {} ({})", program.version, program.features)),
        ("revision", program.revision.clone()),
        ("machine", format!("{}, {} cores, {} {}", machine.cpu, machine.cores, machine.os, machine.arch)),
    ];
    facts.map(|(name, value)| (name.to_owned(), value)).into()
}
