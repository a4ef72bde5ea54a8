//! The sizes of bodies that the physics is made for.

use std::ops::RangeInclusive;

/// Masses (kg) of bodies whose contacts and servos the time step of the default physics resolves.
const SUPPORTED: RangeInclusive<f64> = 1e-3..=1e3;

/// What to say of a body of a mass (kg) that is not supported.
pub fn unsupported_size(mass: f64) -> Option<&'static str> {
    (!SUPPORTED.contains(&mass)).then_some(
        "the physics is made for bodies of 1 g to 1,000 kg; outside them, look at what comes out, and try a higher physics.rate",
    )
}

/// Logs a warning if a body of a mass (kg) is not supported.
pub(crate) fn warn_of_size(name: &str, mass: f64) {
    if let Some(note) = unsupported_size(mass) {
        log::warn!("{name} weighs {mass:.2e} kg: {note}");
    }
}
