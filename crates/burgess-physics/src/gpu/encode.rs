//! From candidates to the arrays that the device reads.

use super::layout::{
    Body, CONTACT_POINTS, LANES, Lane, LinkRoom, NONE, SHAPE_FIELDS, Vec4, contact_places, model_fields, no_load_place,
    shape_place, with,
};
use super::pack::{Block, Tree};
use crate::error::Error;
use crate::laws::joint::Servo;
use crate::laws::sensors::QUADRANTS;
use crate::model::{
    BaseKind, Candidate, ContactPoint, Controller, Hinge, Joint, JointKind, Link, MAX_LINKS, Model, Object, Shape,
};
use crate::plan::BrainKind;
use crate::step::abreast::Life;
use crate::step::pairs::rounded;
use crate::step::prelude::Prelude;
use crate::step::state::pull_tolerance;
use crate::task::TaskPlan;
use crate::world::World;
use burgess_core::math::{Sym3, Vec3};
use rayon::prelude::*;

/// What the host computes once for a candidate.
pub(crate) struct Prepared<'a> {
    candidate: &'a Candidate<f32>,
    prelude: Prelude<f32>,
    /// Size of its tree, with the lanes of its objects.
    pub(crate) tree: Tree,
    /// Most contact points of one of its links.
    pub(crate) contacts: usize,
    /// The number of its environment.
    environment: u32,
    /// Its coefficient of friction.
    friction: f32,
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
    /// Floats of all brains' scratch.
    pub(crate) activations: usize,
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
    /// For a candidate in its environment.
    pub(crate) fn new(&Life { candidate, world, environment }: &Life<'a>) -> Self {
        let model = &candidate.model;
        let contacts = |body: &Model<f32>| body.contacts.chunk_by(|a, b| a.link == b.link).map(<[_]>::len).max();
        let contacts = model.bodies().filter_map(contacts).max();
        let prelude = Prelude::new(model, world);
        let objects = model.objects.iter().zip(&prelude.objects);
        Self {
            candidate,
            objects: objects.map(|(object, &start)| object_facts(object, start, world)).collect(),
            prelude,
            tree: Tree { links: model.link_count(), depth: model.bodies().map(depth).max().unwrap_or(0) },
            contacts: contacts.unwrap_or(0),
            environment: environment as u32,
            friction: model.friction.unwrap_or(world.friction),
        }
    }

    /// Checks that the device can simulate the contacts between its links, and with the objects of the world.
    ///
    /// # Errors
    ///
    /// When it cannot.
    pub(crate) fn check_pairs(&self, world: &World<f32>) -> Result<(), Error> {
        let model = &self.candidate.model;
        let has_speed = |joint: &Joint<f32>| joint.servo.no_load_speed.is_some();
        if !world.has_no_load_speeds && model.bodies().any(|body| body.joints.iter().any(has_speed)) {
            let what = "servos with a no-load speed, where `World::has_no_load_speeds` is false";
            return Err(Error::Unsupported(what.into()));
        }
        if !world.has_frictions && model.bodies().any(|body| body.friction.is_some()) {
            let what = "bodies with frictions of their own, where `World::has_frictions` is false";
            return Err(Error::Unsupported(what.into()));
        }
        if model.objects.len() != world.objects {
            let what = format!("a body among {} objects in a world of {}", model.objects.len(), world.objects);
            return Err(Error::Unsupported(what));
        }
        let rivals = model.rivals().count();
        if rivals != world.rivals || model.first_rival() + rivals != model.objects.len() {
            let what = format!(
                "a body that meets {rivals} rivals, in front of other objects or in a world of {}",
                world.rivals
            );
            return Err(Error::Unsupported(what));
        }
        if model.link_count() > LANES {
            let (links, others) = (model.links.len(), model.link_count() - model.links.len());
            let what =
                format!("a body of {links} links among objects of {others} on a GPU; together they may be {LANES}");
            return Err(Error::Unsupported(what));
        }
        if model.pairs.is_empty() {
            return Ok(());
        }
        if !world.has_pairs {
            let what = "links that can touch each other, where `World::has_pairs` is false";
            return Err(Error::Unsupported(what.into()));
        }
        let one_each = |body: &Model<f32>| {
            body.colliders.len() == body.links.len()
                && body.colliders.iter().enumerate().all(|(i, collider)| collider.link == i)
        };
        if model.bodies().all(one_each) {
            return Ok(());
        }
        let what = "links that touch each other on a GPU and have more or fewer colliders than one each";
        Err(Error::Unsupported(what.into()))
    }

    /// Checks that the device knows which of its contact points rove.
    ///
    /// # Errors
    ///
    /// When it cannot.
    pub(crate) fn check_ground(&self, world: &World<f32>) -> Result<(), Error> {
        let points = || self.candidate.model.bodies().flat_map(|body| body.contacts.chunk_by(|a, b| a.link == b.link));
        let rove = |points: &[ContactPoint<f32>]| points.iter().any(|point| point.rover.is_some());
        if !world.whole_shapes && points().any(rove) {
            let what = "contact points that rove, where `World::whole_shapes` is false";
            return Err(Error::Unsupported(what.into()));
        }
        // With so many points a link's shape is taken for one with rovers.
        if world.whole_shapes && points().any(|points| matches!(points.len(), 4 | 12) && !rove(points)) {
            let what = "links with 4 or 12 fixed contact points on a GPU, where whole shapes touch the ground";
            return Err(Error::Unsupported(what.into()));
        }
        Ok(())
    }

    /// Checks that the device can simulate its rivals beside candidates with such brains.
    ///
    /// # Errors
    ///
    /// When it cannot.
    pub(crate) fn check_rivals(&self, brain: &BrainKind, task: &TaskPlan, world: &World<f32>) -> Result<(), Error> {
        let refused = |what: &str| Err(Error::Unsupported(format!("{what} on a GPU; the CPU has them")));
        let is_such = |controller: &Controller<f32>| match (brain, controller) {
            (BrainKind::Cpg, Controller::Cpg { .. }) | (BrainKind::Sequence, Controller::Sequence { .. }) => true,
            (BrainKind::Mlp(hidden), Controller::Mlp { layers, .. }) => {
                let units = layers.iter().map(|layer| layer.biases.len());
                layers.len() == hidden.len() + 1 && units.zip(hidden).all(|(units, &wanted)| units == wanted)
            }
            _ => false,
        };
        if self.candidate.model.rivals().any(|contender| !is_such(&contender.rival.controller)) {
            return refused("rivals with brains of another kind or size than the candidates'");
        }
        if self.candidate.model.rivals().next().is_some() && task.observer.is_some() {
            return refused("rivals of candidates that a world model watches");
        }
        if self.candidate.model.rivals().next().is_some() && matches!(brain, BrainKind::Mlp(_)) && world.asks() {
            return refused("rivals of candidates with networks that observe commands");
        }
        Ok(())
    }

    /// Floats of its brain, and of that of each of its rivals.
    pub(crate) fn weight_counts(&self) -> impl Iterator<Item = usize> {
        brains(self.candidate).map(|(controller, _)| weight_count(controller))
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
        self.bodies.extend(places().zip(&first_objects).map(|(&(i, first_lane), &objects)| Body {
            first_object: objects as u32,
            ..body_facts(&prepared[i], first_lane)
        }));
        self.bodies.extend(self.candidates.iter().flat_map(|&i| &prepared[i].objects));
        let candidates = self.candidates.iter().map(|&i| prepared[i].candidate);
        let (own, activations) = place_brains(&mut self.bodies, candidates, shared.len(), scratch);
        self.activations = activations;
        self.put_brains(prepared, shared, own);
    }

    /// The base lanes: each creature's body, and where its base's first vector stands in an array of `fields` vectors a lane. Its other
    /// links follow it, and the other fields [`LANES`] vectors apart.
    pub(crate) fn bases(&self, fields: usize) -> impl Iterator<Item = (usize, usize)> {
        let is_base = |lane: &Lane| lane.counts[2] > 0 && lane.tree[1] == 0 && lane.scene[2] == 0;
        let row = move |place: usize| place / LANES * LANES * fields + place % LANES;
        let bases = self.lanes.iter().enumerate().filter(move |(_, lane)| is_base(lane));
        bases.map(move |(place, lane)| (lane.body as usize, row(place)))
    }

    /// Writes what all `shared`, and behind it the brains, which have so many weights.
    fn put_brains(&mut self, prepared: &[Prepared<'_>], shared: &[f32], own: usize) {
        self.weights.resize(shared.len() + own, 0.0);
        let (first, mut rest) = self.weights.split_at_mut(shared.len());
        first.copy_from_slice(shared);
        if own == 0 {
            return;
        }
        let room = |(brain, joints)| {
            let weights = rest.split_off_mut(..weight_count(brain)).expect("the weights were counted");
            (brain, joints, weights)
        };
        let all = self.candidates.iter().flat_map(|&i| brains(prepared[i].candidate));
        let rooms: Vec<(&Controller<f32>, usize, &mut [f32])> = all.map(room).collect();
        rooms.into_par_iter().for_each(|(brain, joints, weights)| put_brain(brain, joints, weights));
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
    environment: 0,
};

/// Floats of a brain, as the device reads it.
pub(crate) fn weight_count(controller: &Controller<f32>) -> usize {
    match controller {
        Controller::Cpg { .. } => 0,
        Controller::Mlp { layers, .. } => layers.iter().map(|l| l.weights.len() + l.biases.len()).sum(),
        Controller::Sequence { actions } => actions.len() + 1,
    }
}

/// The brain of a candidate, then those of its rivals, each with the number of its joints.
fn brains(Candidate { model, controller }: &Candidate<f32>) -> impl Iterator<Item = (&Controller<f32>, usize)> {
    let rivals = model.rivals().map(|contender| (&contender.rival.controller, contender.body.joint_count()));
    std::iter::once((controller, model.joint_count())).chain(rivals)
}

/// Says in the facts of creatures and rivals where their brains begin, the first one at `first`, and where `scratch` floats for each, given the
/// number of its weights. `candidates` are those of the creatures. Gives the weights of all brains and the floats of all scratch.
pub(crate) fn place_brains<'a>(
    bodies: &mut [Body],
    candidates: impl Iterator<Item = &'a Candidate<f32>>,
    first: usize,
    scratch: impl Fn(usize) -> usize,
) -> (usize, usize) {
    let (mut weights, mut activations) = (first, 0);
    for (body, candidate) in candidates.enumerate() {
        let first_object = bodies[body].first_object as usize;
        let rivals = candidate.model.rivals().map(|contender| first_object + contender.object);
        for (row, (controller, _)) in std::iter::once(body).chain(rivals).zip(brains(candidate)) {
            (bodies[row].weights, bodies[row].activations) = (weights as u32, activations as u32);
            let count = weight_count(controller);
            weights += count;
            activations += scratch(count);
        }
    }
    (weights - first, activations)
}

/// Joints between a body's base and its farthest link.
fn depth(body: &Model<f32>) -> usize {
    let mut depths = [0; MAX_LINKS];
    for (i, link) in body.links.iter().enumerate().skip(1) {
        depths[i] = depths[link.parent] + 1;
    }
    depths.into_iter().max().unwrap_or(0)
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
    let lane = Lane {
        body: body as u32,
        scene: [first_lane as u8, all as u8, 0, count as u8],
        facts: body as u32,
        environment: prepared.environment,
        ..IDLE
    };
    put_links(model, Lane { counts: [NONE, 0, count as u8, 0], ..lane }, first_lane, lanes);
    for (i, &quadrant) in quadrants.iter().enumerate() {
        lanes[first_lane + i].counts[3] = quadrant as u8;
    }
    for ((i, object), first) in model.objects.iter().enumerate().zip(model.first_links()) {
        let counts = [NONE, 0, object.driven_count() as u8, QUADRANTS as u8];
        let scene = [first_lane as u8, all as u8, 1, count as u8];
        let lane = Lane { counts, scene, facts: (first_object + i) as u32, ..lane };
        put_links(&object.body, lane, first_lane + first, lanes);
    }
    // Each link has one collider: see `check_pairs`.
    for &(a, b) in &model.pairs {
        lanes[first_lane + a].partners |= 1 << b;
    }
}

/// The lanes of a body's links, from its base's on; `like` has what they share.
fn put_links(model: &Model<f32>, like: Lane, base: usize, lanes: &mut [Lane]) {
    // Children and siblings in the order of links: the last link that named a parent is its newest child.
    let mut newest_child = [usize::MAX; LANES];
    let own = &mut lanes[base..base + model.links.len()];
    for (i, link) in model.links.iter().enumerate() {
        let depth = if i == 0 { 0 } else { own[link.parent].tree[1] + 1 };
        own[i] = Lane { tree: [(base + link.parent) as u8, depth, base as u8, NONE], ..like };
        if i > 0 {
            let lane = (base + i) as u8;
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
}

fn put_model(candidate: &Candidate<f32>, first_lane: usize, link_room: LinkRoom, models: &mut [Vec4]) {
    let Candidate { model, controller } = candidate;
    put_body(model, Some(controller), first_lane, models);
    for (object, first) in model.objects.iter().zip(model.first_links()) {
        let controller = object.rival.as_ref().map(|rival| &rival.controller);
        put_body(&object.body, controller, first_lane + first, models);
    }
    if link_room.no_load_speeds {
        put_no_load_speeds(model, first_lane, &mut models[no_load_place(link_room) * LANES..]);
    }
    if link_room.pairs {
        for (link, shape) in model.all_colliders() {
            for (vector, field) in shape_vectors(shape).into_iter().zip(shape_place(link_room)..) {
                models[field * LANES + first_lane + link] = vector;
            }
        }
    }
}

/// The links, joints and contact points of a body with its base on a lane, and what its lanes know of its brain, if it has one.
fn put_body(model: &Model<f32>, controller: Option<&Controller<f32>>, base: usize, models: &mut [Vec4]) {
    let mut put = |field: usize, link: usize, vector: Vec4| models[field * LANES + base + link] = vector;
    for (i, link) in model.links.iter().enumerate() {
        let joint = if i == 0 { &NO_JOINT } else { model.joint(i) };
        for (field, vector) in link_vectors(link, joint).into_iter().enumerate() {
            put(field, i, vector);
        }
        put(CONTACT_POINTS - 1, i, controller.map_or([0.0; 4], |controller| rhythm(controller, i)));
    }
    for ((link, slot), contact) in contact_places(&model.contacts).zip(&model.contacts) {
        // A rover has no fixed centre: in its place stand the sides to which the rover is pulled.
        let place = contact.rover.map_or(contact.centre, |rover| Vec3::from_f64(rover.sides()));
        put(CONTACT_POINTS + slot, link, with(place, contact.radius));
    }
}

/// The no-load speed of each link's servo; 0 stands for none.
fn put_no_load_speeds(model: &Model<f32>, first_lane: usize, row: &mut [Vec4]) {
    for (body, first) in model.bodies().zip(std::iter::once(0).chain(model.first_links())) {
        row[first_lane + first] = [0.0; 4];
        for (link, joint) in (1..).zip(&body.joints) {
            row[first_lane + first + link] = [joint.servo.no_load_speed.unwrap_or(0.0), 0.0, 0.0, 0.0];
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
    servo: Servo { kp: 1.0, kd: 1.0, torque_limit: 1.0, no_load_speed: None },
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
        turn_w: 1.0,
        friction: prepared.friction,
        ..bytemuck::Zeroable::zeroed()
    }
}

/// What is known of an object that starts at a place, without where its brain is, if it has one.
fn object_facts(object: &Object<f32>, start: Vec3<f32>, world: &World<f32>) -> Body {
    let Object { body, contact_width, rival, .. } = object;
    let half = rival.as_ref().map_or(0.0, |rival| 0.5 * rival.heading);
    Body {
        start: start.to_array(),
        contact_stiffness: body.contact_stiffness,
        mass: body.mass(),
        contact_width: *contact_width,
        floating: u32::from(body.base == BaseKind::Floating),
        pull_tolerance: pull_tolerance(body, world.gravity),
        // No load share is taken of other objects, but it is worked out.
        reference_force: rival.as_ref().map_or(1.0, |rival| rival.reference_force),
        turn_z: half.sin(),
        turn_w: half.cos(),
        friction: body.friction.unwrap_or(world.friction),
        ..bytemuck::Zeroable::zeroed()
    }
}

/// A network layer by layer, biases first, then one row of units an input, so that lanes with neighbouring units read side by side;
/// a sequence after the number of its rows.
fn put_brain(controller: &Controller<f32>, joints: usize, weights: &mut [f32]) {
    let numbers: &mut dyn Iterator<Item = f32> = match controller {
        Controller::Cpg { .. } => return,
        Controller::Mlp { layers, .. } => &mut layers.iter().flat_map(|layer| {
            let units = layer.biases.len();
            let row = move |input| (0..units).map(move |unit| layer.weights[unit * layer.inputs + input]);
            layer.biases.iter().copied().chain((0..layer.inputs).flat_map(row))
        }),
        Controller::Sequence { actions } => {
            let rows = actions.len() / joints.max(1);
            &mut std::iter::once(rows as f32).chain(actions.iter().copied())
        }
    };
    weights.iter_mut().zip(numbers).for_each(|(to, number)| *to = number);
}
