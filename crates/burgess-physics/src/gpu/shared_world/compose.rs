//! The shader of a scene: the files under `shaders/shared_world/` and the laws, after the constants and the terrain that the scene decides.

use super::layout::Room;
use crate::gpu::compose::terrain_functions;
use crate::laws::terrain::Terrain;
use std::fmt::Write as _;

/// Bodies of a workgroup that makes lists.
pub(super) const SEEKING: u32 = 4;
/// Lanes that look for the partners of a body there.
const SEEKERS: u32 = 32;

/// The bodies of a workgroup, and its lanes. No bit depends on them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Workgroup {
    pub(super) bodies: u32,
    pub(super) lanes: u32,
}

/// What is fast for so many bodies: pairs of boxes have many contacts, and few bodies leave lanes idle.
pub(super) fn workgroup(room: Room, bodies: usize) -> Workgroup {
    match (room.boxes, bodies) {
        (true, _) => Workgroup { bodies: 8, lanes: 128 },
        (false, ..50_000) => Workgroup { bodies: 32, lanes: 128 },
        (false, _) => Workgroup { bodies: 32, lanes: 64 },
    }
}

/// The hand-written passes and the generated laws, by name and text.
pub const FILES: [(&str, &str); 14] = [
    ("shared_world/layout.wgsl", include_str!("../../../../../shaders/shared_world/layout.wgsl")),
    ("shared/functions.wgsl", include_str!("../../../../../shaders/shared/functions.wgsl")),
    ("shared/algebra.wgsl", include_str!("../../../../../shaders/shared/algebra.wgsl")),
    ("laws/contact.wgsl", include_str!("../../../../../shaders/laws/contact.wgsl")),
    ("laws/pair.wgsl", include_str!("../../../../../shaders/laws/pair.wgsl")),
    ("laws/gyroscope.wgsl", include_str!("../../../../../shaders/laws/gyroscope.wgsl")),
    ("laws/terrain.wgsl", include_str!("../../../../../shaders/laws/terrain.wgsl")),
    ("terrain.wgsl", include_str!("../../../../../shaders/terrain.wgsl")),
    ("shared_world/grid.wgsl", include_str!("../../../../../shaders/shared_world/grid.wgsl")),
    ("shared_world/neighbours.wgsl", include_str!("../../../../../shaders/shared_world/neighbours.wgsl")),
    ("shared_world/contacts.wgsl", include_str!("../../../../../shaders/shared_world/contacts.wgsl")),
    ("shared_world/items.wgsl", include_str!("../../../../../shaders/shared_world/items.wgsl")),
    ("shared_world/ground.wgsl", include_str!("../../../../../shaders/shared_world/ground.wgsl")),
    ("shared_world/step.wgsl", include_str!("../../../../../shaders/shared_world/step.wgsl")),
];

/// The whole text, for so many bodies.
pub fn source(room: Room, bodies: usize, terrain: &Terrain<f32>) -> String {
    let mut text = String::from("// Composed for one scene.\n");
    let workgroup = workgroup(room, bodies);
    let whole = [
        ("PARTNERS", room.partners),
        ("FEATURES", room.features()),
        ("POINTS", room.points()),
        ("SEEKING", SEEKING as usize),
        ("SEEKERS", SEEKERS as usize),
        ("LANES", workgroup.lanes as usize),
        ("GROUP", workgroup.bodies as usize),
    ];
    for (name, value) in whole {
        let _ = writeln!(text, "const {name} = {value}u;");
    }
    for (name, value) in [("LONG", room.long), ("BOXES", room.boxes)] {
        let _ = writeln!(text, "const {name} = {value};");
    }
    text += &terrain_functions(terrain, "");
    for (_, file) in FILES {
        text.push('\n');
        text += file;
    }
    text
}
