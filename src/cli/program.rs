//! What this program was built from, for the provenance of runs.

use burgess_evolution::evolve::provenance::Program;

/// Version, git revision, cargo features.
pub(crate) fn program() -> Program {
    Program {
        version: env!("CARGO_PKG_VERSION").into(),
        revision: env!("BURGESS_REVISION").into(),
        features: env!("BURGESS_FEATURES").into(),
        debug: cfg!(debug_assertions),
    }
}
