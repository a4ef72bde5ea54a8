//! Genes that move, measured from where they start in scaled units: one unit is `unit` times the gene's mutation step
//! ([`Field::step`]), so that body genes, amplitudes and phases take steps of comparable consequence.

use crate::experiment::{Ascent, GeneGroup};
use crate::genome::{Field, Genome, Sharing};

/// A genome and the genes of it that move.
#[derive(Clone, Debug)]
pub(super) struct Coordinates {
    start: Genome,
    /// All genes at the start, in the order of [`Genome::parameters`].
    values: Vec<f64>,
    /// Place of each gene that moves among them, and its scaled unit.
    moving: Vec<(usize, f64)>,
}

impl Coordinates {
    /// The genes of the groups that an experiment names.
    pub(super) fn new(start: Genome, spec: &Ascent, sharing: Sharing) -> Self {
        let genes = start.parameters();
        let moves = |field: Field| group(field, sharing).is_some_and(|group| spec.genes.contains(&group));
        let place = |(i, (id, _)): (usize, &(crate::genome::ParameterId, f64))| {
            moves(id.field).then(|| (i, spec.unit * id.field.step()))
        };
        let moving = genes.iter().enumerate().filter_map(place).collect();
        Self { values: genes.into_iter().map(|(_, value)| value).collect(), start, moving }
    }

    /// Number of genes that move.
    pub(super) fn len(&self) -> usize {
        self.moving.len()
    }

    /// The genome at a place (scaled units).
    pub(super) fn at(&self, place: &[f64]) -> Genome {
        self.start.with_values(&self.values_at(place))
    }

    /// The genome at the origin.
    pub(super) fn origin(&self) -> Genome {
        self.start.with_values(&self.values)
    }

    /// Puts the origin at a place.
    pub(super) fn move_origin(&mut self, place: &[f64]) {
        self.values = self.values_at(place);
    }

    /// The gradient along the coordinates, from that with respect to all genes.
    pub(super) fn scaled(&self, gradient: &[f64]) -> Vec<f64> {
        self.moving.iter().map(|&(i, unit)| gradient[i] * unit).collect()
    }

    fn values_at(&self, place: &[f64]) -> Vec<f64> {
        let mut values = self.values.clone();
        for (&(i, unit), y) in self.moving.iter().zip(place) {
            values[i] += unit * y;
        }
        values
    }
}

/// The group of a field; none for what means nothing.
fn group(field: Field, sharing: Sharing) -> Option<GeneGroup> {
    Some(match field {
        Field::LogRadius | Field::LogLength | Field::LogHalf => GeneGroup::Sizes,
        Field::LogDensity => GeneGroup::Densities,
        Field::Attach | Field::Orientation | Field::LogScale => GeneGroup::Attachment,
        Field::Axis => GeneGroup::Axes,
        Field::Lower | Field::Upper => GeneGroup::Limits,
        Field::LogKp | Field::LogKd => GeneGroup::Gains,
        Field::LogTorque | Field::LogGear => GeneGroup::Torques,
        Field::RepeatPhase | Field::MirrorPhase if sharing == Sharing::Instance => return None,
        _ => GeneGroup::Brain,
    })
}
