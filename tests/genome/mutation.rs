//! Mutation: what it keeps, and that nothing it does breaks a genome.

use super::{
    assert_sound, brain_keys, cpg, distance, grown, keys, on_body, origins, policies, seed, stream, variation,
};
use burgess_evolution::genome::{Body, BodyLimits, Genome, Policy, Sharing};
use burgess_evolution::growth::{check, tree};
use burgess_evolution::variation::{StructuralMutation, Variation};
use burgess_physics::model::Controller;
use proptest::prelude::*;

/// For each joint the way to it from the base, and its controller's numbers.
fn joints(genome: &Genome, policy: &Policy) -> Vec<(Vec<tree::Step>, Vec<f64>)> {
    let nodes = tree::grow(&genome.body, 16).expect("well-formed");
    let numbers: Vec<Vec<f64>> = match on_body(&genome.brain, &genome.body, policy) {
        Controller::Cpg { joints, .. } => joints.iter().map(|j| vec![j.amplitude, j.phase, j.offset]).collect(),
        Controller::Mlp { layers, clocks, .. } => {
            let output = layers.last().expect("an output layer");
            let row = |i: usize| output.weights[i * output.inputs..(i + 1) * output.inputs].to_vec();
            clocks.iter().enumerate().map(|(i, c)| [row(i), vec![output.biases[i]], c.to_vec()].concat()).collect()
        }
        Controller::Sequence { .. } => unreachable!("no policy compiles to a sequence"),
    };
    let ways = tree::Ways::new(&genome.body, &nodes);
    numbers.into_iter().enumerate().map(|(i, n)| (ways.to(i + 1).to_vec(), n)).collect()
}

fn one(name: &str, policy: Policy) -> (Variation, Genome) {
    let mut all = variation(policy);
    all.seeds = vec![seed(name)];
    all.evolve_body = false;
    let genome = all.random(0.0, &mut stream(5));
    all.evolve_body = true;
    (all, genome)
}

/// Applies a mutation to every seed with every policy, a few times.
fn for_each_mutant(kind: StructuralMutation, mut look: impl FnMut(&Genome, &Genome, &Policy)) {
    let mut count = 0;
    for name in super::SEEDS {
        for policy in policies() {
            let (all, parent) = one(name, policy);
            for i in 0..8 {
                if let Some(child) = kind.apply(&parent, &all.policy, &all.limits, &mut stream(i)) {
                    assert_sound(&child, &all.policy);
                    look(&parent, &child, &all.policy);
                    count += 1;
                }
            }
        }
    }
    assert!(count > 20, "{kind:?} applied {count} times");
}

/// Joints that both have, found by the way to them, with their numbers before and after.
fn kept(parent: &Genome, child: &Genome, policy: &Policy) -> Vec<(Vec<f64>, Vec<f64>)> {
    let after = joints(child, policy);
    let twin = |way: &[tree::Step]| after.iter().find(|(other, _)| other == way).map(|(_, numbers)| numbers.clone());
    joints(parent, policy).into_iter().filter_map(|(way, before)| Some((before, twin(&way)?))).collect()
}

fn assert_bits(before: &[f64], after: &[f64]) {
    let bits = |numbers: &[f64]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(before), bits(after));
}

#[test]
fn a_new_limb_keeps_the_brain_and_holds_still() {
    for_each_mutant(StructuralMutation::GrowLimb, |parent, child, policy| {
        let old = joints(parent, policy);
        let kept = kept(parent, child, policy);
        assert_eq!(kept.len(), old.len(), "no joint is lost");
        kept.iter().for_each(|(before, after)| assert_bits(before, after));
        let new = joints(child, policy).into_iter().filter(|(way, _)| !old.iter().any(|(other, _)| other == way));
        for (_, numbers) in new {
            assert!(numbers.iter().all(|&x| x == 0.0), "{numbers:?}");
        }
        let (before, after) = (grown(&parent.body).mass(), grown(&child.body).mass());
        assert!(after > before && after < 1.3 * before, "{before} kg became {after} kg");
    });
}

#[test]
fn more_copies_and_mirrors_copy_a_brother() {
    for kind in [StructuralMutation::ToggleMirror, StructuralMutation::ChangeRepeat, StructuralMutation::DuplicateLimb]
    {
        for_each_mutant(kind, |parent, child, policy| {
            kept(parent, child, policy).iter().for_each(|(before, after)| assert_bits(before, after));
            if policy.sharing() == Sharing::Instance {
                let old = joints(parent, policy);
                for (_, numbers) in joints(child, policy) {
                    assert!(old.iter().any(|(_, brother)| *brother == numbers), "{numbers:?} has no brother");
                }
            }
        });
    }
}

#[test]
fn deletion_and_retargeting_keep_what_is_left() {
    for kind in [StructuralMutation::DeleteLimb, StructuralMutation::Retarget] {
        for_each_mutant(kind, |parent, child, policy| {
            // A shared gene's copies may be counted differently after a retargeting, which shifts their phases.
            if policy.sharing() == Sharing::Instance {
                kept(parent, child, policy).iter().for_each(|(before, after)| assert_bits(before, after));
            }
        });
    }
}

#[test]
fn a_split_keeps_shape_mass_and_brain() {
    for_each_mutant(StructuralMutation::SplitLink, |parent, child, policy| {
        let (old, new) = (grown(&parent.body), grown(&child.body));
        assert!((new.mass() / old.mass() - 1.0).abs() < 1e-12, "{} kg became {} kg", old.mass(), new.mass());
        let (old_keys, new_keys) = (keys(&parent.body), keys(&child.body));
        let after = joints(child, policy);
        let numbers_of = |gene, key: burgess_evolution::genome::JointKey| {
            let place = new_keys.iter().position(|k| k.joint.gene == gene && k.joint == key).expect("still there");
            (place, after[place - 1].1.clone())
        };
        // The base's frame moves with its own half if the base is split: compare places relative to the first old joint.
        let (old_places, new_places) = (origins(&old), origins(&new));
        let mut shift = None;
        for (i, (_, before)) in joints(parent, policy).iter().enumerate() {
            let key = old_keys[i + 1].joint;
            let (place, now) = numbers_of(key.gene, key);
            assert_bits(before, &now);
            let moved = new_places[place] - old_places[i + 1];
            let first = *shift.get_or_insert(moved);
            assert!(distance(moved, first) < 1e-9, "joint {key:?} moved by {moved:?}, the first by {first:?}");
        }
        let extent = |model: &burgess_physics::model::Model<f64>, places: &[burgess_core::math::Vec3<f64>]| {
            let lows = model.contacts.iter().map(|c| (places[c.link] + c.centre).z - c.radius);
            lows.fold(f64::INFINITY, f64::min)
        };
        let sunk = extent(&new, &new_places) - extent(&old, &old_places) - shift.expect("a joint").z;
        assert!(sunk.abs() < 0.01, "the lowest point moved by {sunk} m");
    });
}

#[test]
fn noise_respects_limits_and_reaches_every_gene() {
    let all = variation(cpg(Sharing::Gene));
    let limits = BodyLimits { size: (0.02, 0.2), density: (200.0, 900.0), ..BodyLimits::default() };
    let narrow = Variation { limits: limits.clone(), ..all };
    let parent = narrow.random(0.1, &mut stream(1));
    let child = narrow.gaussian(&parent, 3.0, 0.0, &mut stream(2));
    let changed = parent.parameters().iter().zip(child.parameters()).filter(|(a, b)| a.1 != b.1).count();
    assert!(changed > parent.parameters().len() * 9 / 10, "{changed} of {}", parent.parameters().len());
    let within = |log: f64, (low, high): (f64, f64)| log.exp() > low * 0.999999 && log.exp() < high * 1.000001;
    for link in &child.body.links {
        assert!(within(link.log_density, limits.density));
    }
    for (id, value) in child.parameters() {
        use burgess_evolution::genome::Field::{LogHalf, LogLength, LogRadius};
        if matches!(id.field, LogHalf | LogLength | LogRadius) {
            assert!(within(value, limits.size), "{id:?} is {value}");
        }
        assert!(value.abs() < 10.0, "{id:?} is {value}");
    }
}

#[test]
fn fixed_bodies_stay_to_the_bit() {
    let fixed = Variation { evolve_body: false, ..variation(cpg(Sharing::Instance)) };
    let mut random = stream(4);
    let a = fixed.random(0.5, &mut random);
    assert!(fixed.seeds.contains(&a.body));
    let of_a = Variation { seeds: vec![a.body.clone()], ..fixed };
    let b = of_a.random(0.5, &mut random);
    let children = [
        of_a.gaussian(&a, 0.5, 1.0, &mut random),
        of_a.iso_line(&a, &b, 0.1, 0.5, 1.0, &mut random),
        of_a.crossover(&a, &b, 0.5, &mut random),
    ];
    for child in children {
        assert_eq!(child.body, a.body);
        assert_ne!(child.brain, a.brain);
    }
}

#[test]
fn the_line_leads_to_the_other_parent() {
    let all = variation(cpg(Sharing::Instance));
    let fixed = Variation { seeds: vec![seed("biped")], evolve_body: false, ..all };
    let (a, b) = (fixed.random(0.0, &mut stream(1)), fixed.random(0.0, &mut stream(2)));
    let child = fixed.iso_line(&a, &b, 0.0, 0.5, 0.0, &mut stream(3));
    let along: Vec<f64> = a
        .parameters()
        .iter()
        .zip(b.parameters())
        .zip(child.parameters())
        .filter(|((a, b), _)| a.1 != b.1 && !a.0.field.is_phase())
        .map(|((a, b), c)| (c.1 - a.1) / (b.1 - a.1))
        .collect();
    assert!(along.len() > 10 && along[0] != 0.0);
    assert!(along.iter().all(|share| (share - along[0]).abs() < 1e-9), "one step for all genes: {along:?}");
    // Without noise, a genome and itself have only itself between them.
    assert_eq!(fixed.iso_line(&a, &a, 0.0, 1.0, 0.0, &mut stream(3)), a);
}

#[test]
fn equal_streams_give_equal_genomes() {
    let all = variation(cpg(Sharing::Instance));
    let make = || {
        let mut random = stream(9);
        let a = all.random(0.2, &mut random);
        let b = all.gaussian(&a, 0.2, 1.0, &mut random);
        all.crossover(&a, &b, 0.1, &mut random)
    };
    assert_eq!(make(), make());
}

#[test]
fn most_mutants_are_valid() {
    let all = variation(cpg(Sharing::Instance));
    let mut random = stream(11);
    let mut valid = 0;
    for _ in 0..300 {
        let parent = all.random(0.15, &mut random);
        valid += usize::from(all.compile(&all.gaussian(&parent, 0.15, 0.5, &mut random)).is_ok());
    }
    assert!(valid > 200, "{valid} of 300");
}

/// A chain of mutations as evolution makes it, with invalid children dropped, as archives do.
fn evolve(all: &Variation, seed: u64, steps: usize) -> Body {
    let mut random = stream(seed);
    let mut population = vec![all.random(0.2, &mut random), all.random(0.2, &mut random)];
    for step in 0..steps {
        let a = population[random.below(population.len())].clone();
        let b = population[random.below(population.len())].clone();
        let child = match step % 4 {
            0 => all.gaussian(&a, 0.3, 1.0, &mut random),
            1 => all.iso_line(&a, &b, 0.1, 0.5, 0.5, &mut random),
            2 => all.crossover(&a, &b, 0.2, &mut random),
            _ => all.gaussian(&a, 1.0, 0.0, &mut random),
        };
        assert_sound(&child, &all.policy);
        match all.compile(&child) {
            Ok(candidate) => {
                assert!(candidate.model.links.len() <= all.limits.max_links);
                assert_eq!(check(&candidate.model, &all.limits), Ok(()));
                let mut finite = true;
                let _ = candidate.map(|x: f64| {
                    finite &= x.is_finite();
                    x
                });
                assert!(finite);
                let place = random.below(12);
                if place < population.len() { population[place] = child } else { population.push(child) }
            }
            Err(fault) => assert!(!fault.to_string().is_empty() && fault.label() != "graph", "{fault}"),
        }
    }
    assert!(brain_keys(&population[0].brain).len() < 32);
    population[0].body.clone()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn long_chains_of_variation_stay_sound(seed in any::<u64>(), policy in 0usize..4) {
        evolve(&variation(policies()[policy].clone()), seed, 300);
    }
}
