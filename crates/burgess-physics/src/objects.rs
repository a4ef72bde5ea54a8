//! From the objects that a scene names to bodies that are simulated.

use crate::model::{BaseKind, Candidate, Collider, ContactPoint, Link, Model, Object, Rival, rest_origins};
use crate::scene::{ObjectSpec, RivalSpec, vector};
use crate::step::body_plan::BodyPlan;
use crate::step::state::width_of_contact;
use crate::world::{CARRYING_POINTS, GroundContact, Physics};
use burgess_core::autodiff::{Value, real};
use burgess_core::math::{Quat, Sym3, Vec3, vec3};

/// The objects of a scene, over any scalar: those without a will, then the rivals that were found.
pub fn compile_objects<T: Value>(physics: &Physics) -> Vec<Object<T>> {
    let compile = |spec: &ObjectSpec| {
        let body = compile_body(spec, physics);
        let place = |i: usize| vector(spec.at) + vector(spec.spacing) * i as f64;
        let gravity = vec3(0.0, 0.0, -physics.gravity);
        let width =
            if spec.fixed { physics.contact_width } else { width_of_contact(&body, gravity, physics.contact_width) };
        let object =
            |i| Object { body: body.map(real), start: place(i).map(real), contact_width: real(width), rival: None };
        (0..spec.count).map(object).collect::<Vec<Object<T>>>()
    };
    let rival = |spec: &RivalSpec| Some(rival_of(spec.found.as_ref()?, spec.at, spec.heading, physics).map(real));
    physics.objects.iter().flat_map(compile).chain(physics.rivals.iter().filter_map(rival)).collect()
}

/// A creature, by itself in this physics, as a rival at a place of the ground (x, y from the spawn point, m) and with a heading (rad from x
/// towards y).
pub fn rival_of(candidate: &Candidate<f64>, at: (f64, f64), heading: f64, physics: &Physics) -> Object<f64> {
    let Candidate { model, controller } = candidate;
    let gravity = vec3(0.0, 0.0, -physics.gravity);
    let reference_force = BodyPlan::new(model, &rest_origins(model), gravity).reference_force;
    Object {
        // What touches what is up to the whole scene.
        body: Model { pairs: Vec::new(), objects: Vec::new(), ..model.clone() },
        start: vec3(at.0, at.1, 0.0),
        contact_width: width_of_contact(model, gravity, physics.contact_width),
        rival: Some(Rival { controller: controller.clone(), heading, reference_force }),
    }
}

fn compile_body(spec: &ObjectSpec, physics: &Physics) -> Model<f64> {
    let solid = spec.shape.solid();
    let axes = Quat::exp(vector(spec.turn)).to_matrix();
    let of_one = solid.mass_properties(1.0);
    let mass = if spec.fixed { 1.0 } else { spec.mass };
    let moments = of_one.moments * (mass / of_one.mass);
    let (centres, radius) = solid.contact_spheres();
    // A ball rests on one point, a capsule on two.
    let points = solid.contact_count().min(CARRYING_POINTS);
    let stiffness = physics.contact_stiffness.of_point(mass, physics.gravity, points);
    let mut model = Model {
        base: if spec.fixed { BaseKind::Welded } else { BaseKind::Floating },
        links: vec![Link { parent: 0, mass, com: Vec3::zero(), inertia: Sym3::diagonal(moments).rotated(axes) }],
        colliders: vec![Collider { link: 0, shape: solid.placed(Vec3::zero(), axes) }],
        contacts: centres.map(|centre| ContactPoint::fixed(0, axes * centre, radius)).collect(),
        // What cannot move leaves it to others how stiff a contact is.
        contact_stiffness: if spec.fixed { 0.0 } else { stiffness },
        friction: spec.friction,
        ..Model::default()
    };
    if physics.ground_contact == GroundContact::Whole && !spec.fixed {
        model.touch_with_whole_shapes();
    }
    model
}
