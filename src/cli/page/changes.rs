//! What differs between a parent and its child, in words.

use super::super::columns::count;
use burgess_evolution::genome::{Field, GeneId, Genome, JointGene, Owner, ParameterId};
use std::collections::BTreeMap;

/// What differs in the child, one phrase each; empty if nothing does. The store keeps genomes, not the names of mutations: these phrases say what
/// a comparison of both genomes shows.
pub(super) fn changes(parent: &Genome, child: &Genome) -> Vec<String> {
    let ids = |genome: &Genome| -> Vec<GeneId> { genome.body.links.iter().map(|gene| gene.id).collect() };
    let joint_ids = |genome: &Genome| -> Vec<GeneId> { genome.body.joints.iter().map(|gene| gene.id).collect() };
    let mut phrases = Vec::new();
    phrases.extend(came_and_went(&ids(parent), &ids(child), "link gene"));
    phrases.extend(came_and_went(&joint_ids(parent), &joint_ids(child), "joint gene"));
    for gene in &child.body.joints {
        if let Some(before) = parent.body.joints.iter().find(|other| other.id == gene.id) {
            phrases.extend(structural(before, gene));
        }
    }
    phrases.extend(numbers(parent, child));
    phrases
}

fn came_and_went(before: &[GeneId], after: &[GeneId], thing: &str) -> Vec<String> {
    let missing = |some: &[GeneId], others: &[GeneId]| some.iter().filter(|id| !others.contains(id)).count();
    let phrase = |number: usize, what: &str| (number > 0).then(|| format!("{} {what}", count(number, thing)));
    [phrase(missing(after, before), "added"), phrase(missing(before, after), "removed")].into_iter().flatten().collect()
}

/// How a joint gene grows another number of limbs, or grows them elsewhere.
fn structural(before: &JointGene, after: &JointGene) -> Vec<String> {
    let mut phrases = Vec::new();
    if before.repeat != after.repeat {
        phrases.push(format!("repeat {} → {}", before.repeat, after.repeat));
    }
    if before.layout != after.layout {
        phrases.push(format!("layout {:?} → {:?}", before.layout, after.layout));
    }
    if before.mirror != after.mirror {
        phrases.push(if after.mirror { "limb mirrored".to_owned() } else { "limb no longer mirrored".to_owned() });
    }
    if before.terminal != after.terminal {
        phrases.push("limb grows from other copies".to_owned());
    }
    if (before.parent, before.child) != (after.parent, after.child) {
        phrases.push("limb moved to another link".to_owned());
    }
    phrases
}

/// How many numbers differ, of those that both have.
fn numbers(parent: &Genome, child: &Genome) -> Vec<String> {
    let before: BTreeMap<ParameterId, f64> = parent.parameters().into_iter().collect();
    // Of each, how many differ, and how many there are.
    let (mut body, mut brain) = ((0, 0), (0, 0));
    let mut greatest: Option<(f64, Field)> = None;
    for (id, value) in child.parameters() {
        let Some(&old) = before.get(&id) else { continue };
        let count = match id.owner {
            Owner::Link(_) | Owner::Joint(_) => &mut body,
            Owner::Brain | Owner::Entry(_) => &mut brain,
        };
        count.1 += 1;
        let change = (value - old).abs();
        count.0 += usize::from(change > 0.0);
        if change > greatest.map_or(0.0, |(most, _)| most) {
            greatest = Some((change, id.field));
        }
    }
    let phrase = |(changed, all): (usize, usize), of: &str| {
        (changed > 0).then(|| format!("{changed} of {all} numbers of the {of}"))
    };
    let greatest = greatest.map(|(change, field)| format!("largest change: {field:?} by {change:.2}"));
    [phrase(body, "body"), phrase(brain, "brain"), greatest].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use burgess_evolution::genome::{Brain, morphology};
    use std::path::Path;

    fn genome(name: &str) -> Genome {
        let body = morphology::load(name, Path::new(".")).expect("built in");
        Genome { body, brain: Brain::Cpg { frequency: 0.5, joints: Vec::new() } }
    }

    #[test]
    fn nothing_changes_in_a_copy() {
        assert!(changes(&genome("quadruped"), &genome("quadruped")).is_empty());
    }

    #[test]
    fn genes_that_come_and_numbers_that_change_are_counted() {
        let (parent, mut child) = (genome("quadruped"), genome("quadruped"));
        child.body.links[0].log_density += 0.25;
        child.body.joints[0].repeat += 1;
        child.body.links.push(burgess_evolution::genome::LinkGene { id: GeneId(999), ..child.body.links[0] });
        let phrases = changes(&parent, &child);
        let repeat = parent.body.joints[0].repeat;
        assert_eq!(phrases[0], "1 link gene added");
        assert_eq!(phrases[1], format!("repeat {repeat} → {}", repeat + 1));
        assert!(phrases[2].starts_with("1 of ") && phrases[2].ends_with("numbers of the body"), "{phrases:?}");
        assert_eq!(phrases[3], "largest change: LogDensity by 0.25");
    }
}
