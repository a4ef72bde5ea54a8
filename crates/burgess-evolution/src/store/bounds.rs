//! What a run's database may hold, by its experiment. A run folder may come from anyone: places and lengths are looked at before anything
//! is read, so that it cannot fill the memory or lead out of the archive.

use super::columns::create_table;
use super::{Result, SCHEMA, StoreError};
use crate::benchmark::BenchmarkFunction;
use crate::experiment::Experiment;
use crate::genome::{MAX_GENES, Policy};
use burgess_core::files::WEIGHTS;
use burgess_physics::frame::recorded_layout;
use burgess_physics::model::{JOINT_OBSERVATIONS, MAX_LINKS};
use rusqlite::Connection;
use std::path::Path;

/// Most bytes of a gene of a body, and of what a gene of a brain has beside its weights.
const GENE: usize = 512;
/// Bytes that lists and numbers of fixed length may take together.
const SLACK: usize = 1024;

/// Refuses a database that holds what its experiment cannot have made.
pub(super) fn check(connection: &Connection, path: &Path, experiment: &Experiment) -> Result<()> {
    check_schema(connection, path)?;
    let failed = |source| StoreError::database(path, source);
    for (table, value, allowed) in rules(experiment) {
        // Null, where there may be none, is no longer than allowed.
        let sql = format!("SELECT {value} FROM {table} WHERE NOT coalesce({value} {allowed}, 1) LIMIT 1");
        let mut statement = connection.prepare(&sql).map_err(failed)?;
        if let Some(row) = statement.query([]).map_err(failed)?.next().map_err(failed)? {
            let came = row.get_ref(0).map_err(failed)?.as_i64().map_or_else(|_| "no number".into(), |n| n.to_string());
            let what = format!("table {table}: {value} must be {allowed} in this experiment, is {came}");
            return Err(StoreError::damaged(path, what));
        }
    }
    Ok(())
}

/// Refuses tables that are declared otherwise than this program does, and all that is no table: SQLite would compute what stands in views,
/// triggers, indices and constraints, for as long as they like.
fn check_schema(connection: &Connection, path: &Path) -> Result<()> {
    let failed = |source| StoreError::database(path, source);
    let metrics = create_table(true);
    let known: Vec<String> = SCHEMA.split(';').chain(metrics.split(';')).map(declaration).collect();
    // What has no statement follows from a table's.
    let mut stored = connection.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL").map_err(failed)?;
    let mut rows = stored.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let (name, sql): (String, String) = (row.get(0).map_err(failed)?, row.get(1).map_err(failed)?);
        if !known.contains(&declaration(&sql)) {
            let what = format!("`{}` is no table that this program makes", name.escape_default());
            return Err(StoreError::damaged(path, what));
        }
    }
    Ok(())
}

/// A table's declaration without spaces and without what older versions have not: its checksum, which is declared in two ways since it came to some
/// tables later, and the count of what is out of range.
fn declaration(sql: &str) -> String {
    let dense: String = sql.split_ascii_whitespace().collect();
    let later = [",checksumINTEGERNOTNULL", ",checksumINTEGER", ",out_of_rangeINTEGERNOTNULL"];
    later.iter().fold(dense, |text, column| text.replace(column, ""))
}

/// Tables, what is looked at in each of their rows, and what it may be. The length of a blob is known without reading it.
fn rules(experiment: &Experiment) -> Vec<(&'static str, &'static str, String)> {
    // What is valid has a number of slots that can be counted.
    let slots = experiment.slot_count().unwrap_or(usize::MAX);
    let axes = experiment.axes().len();
    let is = |length: usize| format!("= {length}");
    let most = |length: usize| format!("<= {length}");
    let genome = most(genome_bytes(experiment));
    vec![
        ("elites", "cell", format!("BETWEEN 0 AND {}", slots - 1)),
        ("elites", "octet_length(exact_reward)", is(4)),
        ("elites", "octet_length(exact_descriptors)", is(4 * axes)),
        // Two parents of three words.
        ("elites", "octet_length(exact_parents)", most(48)),
        ("elites", "octet_length(exact_mass)", is(8)),
        ("elites", "octet_length(exact_span)", is(8)),
        ("elites", "octet_length(exact_refinement)", is(8)),
        ("elites", "octet_length(topology)", most(MAX_LINKS)),
        ("elites", "octet_length(genome)", genome.clone()),
        ("elites", "octet_length(learned)", genome),
        ("elites", "octet_length(seen)", most(seen_bytes(experiment))),
        ("elites", "octet_length(descriptors)", most(SLACK + 400 * axes)),
        ("elites", "octet_length(parents)", most(SLACK)),
        ("metrics", "octet_length(exact_scores)", is(96)),
        ("invalid", "octet_length(label)", most(SLACK)),
        ("centroids", "octet_length(exact_point)", is(8 * axes)),
        ("training", "octet_length(exact_losses)", is(32)),
        ("archive", "octet_length(state)", most((WEIGHTS as usize).saturating_add(slots.saturating_mul(64)))),
        ("passive", "octet_length(state)", most(WEIGHTS as usize)),
        // Weights, and two moments of each.
        ("encoder", "octet_length(state)", most(3 * WEIGHTS as usize)),
        ("encoder", "octet_length(hash)", most(SLACK)),
    ]
}

fn genome_bytes(experiment: &Experiment) -> usize {
    let numbers = match (&experiment.policy, experiment.problem().as_ref().map(BenchmarkFunction::dimension)) {
        (_, Some(dimension)) => dimension,
        (Policy::Cpg { .. }, None) => 0,
        (Policy::Mlp { hidden, .. }, None) => {
            let (first, last) = (hidden.first().copied().unwrap_or(0), hidden.last().copied().unwrap_or(0));
            let common = (experiment.policy.observations(experiment.asks()) + 1) * first;
            let further: usize = hidden.windows(2).map(|units| (units[0] + 1) * units[1]).sum();
            common + further + MAX_GENES * (JOINT_OBSERVATIONS * first + last)
        }
        // A style.
        (Policy::Shared { .. }, None) => 64,
    };
    SLACK + MAX_GENES * GENE + 8 * numbers
}

/// Of frames and their rewards.
fn seen_bytes(experiment: &Experiment) -> usize {
    experiment.latent.as_ref().map_or(0, |latent| {
        let rate = f64::from(latent.rate.max(1));
        let frames = (experiment.task.duration * rate) as usize + 2;
        SLACK + 4 * frames.saturating_mul(recorded_layout(rate).width() + 1)
    })
}
