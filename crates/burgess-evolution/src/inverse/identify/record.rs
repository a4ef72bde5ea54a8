//! What stays of an identification: tables, the factors, plots, and a few lines to print.

use super::fit::Fitted;
use super::table::Table;
use super::{Evidence, IdentifyResult};
use crate::experiment::{Factors, Identify, Unknown};
use crate::inverse::folder::Folder;
use anyhow::Result;
use burgess_report::views::{LineView, LinesView, PanelView};
use ron::ser::PrettyConfig;

/// A factor whose deviation is a larger share of it than this is hardly determined.
const UNDETERMINED: f64 = 0.2;
/// Estimates with a correlation beyond this, on either side, are hardly told apart.
const TIED: f64 = 0.99;
/// Root mean square of the residuals, as a share of the ranges, beyond which a fit does not explain the recording.
const LARGE_RESIDUAL: f64 = 0.05;
/// Guesses that plots show: more than that cannot be told apart.
const SHOWN: usize = 8;
/// Columns that are drawn, those that the recording has.
const DRAWN: [(&str, &str); 4] =
    [("x", "x (m)"), ("z", "z (m)"), ("angle1", "angle 1 (rad)"), ("rate1", "rate 1 (rad/s)")];

/// Writes everything into the folder, and gives what to print.
///
/// # Errors
///
/// When a file cannot be written.
pub fn write(spec: &Identify, solution: &IdentifyResult, folder: &Folder) -> Result<String> {
    folder.write("recording.csv", &solution.recording.to_csv())?;
    folder.write("fitted.csv", &solution.motion.to_csv())?;
    folder.write("loss.csv", &courses(spec, solution))?;
    folder.write("guesses.csv", &guesses(spec, solution))?;
    if let Some(evidence) = &solution.evidence {
        folder.write("evidence.csv", &evidence_table(spec, evidence))?;
    }
    if let Some(best) = solution.best() {
        let text = ron::ser::to_string_pretty(&as_factors(spec, &best.factors), PrettyConfig::new())?;
        folder.write("solution.ron", &format!("// Factors on what the body and the physics say.\n{text}\n"))?;
    }
    folder.draw(&loss_plot(spec, solution), "loss")?;
    folder.draw(&factor_plot(spec, solution), "factors")?;
    folder.draw(&motion_plot(spec, solution), "motion")?;
    Ok(summary(spec, solution))
}

fn label(unknown: Unknown) -> &'static str {
    match unknown {
        Unknown::Mass => "mass",
        Unknown::Friction => "friction",
        Unknown::JointDamping => "joint_damping",
        Unknown::Gravity => "gravity",
    }
}

fn as_factors(spec: &Identify, values: &[f64]) -> Factors {
    let mut factors = Factors::default();
    for (unknown, &value) in spec.unknowns.iter().zip(values) {
        match unknown {
            Unknown::Mass => factors.mass = value,
            Unknown::Friction => factors.friction = value,
            Unknown::JointDamping => factors.joint_damping = value,
            Unknown::Gravity => factors.gravity = value,
        }
    }
    factors
}

fn joined(values: &[f64]) -> String {
    values.iter().map(|x| format!(",{x}")).collect()
}

fn names(spec: &Identify, prefix: &str) -> String {
    spec.unknowns.iter().map(|&unknown| format!(",{prefix}{}", label(unknown))).collect()
}

/// One row a guess and step.
fn courses(spec: &Identify, solution: &IdentifyResult) -> String {
    let mut text = format!("guess,step,horizon,residual{}\n", names(spec, ""));
    for (guess, fitted) in solution.guesses.iter().enumerate() {
        for (step, stand) in fitted.course.iter().enumerate() {
            text += &format!("{guess},{step},{},{}{}\n", stand.horizon, stand.residual, joined(&stand.factors));
        }
    }
    text
}

/// One row a guess.
fn guesses(spec: &Identify, solution: &IdentifyResult) -> String {
    let mut text = format!("guess,steps,residual,error{}{}\n", names(spec, "guessed_"), names(spec, ""));
    for (guess, fitted) in solution.guesses.iter().enumerate() {
        let (steps, error) = (fitted.course.len(), solution.error(fitted));
        let numbers = joined(&fitted.guess) + &joined(&fitted.factors);
        text += &format!("{guess},{steps},{},{error}{numbers}\n", fitted.residual);
    }
    text
}

fn title(spec: &Identify) -> String {
    format!("{}, seed {}", spec.name, spec.seed)
}

/// One line a guess over its steps.
fn lines(solution: &IdentifyResult, value: impl Fn(&super::fit::Stand) -> f64) -> Vec<LineView> {
    let line = |(guess, fitted): (usize, &Fitted)| LineView {
        name: format!("guess {guess}"),
        points: fitted.course.iter().enumerate().map(|(step, stand)| (step as f64, value(stand))).collect(),
        colour: guess,
        dashed: guess >= 7,
    };
    solution.guesses.iter().take(SHOWN).enumerate().map(line).collect()
}

fn loss_plot(spec: &Identify, solution: &IdentifyResult) -> LinesView {
    LinesView {
        title: title(spec),
        second: "root mean square of residuals over ranges; the horizon grows on the way".into(),
        x_name: "steps of the fit",
        panels: vec![PanelView {
            name: "log10 of residual",
            from_zero: false,
            lines: lines(solution, |stand| libm::log10(stand.residual)),
        }],
    }
}

fn factor_plot(spec: &Identify, solution: &IdentifyResult) -> LinesView {
    let panel = |(i, &unknown): (usize, &Unknown)| PanelView {
        name: match unknown {
            Unknown::Mass => "factor on mass",
            Unknown::Friction => "factor on friction",
            Unknown::JointDamping => "factor on joint damping",
            Unknown::Gravity => "factor on gravity",
        },
        from_zero: true,
        lines: lines(solution, |stand| stand.factors[i]),
    };
    LinesView {
        title: title(spec),
        second: format!("guesses 0 to {}", solution.guesses.len().min(SHOWN) - 1),
        x_name: "steps of the fit",
        panels: spec.unknowns.iter().enumerate().map(panel).collect(),
    }
}

fn motion_plot(spec: &Identify, solution: &IdentifyResult) -> LinesView {
    let line = |table: &Table, column: &str, name: &str, colour, dashed| {
        let place = table.column(column);
        let points = table.rows.iter().filter_map(|row| Some((row[table.column("time")?], row[place?]))).collect();
        LineView { name: name.into(), points, colour, dashed }
    };
    let panel = |&(column, name): &(&str, &'static str)| PanelView {
        name,
        from_zero: false,
        lines: vec![
            line(&solution.recording, column, "recorded", 0, false),
            line(&solution.motion, column, "fitted", 1, true),
        ],
    };
    LinesView {
        title: title(spec),
        second: "the guess that fits best".into(),
        x_name: "time (s)",
        panels: DRAWN.iter().filter(|(column, _)| solution.recording.column(column).is_some()).map(panel).collect(),
    }
}

fn summary(spec: &Identify, solution: &IdentifyResult) -> String {
    let Some(best) = solution.best() else { return String::new() };
    let rows = solution.recording.rows.len();
    let mut text =
        format!("{} guesses, {rows} rows; best fit, residual {:.3e} of the ranges:", spec.guesses, best.residual);
    for (i, (&unknown, factor)) in spec.unknowns.iter().zip(&best.factors).enumerate() {
        text += &format!("\n  {:<14} x {factor:.5}", label(unknown));
        text += &determined(solution.evidence.as_ref(), i);
        if let Some(truth) = &solution.truth {
            text += &format!(", truth x {:.5}, error {:.3} %", truth[i], 100.0 * (factor / truth[i] - 1.0).abs());
        }
    }
    if solution.truth.is_some() {
        let errors = solution.guesses.iter().map(|fitted| solution.error(fitted));
        let worst = errors.fold(0.0, |worst, e| if e <= worst { worst } else { e });
        text += &format!("\nlargest error of any guess: {:.3} %", 100.0 * worst);
    }
    if let Some(evidence) = &solution.evidence {
        text += &tied(spec, evidence);
    }
    // A fit that leaves so much of the motion unexplained has not found the physics behind it.
    if best.residual > LARGE_RESIDUAL || best.residual.is_nan() {
        text += &format!(
            "\nthe best fit misses the recording by {:.1} % of its ranges: these factors do not explain it",
            100.0 * best.residual
        );
    }
    text
}

/// How well the recording determines a factor.
fn determined(evidence: Option<&Evidence>, unknown: usize) -> String {
    let Some(evidence) = evidence else { return String::new() };
    match evidence.deviation[unknown] {
        _ if !evidence.shows(unknown) => ", NOT DETERMINED: it has no influence on this motion".into(),
        deviation if deviation > UNDETERMINED => format!(", hardly determined: +- {:.0} %", 100.0 * deviation),
        deviation => format!(" +- {:.2e} %", 100.0 * deviation),
    }
}

/// Pairs of factors that the recording hardly tells apart.
fn tied(spec: &Identify, evidence: &Evidence) -> String {
    let mut text = String::new();
    for (i, &first) in spec.unknowns.iter().enumerate() {
        for (j, &second) in spec.unknowns.iter().enumerate().skip(i + 1) {
            let correlation = evidence.correlation[i][j];
            if correlation.abs() > TIED {
                let (first, second) = (label(first), label(second));
                text += &format!(
                    "\n{first} and {second} are hardly told apart: their estimates have correlation {correlation:.4}"
                );
            }
        }
    }
    text
}

/// One row a factor, of the guess that fits best.
fn evidence_table(spec: &Identify, evidence: &Evidence) -> String {
    let mut text = format!("unknown,influence,deviation{}\n", names(spec, "correlation_"));
    for (i, &unknown) in spec.unknowns.iter().enumerate() {
        let numbers = joined(&[evidence.influence[i], evidence.deviation[i]]) + &joined(&evidence.correlation[i]);
        text += &format!("{}{numbers}\n", label(unknown));
    }
    text
}
