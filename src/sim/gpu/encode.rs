//! From candidates to the arrays that the device reads.

use super::layout::{Body, CONTACT_POINTS, LANES, Lane, NONE, Vec4, model_fields};
use super::pack::{Block, Tree};
use crate::creature::{BaseKind, Candidate, Controller, Creature, Link};
use crate::math::{Sym3, Vec3};
use crate::sim::cpu::episode::spawn_position;
use crate::sim::cpu::measure::BodyPlan;
use crate::sim::cpu::state::{pull_tolerance, width_of_contact};
use crate::sim::world::World;
use rayon::prelude::*;

/// What the host computes once for a candidate.
pub struct Prepared<'a> {
    candidate: &'a Candidate<f32>,
    start: Vec3<f32>,
    plan: BodyPlan<f32>,
    contact_width: f32,
    pull_tolerance: f32,
    /// Size of its tree.
    pub tree: Tree,
    /// Most contact points of one of its links.
    pub contacts: usize,
}

/// The arrays of one shard of a batch.
#[derive(Default)]
pub struct Encoded {
    /// One entry a lane.
    pub lanes: Vec<Lane>,
    /// In [block][field][lane] order.
    pub model: Vec<Vec4>,
    /// One entry a creature, block after block.
    pub bodies: Vec<Body>,
    /// The brains, one after the other; empty for oscillators.
    pub weights: Vec<f32>,
    /// The candidate of each body.
    pub candidates: Vec<usize>,
}

impl<'a> Prepared<'a> {
    /// For a candidate in a world.
    pub fn new(candidate: &'a Candidate<f32>, world: &World<f32>) -> Self {
        let creature = &candidate.creature;
        let mut depths = vec![0; creature.links.len()];
        for (i, link) in creature.links.iter().enumerate().skip(1) {
            depths[i] = depths[link.parent] + 1;
        }
        let mut counts = vec![0; creature.links.len()];
        creature.contacts.iter().for_each(|contact| counts[contact.link] += 1);
        Self {
            candidate,
            start: spawn_position(creature, world),
            plan: BodyPlan::new(creature, world.gravity),
            contact_width: width_of_contact(creature, world.gravity, world.contact_width),
            pull_tolerance: pull_tolerance(creature, world.gravity),
            tree: Tree { links: creature.links.len(), depth: depths.iter().copied().max().unwrap_or(0) },
            contacts: counts.into_iter().max().unwrap_or(0),
        }
    }

    /// Floats of its brain.
    pub fn weight_count(&self) -> usize {
        match &self.candidate.controller {
            Controller::Cpg { .. } => 0,
            Controller::Mlp { layers, .. } => layers.iter().map(|l| l.weights.len() + l.biases.len()).sum(),
            Controller::Sequence { actions } => actions.len() + 1,
        }
    }
}

/// Encodes blocks of candidates, with room for `contacts` contact points on a link, and `activations` floats of scratch a brain.
pub fn encode(blocks: &[Block], prepared: &[Prepared<'_>], contacts: usize, activations: usize) -> Encoded {
    let fields = model_fields(contacts);
    let candidates: Vec<usize> = blocks.iter().flat_map(|block| block.creatures.iter().map(|&(i, _)| i)).collect();
    let first_body: Vec<usize> = running_sum(blocks.iter().map(|block| block.creatures.len()));
    let first_weight: Vec<usize> = running_sum(candidates.iter().map(|&i| prepared[i].weight_count()));
    let mut encoded = Encoded {
        lanes: vec![IDLE; blocks.len() * LANES],
        model: vec![[0.0; 4]; blocks.len() * LANES * fields],
        bodies: Vec::with_capacity(candidates.len()),
        weights: Vec::new(),
        candidates,
    };
    let lanes = encoded.lanes.par_chunks_mut(LANES);
    let models = encoded.model.par_chunks_mut(LANES * fields);
    blocks.par_iter().zip(lanes).zip(models).zip(&first_body).for_each(|(((block, lanes), model), &first_body)| {
        for (place, &(i, first_lane)) in block.creatures.iter().enumerate() {
            let body = (first_body + place) as u32;
            put_tree(&prepared[i].candidate.creature, first_lane, body, lanes);
            put_model(prepared[i].candidate, first_lane, model);
        }
        lanes.iter_mut().for_each(|lane| lane.block_depth = block.depth as u32);
    });
    let places = blocks.iter().flat_map(|block| &block.creatures);
    for (place, (body, &(i, first_lane))) in places.enumerate().zip(&first_weight).map(|((k, c), &w)| (k, (w, c))) {
        let scratch = place * activations;
        encoded.bodies.push(body_facts(&prepared[i], first_lane, body as u32, scratch as u32));
        put_brain(&prepared[i], &mut encoded.weights);
    }
    encoded
}

/// A lane without a link.
const IDLE: Lane = Lane { tree: [0, 0, 0, NONE], counts: [NONE, 0, 0, 0], body: 0, block_depth: 0 };

fn running_sum(counts: impl Iterator<Item = usize>) -> Vec<usize> {
    counts
        .scan(0, |sum, count| {
            let before = *sum;
            *sum += count;
            Some(before)
        })
        .collect()
}

fn put_tree(creature: &Creature<f32>, first_lane: usize, body: u32, lanes: &mut [Lane]) {
    let count = creature.links.len();
    // Children and siblings in the order of links: the last link that named a parent is its newest child.
    let mut newest_child = [usize::MAX; LANES];
    let own = &mut lanes[first_lane..first_lane + count];
    for (i, link) in creature.links.iter().enumerate() {
        let depth = if i == 0 { 0 } else { own[link.parent].tree[1] + 1 };
        let parent = (first_lane + link.parent) as u8;
        own[i] = Lane {
            tree: [parent, depth, first_lane as u8, NONE],
            counts: [NONE, 0, count as u8, 0],
            body,
            block_depth: 0,
        };
        if i > 0 {
            let lane = (first_lane + i) as u8;
            match newest_child[link.parent] {
                usize::MAX => own[link.parent].tree[3] = lane,
                sibling => own[sibling].counts[0] = lane,
            }
            newest_child[link.parent] = i;
        }
    }
    for contact in &creature.contacts {
        own[contact.link].counts[1] += 1;
    }
}

fn put_model(candidate: &Candidate<f32>, first_lane: usize, model: &mut [Vec4]) {
    let mut put = |field: usize, link: usize, vector: Vec4| model[field * LANES + first_lane + link] = vector;
    for (i, link) in candidate.creature.links.iter().enumerate() {
        for (field, vector) in link_vectors(link).into_iter().enumerate() {
            put(field, i, vector);
        }
        put(CONTACT_POINTS - 1, i, rhythm(&candidate.controller, i));
    }
    let mut previous = (usize::MAX, 0);
    for contact in &candidate.creature.contacts {
        let slot = if previous.0 == contact.link { previous.1 + 1 } else { 0 };
        put(CONTACT_POINTS + slot, contact.link, with(contact.centre, contact.radius));
        previous = (contact.link, slot);
    }
}

fn link_vectors(link: &Link<f32>) -> [Vec4; CONTACT_POINTS - 1] {
    let Sym3 { xx, yy, zz, xy, xz, yz } = link.inertia;
    [
        with(link.joint_position, link.mass),
        with(link.axis, link.armature),
        with(link.com, link.damping),
        [xx, yy, zz, link.kp],
        [xy, xz, yz, link.kd],
        [link.torque_limit, link.lower, link.upper, link.limit_stiffness],
    ]
}

fn with(a: Vec3<f32>, w: f32) -> Vec4 {
    [a.x, a.y, a.z, w]
}

/// What a link's lane knows of the brain: three numbers of its joint and the common frequency (Hz).
fn rhythm(controller: &Controller<f32>, link: usize) -> Vec4 {
    let [a, b, c, frequency] = match controller {
        Controller::Cpg { frequency, joints } => {
            let joint = link.checked_sub(1).map(|i| joints[i]).unwrap_or_default();
            [joint.offset, joint.amplitude, joint.phase, *frequency]
        }
        Controller::Mlp { frequency, clocks, .. } => {
            let [sine, cosine, phase] = link.checked_sub(1).map(|i| clocks[i]).unwrap_or_default();
            [sine, cosine, phase, *frequency]
        }
        Controller::Sequence { .. } => [0.0; 4],
    };
    [a, b, c, frequency]
}

fn body_facts(prepared: &Prepared<'_>, first_lane: usize, weights: u32, activations: u32) -> Body {
    let (creature, plan) = (&prepared.candidate.creature, &prepared.plan);
    let mut limb_ends = [NONE; 4];
    for (place, &link) in limb_ends.iter_mut().zip(&plan.limb_ends) {
        *place = (first_lane + link) as u8;
    }
    Body {
        start: prepared.start.to_array(),
        contact_stiffness: creature.contact_stiffness,
        mass: plan.facts.mass,
        link_count: plan.facts.link_count,
        leg_span: plan.facts.leg_span,
        reference_force: plan.reference_force,
        contact_width: prepared.contact_width,
        limb_ends,
        limb_end_count: plan.limb_ends.len() as u32,
        floating: u32::from(creature.base == BaseKind::Floating),
        weights,
        activations,
        pull_tolerance: prepared.pull_tolerance,
        unused: 0,
    }
}

/// A network layer by layer, biases first, then one row of units an input, so that lanes with neighbouring units read side by side;
/// a sequence after the number of its rows.
fn put_brain(prepared: &Prepared<'_>, weights: &mut Vec<f32>) {
    match &prepared.candidate.controller {
        Controller::Cpg { .. } => {}
        Controller::Mlp { layers, .. } => {
            for layer in layers {
                weights.extend(&layer.biases);
                for input in 0..layer.inputs {
                    weights.extend((0..layer.biases.len()).map(|unit| layer.weights[unit * layer.inputs + input]));
                }
            }
        }
        Controller::Sequence { actions } => {
            weights.push((actions.len() / (prepared.tree.links - 1).max(1)) as f32);
            weights.extend(actions);
        }
    }
}
