//! Gears: genes that bodies have only where servos have a no-load speed.

use super::{assert_sound, cpg, policies, seed, stream, variation};
use burgess_evolution::genome::{Body, BodyLimits, Field, Genome, ParameterId, Sharing, morphology as files};
use burgess_evolution::growth::expand;
use burgess_evolution::variation::{StructuralMutation, Variation};
use burgess_physics::laws::joint::Servo;
use burgess_physics::model::Model;
use burgess_physics::world::Physics;

fn physics() -> Physics {
    Physics { no_load_speed: Some(12.0), ..Physics::default() }
}

fn grown(body: &Body, physics: &Physics) -> Model<f64> {
    expand(body, &BodyLimits::default(), physics).expect("well-formed").model
}

fn fitted(name: &str) -> Body {
    seed(name).fitted(&physics())
}

fn gears(body: &Body) -> Vec<Option<f64>> {
    body.joints.iter().map(|joint| joint.log_gear).collect()
}

fn with_gears(name: &str, log_gear: f64) -> Body {
    let mut body = fitted(name);
    body.joints.iter_mut().for_each(|joint| joint.log_gear = Some(log_gear));
    body
}

fn geared(policy: burgess_evolution::genome::Policy) -> Variation {
    let all = variation(policy);
    Variation { seeds: all.seeds.into_iter().map(|body| body.fitted(&physics())).collect(), physics: physics(), ..all }
}

#[test]
fn gears_trade_torque_for_speed() {
    let servo = |body: &Body, physics: &Physics| grown(body, physics).joint(1).servo;
    let plain: Servo<f64> = servo(&seed("quadruped"), &Physics::default());
    let (even, fast) =
        (servo(&fitted("quadruped"), &physics()), servo(&with_gears("quadruped", 2f64.ln()), &physics()));
    assert_eq!((plain.no_load_speed, plain.torque_limit), (None, even.torque_limit));
    let (slow_speed, fast_speed) = (even.no_load_speed.unwrap(), fast.no_load_speed.unwrap());
    assert!(
        (fast_speed / slow_speed - 2.0).abs() < 1e-12 && (fast.torque_limit / even.torque_limit - 0.5).abs() < 1e-12
    );
    assert_eq!((fast.kp, fast.kd), (even.kp, even.kd));
    // A gear costs no mass, whatever servos weigh; what servos do not know means nothing.
    let laden = Physics { actuator: Some(20.0), ..physics() };
    let mass = |body: &Body, physics: &Physics| grown(body, physics).mass();
    assert_eq!(mass(&fitted("quadruped"), &laden), mass(&with_gears("quadruped", 1.0), &laden));
    assert_eq!(servo(&with_gears("quadruped", 1.0), &Physics::default()).torque_limit, plain.torque_limit);
}

/// 12 rad/s at 4 kg, and in proportion to the power -1/6 of the mass.
#[test]
fn small_servos_turn_faster() {
    let body = fitted("quadruped");
    let speed = |body: &Body| {
        let model = grown(body, &physics());
        (model.mass(), model.joint(1).servo.no_load_speed.unwrap())
    };
    for by in [0.25f64, 1.0, 5.0] {
        let heavier =
            body.map_parameters(|id, value| if id.field == Field::LogDensity { value + by.ln() } else { value });
        let (mass, speed) = speed(&heavier);
        assert!((speed / (12.0 * (mass / 4.0).powf(-1.0 / 6.0)) - 1.0).abs() < 1e-12, "{mass} kg: {speed} rad/s");
    }
}

fn is_gear(id: &ParameterId) -> bool {
    id.field == Field::LogGear
}

#[test]
fn without_a_no_load_speed_there_are_no_gears() {
    for policy in policies() {
        let all = variation(policy);
        let genome = all.random(0.3, &mut stream(3));
        assert!(!genome.parameters().iter().any(|(id, _)| is_gear(id)));
    }
    assert_eq!(with_gears("tripod", 1.0).fitted(&Physics::default()), seed("tripod"));
    // What a body has stays, what it lacks is the default servo's.
    assert_eq!(with_gears("tripod", 1.0).fitted(&physics()), with_gears("tripod", 1.0));
    assert_eq!(gears(&fitted("tripod")), [Some(0.0); 2]);
}

#[test]
fn noise_and_lines_move_gears_within_a_factor_of_five() {
    let all = geared(cpg(Sharing::Gene));
    let parent = all.random(0.1, &mut stream(1));
    let (child, far) =
        (all.gaussian(&parent, 0.2, 0.0, &mut stream(2)), all.gaussian(&parent, 30.0, 0.0, &mut stream(3)));
    for ((before, after), far) in gears(&parent.body).into_iter().zip(gears(&child.body)).zip(gears(&far.body)) {
        let (before, after, far) = (before.unwrap(), after.unwrap(), far.unwrap());
        assert!(before != 0.0 && before != after && far.abs() <= 5f64.ln() * (1.0 + 1e-12), "{before}, {after}, {far}");
    }
    // On the line to a parent with other gears, and nothing else that differs.
    let mut other = parent.clone();
    other.body.joints.iter_mut().for_each(|joint| joint.log_gear = joint.log_gear.map(|gear| gear + 0.1));
    let child = all.iso_line(&parent, &other, 0.0, 0.5, 0.0, &mut stream(4));
    let moved: Vec<f64> =
        gears(&child.body).iter().zip(gears(&parent.body)).map(|(a, b)| a.unwrap() - b.unwrap()).collect();
    assert!(moved[0] != 0.0 && moved.iter().all(|by| (by - moved[0]).abs() < 1e-12), "{moved:?}");
    let fixed = Variation { evolve_body: false, ..all };
    assert_eq!(fixed.gaussian(&parent, 1.0, 0.0, &mut stream(2)).body, parent.body);
}

/// No joint is without a gear, whatever becomes of its body.
#[test]
fn mutants_and_children_have_gears_on_all_joints() {
    let all = geared(cpg(Sharing::Instance));
    let check = |genome: &Genome| {
        assert_sound(genome, &all.policy);
        assert!(gears(&genome.body).iter().all(Option::is_some), "{:?}", gears(&genome.body));
    };
    let parents: Vec<Genome> = (0..12).map(|i| all.random(0.2, &mut stream(i))).collect();
    for (i, parent) in parents.iter().enumerate() {
        for kind in StructuralMutation::all() {
            kind.apply(parent, &all.policy, &all.limits, &mut stream(i as u64)).iter().for_each(check);
        }
        let other = &parents[(i + 5) % parents.len()];
        check(&all.crossover(parent, other, 0.1, &mut stream(50 + i as u64)));
    }
}

#[test]
fn morphologies_can_name_gears() {
    let good = include_str!("../../morphologies/tripod.ron");
    let text = good.replacen("torque: 1.5", "torque: 1.5, gear: 2", 1);
    let body = files::parse(&text, "text").unwrap().fitted(&physics());
    assert_eq!(gears(&body), [Some(2f64.ln()), Some(0.0)]);
    let back = files::parse(&files::to_text(&body).unwrap(), "text").unwrap().fitted(&physics());
    assert!((gears(&back)[0].unwrap() - 2f64.ln()).abs() < 1e-12 && gears(&back)[1] == Some(0.0));
    let message = format!("{:#}", files::parse(&text.replace("gear: 2", "gear: 0"), "bad.ron").unwrap_err());
    assert!(message.contains("bad.ron") && message.contains("gear: must be above zero, is 0"), "{message}");
}
