//! The harness tried on inputs that do all that none may do.

use crate::harness::{Format, Inputs, Limits, fuzz, name_number};
use burgess_core::rng::{Purpose, Stream};
use std::fs;
use std::path::Path;
use std::time::Duration;

pub(crate) const FORMAT: Format =
    Format { name: "sins", few: 0, accepted: 0.0, prepare: |_| {}, open: |_| Box::new(Sins(COUNT.into())) };

/// Panics, a thread that panics unseen, no memory, much memory, time, no end, no stack, abort, and none of these.
const COUNT: u8 = 9;

struct Sins(usize);

impl Inputs for Sins {
    fn write(&self, stream: &mut Stream, dir: &Path) {
        fs::write(dir.join("sin"), [stream.below(self.0) as u8]).unwrap();
    }

    fn read(&self, dir: &Path) -> bool {
        match fs::read(dir.join("sin")).unwrap()[0] {
            0 => panic!("a panic"),
            1 => drop(std::thread::spawn(|| panic!("unseen")).join()),
            2 => drop(std::hint::black_box(vec![1_u8; 60_000_000])),
            3 => {
                let many: Vec<Vec<u8>> = (0..60_000).map(|_| vec![1; 1000]).collect();
                drop(std::hint::black_box(many));
            }
            4 => std::thread::sleep(Duration::from_millis(400)),
            5 => loop {
                std::thread::sleep(Duration::from_secs(1));
            },
            6 => assert!(deep(u64::MAX) > 0),
            7 => std::process::abort(),
            _ => return true,
        }
        false
    }
}

#[expect(unconditional_recursion, reason = "to overflow the stack")]
fn deep(n: u64) -> u64 {
    std::hint::black_box(deep(std::hint::black_box(n - 1)) + 1)
}

#[test]
fn every_sin_is_found_and_told() {
    let limits = Limits { time: Duration::from_millis(200), memory: 50_000_000 };
    let report = fuzz(&FORMAT, 0..20, limits);
    let sin = |input| Stream::new(name_number(FORMAT.name), 0, input, Purpose::Test).below(COUNT.into());
    let sinners: Vec<u64> = (0..20).filter(|&input| sin(input) != 8).collect();
    let found: Vec<u64> = report.failures.iter().map(|failure| failure.input).collect();
    assert_eq!(found, sinners, "{report}");
    let words = [
        "a panic",
        "unseen",
        "memory allocation",
        "memory allocation",
        "took",
        "did not come back",
        "overflow",
        "signal",
    ];
    for failure in &report.failures {
        let sin = sin(failure.input);
        assert!(failure.how.contains(words[sin]), "{sin}: {}", failure.how);
        assert_eq!(fs::read(failure.kept.join("sin")).unwrap(), [sin as u8]);
        fs::remove_dir_all(&failure.kept).unwrap();
    }
    for (sin_number, words) in words.iter().enumerate() {
        assert!(sinners.iter().any(|&input| sin(input) == sin_number), "no input of 20 shows `{words}`");
    }
}
