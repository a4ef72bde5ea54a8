//! The mirror convention: a mirrored limb is the reflection of its twin, at rest and at equal angles.

use super::{distance, grown, hinge, keys, seed, stream, variation};
use burgess_core::math::{Quat, Sym3, Vec3, vec3};
use burgess_evolution::genome::{Body, JointKey, Sharing};
use burgess_evolution::growth::tree;
use burgess_physics::model::{Joint, Model};

/// Products of a few rotations and reflections.
const ROUNDING: f64 = 1e-13;

fn reflected(v: Vec3<f64>) -> Vec3<f64> {
    vec3(v.x, -v.y, v.z)
}

/// Rotation axes are pseudo-vectors: the reflected rotation turns about minus the reflected axis.
fn reflected_axis(a: Vec3<f64>) -> Vec3<f64> {
    -reflected(a)
}

fn reflected_tensor(s: Sym3<f64>) -> Sym3<f64> {
    Sym3 { xy: -s.xy, yz: -s.yz, ..s }
}

/// Pairs of links whose keys differ in the side only; the outermost reflection must be at the base.
fn twins(body: &Body) -> Vec<(usize, usize)> {
    let keys = keys(body);
    let place = |key: JointKey| keys.iter().position(|link| link.joint == key);
    let right = keys.iter().enumerate().skip(1).filter(|(_, link)| link.joint.side == 1);
    right.map(|(i, link)| (place(JointKey { side: 0, ..link.joint }).expect("a twin"), i)).collect()
}

fn assert_close(a: Vec3<f64>, b: Vec3<f64>) {
    assert!(distance(a, b) < ROUNDING, "{a:?} is not {b:?}");
}

fn assert_mirrored(body: &Body) {
    let (model, pairs) = (grown(body), twins(body));
    assert!(!pairs.is_empty());
    for (left, right) in pairs {
        let (l, r) = (&model.links[left], &model.links[right]);
        let (a, b) = (model.joint(left), model.joint(right));
        let numbers = |joint: &Joint<f64>| (hinge(joint).lower, hinge(joint).upper, joint.servo.kp);
        assert_eq!((l.mass, numbers(a)), (r.mass, numbers(b)));
        assert_close(r.com, reflected(l.com));
        assert_close(b.position, reflected(a.position));
        assert_close(hinge(b).axis, reflected_axis(hinge(a).axis));
        let (a, b) = (r.inertia.to_matrix(), reflected_tensor(l.inertia).to_matrix());
        a.0.into_iter().zip(b.0).for_each(|(x, y)| assert_close(x, y));
        let contacts = |link: usize| model.contacts.iter().filter(move |c| c.link == link);
        for contact in contacts(right) {
            let image = reflected(contact.centre);
            assert!(contacts(left).any(|c| distance(c.centre, image) < ROUNDING && c.radius == contact.radius));
        }
    }
}

/// Centres of mass relative to the base at the given angles (rad), one a joint.
fn posed(model: &Model<f64>, angles: &[f64]) -> Vec<Vec3<f64>> {
    let mut frames = vec![(Vec3::zero(), Quat::identity())];
    for ((link, joint), &angle) in model.links[1..].iter().zip(&model.joints).zip(angles) {
        let (origin, turn) = frames[link.parent];
        frames.push((origin + turn.rotate(joint.position), turn * Quat::about_axis(hinge(joint).axis, angle)));
    }
    frames.iter().zip(&model.links).map(|(&(origin, turn), link)| origin + turn.rotate(link.com)).collect()
}

/// The biped's leg again, hung on the hexapod's mirror by way of evolution: bodies of the wild.
fn varied(name: &str, sigma: f64) -> Body {
    let mut variation = variation(super::cpg(Sharing::Instance));
    variation.seeds = vec![seed(name)];
    variation.gaussian(&variation.random(0.0, &mut stream(1)), sigma, 0.0, &mut stream(2)).body
}

#[test]
fn mirrored_limbs_are_reflections() {
    assert_mirrored(&seed("biped"));
    // In a hexapod whose spine is straight all segments share the base's mirror plane.
    assert_mirrored(&seed("hexapod"));
    for strength in [0.1, 0.5, 2.0] {
        assert_mirrored(&varied("biped", strength));
    }
}

#[test]
fn equal_angles_give_mirrored_poses() {
    let body = varied("biped", 0.5);
    let model = grown(&body);
    let mut random = stream(3);
    let pairs = twins(&body);
    let mut angles: Vec<f64> = (1..model.links.len()).map(|_| random.range(-1.5, 1.5)).collect();
    for &(left, right) in &pairs {
        angles[right - 1] = angles[left - 1];
    }
    let centres = posed(&model, &angles);
    for (left, right) in pairs {
        assert_close(centres[right], reflected(centres[left]));
    }
}

#[test]
fn a_mirror_within_a_mirror_reflects_twice() {
    let mut body = varied("biped", 0.3);
    // The shin too becomes a pair, the one being the other's image in the thigh's own xz plane.
    let knee = body.joints.iter().position(|joint| joint.parent != body.root).expect("a knee");
    body.joints[knee].mirror = true;
    body.joints[knee].attach = vec3(0.9, 0.3, 0.1);
    let nodes = tree::grow(&body, 16).expect("well-formed");
    let sides: Vec<u32> = nodes.iter().filter(|n| n.key.gene == body.joints[knee].id).map(|n| n.key.side).collect();
    assert_eq!(sides, [0, 1, 2, 3], "left left, left right, right left, right right");
    let (model, keys) = (grown(&body), keys(&body));
    let of = |side: u32| {
        let place = keys.iter().position(|key| key.joint.gene == body.joints[knee].id && key.joint.side == side);
        place.map(|place| (&model.links[place], model.joint(place)))
    };
    for (left, right) in [(0, 2), (1, 3)] {
        let ((l, a), (r, b)) = (of(left).expect("grown"), of(right).expect("grown"));
        assert_close(r.com, reflected(l.com));
        assert_close(hinge(b).axis, reflected_axis(hinge(a).axis));
    }
}
