//! The adapter that tests run on.

use burgess_physics::gpu::device::{Choice, Gpu};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Whose turn it is. A test takes it first and keeps it to its end: drivers have been seen to crash or to hang where threads of one
/// process open and close devices at the same time, which the program itself never does.
pub(crate) fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The best adapter that there is, software ones included; nothing where `BURGESS_NO_GPU_TESTS=1` asks to go without.
///
/// # Panics
///
/// When there is none: a test that silently did nothing would prove nothing.
pub(crate) fn gpu() -> Option<Gpu> {
    if std::env::var_os("BURGESS_NO_GPU_TESTS").is_some_and(|value| value == "1") {
        eprintln!("skipped, as BURGESS_NO_GPU_TESTS=1 asks");
        return None;
    }
    match Gpu::open(&Choice::Best) {
        Ok(gpu) => Some(gpu),
        Err(error) => panic!("{error}\nTo leave the GPU tests out: BURGESS_NO_GPU_TESTS=1"),
    }
}
