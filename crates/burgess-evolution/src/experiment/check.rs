//! What all checks of an experiment have in common: the list of problems, bounds, and the ways to state them.

use super::error::InvalidValue;
use crate::descriptors::DescriptorSpec;
use std::fmt::{self, Display, Formatter};
use std::ops::RangeInclusive;

/// Most cells of an archive: each is drawn, and may hold an elite.
pub(super) const MAX_CELLS: usize = 10_000_000;

/// Most neighbours of an elite.
pub(super) const MAX_NEIGHBOURS: usize = 1000;

/// Most descriptors.
pub(super) const MAX_DESCRIPTORS: usize = 100;

/// Most descriptors of a grid archive, whose cells grow with their power.
pub(super) const MAX_GRID_DESCRIPTORS: usize = 6;

/// Largest size of any free number; beyond it single precision runs out.
pub(super) const HUGE: f64 = 1e9;

/// Fastest rhythm of a brain (Hz); motors cannot follow a faster one.
pub(super) const MAX_FREQUENCY: f64 = 20.0;

/// Whether a morphology exists and can be read; if not, why.
pub(super) type Known<'a> = &'a dyn Fn(&str) -> Result<(), String>;

/// All that is wrong with the dimensions of an archive; what comes from refinement is among them only where something `refines`.
pub(super) fn axes(check: &mut Check, path: &str, specs: &[DescriptorSpec], refines: bool) {
    // Of too many, which are told elsewhere, each would be compared with all.
    for (i, DescriptorSpec { kind, range, bins }) in specs.iter().enumerate().take(MAX_DESCRIPTORS) {
        for (field, message) in kind.problems() {
            check.report(format!("{path}[{i}].kind.{field}"), message);
        }
        if let Some(first) = specs[..i].iter().position(|other| other.kind == *kind) {
            let allowed = format!("different from {path}[{first}].kind");
            check.need(false, format!("{path}[{i}].kind"), allowed, format_args!("{kind:?}"));
        }
        if !refines && !kind.is_of_episode() {
            let allowed = "measured of an episode where nothing is refined (give `refine`)";
            check.need(false, format!("{path}[{i}].kind"), allowed, format_args!("{kind:?}"));
        }
        check.interval(&format!("{path}[{i}].range"), *range);
        check.whole(&format!("{path}[{i}].bins"), *bins, 1..=MAX_CELLS);
    }
}

/// Collects problems. Each method states one kind of rule; comparisons are written so that NaN breaks them.
#[derive(Default)]
pub(super) struct Check {
    pub(super) problems: Vec<InvalidValue>,
}

impl Check {
    pub(super) fn report(&mut self, path: String, message: String) {
        self.problems.push(InvalidValue { path, message, place: None });
    }

    pub(super) fn need(&mut self, ok: bool, path: impl Into<String>, allowed: impl Display, came: impl Display) {
        if !ok {
            self.report(path.into(), format!("must be {allowed}, is {came}"));
        }
    }

    /// A finite number within bounds.
    pub(super) fn within(&mut self, path: &str, value: f64, range: RangeInclusive<f64>, unit: &str) {
        let allowed = format_args!("from {} to {}{}", Number(*range.start()), Number(*range.end()), Unit(unit));
        self.need(range.contains(&value), path, allowed, Number(value));
    }

    /// A number above zero.
    pub(super) fn positive(&mut self, path: &str, value: f64, most: f64, unit: &str) {
        let allowed = format_args!("above 0 and at most {}{}", Number(most), Unit(unit));
        self.need(value > 0.0 && value <= most, path, allowed, Number(value));
    }

    /// Two finite numbers, the first below the second.
    pub(super) fn interval(&mut self, path: &str, (low, high): (f64, f64)) {
        let sane = low.abs() <= HUGE && high.abs() <= HUGE && low < high;
        let allowed = format_args!("(low, high) with low below high, both from {} to {}", Number(-HUGE), Number(HUGE));
        self.need(sane, path, allowed, Pair((low, high)));
    }

    /// Two numbers above zero, the first below the second.
    pub(super) fn positive_interval(&mut self, path: &str, (low, high): (f64, f64), most: f64, unit: &str) {
        let sane = low > 0.0 && low < high && high <= most;
        let allowed = format_args!("(low, high) with 0 < low < high <= {}{}", Number(most), Unit(unit));
        self.need(sane, path, allowed, Pair((low, high)));
    }

    /// A list that must not be empty.
    pub(super) fn length(&mut self, path: &str, length: usize, most: usize) {
        if !(1..=most).contains(&length) {
            self.report(path.to_owned(), format!("must have 1 to {most} items, has {length}"));
        }
    }

    /// A whole number within bounds.
    pub(super) fn whole<T: PartialOrd + Display>(&mut self, path: &str, value: T, range: RangeInclusive<T>) {
        let allowed = format_args!("{} to {}", range.start(), range.end());
        self.need(range.contains(&value), path, allowed, &value);
    }

    pub(super) fn known(&mut self, path: &str, morphology: &str, known: Known) {
        if let Err(reason) = known(morphology) {
            self.report(path.to_owned(), reason);
        }
    }
}

/// A number as RON writes it, large and small ones with an exponent.
pub(super) struct Number(pub(super) f64);

impl Display for Number {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let plain = self.0 == 0.0 || (1e-4..1e7).contains(&self.0.abs()) || !self.0.is_finite();
        if plain { Display::fmt(&self.0, f) } else { fmt::LowerExp::fmt(&self.0, f) }
    }
}

/// Two numbers as RON writes them.
pub(super) struct Pair(pub(super) (f64, f64));

impl Display for Pair {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "({}, {})", Number(self.0.0), Number(self.0.1))
    }
}

/// A unit behind a number, or nothing.
struct Unit<'a>(&'a str);

impl Display for Unit<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, " {}", self.0) }
    }
}
