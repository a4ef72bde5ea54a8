//! Growing: repeats, chains, shared limbs, limits, and what is turned down.

use super::hinge;
use super::{grown, joint_keys, keys, origins, seed, stream, variation};
use burgess_core::math::{Sym3, Vec3, vec3};
use burgess_evolution::genome::{Body, BodyLimits, GeneId, InvalidBody, JointKey, RepeatLayout, Sharing};
use burgess_evolution::growth::{check, expand, tree};
use burgess_physics::model::{BaseKind, Joint, Shape};
use burgess_physics::world::Physics;

fn limits() -> BodyLimits {
    BodyLimits::default()
}

fn verdict(body: &Body, limits: &BodyLimits) -> Result<(), InvalidBody> {
    check(&expand(body, limits, &Physics::default())?.model, limits)
}

#[test]
fn growing_twice_gives_the_same_bits() {
    let all = variation(super::cpg(Sharing::Instance));
    for i in 0..20 {
        let body = all.random(0.3, &mut stream(i)).body;
        assert_eq!(format!("{:?}", grown(&body)), format!("{:?}", grown(&body)));
    }
}

#[test]
fn links_are_in_preorder_and_contacts_sorted() {
    for name in super::SEEDS {
        let model = grown(&seed(name));
        for (i, link) in model.links.iter().enumerate().skip(1) {
            // The parent is the link before or one of its ancestors.
            let mut ancestor = i - 1;
            while ancestor != link.parent {
                assert_ne!(ancestor, 0, "{name}: link {i} is not in preorder");
                ancestor = model.links[ancestor].parent;
            }
        }
        assert!(model.contacts.is_sorted_by_key(|contact| contact.link));
    }
}

#[test]
fn radial_copies_are_turned_about_z() {
    let (model, keys) = (grown(&seed("quadruped")), keys(&seed("quadruped")));
    let hips: Vec<_> = model.joints.iter().zip(&keys[1..]).filter(|(_, key)| key.gene == GeneId(301)).collect();
    assert_eq!(hips.iter().map(|(_, key)| key.joint.repeat).collect::<Vec<_>>(), [0, 1, 2, 3]);
    let hips: Vec<_> = hips.into_iter().map(|(hip, _)| hip).collect();
    for pair in hips.windows(2) {
        let (p, q) = (pair[0].position, pair[1].position);
        assert!(super::distance(q, vec3(-p.y, p.x, p.z)) < 1e-15, "a quarter turn from {p:?} to {q:?}");
        assert!(super::distance(hinge(pair[1]).axis, hinge(pair[0]).axis) < 1e-15);
    }
}

#[test]
fn serial_copies_hang_on_each_other() {
    let model = grown(&seed("snake"));
    assert!(model.links.iter().enumerate().skip(1).all(|(i, link)| link.parent == i - 1));
    let repeats: Vec<u32> = keys(&seed("snake"))[1..].iter().map(|key| key.joint.repeat).collect();
    assert_eq!(repeats, [1, 2, 3, 4, 5, 6, 7], "digit 0 is the link that starts the chain");
    let ends: Vec<f64> = origins(&model).iter().map(|p| p.x).collect();
    assert!(ends.windows(2).all(|pair| pair[1] > pair[0] + 0.08), "{ends:?}");
}

#[test]
fn scale_accumulates_down_a_chain() {
    let mut body = seed("snake");
    body.joints[0].log_scale = (0.9f64).ln();
    let model = grown(&body);
    let radius = |i: usize| match model.colliders[i].shape {
        Shape::Capsule { radius, .. } => radius,
        _ => panic!("a snake is made of capsules"),
    };
    for i in 1..8 {
        assert!((radius(i) / radius(0) - 0.9f64.powi(i as i32)).abs() < 1e-12);
        let ratio = model.links[i].mass / model.links[0].mass;
        assert!((ratio - 0.9f64.powi(3 * i as i32)).abs() < 1e-12);
    }
}

#[test]
fn terminal_joints_grow_from_the_last_copy_only() {
    let mut body = seed("hexapod");
    let hip = body.joints.iter().position(|joint| joint.mirror).expect("a mirrored hip");
    body.joints[hip].terminal = true;
    let keys = joint_keys(&body);
    let hips: Vec<_> = keys.iter().filter(|key| key.gene == body.joints[hip].id).collect();
    assert_eq!(hips.iter().map(|key| (key.repeat, key.side)).collect::<Vec<_>>(), [(2, 0), (2, 1)]);
}

#[test]
fn the_limit_on_links_cuts_the_deepest() {
    let body = seed("quadruped");
    let nodes = tree::grow(&body, 5).expect("well-formed");
    assert_eq!(nodes.len(), 5);
    assert!(nodes[1..].iter().all(|node| node.parent == 0), "all hips before any knee");
    assert_eq!(tree::grow(&body, 1).expect("well-formed").len(), 1);
}

#[test]
fn a_link_gene_shared_by_two_joints_keeps_keys_apart() {
    // Two joint genes grow the same thigh: the copies are counted through, in the order of the genes.
    let mut body = seed("tripod");
    let hip = body.joints[0];
    let mut second = hip;
    second.id = GeneId(699);
    second.attach = vec3(-1.0, 0.0, 0.2);
    second.repeat = 1;
    body.joints.push(second);
    let keys = joint_keys(&body);
    let of = |gene: GeneId| keys.iter().filter(|k| k.gene == gene).map(|k| k.repeat).collect::<Vec<_>>();
    assert_eq!(of(hip.id), [0, 1, 2]);
    assert_eq!(of(second.id), [3]);
    assert_eq!(of(body.joints[1].id), [0, 1, 2, 3]);
}

#[test]
fn chains_of_shared_and_mirrored_limbs_have_unique_keys() {
    let mut body = seed("hexapod");
    for joint in &mut body.joints {
        joint.mirror = true;
        joint.layout = RepeatLayout::Serial;
        joint.repeat = 3;
    }
    let keys: Vec<JointKey> = tree::grow(&body, 32).expect("well-formed")[1..].iter().map(|n| n.key).collect();
    let mut unique = keys.clone();
    unique.sort();
    unique.dedup();
    assert_eq!((keys.len(), unique.len()), (31, 31));
}

#[test]
fn masses_scale_servos_as_documented() {
    let body = seed("quadruped");
    let reference = grown(&body);
    // Twice the size of all links: eight times the mass, so s is twice as large.
    let doubled = body.map_parameters(|id, value: f64| {
        use burgess_evolution::genome::Field::{LogHalf, LogLength, LogRadius};
        if matches!(id.field, LogHalf | LogLength | LogRadius) { value + std::f64::consts::LN_2 } else { value }
    });
    let large = grown(&doubled);
    let ratio = |f: fn(&Joint<f64>) -> f64| f(large.joint(1)) / f(reference.joint(1));
    for (got, expected) in [
        (large.mass() / reference.mass(), 8.0),
        (ratio(|j| j.servo.kp), 16.0),
        (ratio(|j| j.servo.torque_limit), 16.0),
        (ratio(|j| hinge(j).limit_stiffness), 16.0),
        (ratio(|j| j.servo.kd), 8.0 * 2f64.powf(1.5)),
        (ratio(|j| j.damping), 8.0 * 2f64.powf(1.5)),
        (ratio(|j| j.armature), 32.0),
        (large.contact_stiffness / reference.contact_stiffness, 8.0),
    ] {
        assert!((got / expected - 1.0).abs() < 1e-12, "{got} is not {expected}");
    }
}

#[test]
fn servos_weigh_their_torque_where_they_sit() {
    let body = seed("quadruped");
    let bare = grown(&body);
    let physics = Physics { actuator: Some(20.0), ..Physics::default() };
    let laden = expand(&body, &limits(), &physics).unwrap().model;
    let servo = |link: usize| bare.joint(link).servo.torque_limit / 20.0;
    let all: f64 = (1..bare.links.len()).map(servo).sum();
    assert!((laden.mass() - bare.mass() - all).abs() < 1e-12 && all > 0.1 * bare.mass(), "{all}");
    // The strength is that of the shapes alone, the weight that of both.
    assert_eq!(laden.joint(1).servo.torque_limit, bare.joint(1).servo.torque_limit);
    assert!((laden.contact_stiffness / bare.contact_stiffness - laden.mass() / bare.mass()).abs() < 1e-12);
    // Of every link: mass, first moment, and second moment about its own origin, as sums over its parts.
    for (i, (a, b)) in laden.links.iter().zip(&bare.links).enumerate() {
        let children = (1..bare.links.len()).filter(|&child| bare.links[child].parent == i);
        let (mut mass, mut moment, mut second) = (b.mass, b.com * b.mass, b.inertia + Sym3::point_mass(b.mass, b.com));
        for child in children {
            let at = bare.joint(child).position;
            mass += servo(child);
            moment += at * servo(child);
            second += Sym3::point_mass(servo(child), at);
        }
        let found = a.inertia + Sym3::point_mass(a.mass, a.com);
        let apart = (a.com * a.mass - moment).norm_squared().sqrt();
        assert!((a.mass - mass).abs() < 1e-12 && apart < 1e-12, "link {i}");
        for (x, y) in [(found.xx, second.xx), (found.yy, second.yy), (found.zz, second.zz), (found.xz, second.xz)] {
            assert!((x - y).abs() < 1e-12, "link {i}: {x}, {y}");
        }
    }
}

#[test]
fn faults_are_named() {
    let ok = seed("quadruped");
    assert_eq!(verdict(&ok, &limits()), Ok(()));
    let label = |body: &Body, limits: &BodyLimits| verdict(body, limits).expect_err("a fault").label();

    let mut lonely = ok.clone();
    lonely.joints.clear();
    assert_eq!(verdict(&lonely, &limits()), Err(InvalidBody::NoJoints));

    assert_eq!(label(&ok, &BodyLimits { mass: (5.0, 50.0), ..limits() }), "too light");
    assert_eq!(label(&ok, &BodyLimits { mass: (0.1, 3.0), ..limits() }), "too heavy");
    assert_eq!(label(&ok, &BodyLimits { mass_ratio: 5.0, ..limits() }), "mass ratio");

    let mut axis = ok.clone();
    axis.joints[1].axis = Vec3::zero();
    assert_eq!(label(&axis, &limits()), "axis");

    let mut nan = ok.clone();
    nan.links[1].log_density = f64::NAN;
    assert_eq!(label(&nan, &limits()), "not finite");

    // The shins fold straight back, into the torso.
    let mut folded = ok.clone();
    folded.joints[1].orientation = vec3(0.0, std::f64::consts::PI, 0.0);
    assert_eq!(label(&folded, &limits()), "overlap");

    // A mirrored limb in the mirror plane lies inside its twin.
    let mut twin = seed("hopper");
    twin.joints[0].mirror = true;
    assert_eq!(label(&twin, &limits()), "overlap");

    let mut cycle = ok.clone();
    cycle.joints[1].child = ok.root;
    assert_eq!(label(&cycle, &limits()), "graph");

    let mut orphan = ok;
    orphan.joints[1].child = GeneId(12345);
    assert_eq!(label(&orphan, &limits()), "graph");
}

#[test]
fn a_welded_base_stays_welded() {
    assert_eq!(grown(&seed("arm")).base, BaseKind::Welded);
}
