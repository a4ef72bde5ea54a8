//! The table of `burgess show MORPHOLOGY`: what a body is made of, link by link.

use burgess_core::math::Vec3;
use burgess_evolution::growth::{Grown, LinkKey, unsupported_size};
use burgess_physics::model::{BaseKind, JointKind, Model, Shape};
use std::fmt::Write as _;

/// A table of the links, one a line, with units in the head and a summary above.
pub(super) fn table(Grown { model, keys }: &Grown<f64>) -> String {
    let rows: Vec<[String; COLUMNS]> = keys.iter().enumerate().map(|(link, key)| row(link, model, key)).collect();
    let widths: [usize; COLUMNS] = std::array::from_fn(|column| {
        rows.iter().map(|row| row[column].chars().count()).chain([HEAD[column].chars().count()]).max().unwrap_or(0)
    });
    let mut text = summary(model);
    for line in std::iter::once(&HEAD.map(String::from)).chain(&rows) {
        for (cell, width) in line.iter().zip(widths) {
            // Writing to a string cannot fail.
            let _ = write!(text, "{cell:width$}  ");
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

const COLUMNS: usize = 13;

const HEAD: [&str; COLUMNS] = [
    "link",
    "gene",
    "parent",
    "shape (m)",
    "mass (kg)",
    "joint",
    "hinge at (m)",
    "axis",
    "limits (rad)",
    "kp (Nm/rad)",
    "kd (Nms/rad)",
    "torque (Nm)",
    "no load (rad/s)",
];

fn summary(model: &Model<f64>) -> String {
    let base = match model.base {
        BaseKind::Floating => "floating",
        BaseKind::Welded => "welded to the world",
    };
    format!(
        "{} links, {} hinges, {} contact points of {} N/m, {} kg, base {base}\n",
        model.links.len(),
        model.joint_count(),
        model.contacts.len(),
        figures(model.contact_stiffness, 0),
        figures(model.mass(), 3)
    ) + &size_note(model.mass())
}

fn size_note(mass: f64) -> String {
    unsupported_size(mass).map_or(String::new(), |note| format!("note: {note}\n"))
}

fn row(index: usize, model: &Model<f64>, key: &LinkKey) -> [String; COLUMNS] {
    let (link, gene) = (&model.links[index], key.gene.0.to_string());
    let shapes: Vec<String> = model.colliders.iter().filter(|c| c.link == index).map(|c| shape(&c.shape)).collect();
    let [parent, joint, position, axis, limits, kp, kd, torque, speed] = if index == 0 {
        std::array::from_fn(|_| "-".to_string())
    } else {
        let (own, joint) = (key.joint, model.joint(index));
        let JointKind::Hinge(hinge) = &joint.kind;
        [
            link.parent.to_string(),
            format!("{}/{:o}/{:b}", own.gene.0, own.repeat, own.side),
            vector(joint.position, 3),
            vector(hinge.axis, 2),
            format!("{:.2} to {:.2}", hinge.lower, hinge.upper),
            figures(joint.servo.kp, 2),
            figures(joint.servo.kd, 3),
            figures(joint.servo.torque_limit, 2),
            joint.servo.no_load_speed.map_or("-".to_string(), |speed| figures(speed, 1)),
        ]
    };
    let (form, mass) = (shapes.join(", "), figures(link.mass, 3));
    [index.to_string(), gene, parent, form, mass, joint, position, axis, limits, kp, kd, torque, speed]
}

/// A number with so many decimals, or, where these would leave less than two figures of it, with two figures.
pub(super) fn figures(x: f64, decimals: usize) -> String {
    let is_small = x != 0.0 && x.abs() < 10f64.powi(1 - decimals as i32);
    if is_small { format!("{x:.1e}") } else { format!("{x:.decimals$}") }
}

/// Three numbers with `digits` decimals, without the sign of what rounds to zero.
fn vector(v: Vec3<f64>, digits: i32) -> String {
    let unit = 10f64.powi(digits);
    let places = digits as usize;
    v.to_array().map(|x| format!("{:.places$}", (x * unit).round() / unit + 0.0)).join(" ")
}

fn shape(shape: &Shape<f64>) -> String {
    match shape {
        Shape::Sphere { radius, .. } => format!("sphere r {}", figures(*radius, 3)),
        Shape::Capsule { from, to, radius } => {
            format!("capsule r {} l {}", figures(*radius, 3), figures((*to - *from).norm_squared().sqrt(), 3))
        }
        Shape::Box { half, .. } => format!("box {}", half.to_array().map(|x| figures(x, 3)).join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burgess_evolution::genome::{BodyLimits, morphology};
    use burgess_evolution::growth::expand;
    use burgess_physics::world::Physics;
    use std::path::Path;

    #[test]
    fn every_link_has_a_line_and_lines_are_aligned() {
        for name in morphology::names() {
            let body = morphology::load(name, Path::new(".")).expect("built in");
            let grown = expand(&body, &BodyLimits::default(), &Physics::default()).expect("well-formed");
            let text = table(&grown);
            let lines: Vec<&str> = text.lines().collect();
            assert_eq!(lines.len(), grown.model.links.len() + 2, "{text}");
            let column = lines[1].find("axis").expect("a head");
            assert!(lines[3..].iter().all(|line| line.as_bytes()[column - 1] == b' '), "{text}");
        }
    }
}
