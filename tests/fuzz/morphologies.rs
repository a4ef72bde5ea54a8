//! Morphology files, as `burgess show FILE` reads and grows them.

use crate::harness::{Format, Inputs};
use crate::place::repository;
use crate::program::succeeds;
use crate::text::Texts;
use burgess_core::rng::Stream;
use std::fs;
use std::path::Path;

pub(crate) const FORMAT: Format = Format {
    name: "morphologies",
    few: 3000,
    accepted: 0.2,
    prepare: |_| {},
    open: |_| Box::new(Morphologies(Texts::new(Texts::of_folder(&repository().join("morphologies"), "ron")))),
};

struct Morphologies(Texts);

impl Inputs for Morphologies {
    fn write(&self, stream: &mut Stream, dir: &Path) {
        fs::write(dir.join("body.ron"), self.0.mutated(stream)).unwrap();
    }

    fn read(&self, dir: &Path) -> bool {
        let body = dir.join("body.ron");
        let shown = succeeds(&["show".as_ref(), body.as_os_str()]);
        if shown {
            // What can be shown can be simulated, if only to say that it diverges.
            succeeds(&["simulate".as_ref(), body.as_os_str(), "--seconds=0.02".as_ref()]);
        }
        shown
    }
}
