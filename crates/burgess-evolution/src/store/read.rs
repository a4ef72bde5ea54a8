//! Rows back to values. Exact columns are believed, readable ones are not looked at.

use super::checksum;
use super::encode;
use super::stored::{Record, Stored};
use super::{Result, StoreError};
use crate::diversity::BodyDiversity;
use crate::genome::Genome;
use crate::growth::{Physique, Topology};
use crate::life::{BodyTraits, EncoderInput, Life, Refinement};
use crate::metrics::{Metrics, Steps};
use burgess_latent::Loss;
use burgess_qd::Evaluated;
use burgess_qd::archive::Scores;
use burgess_qd::archive::{Centroids, PassiveScores};
use burgess_qd::bytes;
use rusqlite::{Connection, Params, Row};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

const ELITE: &str = "SELECT cell, id, generation, candidate, emitter, links, exact_reward, exact_descriptors, exact_parents, \
                     exact_mass, genome, refined, exact_refinement, learned, topology, exact_span, \
                     body_age, seen FROM elites";
const METRICS: &str = "SELECT generation, evaluations, elites, new, improved, diverged, creature_steps, body_steps, exact_scores, \
                       refined, accepted, dropped, backward_creature_steps, backward_body_steps, topologies, encoder";

/// All elites in the order of their cells.
pub(super) fn elites<S: Stored>(connection: &Connection, path: &Path) -> Result<Vec<(usize, Evaluated<S>)>> {
    query(connection, path, &format!("{ELITE} ORDER BY cell"), [], decoded)
}

/// The same with their solutions left as they are.
pub(super) fn records(connection: &Connection, path: &Path) -> Result<Vec<(usize, Record)>> {
    query(connection, path, &format!("{ELITE} ORDER BY cell"), [], record)
}

/// The elite of a number.
pub(super) fn elite_by_id<S: Stored>(
    connection: &Connection,
    path: &Path,
    id: u64,
) -> Result<Option<(usize, Evaluated<S>)>> {
    Ok(query(connection, path, &format!("{ELITE} WHERE id = ?1"), [id], decoded)?.pop())
}

/// The same with its solution left as it is.
pub(super) fn record_by_id(connection: &Connection, path: &Path, id: u64) -> Result<Option<(usize, Record)>> {
    Ok(query(connection, path, &format!("{ELITE} WHERE id = ?1"), [id], record)?.pop())
}

/// The numbers of the elites next below and above a number.
pub(super) fn nearest_ids(connection: &Connection, path: &Path, id: u64) -> Result<[Option<u64>; 2]> {
    let one =
        |sql| Ok(query(connection, path, sql, [id], |row| row.get::<_, Option<u64>>(0).map(Some))?.pop().flatten());
    Ok([one("SELECT max(id) FROM elites WHERE id < ?1")?, one("SELECT min(id) FROM elites WHERE id > ?1")?])
}

/// All metrics in the order of generations.
pub(super) fn metrics(connection: &Connection, path: &Path) -> Result<Vec<Metrics>> {
    let mut rows = query(connection, path, &metrics_query(connection, path)?, [], metrics_row)?;
    let counts = "SELECT generation, label, count FROM invalid ORDER BY generation, label";
    let mut by_generation: BTreeMap<u64, BTreeMap<String, u64>> = BTreeMap::new();
    for (generation, label, count) in query(connection, path, counts, [], invalid_row)? {
        by_generation.entry(generation).or_default().insert(label, count);
    }
    for row in &mut rows {
        row.invalid = by_generation.remove(&row.generation).unwrap_or_default();
    }
    Ok(rows)
}

/// The metrics in ascending order. Archives that are only read may be of a version that did not count what is out of range.
fn metrics_query(connection: &Connection, path: &Path) -> Result<String> {
    let columns = checksum::columns(connection, "metrics").map_err(|source| StoreError::database(path, source))?;
    let out_of_range = if columns.iter().any(|name| name == "out_of_range") { "out_of_range" } else { "0" };
    Ok(format!("{METRICS}, {out_of_range} FROM metrics ORDER BY generation"))
}

/// The last generation's metrics.
pub(super) fn last_metrics(connection: &Connection, path: &Path) -> Result<Option<Metrics>> {
    let last = format!("{} DESC LIMIT 1", metrics_query(connection, path)?);
    let Some(mut row) = query(connection, path, &last, [], metrics_row)?.pop() else {
        return Ok(None);
    };
    let counts = "SELECT generation, label, count FROM invalid WHERE generation = ?1";
    let counts = query(connection, path, counts, [row.generation], invalid_row)?;
    row.invalid = counts.into_iter().map(|(_, label, count)| (label, count)).collect();
    Ok(Some(row))
}

/// What emitters have learned, by place.
pub(super) fn emitters(connection: &Connection, path: &Path) -> Result<Vec<(usize, Vec<u8>)>> {
    query(connection, path, "SELECT emitter, state FROM emitters ORDER BY emitter", [], |row| {
        Ok(Some((row.get(0)?, row.get(1)?)))
    })
}

/// What the archive knows beside its elites.
pub(super) fn archive_state(connection: &Connection, path: &Path) -> Result<Vec<u8>> {
    let states = query(connection, path, "SELECT state FROM archive", [], |row| bytes(row, 0).map(Some))?;
    Ok(states.into_iter().next().unwrap_or_default())
}

/// What learns dimensions, if something does.
pub(super) fn encoder(connection: &Connection, path: &Path) -> Result<Option<Vec<u8>>> {
    Ok(query(connection, path, "SELECT state FROM encoder", [], |row| bytes(row, 0).map(Some))?.pop())
}

/// The passive grid.
pub(super) fn passive(connection: &Connection, path: &Path) -> Result<Vec<u8>> {
    Ok(query(connection, path, "SELECT state FROM passive", [], |row| bytes(row, 0).map(Some))?
        .pop()
        .unwrap_or_default())
}

/// The course of all trainings, in their order: the round, and the loss of each gradient step.
pub(super) fn training(connection: &Connection, path: &Path) -> Result<Vec<(u64, Loss)>> {
    let sql = "SELECT round, step, exact_losses FROM training ORDER BY round, step";
    let loss = |row: &Row<'_>| {
        let losses = bytes::f64s(&bytes(row, 2)?);
        let Some(&[total, reconstruction, dynamics, representation]) = losses.as_deref() else { return Ok(None) };
        Ok(Some((row.get(0)?, Loss { step: row.get(1)?, total, reconstruction, dynamics, representation })))
    };
    query(connection, path, sql, [], loss)
}

/// The centroids of a CVT archive; none when none are stored.
pub(super) fn centroids(connection: &Connection, path: &Path) -> Result<Option<Centroids>> {
    let point = |row: &Row<'_>| Ok(bytes::f64s(&bytes(row, 0)?));
    let points = query(connection, path, "SELECT exact_point FROM centroids ORDER BY cell", [], point)?;
    let Some(dims) = points.first().map(Vec::len) else {
        return Ok(None);
    };
    let even = points.iter().all(|point| point.len() == dims);
    let centroids = even.then(|| Centroids::from_points(points.concat(), dims)).flatten();
    centroids.map(Some).ok_or_else(|| StoreError::damaged(path, "table centroids"))
}

/// Runs a query whose rows `parse` turns to values; a row that gives none is damaged.
fn query<T>(
    connection: &Connection,
    path: &Path,
    sql: &str,
    params: impl Params,
    mut parse: impl FnMut(&Row<'_>) -> rusqlite::Result<Option<T>>,
) -> Result<Vec<T>> {
    let failed = |source| StoreError::database(path, source);
    let mut statement = connection.prepare(sql).map_err(failed)?;
    let mut rows = statement.query(params).map_err(failed)?;
    let mut values = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let damaged = || StoreError::damaged(path, format!("row {} of `{sql}`", values.len()));
        let value = parse(row).map_err(failed)?.ok_or_else(damaged)?;
        values.push(value);
    }
    Ok(values)
}

fn decoded<S: Stored>(row: &Row<'_>) -> rusqlite::Result<Option<(usize, Evaluated<S>)>> {
    Ok(record(row)?.and_then(|(slot, record)| Some((slot, record.decode()?))))
}

fn record(row: &Row<'_>) -> rusqlite::Result<Option<(usize, Record)>> {
    let exact = (
        bytes::f32s(&bytes(row, 6)?),
        bytes::f32s(&bytes(row, 7)?),
        encode::parents(&bytes(row, 8)?),
        bytes::f64s(&bytes(row, 9)?),
        bytes::f32s(&bytes(row, 12)?),
        learned(row.get(13)?),
        bytes::f64s(&bytes(row, 15)?),
        seen(row.get(17)?),
    );
    let (
        Some(reward),
        Some(descriptors),
        Some(parents),
        Some(mass),
        Some(refinement),
        Some(learned),
        Some(span),
        Some(seen),
    ) = exact
    else {
        return Ok(None);
    };
    let (&[reward], &[mass], &[gain, trust], &[span]) =
        (reward.as_slice(), mass.as_slice(), refinement.as_slice(), span.as_slice())
    else {
        return Ok(None);
    };
    let record = Record {
        id: row.get(1)?,
        solution: bytes(row, 10)?,
        reward,
        descriptors,
        parents,
        generation: row.get(2)?,
        candidate: row.get(3)?,
        emitter: row.get(4)?,
        age: row.get(16)?,
        traits: BodyTraits {
            links: row.get(5)?,
            mass,
            physique: Physique { topology: Topology::from_bytes(bytes(row, 14)?), span },
        },
        life: Life { refinement: Refinement { refined: row.get(11)?, gain, trust }, learned, seen },
    };
    Ok(Some((row.get(0)?, record)))
}

/// The learned genome, if there is one; none when it is damaged.
fn learned(bytes: Option<Vec<u8>>) -> Option<Option<Genome>> {
    bytes.map_or(Some(None), |bytes| encode::solution(&bytes).map(Some))
}

/// What encoders see of it, if that is stored; none when it is damaged.
fn seen(bytes: Option<Vec<u8>>) -> Option<Option<Arc<EncoderInput>>> {
    bytes.map_or(Some(None), |bytes| encode::seen(&bytes).map(Arc::new).map(Some))
}

fn metrics_row(row: &Row<'_>) -> rusqlite::Result<Option<Metrics>> {
    let exact = bytes::f64s(&bytes(row, 8)?);
    let Some(
        &[
            qd_score,
            normalised_qd_score,
            coverage,
            max,
            mean,
            wall_time,
            simulation_time,
            refinement_time,
            distance,
            passive_qd_score,
            passive_coverage,
            training_time,
        ],
    ) = exact.as_deref()
    else {
        return Ok(None);
    };
    Ok(Some(Metrics {
        generation: row.get(0)?,
        evaluations: row.get(1)?,
        scores: Scores { qd_score, normalised_qd_score, coverage, max, mean },
        elites: row.get(2)?,
        bodies: BodyDiversity { topologies: row.get(14)?, distance },
        new: row.get(3)?,
        improved: row.get(4)?,
        diverged: row.get(5)?,
        invalid: BTreeMap::new(),
        forward: Steps { creature: row.get(6)?, body: row.get(7)? },
        backward: Steps { creature: row.get(12)?, body: row.get(13)? },
        refined: row.get(9)?,
        accepted: row.get(10)?,
        dropped: row.get(11)?,
        wall_time,
        simulation_time,
        refinement_time,
        passive: PassiveScores { qd_score: passive_qd_score, coverage: passive_coverage },
        encoder: row.get(15)?,
        training_time,
        out_of_range: row.get(16)?,
    }))
}

fn invalid_row(row: &Row<'_>) -> rusqlite::Result<Option<(u64, String, u64)>> {
    Ok(Some((row.get(0)?, row.get(1)?, row.get(2)?)))
}

fn bytes(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<u8>> {
    row.get(column)
}
