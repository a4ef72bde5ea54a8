//! Crossover: limbs change hands with their brains, and nothing breaks.

use super::{assert_sound, brain_keys, policies, seed, stream, variation};
use burgess_evolution::genome::{Brain, GeneId, Genome};
use burgess_evolution::variation::Variation;

fn pair(all: &Variation, a: &str, b: &str) -> (Genome, Genome) {
    let of = |name: &str, s: u64| Variation { seeds: vec![seed(name)], ..all.clone() }.random(0.0, &mut stream(s));
    (of(a, 1), of(b, 2))
}

#[test]
fn children_are_sound_and_mostly_valid() {
    for policy in policies() {
        let all = variation(policy);
        let mut valid = 0;
        for i in 0..100 {
            let mut random = stream(i);
            let (a, b) = (all.random(0.1, &mut random), all.random(0.1, &mut random));
            let child = all.crossover(&a, &b, 0.05, &mut random);
            assert_sound(&child, &all.policy);
            valid += usize::from(all.compile(&child).is_ok());
        }
        assert!(valid > 50, "{valid} of 100 children are valid");
    }
}

#[test]
fn a_limb_brings_its_genes_and_its_brain() {
    let all = variation(super::cpg(burgess_evolution::genome::Sharing::Instance));
    let (a, b) = pair(&all, "biped", "tripod");
    let theirs = |id: GeneId| (600..700).contains(&id.0);
    let mut grafts = 0;
    for i in 0..20 {
        let child = all.crossover(&a, &b, 0.0, &mut stream(i));
        let (Brain::Cpg { joints, frequency }, Brain::Cpg { joints: donor, .. }) = (&child.brain, &b.brain) else {
            panic!("pattern generators")
        };
        let Brain::Cpg { frequency: own, .. } = &a.brain else { panic!() };
        assert_eq!(frequency, own, "the common part is the first parent's");
        for entry in joints.iter().filter(|entry| theirs(entry.key.gene)) {
            assert!(donor.iter().any(|old| old.key.gene == entry.key.gene && old.amplitude == entry.amplitude));
            grafts += 1;
        }
    }
    assert!(grafts > 20, "{grafts} joints of the tripod on bipeds");
}

#[test]
fn a_snake_can_grow_legs() {
    let all = variation(super::cpg(burgess_evolution::genome::Sharing::Gene));
    let (snake, hexapod) = pair(&all, "snake", "hexapod");
    let legged = (0..20).filter(|&i| {
        let child = all.crossover(&snake, &hexapod, 0.0, &mut stream(i));
        assert_sound(&child, &all.policy);
        brain_keys(&child.brain).len() > brain_keys(&snake.brain).len()
    });
    assert!(legged.count() > 10);
}
