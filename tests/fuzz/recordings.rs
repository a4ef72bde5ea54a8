//! Recordings and gaits of inverse problems, as `burgess check` reads them; some of the problems are solved.

use crate::harness::{Format, Inputs, copy};
use crate::numbers::one;
use crate::place::{self, repository};
use crate::program::succeeds;
use crate::text::Texts;
use burgess_core::rng::Stream;
use burgess_evolution::experiment::load_inverse;
use burgess_evolution::inverse;
use burgess_evolution::inverse::identify::Table;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) const FORMAT: Format =
    Format { name: "recordings", few: 1500, accepted: 0.15, prepare, open: |corpus| Box::new(Recordings::new(corpus)) };

const HOPPER: &str = r#"Identify(
    name: "hopper", body: "hopper", gait: Random(offset: 0.2, amplitude: (0.1, 0.5), frequency: (0.8, 2.0), bounds: (0.5, 2.5)),
    recording: File("recording.csv"), unknowns: [Mass, Friction], guesses: 1, steps: 1, horizons: [0.02],
    physics: (contact_stiffness: Fixed(1e4)),
)"#;
const ANT: &str = r#"Identify(
    name: "ant", body: "quadruped", gait: File("gait.ron"), recording: File("recording.csv"), unknowns: [JointDamping, Gravity],
    start: Fitted, guesses: 1, steps: 1, horizons: [0.02], physics: (contact_stiffness: Fixed(1e4)),
)"#;
const ASCENT: &str = r#"Ascent(
    name: "ascent", body: "quadruped", gait: File("gait.ron"), starts: 1, genes: [Sizes, Brain],
    task: (duration: 0.05, reward: [(term: ForwardVelocity)]), descent: (steps: 1), physics: (contact_stiffness: Fixed(1e4)),
)"#;

/// Problems, each in a folder of its own.
fn prepare(corpus: &Path) {
    for (name, problem, body) in
        [("hopper", HOPPER, Some("hopper")), ("ant", ANT, Some("quadruped")), ("ascent", ASCENT, None)]
    {
        let dir = corpus.join(name);
        fs::create_dir(&dir).unwrap();
        fs::write(dir.join("problem.ron"), problem).unwrap();
        fs::copy(repository().join("experiments/gaits/ant.ron"), dir.join("gait.ron")).unwrap();
        if let Some(body) = body {
            place::ask(&dir, &["simulate", body, "--seconds", "0.05", "--precision", "f64", "--csv", "recording.csv"]);
        }
    }
}

struct Recordings {
    problems: Vec<PathBuf>,
    /// What may be changed in a problem's folder, with texts of its kind.
    files: [(&'static str, Texts); 3],
}

impl Recordings {
    fn new(corpus: &Path) -> Self {
        let problems = ["hopper", "ant", "ascent"].map(|name| corpus.join(name)).to_vec();
        let texts = |name: &str| {
            Texts::new(problems.iter().filter_map(|dir| fs::read_to_string(dir.join(name)).ok()).collect())
        };
        let files = ["recording.csv", "gait.ron", "problem.ron"].map(|name| (name, texts(name)));
        Self { problems, files }
    }
}

impl Inputs for Recordings {
    fn write(&self, stream: &mut Stream, dir: &Path) {
        let problem = one(&self.problems, stream);
        copy(problem, dir).unwrap();
        let (name, texts) = &self.files[*one(&[0, 0, 0, 0, 0, 0, 1, 1, 1, 2], stream)];
        // The ascent has no recording.
        let Ok(text) = fs::read_to_string(dir.join(name)) else { return };
        let text = if *name == "recording.csv" && stream.chance(0.3) { change_column(&text, stream) } else { text };
        fs::write(dir.join(name), texts.mutate(&text, stream)).unwrap();
        // To solve a problem takes a hundred times as long as to check it.
        if *name != "problem.ron" && stream.chance(1.0 / 32.0) {
            fs::write(dir.join("solve"), "").unwrap();
        }
    }

    fn read(&self, dir: &Path) -> bool {
        let problem = dir.join("problem.ron");
        let valid = succeeds(&["check".as_ref(), problem.as_os_str()]);
        if valid && dir.join("solve").exists() && is_short(&dir.join("recording.csv")) {
            let solved = load_inverse(&problem, &[])
                .map_err(anyhow::Error::from)
                .and_then(|loaded| inverse::run(&loaded, &dir.join("out")));
            match solved {
                Ok(verdict) => eprintln!("{}", verdict.summary),
                Err(error) => eprintln!("{error:#}"),
            }
        }
        valid
    }
}

/// A table without a column, or with one in another place, of another name, or many times.
fn change_column(text: &str, stream: &mut Stream) -> String {
    let mut rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    let columns = rows[0].len();
    let (from, to) = (stream.below(columns), stream.below(columns));
    let times = 1 << stream.below(14);
    let kind = stream.below(4);
    for (i, row) in rows.iter_mut().enumerate() {
        match kind {
            0 => drop(row.remove(from)),
            1 => row.swap(from, to),
            // The names stay: numbers of another kind come under them.
            2 if i > 0 => row.swap(from, to),
            3 if times * text.len() < 50_000_000 => drop(row.splice(to..to, vec![row[from]; times])),
            _ => {}
        }
    }
    rows.iter().map(|row| row.join(",") + "\n").collect()
}

/// Whether to fit a recording is not yet the work of minutes that was asked for. A problem without one is.
fn is_short(recording: &Path) -> bool {
    let Ok(table) = Table::load(recording) else { return true };
    let last = table.column("time").and_then(|time| Some(table.rows.last()?[time]));
    table.rows.len() < 500 && last.is_some_and(|last| last < 1.0)
}
