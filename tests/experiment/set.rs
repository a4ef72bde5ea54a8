//! `--set`: what is set is what comes, and nothing else changes, neither values nor comments nor lines.

use burgess_evolution::experiment::{BatchSize, BodySource, Experiment, Loaded, from_text};
use burgess_evolution::genome::{Policy, Sharing};
use burgess_physics::laws::reward::RewardTerm;
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::world::Stiffness;
use burgess_qd::archive::ArchiveSpec;
use burgess_qd::emitter::EmitterKind;
use proptest::prelude::*;
use std::path::Path;

/// As little as an experiment can say.
const SHORT: &str = "(name: \"a\", body: Evolve(seeds: [\"hopper\"]), policy: Mlp(hidden: [4]), \
     task: (reward: [(term: ForwardVelocity), (term: Upright)]), descriptors: [(kind: FinalX, range: (0, 1)), \
     (kind: FinalY, range: (0, 1))], archive: Grid(), budget: (generations: 5))";

/// With everything that can stand in the way.
const LONG: &str = r##"#![enable(implicit_some)]
// name: "no", seed: 9,
Experiment(
    name: r#"a"#, /* seed: 8, /* nested ( */ */
    seed: 7, // seed: 6 "
    body: Evolve(seeds: ["hopper", "snake",], limits: (max_links: 8 /* ) */, mass: (0.2, 9.0),),),
    policy: Mlp(hidden: [4, 4], sharing: Gene, frequency: (1, 2), control_rate: 120),
    terrain: Walls([(centre: (1, 2), half: (0.1, 0.2), height: 0.3), (centre: (3, 2), half: (1, 1), height: 1)]),
    task: (
        duration: 2.0, // [
        reward: [(term: TargetReached(target: (1, 2), radius: 3), weight: 2), (term: Upright, weight: 0.1)],
        termination: (), // nothing
    ),
    descriptors: [(kind: DutyFactor(1), range: (0, 1), bins: 3), (kind: FinalY, range: (0, 1))],
    archive: Cvt(cells: 10, samples: 20),
    emitters: [(kind: Random(), share: 2), (kind: Gaussian(sigma: 1.0, structure: 0.5))],
    batch_size: 12,
    budget: (generations: Some(5), wall_time: None), // done
    physics: ( /* empty */ ),
) // end"##;

fn load(text: &str, settings: &[String]) -> Loaded {
    from_text(text, "test", Path::new(""), settings).unwrap_or_else(|e| panic!("{settings:?}\n{e}"))
}

/// A setting that fits both texts, and what it is meant to do.
#[derive(Clone, Debug)]
enum Change {
    Name(String),
    Seed(u64),
    MaxLinks(usize),
    Mass(f64),
    Hidden(Vec<usize>),
    Sharing(bool),
    Duration(f64),
    Reward(f64),
    Weight(usize, f64),
    MinHeight(f64),
    Kind(usize),
    Low(usize, f64),
    Bins(usize, usize),
    Offset(f64),
    EmitterShare(usize, f64),
    Sigma(f64),
    BatchSize(usize),
    Generations(u64),
    Evaluations(u64, bool),
    Friction(f64),
    Stiffness(f64),
    Terrain(f64),
}

impl Change {
    fn setting(&self) -> String {
        match self {
            Change::Name(name) => format!("name=\"{name}\""),
            Change::Seed(seed) => format!("seed={seed}"),
            Change::MaxLinks(n) => format!("body.limits.max_links={n}"),
            Change::Mass(m) => format!("body.limits.mass=(0.1, {m:?})"),
            Change::Hidden(hidden) => format!("policy.hidden={hidden:?}"),
            Change::Sharing(gene) => format!("policy.sharing={}", if *gene { "Gene" } else { "Instance" }),
            Change::Duration(s) => format!("task.duration = {s:?} "),
            Change::Reward(r) => format!("task.reward[0].term=TargetReached(target: (1, 2), /* m */ radius: {r:?})"),
            Change::Weight(i, w) => format!("task.reward[{i}].weight={w:?}"),
            Change::MinHeight(h) => format!("task.termination.min_height={h:?}"),
            Change::Kind(limb) => format!("descriptors[0].kind=DutyFactor({limb})"),
            Change::Low(i, low) => format!("descriptors[{i}].range[0]={low:?}"),
            Change::Bins(i, n) => format!("descriptors[{i}].bins={n}"),
            Change::Offset(x) => format!("archive.qd_offset={x:?}"),
            Change::EmitterShare(i, x) => format!("emitters[{i}].share={x:?}"),
            Change::Sigma(x) => format!("emitters[1].kind.sigma={x:?}"),
            Change::BatchSize(n) => format!("batch_size={n}"),
            Change::Generations(n) => format!("budget.generations={n}"),
            Change::Evaluations(n, some) if *some => format!("budget.evaluations=Some({n})"),
            Change::Evaluations(n, _) => format!("budget.evaluations={n}"),
            Change::Friction(x) => format!("physics.friction={x:?}"),
            Change::Stiffness(x) => format!("physics.contact_stiffness=Fixed({x:?})"),
            Change::Terrain(x) => format!("terrain=Plane(slope: {x:?})"),
        }
    }

    fn apply(&self, e: &mut Experiment) {
        let limits = |e: &mut Experiment, change: &dyn Fn(&mut burgess_evolution::genome::BodyLimits)| match &mut e.body
        {
            BodySource::Evolve { limits, .. } => change(limits),
            BodySource::Fixed(_) | BodySource::Benchmark(_) => unreachable!("both texts evolve"),
        };
        match self.clone() {
            Change::Name(name) => e.name = name,
            Change::Seed(seed) => e.seed = seed,
            Change::MaxLinks(n) => limits(e, &|l| l.max_links = n),
            Change::Mass(m) => limits(e, &|l| l.mass = (0.1, m)),
            Change::Hidden(units) => match &mut e.policy {
                Policy::Mlp { hidden, .. } => *hidden = units,
                _ => unreachable!("both texts have networks"),
            },
            Change::Sharing(gene) => match &mut e.policy {
                Policy::Mlp { sharing, .. } => *sharing = if gene { Sharing::Gene } else { Sharing::Instance },
                _ => unreachable!("both texts have networks"),
            },
            Change::Duration(s) => e.task.duration = s,
            Change::Reward(radius) => e.task.reward[0].term = RewardTerm::TargetReached { target: (1.0, 2.0), radius },
            Change::Weight(i, w) => e.task.reward[i].weight = w,
            Change::MinHeight(h) => e.task.termination.min_height = Some(h),
            Change::Kind(limb) => {
                e.descriptors[0].kind = burgess_physics::laws::descriptor::Descriptor::DutyFactor(limb)
            }
            Change::Low(i, low) => e.descriptors[i].range.0 = low,
            Change::Bins(i, n) => e.descriptors[i].bins = n,
            Change::Offset(x) => match &mut e.archive {
                ArchiveSpec::Grid { qd_offset, .. }
                | ArchiveSpec::Cvt { qd_offset, .. }
                | ArchiveSpec::Unstructured { qd_offset, .. }
                | ArchiveSpec::DominatedNovelty { qd_offset, .. } => *qd_offset = x,
            },
            Change::EmitterShare(i, x) => e.emitters[i].share = x,
            Change::Sigma(x) => match &mut e.emitters[1].kind {
                EmitterKind::Gaussian { sigma, .. } => *sigma = x,
                other => unreachable!("{other:?} where both texts have a Gaussian emitter"),
            },
            Change::BatchSize(n) => e.batch_size = BatchSize::Fixed(n),
            Change::Generations(n) => e.budget.generations = Some(n),
            Change::Evaluations(n, _) => e.budget.evaluations = Some(n),
            Change::Friction(x) => e.physics.friction = x,
            Change::Stiffness(x) => e.physics.contact_stiffness = Stiffness::Fixed(x),
            Change::Terrain(slope) => e.terrain = TerrainSpec::Plane { slope },
        }
    }
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        "[a-z0-9_][a-z0-9_-]{0,20}".prop_map(Change::Name),
        any::<u64>().prop_map(Change::Seed),
        // The seeds have up to 8 links and weigh less than 9 kg.
        (8usize..=32).prop_map(Change::MaxLinks),
        (9.0..100.0).prop_map(Change::Mass),
        prop::collection::vec(1usize..64, 1..4).prop_map(Change::Hidden),
        any::<bool>().prop_map(Change::Sharing),
        (0.1..100.0).prop_map(Change::Duration),
        (1e-12..1e3).prop_map(Change::Reward),
        (0usize..2, -10.0..10.0).prop_map(|(i, w)| Change::Weight(i, w)),
        (0.0..1.0).prop_map(Change::MinHeight),
        (0usize..4).prop_map(Change::Kind),
        (0usize..2, -10.0..0.0).prop_map(|(i, low)| Change::Low(i, low)),
        (0usize..2, 1usize..100).prop_map(|(i, n)| Change::Bins(i, n)),
        (-10.0..10.0).prop_map(Change::Offset),
        (0usize..2, 0.1..1.0).prop_map(|(i, x)| Change::EmitterShare(i, x)),
        (0.0..1.0).prop_map(Change::Sigma),
        (1usize..10_000).prop_map(Change::BatchSize),
        (1u64..10_000).prop_map(Change::Generations),
        (1u64..10_000, any::<bool>()).prop_map(|(n, some)| Change::Evaluations(n, some)),
        (0.0..1.0).prop_map(Change::Friction),
        (1.0..1e6).prop_map(Change::Stiffness),
        (-1.0..1.0).prop_map(Change::Terrain),
    ]
}

/// What no change may touch in the long text.
const UNTOUCHED: [&str; 11] = [
    "// name: \"no\", seed: 9,",
    "/* seed: 8, /* nested ( */ */",
    "// seed: 6 \"",
    "/* ) */",
    "// [",
    "// nothing",
    "// done",
    "/* empty */",
    "// end",
    "Experiment(",
    "#![enable(implicit_some)]",
];

proptest! {
    #[test]
    fn settings_do_what_they_say_and_nothing_else(changes in prop::collection::vec(any_change(), 1..6)) {
        let settings: Vec<String> = changes.iter().map(Change::setting).collect();
        for text in [SHORT, LONG] {
            let mut expected = load(text, &[]).experiment;
            changes.iter().for_each(|change| change.apply(&mut expected));
            let loaded = load(text, &settings);
            prop_assert_eq!(&loaded.experiment, &expected, "{:?}", settings);
            prop_assert_eq!(loaded.text.lines().count(), text.lines().count());
            prop_assert_eq!(&load(&loaded.text, &[]).experiment, &expected, "the frozen text says something else");
            for piece in UNTOUCHED.iter().filter(|piece| text.contains(**piece)) {
                prop_assert!(loaded.text.contains(piece), "{} is gone from\n{}", piece, loaded.text);
            }
        }
    }

    /// Whatever a user types or breaks, there is a report.
    #[test]
    fn broken_texts_and_settings_are_reported_without_a_panic(
        (at, length, rubbish) in (0..LONG.len(), 0usize..40, "[ -~äß\n\\(\\)\\[\\],:\"]{0,6}"),
        setting in "[a-z\\.\\[\\]0-9=\"\\(\\), ]{0,20}",
    ) {
        let mut text = LONG.to_owned();
        text.replace_range(at..(at + length).min(LONG.len()), &rubbish);
        for settings in [vec![], vec![setting], vec!["emitters[0].kind.sigma=(1".to_owned()], vec!["seed=x".to_owned()]] {
            if let Err(error) = from_text(&text, "test", Path::new(""), &settings) {
                prop_assert!(!error.to_string().is_empty());
            }
        }
    }
}

/// One setting each on the long text, and what becomes of the piece of text it is about.
#[test]
fn texts_are_spliced_where_they_should_be() {
    for (setting, piece) in [
        ("seed=1", "    seed: 1, // seed: 6 \"\n"),
        ("physics.rate=120", "physics: (rate: 120 /* empty */ ),\n"),
        ("task.termination.max_tilt=1.0", "termination: (max_tilt: 1.0), // nothing\n"),
        ("body.limits.max_links=9", "(max_links: 9 /* ) */, mass: (0.2, 9.0),)"),
        ("body.limits.mass[1]=9.5", "mass: (0.2, 9.5),)"),
        ("body.limits.overlap=0.1", "mass: (0.2, 9.0), overlap: 0.1,)"),
        ("body.Evolve.seeds[1]=\"biped\"", "[\"hopper\", \"biped\",]"),
        ("terrain.Walls[1].height=0.5", "half: (1, 1), height: 0.5)])"),
        ("terrain[0][1].half[0]=0.5", "half: (0.5, 1), height: 1)])"),
        ("task.reward[0].term.target[1]=5", "TargetReached(target: (1, 5), radius: 3)"),
        ("descriptors[0].kind.DutyFactor=3", "kind: DutyFactor(3), range"),
        ("descriptors[1].bins=7", "(kind: FinalY, range: (0, 1), bins: 7)]"),
        ("emitters[0].kind.sigma=0.3", "Random(sigma: 0.3)"),
        ("budget.generations=6", "(generations: 6, wall_time"),
        ("budget.wall_time=6", "wall_time: 6)"),
    ] {
        let text = load(LONG, &[setting.to_owned()]).text;
        assert!(text.contains(piece), "{setting}: {text}");
    }
}

#[test]
fn structs_that_the_file_leaves_out_are_made() {
    let settings =
        ["physics.rate=120", "physics.friction=0.5", "task.termination.max_tilt=1", "body.limits.mass=(1, 20)"];
    let text = load(SHORT, &settings.map(str::to_owned)).text;
    for piece in ["physics: (rate: 120, friction: 0.5)", "termination: (max_tilt: 1)", "limits: (mass: (1, 20))"] {
        assert!(text.contains(piece), "{piece}: {text}");
    }
}

#[test]
fn defaults_that_are_lists_or_variants_can_be_set_inside() {
    let settings = ["terrain.slope=0.2", "emitters[3].share=0.0", "emitters[1].kind.structure=0.5"];
    let loaded = load(SHORT, &settings.map(str::to_owned));
    let mut expected = load(SHORT, &[]).experiment;
    expected.terrain = TerrainSpec::Plane { slope: 0.2 };
    expected.emitters[3].share = 0.0;
    expected.emitters[1].kind = EmitterKind::Gaussian { sigma: 0.15, structure: 0.5 };
    assert_eq!(loaded.experiment, expected);
}

#[test]
fn the_last_of_two_settings_counts() {
    let settings = ["seed=1", "seed=2", "physics.rate=60", "physics=(rate: 120)"].map(str::to_owned);
    let experiment = load(SHORT, &settings).experiment;
    assert_eq!((experiment.seed, experiment.physics.rate), (2, 120));
}
