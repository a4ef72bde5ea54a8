//! Crossover: a limb of one parent in place of a limb of the other (after Sims 1994), genes and brain entries together.

use super::heritage::{Grown, Origins, entry_keys, prune, with_brain};
use crate::genome::{Body, BodyLimits, GeneId, Genome, Inheritance, JointGene, JointKey, LinkGene, Policy, inherit};
use crate::growth::tree::grow;
use burgess_core::rng::Stream;

/// Probability that limbs of the same gene are exchanged where the parents are relatives.
const HOMOLOGOUS: f64 = 0.5;

/// `a` with a limb of `b` where one of its own was. Grafted genes keep their names unless `a` still uses them, in which case
/// they are new genes; the rest of the brain is `a`'s.
pub(super) fn graft(a: &Genome, b: &Genome, policy: &Policy, limits: &BodyLimits, stream: &mut Stream) -> Genome {
    let Some((stock, scion)) = choose(&a.body, &b.body, stream) else { return a.clone() };
    let mut body = a.body.clone();
    body.joints.retain(|joint| joint.id != stock.id);
    if let Ok(nodes) = grow(&body, limits.max_links) {
        prune(&mut body, &nodes);
    }
    if body.link_index(stock.parent).is_none() {
        return a.clone();
    }
    let limb = Limb::cut(&b.body, scion);
    let names = limb.names(&body, stream);
    let renamed = |old: GeneId| names.iter().find(|&&(_, id)| id == old).map_or(old, |&(new, _)| new);
    limb.plant(&mut body, &stock, renamed);
    body.sort();
    let Ok(nodes) = grow(&body, limits.max_links) else { return a.clone() };
    let grown = Grown { body, nodes }.pruned(limits);
    let origins: Origins = names.iter().map(|&(new, old)| (new, (1, old))).collect();
    with_brain(grown, &[a, b], &origins, policy, limits)
}

/// `a` with `b`'s brain entries for one joint and all beyond it. Both must have the same body.
pub(super) fn exchange_entries(
    a: &Genome,
    b: &Genome,
    policy: &Policy,
    limits: &BodyLimits,
    stream: &mut Stream,
) -> Genome {
    let nodes = grow(&a.body, limits.max_links).unwrap_or_default();
    if nodes.len() < 2 {
        return a.clone();
    }
    let stem = 1 + stream.below(nodes.len() - 1);
    // In preorder a limb ends before the first link that hangs on something before it.
    let limb = nodes[stem + 1..].iter().take_while(|node| node.parent >= stem);
    let taken: Vec<JointKey> =
        std::iter::once(&nodes[stem]).chain(limb).map(|node| node.key.shared(policy.sharing())).collect();
    let wanted: Vec<Inheritance> = entry_keys(&a.body, policy, limits)
        .into_iter()
        .map(|key| Inheritance { key, from: Some((usize::from(taken.contains(&key)), key)) })
        .collect();
    Genome { body: a.body.clone(), brain: inherit(&[&a.brain, &b.brain], &wanted) }
}

/// The joint gene of `a` that gives way, and the one of `b` that takes its place. Links that grow from themselves are no
/// limbs; where `a` has no other, the limb is planted on a link at random.
fn choose(a: &Body, b: &Body, stream: &mut Stream) -> Option<(JointGene, JointGene)> {
    let stems =
        |body: &Body| -> Vec<JointGene> { body.joints.iter().filter(|joint| !joint.is_self_edge()).copied().collect() };
    let (stocks, scions) = (stems(a), stems(b));
    let twins: Vec<(JointGene, JointGene)> =
        stocks.iter().filter_map(|stock| Some((*stock, *scions.iter().find(|scion| scion.id == stock.id)?))).collect();
    if !twins.is_empty() && stream.chance(HOMOLOGOUS) {
        return Some(twins[stream.below(twins.len())]);
    }
    if scions.is_empty() {
        return None;
    }
    let scion = scions[stream.below(scions.len())];
    if stocks.is_empty() {
        let parent = a.links[stream.below(a.links.len())].id;
        return Some((JointGene { parent, ..scion }, scion));
    }
    Some((stocks[stream.below(stocks.len())], scion))
}

/// A joint gene and all that grows from it.
struct Limb {
    stem: JointGene,
    links: Vec<LinkGene>,
    joints: Vec<JointGene>,
}

impl Limb {
    fn cut(body: &Body, stem: JointGene) -> Self {
        let members = body.limb(stem.child);
        Self {
            stem,
            links: body.links.iter().filter(|link| members.contains(&link.id)).copied().collect(),
            joints: body.joints.iter().filter(|joint| members.contains(&joint.parent)).copied().collect(),
        }
    }

    /// (New, old) names of all genes of the limb.
    fn names(&self, host: &Body, stream: &mut Stream) -> Vec<(GeneId, GeneId)> {
        let links = self.links.iter().map(|link| (link.id, host.link_index(link.id).is_some()));
        let joints =
            self.joints.iter().chain([&self.stem]).map(|joint| (joint.id, host.joint_index(joint.id).is_some()));
        links.chain(joints).map(|(id, taken)| (if taken { GeneId(stream.bits()) } else { id }, id)).collect()
    }

    /// Adds the limb where `stock` was: the place on the parent is the stock's, all else the limb's own.
    fn plant(&self, body: &mut Body, stock: &JointGene, renamed: impl Fn(GeneId) -> GeneId) {
        body.links.extend(self.links.iter().map(|link| LinkGene { id: renamed(link.id), ..*link }));
        body.joints.extend(self.joints.iter().map(|joint| JointGene {
            id: renamed(joint.id),
            parent: renamed(joint.parent),
            child: renamed(joint.child),
            ..*joint
        }));
        body.joints.push(JointGene {
            id: renamed(self.stem.id),
            parent: stock.parent,
            child: renamed(self.stem.child),
            attach: stock.attach,
            orientation: stock.orientation,
            mirror: stock.mirror,
            terminal: stock.terminal,
            ..self.stem
        });
    }
}
