//! The sizes of bodies that the physics is made for.

use burgess_physics::world::Physics;
use std::ops::RangeInclusive;

/// Masses (kg) of bodies whose contacts and servos the time step of the default physics resolves.
const SUPPORTED: RangeInclusive<f64> = 1e-3..=1e3;

/// What to say of a body of a mass (kg) that is not supported.
pub fn unsupported_size(mass: f64) -> Option<&'static str> {
    (!SUPPORTED.contains(&mass)).then_some(
        "the physics is made for bodies of 1 g to 1,000 kg; outside them, look at what comes out, and try a higher physics.rate",
    )
}

/// What gravity does in a step, as a share of the smallest half size of an object, above which it sinks into others it lies on: twice what a stack
/// of boxes bears (`tests/simulation/sizes.rs`).
const COARSE: f64 = 0.04;

/// Logs a warning for each loose object that is too small for the steps of a physics.
pub(crate) fn warn_of_objects(physics: &Physics) {
    for (i, object) in physics.objects.iter().enumerate().filter(|(_, object)| !object.fixed) {
        let sizes = object.shape.sizes().into_iter().filter(|&(field, _)| field != "length");
        let smallest = sizes.map(|(_, size)| size).fold(f64::INFINITY, f64::min);
        let least = (physics.gravity / (COARSE * smallest)).sqrt();
        if f64::from(physics.rate) < least {
            log::warn!(
                "physics.objects[{i}] is so small that it sinks into what it lies on at {} steps a second: take physics.rate {} or more",
                physics.rate,
                least.ceil()
            );
        }
    }
}

/// Logs a warning if a body of a mass (kg) is not supported.
pub(crate) fn warn_of_size(name: &str, mass: f64) {
    if let Some(note) = unsupported_size(mass) {
        log::warn!("{name} weighs {mass:.2e} kg: {note}");
    }
}
