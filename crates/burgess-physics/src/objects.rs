//! From the objects that a scene names to bodies that are simulated.

use crate::model::{BaseKind, Collider, ContactPoint, Link, Model, Object};
use crate::scene::{ObjectSpec, vector};
use crate::step::state::width_of_contact;
use crate::world::{CARRYING_POINTS, Physics};
use burgess_core::autodiff::{Value, real};
use burgess_core::math::{Quat, Sym3, Vec3, vec3};

/// The objects of a scene, over any scalar.
pub fn compile_objects<T: Value>(physics: &Physics) -> Vec<Object<T>> {
    let compile = |spec: &ObjectSpec| {
        let body = compile_body(spec, physics);
        let place = |i: usize| vector(spec.at) + vector(spec.spacing) * i as f64;
        let gravity = vec3(0.0, 0.0, -physics.gravity);
        let width =
            if spec.fixed { physics.contact_width } else { width_of_contact(&body, gravity, physics.contact_width) };
        let object = |i| Object { body: body.map(real), start: place(i).map(real), contact_width: real(width) };
        (0..spec.count).map(object).collect::<Vec<Object<T>>>()
    };
    physics.objects.iter().flat_map(compile).collect()
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
    Model {
        base: if spec.fixed { BaseKind::Welded } else { BaseKind::Floating },
        links: vec![Link { parent: 0, mass, com: Vec3::zero(), inertia: Sym3::diagonal(moments).rotated(axes) }],
        colliders: vec![Collider { link: 0, shape: solid.placed(Vec3::zero(), axes) }],
        contacts: centres.map(|centre| ContactPoint { link: 0, centre: axes * centre, radius }).collect(),
        // What cannot move leaves it to others how stiff a contact is.
        contact_stiffness: if spec.fixed { 0.0 } else { stiffness },
        ..Model::default()
    }
}
