//! From candidates to the arrays that the device reads.

use super::layout::{
    Body, CONTACT_POINTS, LANES, Lane, LinkRoom, NONE, SHAPE_FIELDS, Vec4, contact_places, model_fields, shape_place,
    with,
};
use super::pack::{Block, Tree};
use crate::error::Error;
use crate::laws::joint::Servo;
use crate::laws::sensors::QUADRANTS;
use crate::model::{BaseKind, Candidate, Controller, Hinge, Joint, JointKind, Link, MAX_LINKS, Object, Shape};
use crate::step::pairs::rounded;
use crate::step::prelude::Prelude;
use crate::step::state::pull_tolerance;
use crate::world::World;
use burgess_core::math::{Sym3, Vec3};
use rayon::prelude::*;

/// What the host computes once for a candidate.
pub(crate) struct Prepared<'a> {
    candidate: &'a Candidate<f32>,
    prelude: Prelude<f32>,
    /// Size of its tree, with a lane for each of its objects.
    pub(crate) tree: Tree,
    /// Most contact points of one of its links.
    pub(crate) contacts: usize,
    /// What is known of its objects.
    objects: Vec<Body>,
}

/// The arrays of one part of a batch.
#[derive(Debug, Default)]
pub(crate) struct Encoded {
    /// One entry a lane.
    pub(crate) lanes: Vec<Lane>,
    /// In [block][field][lane] order.
    pub(crate) models: Vec<Vec4>,
    /// One entry a creature, block after block; then one an object, in the order of their creatures.
    pub(crate) bodies: Vec<Body>,
    /// Numbers that all share, then the brains, one after the other; empty for oscillators.
    pub(crate) weights: Vec<f32>,
    /// The candidate of each creature.
    pub(crate) candidates: Vec<usize>,
}

/// The arrays that the host fills.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrays<'a> {
    /// See [`Encoded`].
    pub(crate) lanes: &'a [Lane],
    /// See [`Encoded`].
    pub(crate) models: &'a [Vec4],
    /// See [`Encoded`].
    pub(crate) bodies: &'a [Body],
    /// See [`Encoded`].
    pub(crate) weights: &'a [f32],
}

impl<'a> Prepared<'a> {
    /// For a candidate in a world.
    pub(crate) fn new(candidate: &'a Candidate<f32>, world: &World<f32>) -> Self {
        let model = &candidate.model;
        let mut depths = [0; MAX_LINKS];
        for (i, link) in model.links.iter().enumerate().skip(1) {
            depths[i] = depths[link.parent] + 1;
        }
        let contacts = model.contacts.chunk_by(|a, b| a.link == b.link).map(<[_]>::len);
        let contacts = contacts.chain(model.objects.iter().map(|object| object.body.contacts.len())).max();
        let prelude = Prelude::new(model, world);
        let objects = model.objects.iter().zip(&prelude.objects);
        Self {
            candidate,
            objects: objects.map(|(object, &start)| object_facts(object, start, world)).collect(),
            prelude,
            tree: Tree { links: model.link_count(), depth: depths.into_iter().max().unwrap_or(0) },
            contacts: contacts.unwrap_or(0),
        }
    }

    /// Checks that the device can simulate the contacts between its links, and with the objects of the world.
    ///
    /// # Errors
    ///
    /// When it cannot.
    pub(crate) fn check_pairs(&self, world: &World<f32>) -> Result<(), Error> {
        let model = &self.candidate.model;
        if model.rivals().next().is_some() {
            return Err(Error::Unsupported("rivals on a GPU".to_owned()));
        }
        if model.objects.len() != world.objects {
            let what = format!("a body among {} objects in a world of {}", model.objects.len(), world.objects);
            return Err(Error::Unsupported(what));
        }
        if model.link_count() > LANES {
            let (links, objects) = (model.links.len(), model.objects.len());
            let what =
                format!("a body of {links} links among {objects} objects on a GPU; together they may be {LANES}");
            return Err(Error::Unsupported(what));
        }
        if model.pairs.is_empty() {
            return Ok(());
        }
        if !world.has_pairs {
            let what = "links that can touch each other, where `World::has_pairs` is false";
            return Err(Error::Unsupported(what.into()));
        }
        let one_each = model.colliders.len() == model.links.len()
            && model.colliders.iter().enumerate().all(|(i, collider)| collider.link == i);
        if one_each {
            return Ok(());
        }
        let what = "links that touch each other on a GPU and have more or fewer colliders than one each";
        Err(Error::Unsupported(what.into()))
    }

    /// Floats of its brain.
    pub(crate) fn weight_count(&self) -> usize {
        weight_count(&self.candidate.controller)
    }

    /// The load at which a contact of its counts half (N).
    pub(crate) fn reference_force(&self) -> f32 {
        self.prelude.plan.reference_force
    }
}

impl Encoded {
    /// What the device reads.
    pub(crate) fn arrays(&self) -> Arrays<'_> {
        let Self { lanes, models, bodies, weights, .. } = self;
        Arrays { lanes, models, bodies, weights }
    }

    /// Encodes blocks of candidates, with `link_room` for a link's vectors, with numbers that all `shared` in front of the
    /// brains, and `scratch` floats for a brain's activations, given the number of its weights. Memory is used again, and what stood on lanes that are now idle stays there: nobody looks at it.
    pub(crate) fn fill(
        &mut self,
        blocks: &[Block],
        prepared: &[Prepared<'_>],
        link_room: LinkRoom,
        shared: &[f32],
        scratch: impl Fn(usize) -> usize,
    ) {
        let fields = model_fields(link_room);
        self.lanes.resize(blocks.len() * LANES, IDLE);
        self.models.resize(blocks.len() * LANES * fields, [0.0; 4]);
        let places = || blocks.iter().flat_map(|block| &block.creatures);
        self.candidates.clear();
        self.candidates.extend(places().map(|&(i, _)| i));
        let first_bodies = running_sum(blocks.iter().map(|block| block.creatures.len()));
        let objects = |&i: &usize| prepared[i].candidate.model.objects.len();
        let creatures = self.candidates.len();
        let first_objects: Vec<usize> =
            running_sum(self.candidates.iter().map(objects)).into_iter().map(|before| creatures + before).collect();
        let weights = || self.candidates.iter().map(|&i| prepared[i].weight_count());
        let (first_weights, first_activations) = (running_sum(weights()), running_sum(weights().map(scratch)));
        let lanes = self.lanes.par_chunks_mut(LANES);
        let models = self.models.par_chunks_mut(LANES * fields);
        blocks.par_iter().zip(lanes).zip(models).zip(&first_bodies).for_each(
            |(((block, lanes), models), &first_body)| {
                lanes.fill(IDLE);
                for (place, &(i, first_lane)) in block.creatures.iter().enumerate() {
                    let body = first_body + place;
                    put_tree(&prepared[i], first_lane, body, first_objects[body], lanes);
                    put_model(prepared[i].candidate, first_lane, link_room, models);
                }
                lanes.iter_mut().for_each(|lane| lane.block_depth = block.depth as u32);
            },
        );
        self.bodies.clear();
        let brains = first_weights.iter().zip(&first_activations).zip(&first_objects);
        self.bodies.extend(places().zip(brains).map(|(&(i, first_lane), ((&weights, &activations), &objects))| Body {
            weights: (shared.len() + weights) as u32,
            activations: activations as u32,
            first_object: objects as u32,
            ..body_facts(&prepared[i], first_lane)
        }));
        self.bodies.extend(self.candidates.iter().flat_map(|&i| &prepared[i].objects));
        self.put_brains(prepared, shared);
    }

    /// The base lanes: each creature's body, and where its base's first vector stands in an array of `fields` vectors a lane. Its other
    /// links follow it, and the other fields [`LANES`] vectors apart.
    pub(crate) fn bases(&self, fields: usize) -> impl Iterator<Item = (usize, usize)> {
        let is_base = |lane: &Lane| lane.counts[2] > 0 && lane.tree[1] == 0;
        let row = move |place: usize| place / LANES * LANES * fields + place % LANES;
        let bases = self.lanes.iter().enumerate().filter(move |(_, lane)| is_base(lane));
        bases.map(move |(place, lane)| (lane.body as usize, row(place)))
    }

    fn put_brains(&mut self, prepared: &[Prepared<'_>], shared: &[f32]) {
        let own: usize = self.candidates.iter().map(|&i| prepared[i].weight_count()).sum();
        self.weights.resize(shared.len() + own, 0.0);
        let (first, mut rest) = self.weights.split_at_mut(shared.len());
        first.copy_from_slice(shared);
        let brains: Vec<(usize, &mut [f32])> = self
            .candidates
            .iter()
            .map(|&i| (i, rest.split_off_mut(..prepared[i].weight_count()).expect("the weights were counted")))
            .collect();
        brains.into_par_iter().for_each(|(i, weights)| put_brain(&prepared[i], weights));
    }
}

/// A lane without a link.
const IDLE: Lane = Lane {
    tree: [0, 0, 0, NONE],
    counts: [NONE, 0, 0, 0],
    body: 0,
    block_depth: 0,
    partners: 0,
    scene: [0; 4],
    facts: 0,
};

/// Floats of a brain, as the device reads it.
pub(crate) fn weight_count(controller: &Controller<f32>) -> usize {
    match controller {
        Controller::Cpg { .. } => 0,
        Controller::Mlp { layers, .. } => layers.iter().map(|l| l.weights.len() + l.biases.len()).sum(),
        Controller::Sequence { actions } => actions.len() + 1,
    }
}

/// Sums of all numbers before each.
pub(crate) fn running_sum(counts: impl Iterator<Item = usize>) -> Vec<usize> {
    counts
        .scan(0, |sum, count| {
            let before = *sum;
            *sum += count;
            Some(before)
        })
        .collect()
}

fn put_tree(prepared: &Prepared<'_>, first_lane: usize, body: usize, first_object: usize, lanes: &mut [Lane]) {
    let (model, quadrants) = (&prepared.candidate.model, &prepared.prelude.plan.quadrants);
    let (count, all) = (model.links.len(), model.link_count());
    // Children and siblings in the order of links: the last link that named a parent is its newest child.
    let mut newest_child = [usize::MAX; LANES];
    let own = &mut lanes[first_lane..first_lane + all];
    let scene = |is_object: bool| [first_lane as u8, all as u8, u8::from(is_object), count as u8];
    for (i, link) in model.links.iter().enumerate() {
        let depth = if i == 0 { 0 } else { own[link.parent].tree[1] + 1 };
        let parent = (first_lane + link.parent) as u8;
        own[i] = Lane {
            tree: [parent, depth, first_lane as u8, NONE],
            counts: [NONE, 0, count as u8, quadrants[i] as u8],
            body: body as u32,
            block_depth: 0,
            partners: 0,
            scene: scene(false),
            facts: body as u32,
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
    for contact in &model.contacts {
        own[contact.link].counts[1] += 1;
    }
    for (i, object) in model.objects.iter().enumerate() {
        let lane = (first_lane + count + i) as u8;
        own[count + i] = Lane {
            tree: [lane, 0, lane, NONE],
            counts: [NONE, object.body.contacts.len() as u8, 0, QUADRANTS as u8],
            body: body as u32,
            block_depth: 0,
            partners: 0,
            scene: scene(true),
            facts: (first_object + i) as u32,
        };
    }
    // Each link has one collider: see `check_pairs`.
    for &(a, b) in &model.pairs {
        own[a].partners |= 1 << b;
    }
}

fn put_model(candidate: &Candidate<f32>, first_lane: usize, link_room: LinkRoom, models: &mut [Vec4]) {
    let mut put = |field: usize, link: usize, vector: Vec4| models[field * LANES + first_lane + link] = vector;
    for (i, link) in candidate.model.links.iter().enumerate() {
        let joint = if i == 0 { &NO_JOINT } else { candidate.model.joint(i) };
        for (field, vector) in link_vectors(link, joint).into_iter().enumerate() {
            put(field, i, vector);
        }
        put(CONTACT_POINTS - 1, i, rhythm(&candidate.controller, i));
    }
    for ((link, slot), contact) in contact_places(&candidate.model.contacts).zip(&candidate.model.contacts) {
        put(CONTACT_POINTS + slot, link, with(contact.centre, contact.radius));
    }
    for (object, i) in candidate.model.objects.iter().zip(candidate.model.links.len()..) {
        for (field, vector) in link_vectors(&object.body.links[0], &NO_JOINT).into_iter().enumerate() {
            put(field, i, vector);
        }
        put(CONTACT_POINTS - 1, i, [0.0; 4]);
        for (slot, contact) in object.body.contacts.iter().enumerate() {
            put(CONTACT_POINTS + slot, i, with(contact.centre, contact.radius));
        }
    }
    if link_room.pairs {
        for (link, shape) in candidate.model.all_colliders() {
            for (vector, field) in shape_vectors(shape).into_iter().zip(shape_place(link_room)..) {
                put(field, link, vector);
            }
        }
    }
}

/// A shape as `shaders/pairs.wgsl` reads it.
fn shape_vectors(shape: &Shape<f32>) -> [Vec4; SHAPE_FIELDS] {
    let none = [0.0; 4];
    match *shape {
        Shape::Sphere { centre, radius } => [with(centre, radius), none, none, none, none],
        Shape::Capsule { from, to, radius } => [with(from, radius), with(to - from, 1.0), none, none, none],
        Shape::Box { centre, axes, half } => {
            let (core, radius) = rounded(half);
            let [x, y, z] = axes.transposed().0.map(|axis| with(axis, 0.0));
            [with(centre, radius), with(core, 2.0), x, y, z]
        }
    }
}

/// What stands in the place of a joint on the base's lane: numbers that leave what is worked out from them finite. Nothing reads that.
const NO_JOINT: Joint<f32> = Joint {
    position: Vec3 { x: 0.0, y: 0.0, z: 0.0 },
    kind: JointKind::Hinge(Hinge {
        axis: Vec3 { x: 0.0, y: 0.0, z: 1.0 },
        lower: -1.0,
        upper: 1.0,
        limit_stiffness: 1.0,
    }),
    servo: Servo { kp: 1.0, kd: 1.0, torque_limit: 1.0 },
    armature: 1.0,
    damping: 0.0,
};

fn link_vectors(link: &Link<f32>, joint: &Joint<f32>) -> [Vec4; CONTACT_POINTS - 1] {
    let JointKind::Hinge(hinge) = &joint.kind;
    let Sym3 { xx, yy, zz, xy, xz, yz } = link.inertia;
    [
        with(joint.position, link.mass),
        with(hinge.axis, joint.armature),
        with(link.com, joint.damping),
        [xx, yy, zz, joint.servo.kp],
        [xy, xz, yz, joint.servo.kd],
        [joint.servo.torque_limit, hinge.lower, hinge.upper, hinge.limit_stiffness],
    ]
}

/// What a link's lane knows of the brain: three numbers of its joint and the common frequency (Hz).
fn rhythm(controller: &Controller<f32>, link: usize) -> Vec4 {
    match controller {
        Controller::Cpg { frequency, joints } => {
            let joint = link.checked_sub(1).map(|i| joints[i]).unwrap_or_default();
            [joint.offset, joint.amplitude, joint.phase, *frequency]
        }
        Controller::Mlp { frequency, clocks, .. } => {
            let [sine, cosine, phase] = link.checked_sub(1).map(|i| clocks[i]).unwrap_or_default();
            [sine, cosine, phase, *frequency]
        }
        Controller::Sequence { .. } => [0.0; 4],
    }
}

/// What is known of a creature, without where its brain and objects are.
fn body_facts(prepared: &Prepared<'_>, first_lane: usize) -> Body {
    let (model, prelude) = (&prepared.candidate.model, &prepared.prelude);
    let plan = &prelude.plan;
    let mut limb_ends = [NONE; 4];
    for (place, &link) in limb_ends.iter_mut().zip(&plan.limb_ends) {
        *place = (first_lane + link) as u8;
    }
    Body {
        start: prelude.start.to_array(),
        contact_stiffness: model.contact_stiffness,
        mass: plan.facts.mass,
        link_count: plan.facts.link_count,
        leg_span: plan.facts.leg_span,
        reference_force: plan.reference_force,
        contact_width: prelude.contact_width,
        limb_ends,
        limb_end_count: plan.limb_ends.len() as u32,
        floating: u32::from(model.base == BaseKind::Floating),
        pull_tolerance: prelude.pull_tolerance,
        ..bytemuck::Zeroable::zeroed()
    }
}

/// What is known of an object that starts at a place.
fn object_facts(Object { body, contact_width, .. }: &Object<f32>, start: Vec3<f32>, world: &World<f32>) -> Body {
    Body {
        start: start.to_array(),
        contact_stiffness: body.contact_stiffness,
        mass: body.mass(),
        contact_width: *contact_width,
        floating: u32::from(body.base == BaseKind::Floating),
        pull_tolerance: pull_tolerance(body, world.gravity),
        // No load share is taken of an object, but it is worked out.
        reference_force: 1.0,
        ..bytemuck::Zeroable::zeroed()
    }
}

/// A network layer by layer, biases first, then one row of units an input, so that lanes with neighbouring units read side by side;
/// a sequence after the number of its rows.
fn put_brain(prepared: &Prepared<'_>, weights: &mut [f32]) {
    let numbers: &mut dyn Iterator<Item = f32> = match &prepared.candidate.controller {
        Controller::Cpg { .. } => return,
        Controller::Mlp { layers, .. } => &mut layers.iter().flat_map(|layer| {
            let units = layer.biases.len();
            let row = move |input| (0..units).map(move |unit| layer.weights[unit * layer.inputs + input]);
            layer.biases.iter().copied().chain((0..layer.inputs).flat_map(row))
        }),
        Controller::Sequence { actions } => {
            let rows = actions.len() / prepared.candidate.model.joint_count().max(1);
            &mut std::iter::once(rows as f32).chain(actions.iter().copied())
        }
    };
    weights.iter_mut().zip(numbers).for_each(|(to, number)| *to = number);
}
