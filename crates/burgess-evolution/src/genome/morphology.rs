//! Morphology files: bodies written by hand, in physical units (m, kg/m3, rad).
//!
//! `morphologies/*.ron` are built into the program under their names; any other file is read from its path. The file says
//! what a person thinks of (sizes, limits, factors); [`Body`] holds what evolution moves (logarithms, logits).

use super::{Body, GeneId, JointGene, LinkGene, RepeatLayout, ShapeGene};
use crate::genome::{MAX_ANGLE, MAX_GENES};
use anyhow::{Context, anyhow, bail, ensure};
use burgess_core::files;
use burgess_core::math::{Vec3, vec3};
use burgess_physics::model::BaseKind;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Morphologies that are built in, by name.
const BUILT_IN: [(&str, &str); 9] = [
    ("hopper", include_str!("../../../../morphologies/hopper.ron")),
    ("biped", include_str!("../../../../morphologies/biped.ron")),
    ("quadruped", include_str!("../../../../morphologies/quadruped.ron")),
    ("hexapod", include_str!("../../../../morphologies/hexapod.ron")),
    ("snake", include_str!("../../../../morphologies/snake.ron")),
    ("tripod", include_str!("../../../../morphologies/tripod.ron")),
    ("arm", include_str!("../../../../morphologies/arm.ron")),
    ("waiter", include_str!("../../../../morphologies/waiter.ron")),
    ("gripper", include_str!("../../../../morphologies/gripper.ron")),
];

/// Names of the built-in morphologies.
pub fn names() -> Vec<&'static str> {
    BUILT_IN.iter().map(|&(name, _)| name).collect()
}

/// The body of a built-in morphology, or of a file if `name` ends in `.ron`; the path is relative to `folder`.
///
/// # Errors
/// An unknown name (with the known ones), a file that cannot be read, a syntax or type error with file, line and
/// column, or a value that makes no sense with the field that holds it.
pub fn load(name: impl AsRef<Path>, folder: &Path) -> anyhow::Result<Body> {
    let name = name.as_ref();
    if name.extension().is_some_and(|extension| extension == "ron") {
        let path = folder.join(name);
        let text = files::read_text(&path, files::HAND_WRITTEN)
            .with_context(|| format!("cannot read morphology {}", path.display()))?;
        return parse(&text, &path.display().to_string());
    }
    if folder.join(name).is_dir() {
        bail!(
            "{} is a folder, not a morphology; the elites of a run are DIR#ID (`burgess list DIR` shows them)",
            name.display()
        );
    }
    let Some((_, text)) = BUILT_IN.iter().find(|(known, _)| Path::new(known) == name) else {
        bail!(
            "unknown morphology `{}`; known are {}, or give the path of a .ron file",
            name.display(),
            names().join(", ")
        );
    };
    parse(text, &format!("morphologies/{}.ron", name.display()))
}

/// The body that a morphology text describes; `file` is named in errors.
///
/// # Errors
/// As [`load`].
pub fn parse(text: &str, file: &str) -> anyhow::Result<Body> {
    let morphology: Morphology =
        ron::from_str(text).map_err(|e| anyhow!("{file}:{}:{}: {}", e.span.start.line, e.span.start.col, e.code))?;
    let body = morphology.into_body().with_context(|| format!("morphology {file}"))?;
    body.check_graph().with_context(|| format!("morphology {file}"))?;
    Ok(body)
}

/// A body as morphology text, gene ids included. Sizes are rounded in the last digits by the way through logarithms;
/// the exact form of a body is its own serialisation.
///
/// # Errors
/// None in practice: the serialiser only fails on a writer.
pub fn to_text(body: &Body) -> anyhow::Result<String> {
    Ok(ron::ser::to_string_pretty(&Morphology::from_body(body), ron::ser::PrettyConfig::new().depth_limit(3))?)
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Morphology {
    base: BaseKind,
    /// Links, then joints, without an `id` are numbered from here, so that different morphologies share no gene.
    #[serde(default = "one_id", skip_serializing)]
    first_id: u64,
    root: String,
    links: Vec<LinkText>,
    joints: Vec<JointText>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkText {
    name: String,
    #[serde(default)]
    id: Option<u64>,
    shape: ShapeText,
    /// kg/m3
    density: f64,
}

/// Sizes in m, as in [`ShapeGene`].
#[derive(Serialize, Deserialize)]
enum ShapeText {
    Sphere { radius: f64 },
    Capsule { radius: f64, length: f64 },
    Box { half: (f64, f64, f64) },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JointText {
    #[serde(default)]
    id: Option<u64>,
    parent: String,
    child: String,
    attach: (f64, f64, f64),
    /// Rotation vector (rad).
    #[serde(default)]
    orientation: (f64, f64, f64),
    #[serde(default = "one")]
    scale: f64,
    axis: (f64, f64, f64),
    /// rad
    limits: (f64, f64),
    /// Factors on the servo's mass-scaled defaults.
    #[serde(default = "one")]
    kp: f64,
    #[serde(default = "one")]
    kd: f64,
    #[serde(default = "one")]
    torque: f64,
    /// How many times faster and weaker the servo is, where servos have a no-load speed.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    gear: f64,
    #[serde(default = "once")]
    repeat: u8,
    #[serde(default = "radial")]
    layout: RepeatLayout,
    #[serde(default)]
    mirror: bool,
    #[serde(default)]
    terminal: bool,
}

fn one() -> f64 {
    1.0
}
fn is_one(x: &f64) -> bool {
    *x == 1.0
}
fn one_id() -> u64 {
    1
}
fn once() -> u8 {
    1
}
fn radial() -> RepeatLayout {
    RepeatLayout::Radial
}

impl Morphology {
    fn into_body(self) -> anyhow::Result<Body> {
        // Before each joint looks for its ends among all links.
        for (field, count) in [("links", self.links.len()), ("joints", self.joints.len())] {
            ensure!(count <= MAX_GENES, "{field}: must be at most {MAX_GENES}, are {count}");
        }
        let ids = numbering(self.first_id);
        let links = self
            .links
            .iter()
            .zip(ids)
            .map(|(link, id)| link.to_gene(id).with_context(|| format!("link `{}`", link.name)))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let find = |name: &str| {
            let place = self.links.iter().position(|link| link.name == name);
            place.map(|place| links[place].id).ok_or_else(|| anyhow!("there is no link `{name}`"))
        };
        let joints = self
            .joints
            .iter()
            .zip(numbering(self.first_id.wrapping_add(self.links.len() as u64)))
            .map(|(joint, id)| {
                let ends = find(&joint.parent).and_then(|parent| Ok((parent, find(&joint.child)?)));
                ends.and_then(|(parent, child)| joint.to_gene(id, parent, child))
                    .with_context(|| format!("joint from `{}` to `{}`", joint.parent, joint.child))
            })
            .collect::<anyhow::Result<Vec<_>>>()?;
        let root = find(&self.root).context("root")?;
        let mut body = Body { base: self.base, root, links, joints };
        body.sort();
        Ok(body)
    }

    fn from_body(body: &Body) -> Self {
        let name = |id: GeneId| format!("link {}", id.0);
        Self {
            base: body.base,
            first_id: one_id(),
            root: name(body.root),
            links: body
                .links
                .iter()
                .map(|link| LinkText {
                    name: name(link.id),
                    id: Some(link.id.0),
                    shape: ShapeText::from_gene(&link.shape),
                    density: libm::exp(link.log_density),
                })
                .collect(),
            joints: body.joints.iter().map(|joint| JointText::from_gene(joint, name)).collect(),
        }
    }
}

fn numbering(first: u64) -> impl Iterator<Item = u64> {
    (0..).map(move |i| first.wrapping_add(i))
}

impl LinkText {
    fn to_gene(&self, id: u64) -> anyhow::Result<LinkGene> {
        let id = GeneId(self.id.unwrap_or(id));
        Ok(LinkGene { id, shape: self.shape.to_gene()?, log_density: log_of("density", self.density)? })
    }
}

impl ShapeText {
    fn to_gene(&self) -> anyhow::Result<ShapeGene> {
        Ok(match *self {
            ShapeText::Sphere { radius } => ShapeGene::Sphere { log_radius: log_of("radius", radius)? },
            ShapeText::Capsule { radius, length } => {
                ShapeGene::Capsule { log_radius: log_of("radius", radius)?, log_length: log_of("length", length)? }
            }
            ShapeText::Box { half: (x, y, z) } => {
                ShapeGene::Box { log_half: vec3(log_of("half", x)?, log_of("half", y)?, log_of("half", z)?) }
            }
        })
    }

    fn from_gene(gene: &ShapeGene) -> Self {
        let exp = libm::exp;
        match *gene {
            ShapeGene::Sphere { log_radius } => ShapeText::Sphere { radius: exp(log_radius) },
            ShapeGene::Capsule { log_radius, log_length } => {
                ShapeText::Capsule { radius: exp(log_radius), length: exp(log_length) }
            }
            ShapeGene::Box { log_half: h } => ShapeText::Box { half: (exp(h.x), exp(h.y), exp(h.z)) },
        }
    }
}

impl JointText {
    fn to_gene(&self, id: u64, parent: GeneId, child: GeneId) -> anyhow::Result<JointGene> {
        Ok(JointGene {
            id: GeneId(self.id.unwrap_or(id)),
            parent,
            child,
            attach: direction("attach", self.attach)?,
            orientation: vector("orientation", self.orientation)?,
            log_scale: log_of("scale", self.scale)?,
            axis: direction("axis", self.axis)?,
            lower: limit_logit("limits, lower", -self.limits.0)?,
            upper: limit_logit("limits, upper", self.limits.1)?,
            log_kp: log_of("kp", self.kp)?,
            log_kd: log_of("kd", self.kd)?,
            log_torque: log_of("torque", self.torque)?,
            log_gear: if is_one(&self.gear) { None } else { Some(log_of("gear", self.gear)?) },
            repeat: self.repeat,
            layout: self.layout,
            mirror: self.mirror,
            terminal: self.terminal,
        })
    }

    fn from_gene(joint: &JointGene, name: impl Fn(GeneId) -> String) -> Self {
        let tuple = |v: Vec3<f64>| (v.x, v.y, v.z);
        let limit = |logit: f64| MAX_ANGLE / (1.0 + libm::exp(-logit));
        Self {
            id: Some(joint.id.0),
            parent: name(joint.parent),
            child: name(joint.child),
            attach: tuple(joint.attach),
            orientation: tuple(joint.orientation),
            scale: libm::exp(joint.log_scale),
            axis: tuple(joint.axis),
            limits: (-limit(joint.lower), limit(joint.upper)),
            kp: libm::exp(joint.log_kp),
            kd: libm::exp(joint.log_kd),
            torque: libm::exp(joint.log_torque),
            gear: joint.log_gear.map_or(1.0, libm::exp),
            repeat: joint.repeat,
            layout: joint.layout,
            mirror: joint.mirror,
            terminal: joint.terminal,
        }
    }
}

fn log_of(field: &str, value: f64) -> anyhow::Result<f64> {
    ensure!(value.is_finite() && value > 0.0, "{field}: must be above zero, is {value}");
    Ok(libm::log(value))
}

/// The logit of an angle's share of the largest one.
fn limit_logit(field: &str, angle: f64) -> anyhow::Result<f64> {
    ensure!(
        angle > 0.0 && angle < MAX_ANGLE,
        "{field}: the zero angle must lie inside, and the limit within {MAX_ANGLE} rad; its size is {angle}"
    );
    Ok(libm::log(angle / (MAX_ANGLE - angle)))
}

fn vector(field: &str, (x, y, z): (f64, f64, f64)) -> anyhow::Result<Vec3<f64>> {
    let v = vec3(x, y, z);
    ensure!(v.is_finite(), "{field}: must be finite, is ({x}, {y}, {z})");
    Ok(v)
}

fn direction(field: &str, components: (f64, f64, f64)) -> anyhow::Result<Vec3<f64>> {
    let v = vector(field, components)?;
    ensure!(v.norm_squared() > 1e-12, "{field}: must not be zero");
    Ok(v)
}
