//! Structural mutations: changes of the gene graph.
//!
//! Each is written so that behaviour stays as near to the parent's as the change allows: what is new is small or holds
//! still, what was there keeps its brain (see [`super::heritage`]). `docs/bodies.md` says what each does.

mod limb;
mod rewire;
mod rotation;
mod split;

use super::heritage::{Grown, Origins, with_brain};
use crate::genome::{Body, BodyLimits, GeneId, Genome, JointGene, LinkGene, Policy};
use crate::growth::tree::grow;
use burgess_core::rng::Stream;

/// A kind of change of the gene graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StructuralMutation {
    /// A small new limb with zero output.
    GrowLimb,
    /// A capsule or box becomes two with a hinge between that holds still.
    SplitLink,
    /// A limb is copied, genes and brain, and turned about its parent's z axis.
    DuplicateLimb,
    /// A limb gains or loses its mirror image.
    ToggleMirror,
    /// One copy more or less.
    ChangeRepeat,
    /// A limb is dropped.
    DeleteLimb,
    /// A joint gene gets another child or another parent.
    Retarget,
}

/// Kinds, and how often each is tried relative to the others: growth a little more often than loss.
const WEIGHTS: [(StructuralMutation, f64); 7] = [
    (StructuralMutation::GrowLimb, 3.0),
    (StructuralMutation::SplitLink, 1.5),
    (StructuralMutation::DuplicateLimb, 1.5),
    (StructuralMutation::ToggleMirror, 1.0),
    (StructuralMutation::ChangeRepeat, 1.5),
    (StructuralMutation::DeleteLimb, 2.5),
    (StructuralMutation::Retarget, 1.0),
];

/// Draws before giving up: on some bodies a few kinds cannot apply.
const TRIES: usize = 10;

/// What an edit of the gene graph asks of its surroundings.
struct Edit<'a> {
    body: Body,
    limits: &'a BodyLimits,
    stream: &'a mut Stream,
}

impl StructuralMutation {
    /// All kinds.
    pub fn all() -> impl Iterator<Item = Self> {
        WEIGHTS.into_iter().map(|(kind, _)| kind)
    }

    fn draw(stream: &mut Stream) -> Self {
        let total: f64 = WEIGHTS.iter().map(|(_, weight)| weight).sum();
        let mut left = stream.range(0.0, total);
        for (kind, weight) in WEIGHTS {
            left -= weight;
            if left < 0.0 {
                return kind;
            }
        }
        WEIGHTS[0].0
    }

    /// The genome with this change at a random place, or nothing where the place or the limit on links does not allow it.
    pub fn apply(self, parent: &Genome, policy: &Policy, limits: &BodyLimits, stream: &mut Stream) -> Option<Genome> {
        let (grown, copies) = self.edit(&parent.body, limits, stream)?;
        Some(inherit_brain(grown, copies, parent, policy, limits))
    }

    /// The body alone, and the genes that are copies of others.
    fn edit(self, body: &Body, limits: &BodyLimits, stream: &mut Stream) -> Option<(Grown, Copies)> {
        let mut edit = Edit { body: body.clone(), limits, stream };
        let copies = match self {
            StructuralMutation::GrowLimb => edit.grow_limb(),
            StructuralMutation::SplitLink => edit.split_link(),
            StructuralMutation::DuplicateLimb => edit.duplicate_limb(),
            StructuralMutation::ToggleMirror => edit.toggle_mirror(),
            StructuralMutation::ChangeRepeat => edit.change_repeat(),
            StructuralMutation::DeleteLimb => edit.delete_limb(),
            StructuralMutation::Retarget => edit.retarget(),
        }?;
        let mut body = edit.body;
        body.sort();
        // A limb that does not fit would be cut, and might cut an old one: a change of behaviour nobody asked for.
        let mut nodes = grow(&body, limits.max_links + 1).ok()?;
        if nodes.len() < 2 || (nodes.len() > limits.max_links && self != StructuralMutation::DeleteLimb) {
            return None;
        }
        if nodes.len() > limits.max_links {
            nodes = grow(&body, limits.max_links).ok()?;
        }
        Some((Grown { body, nodes }.pruned(limits), copies))
    }
}

/// The genome with one random structural mutation, or as it was if none could be found.
pub(super) fn mutate_genome(parent: &Genome, policy: &Policy, limits: &BodyLimits, stream: &mut Stream) -> Genome {
    match mutate(&parent.body, limits, stream) {
        Some((grown, copies)) => inherit_brain(grown, copies, parent, policy, limits),
        None => parent.clone(),
    }
}

/// The body with one random structural mutation, or as it was if none could be found.
pub(super) fn mutate_body(body: &Body, limits: &BodyLimits, stream: &mut Stream) -> Body {
    mutate(body, limits, stream).map_or_else(|| body.clone(), |(grown, _)| grown.body)
}

fn mutate(body: &Body, limits: &BodyLimits, stream: &mut Stream) -> Option<(Grown, Copies)> {
    (0..TRIES).find_map(|_| StructuralMutation::draw(stream).edit(body, limits, stream))
}

fn inherit_brain(grown: Grown, copies: Copies, parent: &Genome, policy: &Policy, limits: &BodyLimits) -> Genome {
    let origins: Origins = copies.into_iter().map(|(new, old)| (new, (0, old))).collect();
    with_brain(grown, &[parent], &origins, policy, limits)
}

/// New gene ids and the ids they are copies of.
type Copies = Vec<(GeneId, GeneId)>;

impl Edit<'_> {
    fn new_id(&mut self) -> GeneId {
        GeneId(self.stream.bits())
    }

    fn any_link(&mut self) -> LinkGene {
        self.body.links[self.stream.below(self.body.links.len())]
    }

    /// Place of a random joint gene that `fits`.
    fn any_joint(&mut self, fits: impl Fn(&Body, &JointGene) -> bool) -> Option<usize> {
        let body = &self.body;
        let places: Vec<usize> = (0..body.joints.len()).filter(|&place| fits(body, &body.joints[place])).collect();
        (!places.is_empty()).then(|| places[self.stream.below(places.len())])
    }
}
