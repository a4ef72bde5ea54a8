//! Every plot, drawn from made-up runs, also from awkward ones.

use crate::synthetic::{cvt, experiments, grid, latent, metrics, run, scattered};
use burgess_report::views::{ArchiveView, CourseView, EliteView, LatentView, Progress, RefinementView, RunView};
use burgess_report::{draw_latent, draw_overlay, draw_run};
use std::path::{Path, PathBuf};

/// A folder for figures: inside the requested one, or a temporary one that is deleted with its guard.
fn folder(name: &str) -> (PathBuf, Option<tempfile::TempDir>) {
    match std::env::var_os("BURGESS_FIGURES") {
        Some(root) => (Path::new(&root).join(name), None),
        None => {
            let guard = tempfile::tempdir().unwrap();
            (guard.path().join(name), Some(guard))
        }
    }
}

/// Checks that every PNG decodes and is not empty, and that every SVG is well-formed and contains its text as text.
fn check(files: &[PathBuf]) {
    assert!(!files.is_empty());
    for file in files {
        match file.extension().and_then(|e| e.to_str()) {
            Some("png") => check_png(file),
            Some("svg") => check_svg(file),
            _ => panic!("{} is neither PNG nor SVG", file.display()),
        }
    }
}

fn check_png(file: &Path) {
    let input = std::io::BufReader::new(std::fs::File::open(file).unwrap());
    let mut reader = png::Decoder::new(input).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert!(info.width >= 1000 && info.height >= 700, "{}: {info:?}", file.display());
    let dark = pixels.chunks(3).filter(|p| p.iter().all(|&c| c < 100)).count();
    assert!(dark > 3000, "{} is almost empty: {dark} dark pixels", file.display());
    // Nothing is cut off by the border of the paper.
    let (width, height) = (info.width as usize, info.height as usize);
    let paper = |x: usize, y: usize| pixels[3 * (y * width + x)..][..3] == [255; 3];
    let border = (0..width).flat_map(|x| [(x, 4), (x, height - 5)]);
    let border = border.chain((0..height).flat_map(|y| [(4, y), (width - 5, y)]));
    for (x, y) in border {
        assert!(paper(x, y), "{}: ink at the border, ({x}, {y})", file.display());
    }
}

fn check_svg(file: &Path) {
    let text = std::fs::read_to_string(file).unwrap();
    let texts = well_formed(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    assert!(texts > 5, "{}: {texts} pieces of text", file.display());
    for word in ["NaN", "inf"] {
        assert!(!text.contains(word), "{}: {word}", file.display());
    }
}

/// Checks that tags nest, attributes are quoted and special characters are escaped. Returns the number of text elements.
fn well_formed(text: &str) -> Result<usize, String> {
    let mut open = Vec::new();
    let mut texts = 0;
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        let (before, tag) = rest.split_at(start);
        for entity in before.split('&').skip(1) {
            let known = ["lt;", "gt;", "amp;", "quot;", "apos;"].iter().any(|e| entity.starts_with(e));
            if !known {
                return Err(format!("bare ampersand before {entity}"));
            }
        }
        let end = tag.find('>').ok_or("unclosed tag")?;
        let inside = &tag[1..end];
        rest = &tag[end + 1..];
        if inside.contains('<') || inside.matches('"').count() % 2 != 0 {
            return Err(format!("bad tag {inside}"));
        }
        if let Some(name) = inside.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(format!("{name} closes something else"));
            }
        } else if !inside.ends_with('/') {
            let name = inside.split(' ').next().unwrap_or_default();
            texts += usize::from(name == "text");
            open.push(name);
        }
    }
    if open.is_empty() { Ok(texts) } else { Err(format!("{open:?} stay open")) }
}

fn courses(runs: &[RunView]) -> Vec<CourseView<'_>> {
    runs.iter().map(RunView::course).collect()
}

fn draw(name: &str, view: &RunView) -> Vec<PathBuf> {
    let (out, _guard) = folder(name);
    let files = draw_run(view, &out).unwrap();
    check(&files);
    files.iter().map(|f| f.file_name().unwrap().into()).collect()
}

#[test]
fn a_grid_of_two_descriptors() {
    let files = draw("grid2", &run("quickstart", 7, grid(2, 20, 700, 1), metrics(120, 1.0, 1)));
    assert!(!files.contains(&"bodies.png".into()), "its body is fixed: {files:?}");
    assert!(files.contains(&"archive-0-1.png".into()) && files.contains(&"progress.svg".into()), "{files:?}");
}

#[test]
fn a_grid_of_three_and_of_six_descriptors() {
    let files = draw("grid3", &run("three-descriptors", 0, grid(3, 10, 600, 2), metrics(60, 1.0, 2)));
    assert!(files.contains(&"archive-1-2.svg".into()) && files.contains(&"parallel.png".into()), "{files:?}");
    let name = "an-experiment-with-a-very-long-name-that-would-never-fit-into-a-single-line-at-the-usual-size-of-type";
    draw("grid6", &run(name, u64::MAX, grid(6, 4, 900, 3), metrics(60, 1.0, 3)));
}

#[test]
fn how_different_bodies_are() {
    let view = RunView { bodies_evolve: true, ..run("walkers", 7, grid(2, 20, 700, 1), metrics(120, 1.0, 1)) };
    let files = draw("bodies", &view);
    assert!(files.contains(&"bodies.png".into()) && files.contains(&"bodies.svg".into()), "{files:?}");
}

#[test]
fn voronoi_cells_and_dots() {
    draw("cvt2", &run("cvt", 1, cvt(2, 500, 380, 4), metrics(80, 1.0, 4)));
    draw("cvt2-many", &run("cvt-many", 1, cvt(2, 10_000, 7000, 4), metrics(80, 1.0, 4)));
    draw("cvt4", &run("cvt-4", 1, cvt(4, 1000, 600, 5), metrics(80, 1.0, 5)));
}

#[test]
fn archives_without_regions() {
    let files = draw("scattered2", &run("unstructured", 1, scattered(2, 1000, 960, 4), metrics(80, 1.0, 4)));
    assert!(files.contains(&"archive-0-1.png".into()), "{files:?}");
    draw("scattered2-many", &run("unstructured-many", 1, scattered(2, 10_000, 10_000, 4), metrics(80, 1.0, 4)));
    draw("scattered3", &run("dominated-novelty", 1, scattered(3, 200, 200, 5), metrics(80, 1.0, 5)));
    draw("scattered1", &run("line-scattered", 1, scattered(1, 100, 70, 6), metrics(80, 1.0, 6)));
    draw("scattered-empty", &run("empty-scattered", 1, scattered(2, 100, 0, 6), metrics(1, 1.0, 6)));
}

#[test]
fn one_descriptor() {
    let files = draw("grid1", &run("line", 1, grid(1, 30, 80, 6), metrics(80, 1.0, 6)));
    assert!(files.contains(&"archive-0.png".into()), "{files:?}");
    draw("cvt1", &run("line-cvt", 1, cvt(1, 30, 20, 6), metrics(80, 1.0, 6)));
}

#[test]
fn what_refinement_did() {
    let refined = |archive: ArchiveView| ArchiveView {
        elites: archive
            .elites
            .iter()
            .enumerate()
            // Every third elite took no steps.
            .map(|(i, elite)| EliteView {
                refinement: (i % 3 > 0)
                    .then(|| RefinementView { gain: 0.4 * elite.reward - 0.2, trust: (elite.reward * 0.5).tanh() }),
                ..elite.clone()
            })
            .collect(),
        ..archive
    };
    for (name, archive) in [("refined", refined(grid(2, 12, 130, 9))), ("refined-cvt", refined(cvt(4, 200, 160, 9)))] {
        let files = draw(name, &run(name, 1, archive, metrics(40, 1.0, 1)));
        for figure in ["archive-gain.png", "archive-trust.svg", "histogram-gain.svg", "histogram-trust.png"] {
            assert!(files.contains(&figure.into()), "{figure} is not in {files:?}");
        }
    }
    let files = draw("refined-line", &run("line", 1, refined(grid(1, 12, 30, 9)), metrics(40, 1.0, 1)));
    assert!(files.contains(&"histogram-trust.png".into()) && !files.contains(&"archive-trust.png".into()));
    let files = draw("unrefined", &run("unrefined", 1, grid(2, 12, 130, 9), metrics(40, 1.0, 1)));
    assert!(!files.iter().any(|file| file.to_string_lossy().contains("trust")), "{files:?}");
}

#[test]
fn awkward_archives() {
    let with = |archive: ArchiveView, rewards: &[f64]| ArchiveView {
        elites: archive.elites.iter().zip(rewards).map(|(e, &reward)| EliteView { reward, ..e.clone() }).collect(),
        ..archive
    };
    let cases: [(&str, &[f64]); 6] = [
        ("empty", &[]),
        ("one-elite", &[3.25]),
        ("constant", &[2.0; 40]),
        ("all-zero", &[0.0; 12]),
        ("negative", &[-250.0, -1200.0, -13.0, -800.5, -33.0]),
        ("not-numbers", &[f64::NAN, f64::INFINITY, 1.0, f64::NEG_INFINITY, 2.0, 1e9]),
    ];
    for (name, rewards) in cases {
        for (shape, archive) in
            [("grid", grid(2, 10, 200, 8)), ("cvt", cvt(3, 60, 60, 8)), ("line", grid(1, 50, 200, 8))]
        {
            draw(&format!("{name}-{shape}"), &run(name, 3, with(archive, rewards), metrics(1, 1.0, 1)));
        }
    }
}

#[test]
fn awkward_metrics() {
    let mut rows = metrics(30, 1.0, 1);
    for (i, row) in rows.iter_mut().enumerate() {
        if i % 7 == 3 {
            (row.qd_score, row.max, row.mean, row.coverage) = (f64::NAN, f64::NAN, f64::INFINITY, f64::NAN);
        }
    }
    draw("gaps", &run("gaps", 0, grid(2, 5, 20, 1), rows));
    draw("no-rows", &run("no-rows", 0, grid(2, 5, 20, 1), Vec::new()));
    let constant = metrics(20, 1.0, 1).into_iter().map(|mut row| {
        (row.qd_score, row.max, row.mean, row.coverage) = (0.0, -4.0, -4.0, 0.0);
        row
    });
    draw("flat", &run("flat", 0, grid(2, 5, 20, 1), constant.collect()));
}

#[test]
fn overlays_by_every_measure_of_progress() {
    let runs = experiments();
    let marks = [(Progress::Evaluations, 4000.0), (Progress::WallTime, 2.5), (Progress::WallTime, 1e9)];
    let (out, _guard) = folder("overlay");
    let files = draw_overlay(&courses(&runs), &marks, "overlay", &out).unwrap();
    check(&files);
    for name in [
        "overlay.png",
        "overlay-steps.svg",
        "overlay-wall-time.png",
        "overlay-qd-score-wall-time.svg",
        "overlay-topologies.png",
    ] {
        assert!(files.contains(&out.join(name)), "{name} is not in {files:?}");
    }
    let (out, _guard) = folder("overlay-one");
    check(&draw_overlay(&courses(&runs[..1]), &[], "overlay", &out).unwrap());
}

#[test]
fn overlays_of_many_and_of_short_runs() {
    let many: Vec<RunView> = (0..17)
        .map(|i| run(&format!("variant-{i}"), 0, grid(1, 4, 9, 1), metrics(40, 0.3 + 0.06 * i as f64, i)))
        .collect();
    let (out, _guard) = folder("overlay-many");
    check(&draw_overlay(&courses(&many), &[], "overlay", &out).unwrap());
    let short: Vec<RunView> = (0..4).map(|i| run("short", i, grid(1, 4, 9, 1), metrics(i, 1.0, i))).collect();
    let (out, _guard) = folder("overlay-short");
    check(&draw_overlay(&courses(&short), &[], "overlay", &out).unwrap());
    assert!(draw_overlay(&[], &[], "overlay", &out).is_err());
}

fn draw_encoder(name: &str, view: &LatentView) -> Vec<PathBuf> {
    let (out, _guard) = folder(name);
    let files = draw_latent(view, &out, "latent").unwrap();
    check(&files);
    files.iter().map(|f| f.file_name().unwrap().into()).collect()
}

#[test]
fn learned_encoders() {
    let all = latent::encoder(900, 3000, &[1000, 1300, 1700], 3);
    let files = draw_encoder("latent", &all);
    let names = ["latent-map.png", "latent-training.svg", "latent-imagination.png"];
    assert!(files.len() == 6 && names.iter().all(|&name| files.contains(&name.into())), "{files:?}");
    let fixed = LatentView { bodies_evolve: false, training: None, imagination: None, ..all };
    assert_eq!(draw_encoder("latent-fixed", &fixed), ["latent-map.png", "latent-map.svg"].map(PathBuf::from));
    draw_encoder("latent-many", &LatentView { bodies_evolve: true, map: Some(latent::map(20_000)), ..fixed.clone() });
    let nothing = LatentView { map: None, ..fixed };
    assert!(draw_latent(&nothing, &std::env::temp_dir(), "nothing").unwrap().is_empty());
}

/// An autoencoder has no divergences, and its total is its reconstruction.
#[test]
fn training_without_divergences() {
    let mut training = latent::training(800, &[]);
    for loss in &mut training.losses {
        (loss.total, loss.dynamics, loss.representation) = (loss.reconstruction, 0.0, 0.0);
    }
    let view = LatentView { map: None, training: Some(training), imagination: None, ..latent::encoder(0, 0, &[], 1) };
    let (out, _guard) = folder("latent-autoencoder");
    let files = draw_latent(&view, &out, "latent").unwrap();
    check(&files);
    let text = std::fs::read_to_string(&files[1]).unwrap();
    assert!(text.contains("running mean over 9 steps") && text.contains("total"), "{text}");
    assert!(!text.contains("dynamics") && !text.contains("reconstruction"));
}

#[test]
fn awkward_encoders() {
    draw_encoder("latent-empty", &latent::encoder(0, 0, &[], 1));
    let one = LatentView { imagination: Some(latent::imagination(1, 1)), ..latent::encoder(1, 1, &[], 1) };
    draw_encoder("latent-one", &one);
    let mut gaps = latent::encoder(60, 100, &[50], 2);
    gaps.name = "encoder of a-run-with-a-very-long-name-0-1, another-run-with-a-very-long-name-0-1, a-third-run-of-that-kind-0-1".into();
    for (i, point) in gaps.map.as_mut().unwrap().points.iter_mut().enumerate() {
        match i % 7 {
            1 => point.at[0] = f64::NAN,
            2 => point.reward = f64::NEG_INFINITY,
            3 => point.body = "a body plan whose label is longer than any column of a legend".into(),
            _ => point.reward *= 1e6,
        }
    }
    for (i, loss) in gaps.training.as_mut().unwrap().losses.iter_mut().enumerate().filter(|(i, _)| i % 9 == 0) {
        (loss.total, loss.dynamics) = if i % 2 == 0 { (f64::NAN, 0.0) } else { (f64::INFINITY, -1.0) };
    }
    for elite in &mut gaps.imagination.as_mut().unwrap().elites {
        elite.traces[0].truth[20].1 = f64::NAN;
        elite.traces[1].imagined.iter_mut().for_each(|point| point.1 = f64::INFINITY);
        elite.traces[2] = elite.traces[0].clone();
        elite.context = f64::NAN;
    }
    draw_encoder("latent-gaps", &gaps);
    let nowhere = |point: &mut burgess_report::views::LatentPoint| point.at = [f64::NAN; 2];
    gaps.map.as_mut().unwrap().points.iter_mut().for_each(nowhere);
    draw_encoder("latent-nowhere", &gaps);
}

#[test]
fn imagination_that_does_not_fit_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut view = latent::encoder(5, 5, &[], 2);
    let mut error_of = |change: fn(&mut burgess_report::views::Imagination)| {
        change(view.imagination.as_mut().unwrap());
        format!("{:#}", draw_latent(&view, folder.path(), "latent").unwrap_err())
    };
    let error = error_of(|imagination| imagination.elites[1].traces.truncate(3));
    assert!(error.contains("walkers, seed 7") && error.contains("3 traces of 4 features"), "{error}");
    assert!(error_of(|imagination| imagination.elites.clear()).contains("at least one feature of one elite"));
}

#[test]
fn same_view_same_bytes() {
    let view = run("twice", 7, cvt(2, 200, 150, 1), metrics(20, 1.0, 1));
    let encoder = latent::encoder(200, 400, &[100], 2);
    let bytes = || {
        let folder = tempfile::tempdir().unwrap();
        let mut files = draw_run(&view, folder.path()).unwrap();
        files.extend(draw_latent(&encoder, folder.path(), "latent").unwrap());
        files.iter().map(|f| std::fs::read(f).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(bytes(), bytes());
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let view = run("nowhere", 7, grid(2, 4, 9, 1), metrics(3, 1.0, 1));
    let error = draw_run(&view, &file.join("out")).unwrap_err();
    assert!(format!("{error:#}").contains("file"), "{error:#}");
}

#[test]
fn any_finite_numbers_are_drawn() {
    for (low, high) in [(-f64::MAX, f64::MAX), (0.0, f64::from_bits(1))] {
        let number = |i: usize| if i.is_multiple_of(2) { low } else { high };
        let mut rows = metrics(12, 1.0, 3);
        for (i, row) in rows.iter_mut().enumerate() {
            (row.qd_score, row.coverage, row.max, row.mean) = (number(i), number(i), number(i), number(i + 1));
            (row.topologies, row.body_distance, row.wall_time) = (number(i), number(i), high * i as f64 / 12.0);
        }
        let mut archive = grid(2, 6, 20, 1);
        for (i, elite) in archive.elites.iter_mut().enumerate() {
            elite.reward = number(i);
            elite.refinement = Some(RefinementView { gain: number(i), trust: 1.0 });
        }
        let view = RunView { bodies_evolve: true, ..run("huge", 0, archive, rows) };
        draw("huge", &view);
        let (out, _guard) = folder("huge-overlay");
        check(&draw_overlay(&courses(&[view.clone(), RunView { seed: 1, ..view }]), &[], "overlay", &out).unwrap());
    }
}

#[test]
fn grids_of_millions_of_cells_are_drawn_soon() {
    let began = std::time::Instant::now();
    draw("fine", &run("fine", 0, grid(2, 3000, 500, 1), metrics(12, 1.0, 3)));
    assert!(began.elapsed().as_secs() < 30, "{:?}", began.elapsed());
}
