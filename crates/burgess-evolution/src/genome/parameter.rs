//! Continuous genes by name: the same list for mutation, for matching two parents, and for gradient steps.
//!
//! One traversal, [`Genome::map_parameters`], names every continuous gene; all else is made of it. Its order is that of the
//! names: links, joints, brain, each in the order they are stored, which is by id or key.

use super::{Body, Brain, CpgGene, GeneId, Genome, JointGene, JointKey, LinkGene, MlpGene, ShapeGene, SharedGene};
use burgess_core::autodiff::Real;
use burgess_core::math::{Vec3, vec3};

/// Stable name of one continuous gene. Relatives have equal names for homologous genes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParameterId {
    /// The part of the genome it belongs to.
    pub owner: Owner,
    /// Which of the owner's fields.
    pub field: Field,
    /// Place in the field: 0 for a scalar, 0 to 2 for a vector, the flat index of a list of weights.
    pub index: u32,
}

/// The part of a genome that a continuous gene belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// A link gene.
    Link(GeneId),
    /// A joint gene.
    Joint(GeneId),
    /// What the whole brain shares.
    Brain,
    /// The brain's entry of one joint, or of one joint gene.
    Entry(JointKey),
}

/// The fields that hold continuous genes, in the order of the traversal; each is documented where it is stored, in [`super`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // named like the fields themselves
pub enum Field {
    LogRadius,
    LogLength,
    LogHalf,
    LogDensity,
    Attach,
    Orientation,
    LogScale,
    Axis,
    Lower,
    Upper,
    LogKp,
    LogKd,
    LogTorque,
    LogGear,
    Frequency,
    Amplitude,
    Phase,
    Offset,
    Common,
    HiddenBias,
    Style,
    /// Weights and biases of a further hidden layer, the second being 0.
    Hidden(u32),
    Input,
    Output,
    Bias,
    Clock,
    RepeatPhase,
    MirrorPhase,
}

impl Field {
    /// Whether the gene is an angle whose values repeat every full turn.
    pub fn is_phase(self) -> bool {
        matches!(self, Field::Phase | Field::RepeatPhase | Field::MirrorPhase)
    }
}

impl<T: Real> Genome<T> {
    /// The genome with every continuous gene replaced by `f` of its name and value.
    pub fn map_parameters<U>(&self, mut f: impl FnMut(ParameterId, T) -> U) -> Genome<U> {
        Genome { body: self.body.map_parameters(&mut f), brain: self.brain.map_parameters(&mut f) }
    }

    /// The genome over another scalar.
    pub fn map<U>(&self, mut f: impl FnMut(T) -> U) -> Genome<U> {
        self.map_parameters(|_, value| f(value))
    }

    /// All continuous genes with their names, in the order of the names.
    pub fn parameters(&self) -> Vec<(ParameterId, T)> {
        // Room for most bodies with pattern generators.
        let mut list = Vec::with_capacity(128);
        self.map_parameters(|id, value| list.push((id, value)));
        list
    }

    /// Replaces the continuous genes by `values`, in the order of [`Genome::parameters`].
    ///
    /// # Panics
    /// When there are fewer values than genes.
    pub fn with_values<U: Copy>(&self, values: &[U]) -> Genome<U> {
        let mut values = values.iter();
        self.map(|_| *values.next().expect("one value for each continuous gene"))
    }
}

impl<T: Real> Body<T> {
    /// As [`Genome::map_parameters`], for a body alone.
    pub fn map_parameters<U>(&self, mut f: impl FnMut(ParameterId, T) -> U) -> Body<U> {
        Body {
            base: self.base,
            root: self.root,
            links: self.links.iter().map(|link| map_link(link, &mut f)).collect(),
            joints: self.joints.iter().map(|joint| map_joint(joint, &mut f)).collect(),
        }
    }
}

impl<T: Real> Brain<T> {
    /// As [`Genome::map_parameters`], for a brain alone.
    pub fn map_parameters<U>(&self, mut f: impl FnMut(ParameterId, T) -> U) -> Brain<U> {
        let mut shared = Namer { owner: Owner::Brain, f: &mut f };
        match self {
            Brain::Cpg { frequency, joints } => Brain::Cpg {
                frequency: shared.scalar(Field::Frequency, *frequency),
                joints: joints.iter().map(|entry| map_cpg(entry, &mut f)).collect(),
            },
            Brain::Mlp { frequency, common, bias, hidden, joints } => Brain::Mlp {
                frequency: shared.scalar(Field::Frequency, *frequency),
                common: shared.list(Field::Common, common),
                bias: shared.list(Field::HiddenBias, bias),
                hidden: hidden.iter().zip(0..).map(|(layer, i)| shared.list(Field::Hidden(i), layer)).collect(),
                joints: joints.iter().map(|entry| map_mlp(entry, &mut f)).collect(),
            },
            Brain::Shared { frequency, style, joints } => Brain::Shared {
                frequency: shared.scalar(Field::Frequency, *frequency),
                style: shared.list(Field::Style, style),
                joints: joints.iter().map(|entry| map_shared(entry, &mut f)).collect(),
            },
        }
    }
}

/// Passes the genes of one owner to `f` under their names.
struct Namer<'a, F> {
    owner: Owner,
    f: &'a mut F,
}

impl<F> Namer<'_, F> {
    fn one<T, U>(&mut self, field: Field, index: u32, value: T) -> U
    where
        F: FnMut(ParameterId, T) -> U,
    {
        (self.f)(ParameterId { owner: self.owner, field, index }, value)
    }

    fn scalar<T, U>(&mut self, field: Field, value: T) -> U
    where
        F: FnMut(ParameterId, T) -> U,
    {
        self.one(field, 0, value)
    }

    fn vector<T, U>(&mut self, field: Field, v: Vec3<T>) -> Vec3<U>
    where
        F: FnMut(ParameterId, T) -> U,
    {
        vec3(self.one(field, 0, v.x), self.one(field, 1, v.y), self.one(field, 2, v.z))
    }

    fn list<T: Copy, U>(&mut self, field: Field, values: &[T]) -> Vec<U>
    where
        F: FnMut(ParameterId, T) -> U,
    {
        values.iter().zip(0..).map(|(&value, index)| self.one(field, index, value)).collect()
    }
}

fn map_link<T: Real, U>(link: &LinkGene<T>, f: &mut impl FnMut(ParameterId, T) -> U) -> LinkGene<U> {
    let mut own = Namer { owner: Owner::Link(link.id), f };
    let shape = match link.shape {
        ShapeGene::Sphere { log_radius } => ShapeGene::Sphere { log_radius: own.scalar(Field::LogRadius, log_radius) },
        ShapeGene::Capsule { log_radius, log_length } => ShapeGene::Capsule {
            log_radius: own.scalar(Field::LogRadius, log_radius),
            log_length: own.scalar(Field::LogLength, log_length),
        },
        ShapeGene::Box { log_half } => ShapeGene::Box { log_half: own.vector(Field::LogHalf, log_half) },
    };
    LinkGene { id: link.id, shape, log_density: own.scalar(Field::LogDensity, link.log_density) }
}

fn map_joint<T: Real, U>(joint: &JointGene<T>, f: &mut impl FnMut(ParameterId, T) -> U) -> JointGene<U> {
    let mut own = Namer { owner: Owner::Joint(joint.id), f };
    JointGene {
        id: joint.id,
        parent: joint.parent,
        child: joint.child,
        attach: own.vector(Field::Attach, joint.attach),
        orientation: own.vector(Field::Orientation, joint.orientation),
        log_scale: own.scalar(Field::LogScale, joint.log_scale),
        axis: own.vector(Field::Axis, joint.axis),
        lower: own.scalar(Field::Lower, joint.lower),
        upper: own.scalar(Field::Upper, joint.upper),
        log_kp: own.scalar(Field::LogKp, joint.log_kp),
        log_kd: own.scalar(Field::LogKd, joint.log_kd),
        log_torque: own.scalar(Field::LogTorque, joint.log_torque),
        log_gear: joint.log_gear.map(|gear| own.scalar(Field::LogGear, gear)),
        repeat: joint.repeat,
        layout: joint.layout,
        mirror: joint.mirror,
        terminal: joint.terminal,
    }
}

fn map_cpg<T: Real, U>(entry: &CpgGene<T>, f: &mut impl FnMut(ParameterId, T) -> U) -> CpgGene<U> {
    let mut own = Namer { owner: Owner::Entry(entry.key), f };
    CpgGene {
        key: entry.key,
        amplitude: own.scalar(Field::Amplitude, entry.amplitude),
        phase: own.scalar(Field::Phase, entry.phase),
        offset: own.scalar(Field::Offset, entry.offset),
        repeat_phase: own.scalar(Field::RepeatPhase, entry.repeat_phase),
        mirror_phase: own.scalar(Field::MirrorPhase, entry.mirror_phase),
    }
}

fn map_shared<T: Real, U>(entry: &SharedGene<T>, f: &mut impl FnMut(ParameterId, T) -> U) -> SharedGene<U> {
    let mut own = Namer { owner: Owner::Entry(entry.key), f };
    let [sine, cosine] = entry.clock;
    SharedGene {
        key: entry.key,
        offset: own.scalar(Field::Offset, entry.offset),
        clock: [own.one(Field::Clock, 0, sine), own.one(Field::Clock, 1, cosine)],
    }
}

fn map_mlp<T: Real, U>(entry: &MlpGene<T>, f: &mut impl FnMut(ParameterId, T) -> U) -> MlpGene<U> {
    let mut own = Namer { owner: Owner::Entry(entry.key), f };
    let [sine, cosine] = entry.clock;
    MlpGene {
        key: entry.key,
        input: own.list(Field::Input, &entry.input),
        output: own.list(Field::Output, &entry.output),
        bias: own.scalar(Field::Bias, entry.bias),
        clock: [own.one(Field::Clock, 0, sine), own.one(Field::Clock, 1, cosine)],
        repeat_phase: own.scalar(Field::RepeatPhase, entry.repeat_phase),
        mirror_phase: own.scalar(Field::MirrorPhase, entry.mirror_phase),
    }
}
