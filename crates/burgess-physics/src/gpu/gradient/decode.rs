//! From the device's bars to gradients: each number's to its place, sums over the links of a creature in their order, and what links
//! carry at the start taken to positions and velocities.

use crate::batch::WindowGradient;
use crate::gpu::layout::{
    CONTACT_POINTS, LinkRoom, STATE_CONTACTS, Vec4, bar_places, contact_places, no_load_place, pair_places, shape_place,
};
use crate::gradient::Gradient;
use crate::laws::joint::Servo;
use crate::model::{Candidate, ContactPoint, Controller, Hinge, JointKind, Model, Shape};
use crate::step::pairs::edge_share;
use crate::step::reverse::episode::{not_a_number, reverse_starts};
use crate::step::reverse::made::Step;
use crate::step::reverse::state::{ContactBar, LinkBar, ModelGradient, ReverseWork, StateAdjoint};
use crate::step::state::{Drive, State, Work};
use crate::task::Ending;
use crate::task::Returns;
use crate::world::World;
use burgess_core::math::{Mat3, Sym3, Vec3, vec3};

/// The bars of one creature.
pub(crate) struct Bars<'a, F, B> {
    /// Who it is.
    pub(crate) candidate: &'a Candidate<f32>,
    /// Its surroundings.
    pub(crate) world: &'a World<f32>,
    /// The vector of a link and a field.
    pub(crate) field: F,
    /// The gradient with respect to its brain, or to that of the rival at a place among its objects, laid out as `encode` writes it; more may follow.
    pub(crate) brain: B,
    /// Room that a link's vectors have.
    pub(crate) link_room: LinkRoom,
}

impl<'b, F: Fn(usize, usize) -> Vec4, B: Fn(Option<usize>) -> &'b [f32]> Bars<'_, F, B> {
    /// The gradient.
    pub(crate) fn gradient(&self, returns: Returns<f32>) -> Gradient<f32> {
        if returns.ending == Ending::Diverged {
            return not_a_number(self.candidate, returns);
        }
        let (mut total, mut bar) = (self.totals(), self.state());
        let prelude_start = xyz(self.shared(0, 5));
        self.start(&mut total, &mut bar);
        total.gather_objects();
        let mut state = bar.gradient();
        // Displacements count from the start.
        state.position += prelude_start;
        total.prelude.start = state.position;
        let objects = total.candidate.model.objects.iter_mut().zip(&state.objects);
        for ((object, state), first) in objects.zip(self.model().first_links()) {
            object.start = xyz(self.shared(first, 5));
            object.start_from(state);
        }
        Gradient {
            returns,
            candidate: total.candidate,
            prelude: total.prelude,
            world: total.world,
            state,
            other_starts: Vec::new(),
        }
    }

    /// The gradient of a window.
    pub(crate) fn window_gradient(&self, diverged: bool) -> WindowGradient<f32> {
        if diverged {
            return WindowGradient::not_a_number(self.candidate);
        }
        let (mut total, mut state) = (self.totals(), self.state());
        total.prelude.start = xyz(self.shared(0, 5));
        total.gather_objects();
        for (object, first) in total.candidate.model.objects.iter_mut().zip(self.model().first_links()) {
            object.start = xyz(self.shared(first, 5));
        }
        let first = bar_places(self.link_room).0;
        for ((link, place), bar) in pair_places(self.model(), self.link_room).zip(&mut state.pairs) {
            *bar = xyz((self.field)(link, first + place));
        }
        let put_commands = |base: usize, state: &mut StateAdjoint<f32>| {
            for i in 1..state.links.len() {
                [_, _, state.targets[i], state.commands[i]] = (self.field)(base + i, first);
            }
        };
        put_commands(0, &mut state);
        let objects = self.model().first_links().zip(&mut state.objects);
        objects.for_each(|(base, object)| put_commands(base, object));
        WindowGradient { state, candidate: total.candidate, prelude: total.prelude, world: total.world }
    }

    fn model(&self) -> &Model<f32> {
        &self.candidate.model
    }

    /// A vector of what belongs to the whole creature.
    fn shared(&self, link: usize, field: usize) -> Vec4 {
        (self.field)(link, bar_places(self.link_room).1 + field)
    }

    /// The parts that the links of a body have of such a vector, added up in their order; `root` is the lane of its base.
    fn sum(&self, of: &Model<f32>, root: usize, field: usize) -> Vec4 {
        let add = |sum: Vec4, link| {
            let part = self.shared(root + link, field);
            std::array::from_fn(|i| sum[i] + part[i])
        };
        (0..of.links.len()).fold([0.0; 4], add)
    }

    fn totals(&self) -> ModelGradient<f32> {
        let mut total = ModelGradient::zero(self.candidate);
        self.put_creature(self.model(), 0, (self.brain)(None), &mut total);
        total.prelude.leg_span = self.shared(0, 6)[0];
        let objects = self.model().objects.iter().zip(self.model().first_links());
        for (i, ((object, first), of)) in objects.zip(&mut total.objects).enumerate() {
            match object.rival {
                Some(_) => self.put_creature(&object.body, first, (self.brain)(Some(i)), of),
                None => self.put_tree(&object.body, first, of),
            }
        }
        total
    }

    /// What a creature or a rival with its base on a lane says of all that it is made of.
    fn put_creature(&self, of: &Model<f32>, root: usize, brain: &[f32], total: &mut ModelGradient<f32>) {
        let Candidate { model, controller } = &mut total.candidate;
        for (i, joint) in (1..).zip(&mut model.joints) {
            let field = |field: usize| (self.field)(root + i, field);
            let (position, axis, com) = (split(field(0)), split(field(1)), split(field(2)));
            (joint.position, joint.armature, joint.damping) = (position.0, axis.1, com.1);
            let ([.., kp], [.., kd], [torque_limit, lower, upper, limit_stiffness]) = (field(3), field(4), field(5));
            let JointKind::Hinge(hinge) = &mut joint.kind;
            *hinge = Hinge { axis: axis.0, lower, upper, limit_stiffness };
            let no_load_speed = joint.servo.no_load_speed.map(|_| field(no_load_place(self.link_room))[0]);
            joint.servo = Servo { kp, kd, torque_limit, no_load_speed };
        }
        self.put_controller(of, root, brain, controller);
        self.put_tree(of, root, total);
    }

    /// What a tree by itself, with its root on a lane, says of its links, colliders and contact points, of what its links share, and of the
    /// surroundings.
    fn put_tree(&self, of: &Model<f32>, root: usize, total: &mut ModelGradient<f32>) {
        let share = |field: usize| self.sum(of, root, field);
        let model = &mut total.candidate.model;
        for (i, link) in model.links.iter_mut().enumerate() {
            let field = |field: usize| (self.field)(root + i, field);
            let ([_, _, _, mass], [xx, yy, zz, _], [xy, xz, yz, _]) = (field(0), field(3), field(4));
            (link.mass, link.com) = (mass, xyz(field(2)));
            link.inertia = Sym3 { xx, yy, zz, xy, xz, yz };
        }
        for ((link, place), contact) in contact_places(&of.contacts).zip(&mut model.contacts) {
            (contact.centre, contact.radius) = split((self.field)(root + link, CONTACT_POINTS + place));
        }
        if self.link_room.pairs {
            for (collider, of) in model.colliders.iter_mut().zip(&of.colliders) {
                collider.shape = self.shape(root + of.link, &of.shape);
            }
        }
        model.contact_stiffness = share(0)[3];
        let (gravity, reference) = split(share(4));
        total.prelude.contact_width = share(1)[3];
        total.prelude.reference_force = reference;
        total.prelude.mass = share(5)[3];
        total.world.gravity = gravity;
        *total.friction() += share(2)[3];
        total.world.contact_damping = share(3)[3];
    }

    /// The gradient with respect to a shape, from that with respect to the numbers that the device has of it.
    fn shape(&self, link: usize, of: &Shape<f32>) -> Shape<f32> {
        let field = |i: usize| split((self.field)(link, shape_place(self.link_room) + i));
        let ((at, radius), (size, _)) = (field(0), field(1));
        match *of {
            Shape::Sphere { .. } => Shape::Sphere { centre: at, radius },
            Shape::Capsule { .. } => Shape::Capsule { from: at - size, to: size, radius },
            Shape::Box { half, .. } => {
                let axes = Mat3([2, 3, 4].map(|i| field(i).0)).transposed();
                let edges = radius - (size.x + size.y + size.z);
                Shape::Box { centre: at, axes, half: size + edge_share(half) * edges }
            }
        }
    }

    fn put_controller(&self, of: &Model<f32>, root: usize, brain: &[f32], controller: &mut Controller<f32>) {
        let rhythm = |link: usize| (self.field)(root + link, CONTACT_POINTS - 1);
        let all = || (0..of.links.len()).map(|link| rhythm(link)[3]).sum();
        match controller {
            Controller::Cpg { frequency, joints } => {
                *frequency = all();
                for (i, joint) in joints.iter_mut().enumerate() {
                    [joint.offset, joint.amplitude, joint.phase, _] = rhythm(i + 1);
                }
            }
            Controller::Mlp { frequency, layers, clocks } => {
                *frequency = all();
                for (i, clock) in clocks.iter_mut().enumerate() {
                    let [sine, cosine, phase, _] = rhythm(i + 1);
                    *clock = [sine, cosine, phase];
                }
                let mut rest = brain;
                for layer in layers {
                    let units = layer.biases.len();
                    let (own, others) = rest.split_at(units * (layer.inputs + 1));
                    let (biases, rows) = own.split_at(units);
                    layer.biases.copy_from_slice(biases);
                    for (input, row) in rows.chunks_exact(units.max(1)).enumerate() {
                        for (unit, &bar) in row.iter().enumerate() {
                            layer.weights[unit * layer.inputs + input] = bar;
                        }
                    }
                    rest = others;
                }
            }
            // Before them stands the number of rows.
            Controller::Sequence { actions } => {
                actions.iter_mut().zip(&brain[1..]).for_each(|(action, &bar)| *action = bar);
            }
        }
    }

    fn state(&self) -> StateAdjoint<f32> {
        let mut bar = StateAdjoint::zero(self.model());
        self.put_state(&self.model().contacts, 0, &mut bar);
        let objects = self.model().objects.iter().zip(self.model().first_links());
        for ((object, first), bar) in objects.zip(&mut bar.objects) {
            self.put_state(&object.body.contacts, first, bar);
        }
        bar
    }

    /// The state of a tree by itself, with its root on a lane.
    fn put_state(&self, contacts: &[ContactPoint<f32>], root: usize, bar: &mut StateAdjoint<f32>) {
        bar.position = xyz(self.shared(root, 0));
        bar.rotation = xyz(self.shared(root, 1));
        bar.velocity = xyz(self.shared(root, 2));
        bar.angular_velocity = xyz(self.shared(root, 3));
        let first = bar_places(self.link_room).0;
        for (i, link) in bar.links.iter_mut().enumerate() {
            let [angle, rate, ..] = (self.field)(root + i, first);
            let [momentum, spin] = [1, 2].map(|field| xyz((self.field)(root + i, first + field)));
            *link = LinkBar { angle, rate, momentum, spin };
        }
        for ((link, place), bar) in contact_places(contacts).zip(&mut bar.contacts) {
            let (free_gain, normal_force) = split((self.field)(root + link, first + STATE_CONTACTS + place));
            *bar = ContactBar { normal_force, free_gain };
        }
    }

    /// What links carry at the start follows from where they are at rest.
    fn start(&self, total: &mut ModelGradient<f32>, bar: &mut StateAdjoint<f32>) {
        let (model, world) = (self.model(), self.world);
        let (rest, drive) = (State::at_rest(model, Vec3::zero()), Drive::idle(model));
        let step = Step { model, world, drive: drive.of_all(), before: &rest, after: &rest };
        let mut work = Work::new(model, world.gravity, world.contact_width);
        let mut back = ReverseWork::new(model, world);
        reverse_starts(&step, bar, total, &mut work, &mut back);
    }
}

fn xyz([x, y, z, _]: Vec4) -> Vec3<f32> {
    vec3(x, y, z)
}

fn split(vector: Vec4) -> (Vec3<f32>, f32) {
    (xyz(vector), vector[3])
}
