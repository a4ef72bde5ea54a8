//! A page about runs: one HTML file that shows archives, plays recorded motion and draws curves in any browser, without a server and without
//! any request.
//!
//! The file holds a header as JSON, and after it the recordings in base64. The program in it is `web/`, joined as it stands.

mod header;
mod pack;
mod recording;
mod view;

pub use recording::{JointName, Performance, Recording, quanta};
pub use view::{BodyView, PageElite, PageRun, PageView, ParentView, TermView};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::{ArchiveView, AxisView, EliteView, LayoutView, RunView};

    /// What would end an element of a page, or begin one.
    const HOSTILE: &str = "</script><script>alert(1)</script><!--<img src=x onerror=alert(2)>&amp;\u{2028}\"";

    fn hostile_view() -> PageView {
        let axis = AxisView { name: HOSTILE.into(), unit: String::new(), range: (0.0, 1.0), bins: 2, counts: false };
        let archive = ArchiveView { axes: vec![axis], layout: LayoutView::Grid, elites: Vec::new() };
        let view = RunView { name: HOSTILE.into(), seed: u64::MAX, bodies_evolve: true, archive, metrics: Vec::new() };
        let elite = PageElite {
            id: 7,
            view: EliteView { cell: 1, descriptors: vec![0.7], reward: f64::NAN, refinement: None },
            is_best: true,
            generation: 0,
            candidate: 0,
            emitter: 0,
            parents: Vec::new(),
            age: 0,
            body: None,
            recording: None,
            genes: vec![HOSTILE.into()],
        };
        PageView {
            runs: vec![PageRun { folder: HOSTILE.into(), view, accepted: Vec::new() }],
            elites: vec![elite],
            emitters: vec![HOSTILE.into()],
            families: Vec::new(),
            environments: 1,
            terms: vec![TermView { name: HOSTILE.into(), unit: HOSTILE.into(), weight: 1.0 }],
            terrain: None,
            experiment: HOSTILE.into(),
            provenance: vec![vec![(HOSTILE.into(), HOSTILE.into())]],
            notes: vec![HOSTILE.into()],
        }
    }

    #[test]
    fn names_stay_text() {
        let text = page(&hostile_view()).unwrap();
        assert!(!text.contains("<script>alert") && !text.contains("<img src=x"));
        // The elements of the skeleton, and no others.
        assert_eq!(text.matches("</script>").count(), 3);
        assert!(text.contains("<title>&lt;/script&gt;"));
    }

    #[test]
    fn the_header_is_json_and_comes_back() {
        let text = page(&hostile_view()).unwrap();
        let (_, rest) = text.split_once("<script id=\"header\" type=\"application/json\">").unwrap();
        let (json, _) = rest.split_once("</script>").unwrap();
        let header: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(header["runs"][0]["name"], HOSTILE);
        assert_eq!(header["runs"][0]["seed"], u64::MAX.to_string());
        assert_eq!(header["elites"][0]["genes"][0], HOSTILE);
        assert!(header["elites"][0]["reward"].is_null(), "JSON has no NaN");
    }

    #[test]
    fn a_page_asks_for_nothing() {
        let text = page(&hostile_view()).unwrap();
        let program = SCRIPTS.concat() + STYLE + SKELETON;
        assert!(text.contains("default-src 'none'"));
        for word in ["fetch(", "XMLHttpRequest", "WebSocket", "import(", "@import", "url(", "innerHTML", "eval("] {
            assert!(!program.contains(word), "{word}");
        }
        // Names of namespaces are no addresses.
        let addresses = program.matches("http").count() - program.matches("http-equiv").count();
        assert_eq!(addresses, program.matches("\"http://www.w3.org/2000/svg\"").count());
    }

    #[test]
    fn parts_that_do_not_fit_together_are_refused() {
        let mut view = hostile_view();
        view.runs[0].view.archive.axes.clear();
        assert!(page(&view).unwrap_err().to_string().contains("at least one descriptor"));
        view.runs.clear();
        assert!(page(&view).unwrap_err().to_string().contains("at least one run"));
    }
}
