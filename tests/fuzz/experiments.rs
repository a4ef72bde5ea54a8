//! Experiment files of all kinds, as `burgess check FILE` reads them, with the files that they name; some with a `--set`.

use crate::harness::{Format, Inputs};
use crate::place::repository;
use crate::program::succeeds;
use crate::text::Texts;
use burgess_core::rng::Stream;
use std::fs;
use std::path::Path;

pub(crate) const FORMAT: Format =
    Format { name: "experiments", few: 1200, accepted: 0.15, prepare: |_| {}, open: |_| Box::new(Experiments::new()) };

struct Experiments {
    experiments: Texts,
    settings: Texts,
}

impl Experiments {
    fn new() -> Self {
        let folder = repository().join("experiments");
        let mut texts = Texts::of_folder(&folder, "ron");
        texts.extend(Texts::of_folder(&folder.join("benchmarks"), "ron"));
        let parts: Vec<String> = texts.iter().map(|text| alternatives(text)).collect();
        let settings =
            ["task.duration=2.5", "emitters[0].share=0.5", "body=Fixed(\"hopper\")", "policy=Mlp(hidden: [8, 8])"]
                .into_iter()
                .chain([
                    "terrain=Walls([(centre: (1, 2), half: (1, 1), height: 0.1)])",
                    "terrain.Walls[0].height=3",
                    "seed=7",
                ]);
        Self {
            experiments: Texts::with_parts(texts, &parts),
            settings: Texts::new(settings.map(String::from).collect()),
        }
    }
}

/// What a reference says in comments that may stand in the place of a field, as a text of fields.
fn alternatives(text: &str) -> String {
    let fields: Vec<&str> = text.lines().filter_map(|line| line.trim_start().strip_prefix("//|")).collect();
    format!("({})", fields.join("\n"))
}

impl Inputs for Experiments {
    fn write(&self, stream: &mut Stream, dir: &Path) {
        fs::write(dir.join("test.ron"), self.experiments.mutated(stream)).unwrap();
        if stream.chance(0.1) {
            fs::write(dir.join("set"), self.settings.mutated(stream)).unwrap();
        }
    }

    fn read(&self, dir: &Path) -> bool {
        // What experiments name lies beside them.
        for folder in ["gaits", "models"] {
            let _ = std::os::unix::fs::symlink(repository().join("experiments").join(folder), dir.join(folder));
        }
        let _ = fs::copy(repository().join("morphologies/tripod.ron"), dir.join("body.ron"));
        let file = dir.join("test.ron").into_os_string();
        match fs::read_to_string(dir.join("set")) {
            Ok(setting) => succeeds(&["check".into(), file, format!("--set={setting}").into()]),
            Err(_) => succeeds(&["check".into(), file]),
        }
    }
}
