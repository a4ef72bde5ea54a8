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

/// A body of up to thousands of genes: a chain, with joints between any two of its links.
fn large(stream: &mut Stream) -> Vec<u8> {
    let most = 2 << stream.below(13);
    let count = 2 + stream.below(most);
    let link = |i| format!("(name: \"{i}\", shape: Sphere(radius: 0.1), density: 500),");
    let joint = |(parent, child)| {
        format!("(parent: \"{parent}\", child: \"{child}\", attach: (1, 0, 0), axis: (0, 1, 0), limits: (-1, 1)),")
    };
    let mut ends: Vec<(usize, usize)> = (1..count).map(|i| (i - 1, i)).collect();
    if stream.chance(0.5) {
        ends.reverse();
    }
    for _ in 0..stream.below(4) {
        let more = (stream.below(count), stream.below(count));
        let place = stream.below(ends.len() + 1);
        ends.insert(place, more);
    }
    let (links, joints): (String, String) = ((0..count).map(link).collect(), ends.into_iter().map(joint).collect());
    format!("(base: Floating, root: \"0\", links: [{links}], joints: [{joints}])").into_bytes()
}

impl Inputs for Morphologies {
    fn write(&self, stream: &mut Stream, dir: &Path) {
        let text = if stream.chance(0.02) { large(stream) } else { self.0.mutated(stream) };
        fs::write(dir.join("body.ron"), text).unwrap();
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
