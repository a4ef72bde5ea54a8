//! A page about runs: one HTML file that shows archives, plays recorded motion and draws curves in any browser, without a server and without
//! any request.
//!
//! The file holds a header as JSON, and after it the recordings in base64. The program in it is `web/`, joined as it stands.

mod header;
mod pack;
mod recording;
mod view;

pub use recording::{Performance, Recording, quanta};
pub use view::{BodyView, JointName, PageElite, PageRun, PageView, ParentView, TermView};

use anyhow::{Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use header::Header;

const SKELETON: &str = include_str!("../../web/page.html");
const STYLE: &str = include_str!("../../web/style.css");

/// The parts of the program, in the order in which they are run. They share one module, and so their names.
const SCRIPTS: [&str; 10] = [
    include_str!("../../web/data.js"),
    include_str!("../../web/elements.js"),
    include_str!("../../web/algebra.js"),
    include_str!("../../web/shaders.js"),
    include_str!("../../web/stage.js"),
    include_str!("../../web/map.js"),
    include_str!("../../web/charts.js"),
    include_str!("../../web/panel.js"),
    include_str!("../../web/lineage.js"),
    include_str!("../../web/main.js"),
];

/// The text of a page.
///
/// # Errors
///
/// If there is no run, or if an archive's parts do not fit together.
pub fn page(view: &PageView) -> Result<String> {
    ensure!(!view.runs.is_empty(), "a page needs at least one run");
    view.runs[0].view.archive.check()?;
    let mut recordings = String::new();
    let mut place = |recording: &Recording| {
        let start = recordings.len();
        STANDARD.encode_string(&recording.bytes, &mut recordings);
        (start, recordings.len() - start)
    };
    let places: Vec<_> = view.elites.iter().map(|elite| elite.recording.as_ref().map(&mut place)).collect();
    let header = serde_json::to_string(&Header::new(view, &places))?;
    let title = &view.runs[0].view.name;
    Ok(filled(&[
        ("TITLE", &as_text(title)),
        ("STYLE", STYLE),
        ("HEADER", &as_script_data(&header)),
        ("RECORDINGS", &recordings),
        ("SCRIPTS", &SCRIPTS.concat()),
    ]))
}

/// The skeleton with its marks, such as `<!--TITLE-->`, replaced in one pass: what stands in for one mark is not searched for others.
fn filled(parts: &[(&str, &str)]) -> String {
    let mut page = String::new();
    let mut rest = SKELETON;
    for (name, part) in parts {
        let mark = format!("<!--{name}-->");
        let (before, after) = rest.split_once(&mark).unwrap_or((rest, ""));
        page.push_str(before);
        page.push_str(part);
        rest = after;
    }
    page + rest
}

/// Text that HTML shows as it stands.
fn as_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// JSON that can stand in a `script` element: `<` occurs in its strings only, where it may be written as a number, and without it nothing ends
/// the element.
fn as_script_data(json: &str) -> String {
    json.replace('<', "\\u003c")
}
