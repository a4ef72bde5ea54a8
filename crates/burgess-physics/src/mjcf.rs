//! A body and its surroundings as a model of MuJoCo (MJCF), so that what was found here can be played there.
//!
//! Masses, inertias, joints, servos and shapes are the same numbers, but servos have their torque at any rate. Contact and joint limits follow
//! MuJoCo's own laws, at its defaults, and limbs collide with each other, but for neighbours and those that start inside each other. MuJoCo takes the
//! larger friction of two surfaces, so that an object with its own has priority over the ground, and is a pair with each other shape.

use crate::laws::pair::pair_friction;
use crate::laws::terrain::Terrain;
use crate::model::{BaseKind, Joint, JointKind, Link, Model, Shape};
use crate::step::pairs::pairs_of_strangers;
use crate::step::prelude::Prelude;
use crate::world::World;
use burgess_core::math::{Mat3, Vec3, vec3};
use std::fmt::Write as _;

/// Half of the largest extent of the ground (m).
const REACH: f64 = 100.0;

/// The model, with the base where episodes begin.
///
/// # Errors
///
/// What cannot be said in MJCF: bumps, and rivals.
pub fn mjcf(name: &str, model: &Model<f64>, world: &World<f64>) -> Result<String, String> {
    if model.rivals().next().is_some() {
        return Err("rivals cannot be said in MJCF: export each creature by itself".to_owned());
    }
    let mut text = String::new();
    let ground = ground(&world.terrain)?;
    let line = |text: &mut String, depth: usize, line: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:1$}{line}", "", 2 * depth);
    };
    let prelude = Prelude::new(model, world);
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    line(&mut text, 0, &format!("<mujoco model=\"{name}\">"));
    line(&mut text, 1, "<compiler angle=\"radian\" autolimits=\"true\"/>");
    line(
        &mut text,
        1,
        &format!("<option timestep=\"{}\" gravity=\"{}\" cone=\"elliptic\"/>", world.dt, list(world.gravity)),
    );
    line(&mut text, 1, "<default>");
    line(&mut text, 2, &format!("<geom friction=\"{} 0.005 0.0001\" condim=\"3\"/>", world.friction));
    line(&mut text, 1, "</default>");
    line(&mut text, 1, "<worldbody>");
    ground.iter().for_each(|geom| line(&mut text, 2, geom));
    let has_frictions = model.objects.iter().any(|object| object.body.friction.is_some());
    let mut open: Vec<usize> = Vec::new();
    for (i, link) in model.links.iter().enumerate() {
        while i > 0 && open.last().is_some_and(|&last| last != link.parent) {
            open.pop();
            line(&mut text, 2 + open.len(), "</body>");
        }
        let depth = 2 + open.len();
        let at = if i == 0 { prelude.start } else { model.joint(i).position };
        line(&mut text, depth, &format!("<body name=\"link{i}\" pos=\"{}\">", list(at)));
        match (i, model.base) {
            (0, BaseKind::Floating) => line(&mut text, depth + 1, "<freejoint name=\"base\"/>"),
            (0, BaseKind::Welded) => {}
            _ => line(&mut text, depth + 1, &joint(i, model.joint(i))),
        }
        line(&mut text, depth + 1, &inertial(link));
        for (k, collider) in model.colliders.iter().enumerate().filter(|(_, collider)| collider.link == i) {
            let name = if has_frictions { format!("name=\"{}\" ", of_link(k)) } else { String::new() };
            line(&mut text, depth + 1, &format!("<geom {name}{}/>", shape(&collider.shape)));
        }
        open.push(i);
    }
    while open.pop().is_some() {
        line(&mut text, 2 + open.len(), "</body>");
    }
    for (i, (object, at)) in model.objects.iter().zip(&prelude.objects).enumerate() {
        line(&mut text, 2, &format!("<body name=\"object{}\" pos=\"{}\">", i + 1, list(*at)));
        if object.body.base == BaseKind::Floating {
            line(&mut text, 3, "<freejoint/>");
            line(&mut text, 3, &inertial(&object.body.links[0]));
        }
        let name = if has_frictions { format!("name=\"{}\" ", of_object(i)) } else { String::new() };
        let own = |friction: f64| format!(" friction=\"{friction} 0.005 0.0001\" priority=\"1\"");
        let friction = object.body.friction.map_or(String::new(), own);
        line(&mut text, 3, &format!("<geom {name}{}{friction}/>", shape(&object.body.colliders[0].shape)));
        line(&mut text, 2, "</body>");
    }
    line(&mut text, 1, "</worldbody>");
    line(&mut text, 1, "<contact>");
    // Those that start inside each other.
    for (a, b, _) in pairs_of_strangers(model).into_iter().filter(|&(_, _, gap)| gap <= 0.0) {
        let [a, b] = [a, b].map(|collider| model.colliders[collider].link);
        line(&mut text, 2, &format!("<exclude body1=\"link{a}\" body2=\"link{b}\"/>"));
    }
    pairs_of_frictions(model, world).iter().for_each(|pair| line(&mut text, 2, pair));
    line(&mut text, 1, "</contact>");
    line(&mut text, 1, "<actuator>");
    for i in 1..model.links.len() {
        let servo = &model.joint(i).servo;
        let (kp, kd, limit) = (servo.kp, servo.kd, servo.torque_limit);
        let servo = format!("<position joint=\"joint{i}\" kp=\"{kp}\" kv=\"{kd}\" forcerange=\"-{limit} {limit}\"/>");
        line(&mut text, 2, &servo);
    }
    line(&mut text, 1, "</actuator>");
    line(&mut text, 0, "</mujoco>");
    Ok(text)
}

/// The name of a creature's collider.
fn of_link(collider: usize) -> String {
    format!("collider{collider}")
}

/// The name of an object's collider.
fn of_object(object: usize) -> String {
    format!("object{}", object + 1)
}

/// What touches an object, where one of the two has a friction of its own.
fn pairs_of_frictions(model: &Model<f64>, world: &World<f64>) -> Vec<String> {
    let all = (0..model.colliders.len()).map(|k| (of_link(k), model));
    let all: Vec<_> =
        all.chain(model.objects.iter().enumerate().map(|(i, object)| (of_object(i), &object.body))).collect();
    let mut pairs = Vec::new();
    for (j, (later, b)) in all.iter().enumerate().skip(model.colliders.len()) {
        for (i, (earlier, a)) in all[..j].iter().enumerate() {
            let of_base = model.colliders.get(i).is_none_or(|collider| collider.link == 0);
            let fixed = [a, b].iter().all(|body| body.base == BaseKind::Welded) && of_base;
            if fixed || (a.friction.is_none() && b.friction.is_none()) {
                continue;
            }
            let [a, b] = [a, b].map(|body| body.friction.unwrap_or(world.friction));
            let friction = pair_friction(a, b);
            pairs.push(format!(
                "<pair geom1=\"{earlier}\" geom2=\"{later}\" friction=\"{friction} {friction} 0.005 0.0001 0.0001\"/>"
            ));
        }
    }
    pairs
}

fn joint(i: usize, joint: &Joint<f64>) -> String {
    let Joint { armature, damping, kind, .. } = joint;
    let JointKind::Hinge(hinge) = kind;
    format!(
        "<joint name=\"joint{i}\" type=\"hinge\" axis=\"{}\" range=\"{} {}\" armature=\"{armature}\" damping=\"{damping}\"/>",
        list(hinge.axis),
        hinge.lower,
        hinge.upper
    )
}

fn inertial(link: &Link<f64>) -> String {
    let i = &link.inertia;
    format!(
        "<inertial pos=\"{}\" mass=\"{}\" fullinertia=\"{} {} {} {} {} {}\"/>",
        list(link.com),
        link.mass,
        i.xx,
        i.yy,
        i.zz,
        i.xy,
        i.xz,
        i.yz
    )
}

fn shape(shape: &Shape<f64>) -> String {
    match shape {
        Shape::Sphere { centre, radius } => format!("type=\"sphere\" pos=\"{}\" size=\"{radius}\"", list(*centre)),
        Shape::Capsule { from, to, radius } => {
            format!("type=\"capsule\" fromto=\"{} {}\" size=\"{radius}\"", list(*from), list(*to))
        }
        Shape::Box { centre, axes, half } => {
            let Mat3([x, y, _]) = axes.transposed();
            format!(
                "type=\"box\" pos=\"{}\" xyaxes=\"{} {}\" size=\"{}\"",
                list(*centre),
                list(x),
                list(y),
                list(*half)
            )
        }
    }
}

/// The ground, as geoms of the world.
fn ground(terrain: &Terrain<f64>) -> Result<Vec<String>, String> {
    let plane = |normal: Vec3<f64>| {
        format!("<geom name=\"floor\" type=\"plane\" size=\"{REACH} {REACH} 1\" zaxis=\"{}\"/>", list(normal))
    };
    let upright = |centre: Vec3<f64>, half: Vec3<f64>| {
        format!("<geom type=\"box\" pos=\"{}\" size=\"{}\"/>", list(centre), list(half))
    };
    let flat = plane(vec3(0.0, 0.0, 1.0));
    match terrain {
        Terrain::Plane { normal } => Ok(vec![plane(*normal)]),
        Terrain::Stairs { start, rise, run, count } => {
            let step = |i: u32| {
                let (from, height) = (start + run * f64::from(i), rise * f64::from(i + 1));
                let half = 0.5 * (REACH - from);
                upright(vec3(from + half, 0.0, 0.5 * height), vec3(half, REACH, 0.5 * height))
            };
            Ok(std::iter::once(flat).chain((0..*count as u32).map(step)).collect())
        }
        Terrain::Walls(walls) => {
            let wall = |[x, y, half_x, half_y, height]: &[f64; 5]| {
                upright(vec3(*x, *y, 0.5 * height), vec3(*half_x, *half_y, 0.5 * height))
            };
            Ok(std::iter::once(flat).chain(walls.iter().map(wall)).collect())
        }
        Terrain::Bumps(_) => Err("bumps have no counterpart in MJCF".to_owned()),
    }
}

fn list(v: Vec3<f64>) -> String {
    // Without the sign of zero.
    v.to_array().map(|x| (x + 0.0).to_string()).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::walk;
    use crate::laws::terrain::TerrainSpec;
    use crate::objects::compile_objects;
    use crate::scene::{ObjectSpec, ShapeSpec};
    use crate::world::Physics;

    #[test]
    fn every_body_is_closed_and_every_joint_has_a_servo() {
        let model = walk().1.model;
        let world = World::new(&Physics::default(), &TerrainSpec::default(), 0);
        let text = mjcf("a robot", &model, &world).unwrap();
        let count = |what: &str| text.matches(what).count();
        assert_eq!((count("<body "), count("</body>")), (model.links.len(), model.links.len()));
        assert_eq!((count("<joint "), count("<position ")), (model.joint_count(), model.joint_count()));
        assert!(count("<geom ") > model.links.len() && text.contains("model=\"a_robot\""));
        assert!(!text.contains("<pair") && !text.contains("priority"));
        let bumps = TerrainSpec::Bumps { height: 0.05, wavelength: 1.0 };
        assert!(mjcf("a robot", &model, &World::new(&Physics::default(), &bumps, 0)).is_err());
    }

    /// The ground's friction gives way to an object's own, and each pair with it has the mean of both.
    #[test]
    fn frictions_of_objects_are_said() {
        let nothing = (0.0, 0.0, 0.0);
        let shape = ShapeSpec::Sphere { radius: 0.1 };
        let ball = |friction, x: f64| ObjectSpec {
            shape,
            mass: 1.0,
            at: (x, 0.0, 0.0),
            turn: nothing,
            friction,
            fixed: false,
            count: 1,
            spacing: nothing,
        };
        let objects = vec![ball(Some(0.2), 1.0), ball(None, 2.0), ball(None, 3.0)];
        let physics = Physics { objects, ..Physics::default() };
        let mut model = walk().1.model;
        model.objects = compile_objects(&physics);
        let text = mjcf("a robot", &model, &World::new(&physics, &TerrainSpec::default(), 0)).unwrap();
        assert!(text.contains("friction=\"0.2 0.005 0.0001\" priority=\"1\"") && text.matches("priority").count() == 1);
        // With each collider of the creature, and with both other balls.
        assert_eq!(text.matches("<pair ").count(), model.colliders.len() + 2);
        let mean = "geom1=\"object1\" geom2=\"object3\" friction=\"0.400000000001";
        assert!(text.contains(mean), "{text}");
    }
}
