//! Genomes: a body as a graph of link and joint genes (after Sims 1994, "Evolving Virtual Creatures"), and a brain whose
//! parameters are keyed by the joints the body grows.
//!
//! Continuous genes are unconstrained reals (logarithms, unnormalised directions, logits), so that any step of a mutation or
//! a gradient gives a valid value. The structs are generic over the scalar for the sake of gradients; genomes that are
//! stored are `f64`.

mod brain;
mod graph;
mod invalid;
mod limits;
pub mod morphology;
mod parameter;
mod policy;
mod policy_file;
mod shared_brain;
mod stored;
mod world_model;

pub(crate) use brain::{Inheritance, inherit};
pub(crate) use graph::Graph;
pub use graph::{MAX_CHAIN, MAX_COPIES, MAX_GENES};
pub use invalid::InvalidBody;
pub use limits::BodyLimits;
pub use parameter::{Field, Owner, ParameterId};
pub use policy::{Files, Policy, Sharing};
pub use policy_file::PolicyFile;
pub use shared_brain::SharedBrainFile;
pub use world_model::WorldModelFile;

use burgess_core::math::Vec3;
use burgess_physics::model::BaseKind;
use burgess_physics::world::Physics;
use serde::{Deserialize, Serialize};

/// Largest joint limit on either side (rad).
pub const MAX_ANGLE: f64 = 2.5;

/// Stable name of a gene: homologous genes of relatives keep it through mutation and crossover. Names of new genes are 64
/// random bits, of seed morphologies small numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GeneId(pub u64);

/// Which joint of the grown body: the joint gene, and the way through repeats and mirrors that led to this copy.
///
/// Only joint genes that repeat (or mirror) add to `repeat` (or `side`) on the way from the base, so that inserting a plain link
/// changes no key. A link gene that several joint genes grow counts their copies together, in the order of the joint genes'
/// ids; one that grows from itself adds a digit for the place in its chain, 0 for the link that starts it. So no two
/// joints of a body have the same key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct JointKey {
    /// The joint gene.
    pub gene: GeneId,
    /// Repeat indices on the way from the base as digits of base 8, the last repeat in the lowest digit.
    pub repeat: u32,
    /// Mirror choices on the way from the base as binary digits, 1 for the mirrored copy.
    pub side: u32,
}

/// Shape of a link; sizes in m.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum ShapeGene<T = f64> {
    /// A ball.
    Sphere {
        /// Logarithm of the radius.
        log_radius: T,
    },
    /// A cylinder along the local x axis with round ends.
    Capsule {
        /// Logarithm of the radius.
        log_radius: T,
        /// Logarithm of the distance between the end centres.
        log_length: T,
    },
    /// A box.
    Box {
        /// Logarithms of the half sizes.
        log_half: Vec3<T>,
    },
}

/// A node of the body graph.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkGene<T = f64> {
    /// Stable name.
    pub id: GeneId,
    /// Shape and size. The base's shape is centred on its frame; others start at their hinge and extend along local +x.
    pub shape: ShapeGene<T>,
    /// Logarithm of the density (kg/m3).
    pub log_density: T,
}

/// Where the copies of a repeated joint gene go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RepeatLayout {
    /// Each copy attaches to the one before, in the same way: spines and tails.
    Serial,
    /// All copies attach to the same parent, turned about its local z axis by equal parts of a full turn: star fish and ants.
    Radial,
}

/// An edge of the body graph: a hinge and how the child link sits on the parent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
pub struct JointGene<T = f64> {
    /// Stable name.
    pub id: GeneId,
    /// The link gene it grows from.
    pub parent: GeneId,
    /// The link gene it grows; may be the parent itself, which with [`RepeatLayout::Serial`] makes a chain.
    pub child: GeneId,
    /// Direction from the centre of the parent's shape to the hinge on its surface, parent coordinates, not normalised.
    pub attach: Vec3<T>,
    /// Rotation vector (rad) that takes the parent's local axes to the child's.
    pub orientation: Vec3<T>,
    /// Logarithm of the factor on all lengths of the child and what grows from it.
    pub log_scale: T,
    /// Hinge axis in the child's local axes, not normalised.
    pub axis: Vec3<T>,
    /// Logit of the lower limit: lower = -MAX_ANGLE * sigmoid(lower).
    pub lower: T,
    /// Logit of the upper limit: upper = MAX_ANGLE * sigmoid(upper).
    pub upper: T,
    /// Logarithm of the factor on the mass-scaled default servo stiffness.
    pub log_kp: T,
    /// Logarithm of the factor on the mass-scaled default servo damping.
    pub log_kd: T,
    /// Logarithm of the factor on the mass-scaled default torque limit.
    pub log_torque: T,
    /// Logarithm of the gear: so many times faster than the default the servo turns, and so many times less is its torque limit. Only where
    /// servos have a no-load speed, see [`Body::fitted`]. A body stores it.
    #[serde(skip)]
    pub log_gear: Option<T>,
    /// Number of copies, 1 to 8.
    pub repeat: u8,
    /// Where the copies go.
    pub layout: RepeatLayout,
    /// Also grow a copy mirrored in the parent's local xz plane.
    pub mirror: bool,
    /// Grow only from the last copy of a serially repeated parent.
    pub terminal: bool,
}

/// The body graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Body<T = f64> {
    /// How the base is held.
    pub base: BaseKind,
    /// The link gene that grows into the base.
    pub root: GeneId,
    /// Nodes, sorted by id.
    pub links: Vec<LinkGene<T>>,
    /// Edges, sorted by id.
    pub joints: Vec<JointGene<T>>,
}

impl Body {
    /// The body with the genes that mean something in this physics: gears, where servos have a no-load speed. A joint without one gets that of
    /// the default servo.
    pub fn fitted(mut self, physics: &Physics) -> Self {
        for joint in &mut self.joints {
            joint.log_gear = physics.no_load_speed.map(|_| joint.log_gear.unwrap_or(0.0));
        }
        self
    }
}

/// One joint's (or joint gene's) parameters of a pattern generator.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CpgGene<T = f64> {
    /// Whose: with sharing by gene, `repeat` and `side` are zero.
    pub key: JointKey,
    /// Amplitude = tanh(amplitude).
    pub amplitude: T,
    /// Phase (rad).
    pub phase: T,
    /// Offset = tanh(offset + r), where r makes the angle at rest of an offset of zero.
    pub offset: T,
    /// Phase step a repeat (rad), used with sharing by gene.
    pub repeat_phase: T,
    /// Phase of the mirrored side (rad), used with sharing by gene.
    pub mirror_phase: T,
}

/// One joint's (or joint gene's) parameters of a network policy with H1 first and Hn last hidden units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MlpGene<T = f64> {
    /// Whose: with sharing by gene, `repeat` and `side` are zero.
    pub key: JointKey,
    /// First-layer weights of the joint's three observations (angle, rate, contact): 3 x H1.
    pub input: Vec<T>,
    /// Last-layer weights: Hn.
    pub output: Vec<T>,
    /// Last-layer bias.
    pub bias: T,
    /// Weights of the clock's sine and cosine on the output, at the joint's own phase.
    pub clock: [T; 2],
    /// Phase step a repeat (rad), used with sharing by gene.
    pub repeat_phase: T,
    /// Phase of the mirrored side (rad), used with sharing by gene.
    pub mirror_phase: T,
}

/// One joint's own share of a rhythm that a shared brain gives.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SharedGene<T = f64> {
    /// Whose.
    pub key: JointKey,
    /// Added to the offset.
    pub offset: T,
    /// Added to the weights of the clock's sine and cosine.
    pub clock: [T; 2],
}

/// The brain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Brain<T = f64> {
    /// Central pattern generator.
    Cpg {
        /// Logit of the frequency between the experiment's bounds.
        frequency: T,
        /// Entries sorted by key.
        joints: Vec<CpgGene<T>>,
    },
    /// Multi-layer perceptron.
    Mlp {
        /// Logit of the clock frequency between the experiment's bounds.
        frequency: T,
        /// First-layer weights of the observations that do not belong to a joint, `burgess_physics::model::OBSERVATIONS` and behind them the latent state of
        /// the policy's world model: one row of H1 an observation.
        common: Vec<T>,
        /// Biases of the first layer: H1.
        bias: Vec<T>,
        /// For each further hidden layer: weights (outputs x inputs, row-major) followed by biases.
        hidden: Vec<Vec<T>>,
        /// Entries sorted by key.
        joints: Vec<MlpGene<T>>,
    },
    /// What a body has of its own beside the brain of all bodies. With zeros it moves as that brain has it.
    Shared {
        /// Added to what the brain gives for the frequency.
        frequency: T,
        /// The body's style.
        style: Vec<T>,
        /// Entries sorted by key.
        joints: Vec<SharedGene<T>>,
    },
}

/// Body and brain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Genome<T = f64> {
    /// The body graph.
    pub body: Body<T>,
    /// The brain.
    pub brain: Brain<T>,
}
