//! Morphology files: the built-in ones stand as they should, text goes there and back, and errors say where.

use super::{SEEDS, distance, files, grown, keys, origins, seed, variation};
use burgess_core::math::Vec3;
use burgess_evolution::genome::{Body, BodyLimits, Genome, InvalidBody, Sharing};
use burgess_evolution::growth::check;
use burgess_physics::model::Model;
use std::path::Path;

/// Logarithms and back, twice.
const ROUNDING: f64 = 1e-12;

#[test]
fn all_seeds_are_valid_and_of_sensible_size() {
    for name in files::names() {
        let model = grown(&seed(name));
        assert_eq!(check(&model, &BodyLimits::default()), Ok::<(), InvalidBody>(()), "{name}");
        assert!((1.0..10.0).contains(&model.mass()), "{name} weighs {} kg", model.mass());
        assert!(model.links.len() <= 16);
    }
    assert_eq!(grown(&seed("quadruped")).joint_count(), 8);
    assert!((grown(&seed("quadruped")).mass() - 4.0).abs() < 0.05);
    assert_eq!(grown(&seed("arm")).joint_count(), 3);
}

/// Centre of mass and lowest points of the contact spheres, relative to the base (m).
fn stance(model: &Model<f64>) -> (Vec3<f64>, Vec<Vec3<f64>>) {
    let origins = origins(model);
    let moment = model.links.iter().zip(&origins).fold(Vec3::zero(), |s, (l, &o)| s + (o + l.com) * l.mass);
    let bottom = |p: Vec3<f64>, radius: f64| Vec3 { z: p.z - radius, ..p };
    let bottoms = model.contacts.iter().map(|c| bottom(origins[c.link] + c.centre, c.radius)).collect();
    (moment * (1.0 / model.mass()), bottoms)
}

#[test]
fn seeds_stand_over_their_feet() {
    for name in SEEDS {
        let (com, bottoms) = stance(&grown(&seed(name)));
        let ground = bottoms.iter().map(|p| p.z).fold(f64::INFINITY, f64::min);
        let feet: Vec<_> = bottoms.iter().filter(|p| p.z < ground + 1e-3).collect();
        let span = |f: fn(&Vec3<f64>) -> f64| {
            (feet.iter().map(|p| f(p)).fold(f64::INFINITY, f64::min), feet.iter().map(|p| f(p)).fold(-1e9, f64::max))
        };
        let (back, front) = span(|p| p.x);
        let (right, left) = span(|p| p.y);
        assert!(feet.len() >= 3, "{name} has {} feet on the ground", feet.len());
        assert!(back < com.x - 0.05 && com.x + 0.05 < front, "{name}: {back} {} {front}", com.x);
        // A snake rests on a line.
        let margin = if name == "snake" { -1e-9 } else { 0.03 };
        assert!(right < com.y - margin && com.y + margin < left, "{name}: {right} {} {left}", com.y);
    }
}

#[test]
fn seeds_share_no_genes() {
    let mut ids: Vec<u64> = Vec::new();
    for name in files::names() {
        let body = seed(name);
        ids.extend(body.links.iter().map(|link| link.id.0).chain(body.joints.iter().map(|joint| joint.id.0)));
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

fn assert_alike(a: &Body, b: &Body) {
    let mut ours = Vec::new();
    a.map_parameters(|id, value| ours.push((id, value)));
    let mut theirs = Vec::new();
    b.map_parameters(|id, value| theirs.push((id, value)));
    assert_eq!(ours.len(), theirs.len());
    for ((id, x), (other, y)) in ours.into_iter().zip(theirs) {
        assert_eq!(id, other);
        assert!((x - y).abs() < ROUNDING, "{id:?}: {x} became {y}");
    }
    let structure = |body: &Body| {
        let joint = |j: &burgess_evolution::genome::JointGene| {
            (j.id, j.parent, j.child, j.repeat, j.layout, j.mirror, j.terminal)
        };
        (body.base, body.root, body.joints.iter().map(joint).collect::<Vec<_>>())
    };
    assert_eq!(structure(a), structure(b));
}

#[test]
fn bodies_survive_the_way_through_text() {
    let all = variation(super::cpg(Sharing::Instance));
    let evolved = (0..20).map(|i| all.random(0.3, &mut super::stream(i)).body);
    for body in files::names().into_iter().map(seed).chain(evolved) {
        let text = files::to_text(&body).expect("a string");
        assert_alike(&body, &files::parse(&text, "text").expect("our own text"));
    }
}

#[test]
fn genomes_survive_serialisation_to_the_bit() {
    for policy in super::policies() {
        let all = variation(policy);
        for i in 0..10 {
            let genome = all.random(0.5, &mut super::stream(i));
            let text = ron::to_string(&genome).expect("a string");
            let back: Genome = ron::from_str(&text).expect("our own text");
            let bits = |g: &Genome| g.parameters().iter().map(|(_, value)| value.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&back), bits(&genome));
            assert_eq!(back, genome);
        }
    }
}

#[test]
fn files_are_read_relative_to_the_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = files::to_text(&seed("tripod")).expect("a string");
    std::fs::write(folder.path().join("mine.ron"), text).expect("written");
    let body = files::load("mine.ron", folder.path()).expect("a body");
    assert!(distance(body.joints[0].attach, seed("tripod").joints[0].attach) < ROUNDING);
}

/// The message with all its causes.
fn complaint(text: &str) -> String {
    format!("{:#}", files::parse(text, "bad.ron").expect_err("a fault"))
}

#[test]
fn errors_say_where_and_what() {
    let unknown = format!("{:#}", files::load("octopus", Path::new(".")).expect_err("unknown"));
    assert!(unknown.contains("octopus") && unknown.contains("quadruped") && unknown.contains("snake"), "{unknown}");
    let missing = format!("{:#}", files::load("nowhere.ron", Path::new("bodies")).expect_err("missing"));
    assert!(missing.contains("nowhere.ron"), "{missing}");

    let good = include_str!("../../morphologies/tripod.ron");
    let spelling = complaint(&good.replace("density: 300", "densty: 300"));
    assert!(spelling.starts_with("bad.ron:") && spelling.contains("densty"), "{spelling}");
    let line = good.lines().position(|line| line.contains("density: 300")).expect("there") + 1;
    assert!(spelling.starts_with(&format!("bad.ron:{line}:")), "{spelling}");

    for (what, with, expected) in [
        ("radius: 0.11", "radius: -0.11", "radius"),
        ("limits: (-0.7, 0.7)", "limits: (0.7, 0.9)", "limits, lower"),
        ("limits: (-0.7, 0.7)", "limits: (-0.7, 3)", "limits, upper"),
        ("axis: (0, 1, 0)", "axis: (0, 0, 0)", "axis"),
        ("axis: (0, 1, 0)", "axis: (0, inf, 0)", "axis"),
        ("child: \"shin\"", "child: \"fin\"", "fin"),
        ("root: \"torso\"", "root: \"head\"", "head"),
        ("repeat: 3", "repeat: 9", "copies"),
        ("repeat: 3", "repeat: 0", "repeat"),
    ] {
        let text = good.replace(what, with);
        assert_ne!(text, good, "{what} is not in the file");
        let message = complaint(&text);
        assert!(message.contains("bad.ron") && message.contains(expected), "{message}");
    }
}

/// The link table of a seed as it was when last looked at: a change here is a change of the body.
#[test]
fn the_hopper_is_as_it_was() {
    let model = grown(&seed("hopper"));
    let millionths = |x: f64| (x * 1e6).round() as i64;
    let rows: Vec<[i64; 12]> = model
        .links
        .iter()
        .zip(keys(&seed("hopper")))
        .enumerate()
        .map(|(i, (l, key))| {
            let joint = i.checked_sub(1).map(|i| &model.joints[i]);
            let (p, c) = (joint.map_or(Vec3::zero(), |joint| joint.position), l.com);
            let [px, py, pz, cx, cy, cz] = [p.x, p.y, p.z, c.x, c.y, c.z].map(millionths);
            let servo = joint.map_or([0.0; 3], |joint| [joint.servo.kp, joint.servo.kd, joint.servo.torque_limit]);
            let ([kp, kd, torque], mass) = (servo.map(millionths), millionths(l.mass));
            [l.parent as i64, key.gene.0 as i64, mass, px, py, pz, cx, cy, cz, kp, kd, torque]
        })
        .collect();
    assert_eq!(rows, HOPPER);
}

/// Parent, gene, mass (mg), joint position and centre of mass (um), then kp, kd and torque limit in millionths of the SI units. The base has
/// no joint.
const HOPPER: [[i64; 12]; 4] = [
    [0, 100, 1680000, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    [0, 101, 254469, 0, 0, -100000, 27259, 0, -64474, 35889362, 448752, 7177872],
    [1, 102, 170170, 66201, 0, -156580, -27259, 0, -64474, 35889362, 448752, 7177872],
    [2, 103, 616000, -64254, 0, -151975, 0, 0, -20000, 35889362, 448752, 7177872],
];
