//! What goes wrong with a GPU in the middle of a run: too little memory, a device that is lost.

use crate::adapter::{self, gpu};
use crate::zoo::{cpg, experiment, random_candidates, terrains};
use burgess_physics::Error;
use burgess_physics::batch::{Backend, Outcome};
use burgess_physics::gpu::device::GpuError;
use burgess_physics::gpu::{GpuBackend, Options};
use burgess_physics::model::Candidate;

fn backend(options: Options) -> Option<GpuBackend> {
    let [(_, plane), ..] = terrains();
    Some(GpuBackend::new(&experiment(cpg(), plane, 0.1).plan(), gpu()?, options).unwrap())
}

fn candidates() -> Vec<Candidate<f32>> {
    random_candidates(cpg(), 0..400).into_iter().map(|candidate| candidate.map(|x| x as f32)).collect()
}

fn bits(outcomes: &[Outcome]) -> Vec<u32> {
    outcomes.iter().flat_map(|outcome| [outcome.reward.to_bits(), outcome.steps]).collect()
}

#[test]
fn too_large_a_batch_is_split_and_tried_once_more() {
    let _turn = adapter::turn();
    let Some(plain) = backend(Options::default()) else { return };
    let all = candidates();
    let expected = bits(&plain.evaluate(&all).unwrap());
    // The models of 400 creatures alone take about a megabyte.
    let small = backend(Options { memory: Some(2 << 20), ..Options::default() }).unwrap();
    assert_eq!(bits(&small.evaluate(&all).unwrap()), expected);
    // The next generation as well.
    assert_eq!(bits(&small.evaluate(&all).unwrap()), expected);
}

#[test]
fn what_fits_in_no_part_is_an_error_that_says_so() {
    let _turn = adapter::turn();
    let Some(tiny) = backend(Options { memory: Some(128 << 10), ..Options::default() }) else { return };
    let error = tiny.evaluate(&candidates()).unwrap_err();
    assert!(matches!(error, Error::Gpu(GpuError::OutOfMemory { .. })), "{error:?}");
    assert!(error.to_string().contains("out of memory"), "{error}");
    // Fewer creatures still can be simulated.
    assert_eq!(tiny.evaluate(&candidates()[..1]).unwrap().len(), 1);
}

#[test]
fn a_lost_device_is_an_error_that_says_so() {
    let _turn = adapter::turn();
    let Some(backend) = backend(Options::default()) else { return };
    let few = &candidates()[..20];
    backend.evaluate(few).unwrap();
    backend.gpu().device.destroy();
    for _ in 0..2 {
        let error = backend.evaluate(few).unwrap_err();
        assert!(matches!(error, Error::Gpu(GpuError::Lost { .. })), "{error:?}");
    }
}
