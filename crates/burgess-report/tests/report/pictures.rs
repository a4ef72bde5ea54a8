//! Pictures of a made-up quadruped on every terrain.

use crate::synthetic::body::{brick, coloured, quadruped, terrains, walk};
use burgess_core::math::{Quat, vec3};
use burgess_report::pictures::{Animation, Frame, Portrait, animate, contact_sheet, strip};
use std::path::PathBuf;

/// A folder for pictures: the requested one, or a temporary one that is deleted with its guard.
fn folder() -> (PathBuf, Option<tempfile::TempDir>) {
    match std::env::var_os("BURGESS_FIGURES") {
        Some(root) => {
            std::fs::create_dir_all(&root).unwrap();
            (root.into(), None)
        }
        None => {
            let guard = tempfile::tempdir().unwrap();
            (guard.path().into(), Some(guard))
        }
    }
}

#[test]
fn strips_on_every_terrain() {
    let (out, _guard) = folder();
    let model = quadruped();
    for (name, terrain) in terrains() {
        let start = std::time::Instant::now();
        let image =
            strip(coloured(&model), &terrain, &walk(&model, &terrain, 5.0), &format!("quadruped, {name}")).unwrap();
        println!("strip on {name}: {:.2} s", start.elapsed().as_secs_f64());
        image.write_png(&out.join(format!("strip-{name}.png"))).unwrap();
        assert!(image.width() > 1500 && image.height() > 800);
        // Links, ground, sky and text: the quadruped's four genes are four colours that the ground does not have.
        let blue = image.pixels().iter().filter(|[r, _, b]| i32::from(*b) > i32::from(*r) + 60).count();
        assert!(blue > 2000, "{name}: {blue} pixels of the blue limbs");
    }
}

#[test]
fn an_animation_has_a_picture_for_each_twentieth_of_a_second() {
    let (out, _guard) = folder();
    let model = quadruped();
    let (_, terrain) = &terrains()[2];
    let path = out.join("walk.gif");
    let start = std::time::Instant::now();
    let bytes = animate(coloured(&model), terrain, &walk(&model, terrain, 2.0), Animation::default()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    println!(
        "animation of 41 pictures: {:.2} s, {} bytes",
        start.elapsed().as_secs_f64(),
        std::fs::metadata(&path).unwrap().len()
    );
    let mut decoder = gif::DecodeOptions::new().read_info(std::fs::File::open(&path).unwrap()).unwrap();
    assert_eq!((decoder.width(), decoder.height()), (320, 240));
    let mut count = 0;
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        assert_eq!(frame.delay, 5);
        count += 1;
    }
    assert_eq!(count, 41);
    let error =
        animate(coloured(&model), terrain, &walk(&model, terrain, 0.1), Animation { rate: 0, ..Default::default() });
    assert!(error.is_err());
}

#[test]
fn a_contact_sheet_of_many_and_of_one() {
    let (out, _guard) = folder();
    let (model, brick) = (quadruped(), brick());
    let terrains = terrains();
    let walks: Vec<Vec<Frame>> = terrains.iter().map(|(_, terrain)| walk(&model, terrain, 4.0)).collect();
    let lying = Frame { time: 0.0, poses: vec![(vec3(0.0, 0.0, 0.1), Quat::exp(vec3(0.0, 0.0, 0.4)))] };
    let portraits: Vec<Portrait> = (0..20)
        .map(|i| {
            let (name, terrain) = &terrains[i % 5];
            let label = format!(
                "#{} {name}, reward {:.2}\nfinal x {:.2} m, mean height 0.31 m",
                100 + i,
                0.3 * i as f64,
                0.1 * i as f64
            );
            if i == 5 {
                Portrait { label, body: coloured(&brick), terrain, frame: &lying }
            } else {
                Portrait { label, body: coloured(&model), terrain, frame: &walks[i % 5][9 * i] }
            }
        })
        .collect();
    let start = std::time::Instant::now();
    let sheet = contact_sheet("quickstart, seed 7: elites spread over the archive", &portraits).unwrap();
    println!("contact sheet of {}: {:.2} s", portraits.len(), start.elapsed().as_secs_f64());
    sheet.write_png(&out.join("contact-sheet.png")).unwrap();
    let one =
        contact_sheet("one elite of a run with a very long name that has to be made smaller", &portraits[..1]).unwrap();
    one.write_png(&out.join("contact-sheet-one.png")).unwrap();
    assert!(sheet.width() > 3 * one.width() && sheet.height() > 2 * one.height());
}

#[test]
fn a_few_frames_give_a_short_strip() {
    let (out, _guard) = folder();
    let model = quadruped();
    let (_, terrain) = &terrains()[0];
    let frames = walk(&model, terrain, 0.06);
    let image = strip(coloured(&model), terrain, &frames[..2], "two moments").unwrap();
    image.write_png(&out.join("strip-two.png")).unwrap();
    assert!(image.height() < 600);
    strip(coloured(&model), terrain, &frames[..1], "one moment").unwrap();
}
