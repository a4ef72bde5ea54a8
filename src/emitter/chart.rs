//! Charts: the genomes of one topology as points of R^n, for emitters that work with vectors.
//!
//! Coordinates are unconstrained and scaled: one unit of a gene is its standard deviation under a mutation of strength one. Genes
//! that do not move (a fixed body's, phases that mean nothing, the other group's) are no coordinates. A benchmark's points are their own
//! coordinates.

use super::{Ancestor, Lineage, SearchSpace};
use crate::archive::Elite;
use crate::experiment::RefinedGenes;
use crate::genome::{Brain, Genome, ParameterId};
use crate::refine::climb::is_of_group;
use crate::variation::wrap;
use serde::{Deserialize, Serialize};

/// The genomes that have the topology of one, their origin.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Chart {
    genome: Genome,
    lineage: Option<Lineage>,
    genes: RefinedGenes,
}

/// The genes that are coordinates: places in the list of parameters, with names.
struct Axes(Vec<(usize, ParameterId)>);

impl Axes {
    /// By how far genes go from one place to another, in the order of parameters; the others stay.
    fn spread(&self, changes: &[f64], count: usize) -> Vec<f64> {
        let mut all = vec![0.0; count];
        for (&(place, id), change) in self.0.iter().zip(changes) {
            all[place] = change * id.field.step();
        }
        all
    }
}

impl Chart {
    /// Around an elite.
    pub fn around(elite: &Elite, genes: RefinedGenes) -> Self {
        Self::at(elite.genome.clone(), Some(elite.into()), genes)
    }

    /// Around a genome with these ancestors.
    pub fn at(genome: Genome, lineage: Option<Lineage>, genes: RefinedGenes) -> Self {
        Self { genome, lineage, genes }
    }

    /// The elite around which it is, if there is one.
    pub fn ancestors(&self) -> Vec<Ancestor<'_>> {
        let of = |lineage| Ancestor { lineage, genome: &self.genome, topology: None };
        self.lineage.map(of).into_iter().collect()
    }

    /// Whether a genome has the same genes as the origin.
    pub fn has(&self, genome: &Genome) -> bool {
        let ids = |genome: &Genome| genome.parameters().into_iter().map(|(id, _)| id).collect::<Vec<_>>();
        match (&self.genome.brain, &genome.brain) {
            (Brain::Point(own), Brain::Point(other)) => own.len() == other.len(),
            _ => ids(&self.genome) == ids(genome),
        }
    }

    fn axes(&self, space: &dyn SearchSpace, parameters: &[(ParameterId, f64)]) -> Axes {
        let moves = |(_, id): &(usize, ParameterId)| is_of_group(*id, self.genes) && space.moves(*id);
        Axes(parameters.iter().map(|(id, _)| *id).enumerate().filter(moves).collect())
    }

    /// The coordinates of the origin.
    pub fn origin(&self, space: &dyn SearchSpace) -> Vec<f64> {
        if let Brain::Point(values) = &self.genome.brain {
            return values.clone();
        }
        let parameters = self.genome.parameters();
        self.axes(space, &parameters).0.iter().map(|&(place, id)| parameters[place].1 / id.field.step()).collect()
    }

    /// The genome at a place, within the bounds of genes.
    pub fn genome(&self, space: &dyn SearchSpace, place: &[f64]) -> Genome {
        if let Brain::Point(_) = self.genome.brain {
            return Genome { body: self.genome.body.clone(), brain: Brain::Point(place.to_vec()) };
        }
        let parameters = self.genome.parameters();
        let axes = self.axes(space, &parameters);
        let way = |(&(at, id), to): (&(usize, ParameterId), &f64)| to - parameters[at].1 / id.field.step();
        let changes: Vec<f64> = axes.0.iter().zip(place).map(way).collect();
        space.shifted(&self.genome, &axes.spread(&changes, parameters.len()))
    }

    /// The coordinates of a genome; phases are taken a whole number of turns away where that is nearer to `near`.
    pub fn place(&self, space: &dyn SearchSpace, genome: &Genome, near: &[f64]) -> Vec<f64> {
        if let Brain::Point(values) = &genome.brain {
            return values.clone();
        }
        let parameters = genome.parameters();
        let place = |(&(at, id), near): (&(usize, ParameterId), &f64)| {
            let (value, step) = (parameters[at].1, id.field.step());
            if id.field.is_phase() { near + wrap(value - near * step) / step } else { value / step }
        };
        self.axes(space, &parameters).0.iter().zip(near).map(place).collect()
    }

    /// A derivative by all genes, in the order of parameters, as one by the coordinates.
    pub fn slope(&self, space: &dyn SearchSpace, by_genes: &[f64]) -> Vec<f64> {
        if let Brain::Point(_) = self.genome.brain {
            return by_genes.to_vec();
        }
        let parameters = self.genome.parameters();
        self.axes(space, &parameters).0.iter().map(|&(at, id)| by_genes[at] * id.field.step()).collect()
    }
}
