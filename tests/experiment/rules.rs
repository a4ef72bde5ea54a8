//! Every semantic rule of an experiment: a value on each side of each bound, and the message of what is refused.

use burgess_evolution::experiment::{Experiment, ExperimentError, from_text, thaw};
use burgess_physics::world::GroundContact;
use burgess_qd::archive::Topologies;
use std::path::Path;

const VALID: &str = r#"(
    name: "test",
    body: Evolve(seeds: ["hopper"]),
    policy: Mlp(hidden: [8]),
    task: (reward: [(term: ForwardVelocity)]),
    descriptors: [(kind: FinalX, range: (-1.0, 1.0))],
    archive: Grid(),
    budget: (generations: 3),
)"#;

const BENCHMARK: &str = r#"Benchmark(
    name: "test",
    problem: Sphere(dimension: 12, measures: 2),
    archive: Grid(),
    emitters: [(kind: Gaussian())],
    budget: (generations: 3),
)"#;

/// `path: message` of each problem that settings lead to.
fn problems(settings: &[&str]) -> Vec<String> {
    problems_of(VALID, settings)
}

fn problems_of(text: &str, settings: &[&str]) -> Vec<String> {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    match from_text(text, "test", Path::new(""), &settings) {
        Ok(_) => Vec::new(),
        Err(ExperimentError::Invalid { problems, .. }) => {
            problems.iter().map(|problem| format!("{}: {}", problem.path, problem.message)).collect()
        }
        Err(other) => panic!("{settings:?}\n{other}"),
    }
}

/// The valid experiment with some settings.
fn loaded(settings: &[&str]) -> Experiment {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    from_text(VALID, "test", Path::new(""), &settings).unwrap().experiment
}

#[test]
fn values_within_bounds_pass() {
    let grid6 = "descriptors=[(kind: FinalX, range: (0, 1), bins: 10), (kind: FinalY, range: (0, 1), bins: 10), \
                 (kind: MeanTilt, range: (0, 1), bins: 10), (kind: MeanHeight, range: (0, 1), bins: 10), \
                 (kind: DutyFactor(0), range: (0, 1), bins: 10), (kind: DutyFactor(3), range: (0, 1), bins: 100)]";
    for setting in [
        "name=\"A-b_9\"",
        "seed=18446744073709551615",
        "body=Fixed(\"arm\")",
        "body.seeds=[\"hopper\", \"hopper\"]",
        "body.limits.max_links=4",
        "body.limits.max_links=32",
        "body.limits.overlap=0",
        "policy.hidden=[1, 512, 1, 512]",
        "policy.control_rate=240",
        "policy.frequency=(1e-3, 20)",
        "task.duration=0.0021",
        "task.duration=4166",
        "task.reward[0].weight=-5",
        "task.termination=(min_height: 0, max_tilt: 3.14)",
        grid6,
        "descriptors[0].bins=10000000",
        "archive=Cvt(cells: 2, samples: 2)",
        "archive.qd_offset=-100",
        "emitters=[(kind: Random(sigma: 0), share: 0), (kind: IsoLine(structure: 1))]",
        "batch_size=1",
        "batch_size=Auto",
        "batch_size=1000000",
        "first_batch=1",
        "scheduler=Ucb1(active: 4, exploration: 0)",
        "emitters=[(kind: CmaMe(sigma: 1e-9, restart: Every(1), genes: Body)), (kind: OmgMega(sigma: 100))]",
        "emitters=[(kind: CmaMega(rate: 100, optimiser: Adam(beta1: 0)))]",
        "refine=()",
        "refine=(steps: 2, horizon: 5, clip: 1e-9, bound: 0.1)",
        "refine=(optimiser: Adam(beta1: 0, beta2: 0), which: Share(1))",
        "refine=(which: Promising(0.01), trust: (threshold: -1, recovery: 1))",
        "refine=(rates: (brain: 0, body: 100), optimiser: Plain)",
        "protection=AgeLayers([1])",
        "protection=AgeLayers([1, 2, 4, 8, 16, 32, 64, 4294967295])",
        "topologies=Niches(1)",
        "topologies=Niches(64)",
        "budget=(wall_time: 0.5)",
        "budget.evaluations=1",
        "physics.rate=9960",
        "physics=(objects: [(shape: Sphere(radius: 0.001), mass: 1e-4, count: 16, spacing: (1, 0, 0)), ])",
        "physics=(objects: [(shape: Box(half: (1, 2, 3)), fixed: true)])",
        "physics=(rivals: [(body: \"results/a-0-1#7\", at: (-1000, 1000)), (body: \"hopper\", at: (0, 1), heading: -3)])",
        "physics=(gravity: 0, contact_stiffness: Fixed(1e4))",
        "physics.friction=0",
        "physics.contact_stiffness=Fixed(1e4)",
    ] {
        assert_eq!(problems(&[setting]), Vec::<String>::new(), "{setting}");
    }
}

#[test]
fn environments_have_what_they_are_asked_for() {
    let follow = "task.reward=[(term: FollowCommand(spread: 0.3))]";
    for environments in [
        "task.environments=(count: 1)",
        "task.environments=(count: 16, reward: Worst, places: 10000)",
        "task.environments=(count: 2, pushes: (every: 0.3125, speed: 0))",
        "task.environments=(count: 2, commands: (every: 0.3125, speed: (0, 0), turn: 0))",
        "task.environments=(count: 2, commands: (every: 1e9, speed: (0, 20), turn: 6.28))",
    ] {
        assert_eq!(problems(&[environments]), Vec::<String>::new(), "{environments}");
        let expected =
            "task.reward[0].term: must be another where task.environments has no `commands`, is `command followed`";
        let asks = environments.contains("commands");
        assert_eq!(problems(&[environments, follow]), if asks { vec![] } else { vec![expected] }, "{environments}");
    }
}

#[test]
fn a_contest_needs_a_rival() {
    let ball = "physics=(objects: [(shape: Sphere(radius: 0.1), mass: 1)])";
    let found = problems(&[ball, "task.reward=[(term: NearerToObject)]"]);
    let expected =
        "task.reward[0].term: must be about something else where physics.rivals is empty, is `nearer to object`";
    assert_eq!(found, [expected]);
}

#[test]
fn each_rule_refuses_what_breaks_it() {
    for (setting, problem) in [
        ("name=\"\"", "name: must be 1 to 64 letters"),
        ("name=\"-x\"", "name: must be 1 to 64 letters"),
        ("name=\"a/b\"", "name: must be 1 to 64 letters"),
        ("name=\"käfer\"", "name: must be 1 to 64 letters"),
        ("body.seeds=[]", "body.seeds: must have 1 to 1000 items, has 0"),
        ("body.seeds=[\"hoper\"]", "body.seeds[0]: unknown morphology `hoper`"),
        ("body=Fixed(\"no.ron\")", "body: cannot read morphology no.ron: "),
        ("body.limits.max_links=1", "body.limits.max_links: must be 2 to 32, is 1"),
        ("body.limits.max_links=33", "body.limits.max_links: must be 2 to 32, is 33"),
        (
            "body.limits.mass=(2, 1)",
            "body.limits.mass: must be (low, high) with 0 < low < high <= 1000000 kg, is (2, 1)",
        ),
        ("body.limits.mass_ratio=0.5", "body.limits.mass_ratio: must be from 1 to 1000000, is 0.5"),
        ("body.limits.size=(0, 1)", "body.limits.size: must be (low, high) with 0 < low < high <= 100 m, is (0, 1)"),
        ("body.limits.density=(1, inf)", "body.limits.density: must be (low, high)"),
        ("body.limits.overlap=NaN", "body.limits.overlap: must be from 0 to 2, is NaN"),
        ("policy.hidden=[]", "policy.hidden: must have 1 to 4 items, has 0"),
        ("policy.hidden=[1,1,1,1,1]", "policy.hidden: must have 1 to 4 items, has 5"),
        ("policy.hidden=[4, 513]", "policy.hidden[1]: must be 1 to 512, is 513"),
        ("policy.control_rate=0", "policy.control_rate: must be a divisor of physics.rate, 240, is 0"),
        ("policy.control_rate=50", "policy.control_rate: must be a divisor of physics.rate, 240, is 50"),
        ("policy.control_rate=4", "policy.frequency: must be below half of policy.control_rate, 2 Hz, is (0.5, 2.5)"),
        ("policy.frequency=(1, 21)", "policy.frequency: must be (low, high) with 0 < low < high <= 20 Hz, is (1, 21)"),
        ("policy=Cpg(frequency: (0, 1))", "policy.frequency: must be (low, high)"),
        ("terrain=Plane(slope: 3)", "terrain.slope: must be from -2 to 2, is 3"),
        (
            "terrain=Walls([(centre: (0, 0), half: (1, -1), height: 1)])",
            "terrain.Walls[0].half[1]: must be a finite number above 0 m, is -1",
        ),
        ("task.duration=0", "task.duration: must be above 0 and at most 1e9 s, is 0"),
        ("task.duration=0.002", "task.duration: must be 1 to 1000000 steps at physics.rate, is 0 steps"),
        ("task.duration=4167", "task.duration: must be 1 to 1000000 steps at physics.rate, is 1000080 steps"),
        ("task.reward=[]", "task.reward: must have 1 to 100 items, has 0"),
        ("task.reward[0].weight=inf", "task.reward[0].weight: must be from -1e9 to 1e9, is inf"),
        (
            "task.reward[0].term=TargetReached(target: (0, 0), radius: 0)",
            "task.reward[0].term.radius: must be a finite number above 0 m, is 0",
        ),
        ("task.termination.min_height=-1", "task.termination.min_height: must be from 0 to 100 m, is -1"),
        ("task.termination.max_tilt=4", "task.termination.max_tilt: must be above 0 and at most 3.14"),
        ("descriptors=[]", "descriptors: must have 1 to 100 items, has 0"),
        ("descriptors[0].kind=DutyFactor(4)", "descriptors[0].kind.DutyFactor: limb must be 0 to 3, is 4"),
        ("descriptors[0].range=(1, 1)", "descriptors[0].range: must be (low, high) with low below high"),
        ("descriptors[0].bins=0", "descriptors[0].bins: must be 1 to 10000000, is 0"),
        (
            "descriptors=[(kind: FinalX, range: (0, 1)), (kind: FinalX, range: (0, 2))]",
            "descriptors[1].kind: must be different from descriptors[0].kind, is FinalX",
        ),
        (
            "descriptors=[(kind: FinalX, range: (0, 1), bins: 10000), (kind: FinalY, range: (0, 1), bins: 1001)]",
            "archive: must be at most 10000000 cells, the product of all bins, is 10010000",
        ),
        ("archive.qd_offset=inf", "archive.qd_offset: must be from -1e9 to 1e9, is inf"),
        ("archive=Cvt(cells: 1)", "archive.cells: must be 2 to 100000, is 1"),
        ("archive=Cvt(cells: 20, samples: 19)", "archive.samples: must be at least archive.cells, 20, is 19"),
        ("archive.learning_rate=1.5", "archive.learning_rate: must be from 0 to 1, is 1.5"),
        (
            "archive=Grid(learning_rate: 0.5)",
            "archive.threshold_min: must be a number where archive.learning_rate is below 1, is None",
        ),
        ("archive=Cvt(cells: 9, threshold_min: -inf)", "archive.threshold_min: must be from -1e9 to 1e9, is -inf"),
        ("archive=Unstructured(size: 1)", "archive.size: must be 2 to 1000000, is 1"),
        ("archive=Unstructured(size: 15)", "archive.neighbours: must be below archive.size, 15, is 15"),
        ("archive=Unstructured(size: 15, neighbours: 0)", "archive.neighbours: must be 1 to 1000, is 0"),
        ("archive=DominatedNovelty(size: 0)", "archive.size: must be 1 to 1000000, is 0"),
        ("archive=DominatedNovelty(size: 9, neighbours: 1001)", "archive.neighbours: must be 1 to 1000, is 1001"),
        ("archive=DominatedNovelty(size: 9, qd_offset: inf)", "archive.qd_offset: must be from -1e9 to 1e9, is inf"),
        ("emitters=[]", "emitters: must have 1 to 100 items, has 0"),
        ("emitters=[(kind: Random(), share: 0)]", "emitters: at least one share must be above 0, all are 0"),
        ("emitters[2].share=-1", "emitters[2].share: must be from 0 to 1e9, is -1"),
        ("emitters[0].kind.sigma=-1", "emitters[0].kind.sigma: must be from 0 to 100, is -1"),
        ("emitters[1].kind.structure=1.5", "emitters[1].kind.structure: must be from 0 to 1, is 1.5"),
        ("emitters[2].kind.line=NaN", "emitters[2].kind.line: must be from 0 to 100, is NaN"),
        ("emitters[3].kind.sigma=inf", "emitters[3].kind.sigma: must be from 0 to 100, is inf"),
        ("batch_size=0", "batch_size: must be 1 to 1000000, is 0"),
        ("refine=(steps: 1)", "refine.steps: must be 2 to 10000, is 1"),
        ("refine=(horizon: 5.1)", "refine.horizon: must be at most task.duration, 5 s, is 5.1"),
        ("refine=(horizon: 0.002)", "refine.horizon: must be at least one step at physics.rate, is 0 steps"),
        ("refine=(horizon: NaN)", "refine.horizon: must be above 0 and at most 1e9 s, is NaN"),
        ("first_batch=0", "first_batch: must be 1 to 1000000, is 0"),
        ("scheduler=Ucb1(active: 0)", "scheduler.Ucb1.active: must be 1 to 4, is 0"),
        ("scheduler=Ucb1(active: 5)", "scheduler.Ucb1.active: must be 1 to 4, is 5"),
        ("scheduler=Ucb1(active: 1, exploration: -1)", "scheduler.Ucb1.exploration: must be from 0 to 1e9, is -1"),
        ("emitters=[(kind: CmaMe(sigma: -0.1))]", "emitters[0].kind.sigma: must be above 0 and at most 100, is -0.1"),
        ("emitters=[(kind: CmaMe(sigma: 0))]", "emitters[0].kind.sigma: must be above 0 and at most 100, is 0"),
        ("emitters=[(kind: CmaMe(restart: Every(0)))]", "emitters[0].kind.restart: must be 1 to 1000000000, is 0"),
        ("emitters=[(kind: OmgMega(sigma: NaN))]", "emitters[0].kind.sigma: must be above 0 and at most 100, is NaN"),
        ("emitters=[(kind: CmaMega(sigma: -1))]", "emitters[0].kind.sigma: must be above 0 and at most 100, is -1"),
        ("emitters=[(kind: CmaMega(rate: 0))]", "emitters[0].kind.rate: must be above 0 and at most 100, is 0"),
        (
            "emitters=[(kind: CmaMega(optimiser: Adam(beta2: 1)))]",
            "emitters[0].kind.optimiser.beta2: must be from 0 to below 1, is 1",
        ),
        ("refine=(optimiser: Adam(beta1: 1))", "refine.optimiser.beta1: must be from 0 to below 1, is 1"),
        ("refine=(optimiser: Adam(beta2: NaN))", "refine.optimiser.beta2: must be from 0 to below 1, is NaN"),
        ("refine=(optimiser: Adam(epsilon: 0))", "refine.optimiser.epsilon: must be above 0 and at most 1, is 0"),
        ("refine=(rates: (brain: -1))", "refine.rates.brain: must be from 0 to 100, is -1"),
        ("refine=(rates: (body: inf))", "refine.rates.body: must be from 0 to 100, is inf"),
        ("refine=(clip: 0)", "refine.clip: must be above 0 and at most 1e9, is 0"),
        ("refine=(bound: -2)", "refine.bound: must be above 0 and at most 1e9, is -2"),
        ("refine=(which: Share(1.5))", "refine.which: must be above 0 and at most 1, is 1.5"),
        ("refine=(which: Promising(0))", "refine.which: must be above 0 and at most 1, is 0"),
        ("refine=(trust: (threshold: 2))", "refine.trust.threshold: must be from -1 to 1, is 2"),
        ("refine=(trust: (recovery: -0.1))", "refine.trust.recovery: must be from 0 to 1, is -0.1"),
        ("budget=()", "budget: must be at least one of generations, evaluations and wall_time, is none of them"),
        ("budget.generations=0", "budget.generations: must be 1 to 1000000000000, is 0"),
        ("budget.evaluations=0", "budget.evaluations: must be 1 to 1000000000000, is 0"),
        ("budget.wall_time=0", "budget.wall_time: must be above 0 and at most 1e9 s, is 0"),
        (
            "physics=(objects: [(shape: Sphere(radius: 0), mass: 1)])",
            "physics.objects[0].shape.radius: must be from 0.001 to 100 m, is 0",
        ),
        (
            "physics=(objects: [(shape: Box(half: (1, NaN, 1)), mass: 1)])",
            "physics.objects[0].shape.half[1]: must be from 0.001 to 100 m, is NaN",
        ),
        (
            "physics=(objects: [(shape: Sphere(radius: 1))])",
            "physics.objects[0].mass: must be from 0.0001 to 100000 kg, is 0",
        ),
        (
            "physics=(objects: [(shape: Sphere(radius: 1), mass: 1, fixed: true)])",
            "physics.objects[0].mass: must be 0 or left out where the object is fixed, is 1 kg",
        ),
        (
            "physics=(objects: [(shape: Sphere(radius: 1), mass: 1, at: (inf, 0, 0))])",
            "physics.objects[0].at[0]: must be from -1000 to 1000 m, is inf",
        ),
        (
            "physics=(objects: [(shape: Sphere(radius: 1), mass: 1, friction: -0.1)])",
            "physics.objects[0].friction: must be from 0 to 10, is -0.1",
        ),
        (
            "physics=(objects: [(shape: Sphere(radius: 1), mass: 1, count: 0)])",
            "physics.objects[0].count: must be 1 to 30, is 0",
        ),
        (
            "physics=(objects: [(shape: Sphere(radius: 1), mass: 1, count: 18446744073709551615)])",
            "physics.objects[0].count: must be 1 to 30, is 18446744073709551615",
        ),
        (
            "physics=(objects: [(shape: Sphere(radius: 1), mass: 1, count: 17)])",
            "physics.objects: must be at most 16 beside bodies of 16 links (body.limits.max_links), is 17",
        ),
        (
            "task.reward=[(term: ObjectLifted)]",
            "task.reward[0].term: must be about the creature where physics.objects has no object, is `object lifted`",
        ),
        (
            "task.reward=[(term: SelfTouch)]",
            "task.reward[0].term: must be something else where physics.self_collision is Off, is `SelfTouch`",
        ),
        (
            "task.reward=[(term: FollowCommand(spread: 0.3))]",
            "task.reward[0].term: must be another where task.environments has no `commands`, is `command followed`",
        ),
        ("task.environments=(count: 0)", "task.environments.count: must be 1 to 16, is 0"),
        ("task.environments=(count: 17)", "task.environments.count: must be 1 to 16, is 17"),
        ("task.environments=(count: 2, places: NaN)", "task.environments.places: must be from 0 to 10000 m, is NaN"),
        (
            "task.environments=(count: 2, pushes: (every: 0.3, speed: 1))",
            "task.environments.pushes.every: must be at least 0.3125 s and at most 1e9 s: a decision, and 1/16 of task.duration, is 0.3",
        ),
        (
            "task.environments=(count: 2, pushes: (every: inf, speed: 1))",
            "task.environments.pushes.every: must be at least 0.3125 s",
        ),
        (
            "task.environments=(count: 2, pushes: (every: 1, speed: -1))",
            "task.environments.pushes.speed: must be from 0 to 20 m/s, is -1",
        ),
        (
            "task.environments=(count: 2, commands: (every: 1, speed: (0.5, 0.4), turn: 1))",
            "task.environments.commands.speed: must be (low, high) with 0 <= low <= high <= 20 m/s, is (0.5, 0.4)",
        ),
        (
            "task.environments=(count: 2, commands: (every: 1, speed: (0, NaN), turn: 1))",
            "task.environments.commands.speed: must be (low, high)",
        ),
        (
            "task.environments=(count: 2, commands: (every: NaN, speed: (0, 1), turn: 1))",
            "task.environments.commands.every: must be at least 0.3125 s",
        ),
        (
            "task.environments=(count: 2, commands: (every: 1, speed: (0, 1), turn: 7))",
            "task.environments.commands.turn: must be from 0 to 6.28",
        ),
        (
            "descriptors=[(kind: ObjectX, range: (0, 1))]",
            "descriptors[0].kind: must be about the creature where physics.objects has no object, is `object x`",
        ),
        ("physics=(rivals: [(body: \"\", at: (1, 0))])", "physics.rivals[0].body: must be a morphology, the path of a"),
        (
            "physics=(rivals: [(body: \"hopper\", at: (1, NaN))])",
            "physics.rivals[0].at[1]: must be from -1000 to 1000 m, is NaN",
        ),
        (
            "physics=(rivals: [(body: \"hopper\", at: (1, 0), heading: 101)])",
            "physics.rivals[0].heading: must be from -100 to 100 rad, is 101",
        ),
        ("physics.rate=10020", "physics.rate: must be 30 to 10000, is 10020"),
        ("physics.gravity=0", "physics.contact_stiffness: must be Fixed(N/m) without gravity, is Auto"),
        ("physics.gravity=-9.81", "physics.gravity: must be from 0 to 100 m/s2, is -9.81"),
        ("physics.friction=-1", "physics.friction: must be from 0 to 10, is -1"),
        ("physics.slip_speed=0", "physics.slip_speed: must be above 0 and at most 10 m/s, is 0"),
        ("physics.contact_stiffness=Fixed(0)", "physics.contact_stiffness: must be above 0"),
        ("physics.contact_width=0", "physics.contact_width: must be above 0 and at most 0.1 m, is 0"),
        ("physics.contact_damping=-1", "physics.contact_damping: must be from 0 to 1000 s/m, is -1"),
        ("physics.armature=-1", "physics.armature: must be from 0"),
        ("physics.joint_damping=-1", "physics.joint_damping: must be from 0"),
        ("physics.servo_stiffness=-1", "physics.servo_stiffness: must be from 0"),
        ("physics.servo_damping=-1", "physics.servo_damping: must be from 0"),
        ("physics.torque_limit=0", "physics.torque_limit: must be above 0"),
        ("physics.no_load_speed=0", "physics.no_load_speed: must be from 0.1 to 10000 rad/s, is 0"),
        ("physics.no_load_speed=NaN", "physics.no_load_speed: must be from 0.1 to 10000 rad/s, is NaN"),
        ("physics.limit_stiffness=NaN", "physics.limit_stiffness: must be from 0"),
        ("physics.slew_rate=0", "physics.slew_rate: must be above 0"),
    ] {
        let found = problems(&[setting]);
        assert!(found.len() == 1 && found[0].starts_with(problem), "{setting}: {found:?}");
    }
}

#[test]
fn only_evolving_bodies_in_given_cells_can_be_protected() {
    let layers = "protection=AgeLayers([10, 40])";
    for (other, problem) in [
        ("body=Fixed(\"arm\")", "protection: must be None where the body is Fixed, is AgeLayers"),
        ("archive=Unstructured(size: 100)", "protection: must be None unless the archive is Grid or Cvt, is AgeLayers"),
        ("descriptors[0].bins=9000000", "archive: must be at most 10000000 cells over all layers, is 27000000"),
        ("protection=AgeLayers([])", "protection.AgeLayers: must have 1 to 15 items, has 0"),
        ("protection=AgeLayers([0])", "protection.AgeLayers[0]: must be above 0, where the layer before begins, is 0"),
        (
            "protection=AgeLayers([5, 5])",
            "protection.AgeLayers[1]: must be above 5, where the layer before begins, is 5",
        ),
    ] {
        assert_eq!(problems(&[layers, other]), [problem]);
    }
}

#[test]
fn only_topologies_that_evolve_in_given_cells_have_niches() {
    let niches = "topologies=Niches(3)";
    for (other, problem) in [
        ("body=Fixed(\"arm\")", "topologies: must be Auto or Alike where the body is Fixed, is Niches"),
        (
            "archive=Unstructured(size: 100)",
            "topologies: must be Auto or Alike unless the archive is Grid or Cvt, is Niches",
        ),
        ("descriptors[0].bins=9000000", "archive: must be at most 10000000 cells over all niches, is 27000000"),
        ("topologies=Niches(0)", "topologies.Niches: must be 1 to 64, is 0"),
        ("topologies=Niches(65)", "topologies.Niches: must be 1 to 64, is 65"),
    ] {
        assert_eq!(problems(&[niches, other]), [problem]);
    }
    let layers = ["protection=AgeLayers([1])", niches, "descriptors[0].bins=2000000"];
    assert_eq!(problems(&layers), ["archive: must be at most 10000000 cells over all layers, is 12000000"]);
}

#[test]
fn niches_are_as_many_as_there_is_room_for_and_none_where_bodies_do_not_evolve() {
    let niches = |settings: &[&str]| loaded(settings).niches();
    assert_eq!(niches(&[]), Some(4));
    assert_eq!(niches(&["topologies=Niches(7)"]), Some(7));
    assert_eq!(niches(&["topologies=Alike"]), None);
    assert_eq!(niches(&["body=Fixed(\"arm\")"]), None);
    assert_eq!(niches(&["archive=Unstructured(size: 100)"]), Some(1));
    assert_eq!(niches(&["descriptors[0].bins=3000000"]), Some(3));
    assert_eq!(niches(&["descriptors[0].bins=3000000", "protection=AgeLayers([3])"]), Some(1));
}

#[test]
fn what_cannot_be_refined_or_measured_is_refused() {
    let refine = "refine=()";
    assert_eq!(
        problems(&["refine=(genes: Body)", "body=Fixed(\"arm\")"]),
        ["refine.genes: must be Brain or Both where the body is Fixed, is Body"]
    );
    assert!(problems(&[refine, "body=Fixed(\"arm\")"]).is_empty());
    let explicit = problems(&[refine, "physics.form=ExplicitBias"]);
    assert_eq!(
        explicit,
        ["physics.form: must be Momentum where `refine` is given: others have no gradient, is ExplicitBias"]
    );
    let gain = "descriptors=[(kind: FinalX, range: (0, 1)), (kind: RefinementGain, range: (0, 1))]";
    assert!(problems(&[refine, gain]).is_empty());
    assert_eq!(
        problems(&[gain]),
        [
            "descriptors[1].kind: must be measured of an episode where nothing is refined (give `refine`), is RefinementGain"
        ]
    );
    let alone = "descriptors=[(kind: GradientTrust, range: (-1, 1))]";
    assert_eq!(problems(&[refine, alone]), ["descriptors: at least one must be measured of an episode, none is"]);
}

#[test]
fn a_product_of_bins_that_overflows_is_refused() {
    let descriptor = |kind: &str| format!("(kind: {kind}, range: (0, 1), bins: 10000000)");
    let kinds = ["FinalX", "FinalY", "MeanTilt", "MeanHeight"].map(descriptor).join(", ");
    let found = problems(&[&format!("descriptors=[{kinds}]")]);
    let expected = "archive: must be at most 10000000 cells, the product of all bins, is more than can be counted";
    assert_eq!(found, [expected]);
}

#[test]
fn emitters_that_learn_need_something_that_moves_and_has_gradients() {
    for kind in ["CmaMe", "OmgMega", "CmaMega"] {
        let emitters = format!("emitters=[(kind: Random()), (kind: {kind}(genes: Body))]");
        let nothing = "emitters[1].kind.genes: must be Brain or Both where no body evolves, is Body";
        assert_eq!(problems(&[&emitters, "body=Fixed(\"arm\")"]), [nothing]);
        assert_eq!(problems_of(BENCHMARK, &[&emitters]), [nothing]);
        assert!(problems(&[&emitters]).is_empty());
        let explicit = problems(&[&format!("emitters=[(kind: {kind}())]"), "physics.form=ExplicitBias"]);
        let branches = kind != "CmaMe";
        let wrong =
            "physics.form: must be Momentum where an emitter follows gradients: others have none, is ExplicitBias";
        assert_eq!(explicit, if branches { vec![wrong] } else { vec![] });
    }
}

#[test]
fn rules_of_benchmarks() {
    for setting in [
        "problem=Sphere(dimension: 1, measures: 1)",
        "problem=Plateau(dimension: 100000)",
        "problem=Arm(dimension: 1)",
        "bins=1",
        "emitters=[(kind: CmaMega(sigma: 10))]",
        "scheduler=Ucb1(active: 1)",
        "first_batch=100",
    ] {
        assert_eq!(problems_of(BENCHMARK, &[setting]), Vec::<String>::new(), "{setting}");
    }
    let many = problems_of(BENCHMARK, &["problem=Sphere(dimension: 200, measures: 100)", "archive=Cvt(cells: 10)"]);
    assert_eq!(many, Vec::<String>::new());
    for (setting, problem) in [
        ("name=\"\"", "name: must be 1 to 64 letters"),
        ("problem=Sphere(dimension: 0)", "problem.Sphere.dimension: must be 1 to 100000, is 0"),
        ("problem=Arm(dimension: 100001)", "problem.Arm.dimension: must be 1 to 100000, is 100001"),
        ("problem.Sphere.measures=5", "problem.Sphere.measures: must be a divisor of dimension, 12, is 5"),
        ("problem.Sphere.measures=0", "problem.Sphere.measures: must be a divisor of dimension, 12, is 0"),
        (
            "problem=Rastrigin(dimension: 9, measures: 2)",
            "problem.Rastrigin.measures: must be a divisor of dimension, 9, is 2",
        ),
        ("problem=Plateau(dimension: 7)", "problem.Plateau.measures: must be a divisor of dimension, 7, is 2"),
        (
            "problem.Sphere.measures=12",
            "problem.Sphere.measures: must be at most 6 for a grid (other archives take more), is 12",
        ),
        ("bins=0", "bins: must be 1 to 10000000, is 0"),
        ("bins=100000", "archive: must be at most 10000000 cells, the product of all bins, is 10000000000"),
        ("batch_size=0", "batch_size: must be 1 to 1000000, is 0"),
        ("first_batch=0", "first_batch: must be 1 to 1000000, is 0"),
        ("emitters=[]", "emitters: must have 1 to 100 items, has 0"),
        ("emitters[0].share=0", "emitters: at least one share must be above 0, all are 0"),
        ("emitters[0].kind=OmgMega(sigma: -1)", "emitters[0].kind.sigma: must be above 0 and at most 100, is -1"),
        ("scheduler=Ucb1(active: 0)", "scheduler.Ucb1.active: must be 1 to 1, is 0"),
        ("archive=Grid(learning_rate: 0.1)", "archive.threshold_min: must be a number where"),
        ("budget=()", "budget: must be at least one of generations, evaluations and wall_time, is none of them"),
    ] {
        let found = problems_of(BENCHMARK, &[setting]);
        assert!(found.len() == 1 && found[0].starts_with(problem), "{setting}: {found:?}");
    }
    let many = problems_of(BENCHMARK, &["problem=Sphere(dimension: 202, measures: 101)", "archive=Cvt(cells: 10)"]);
    assert_eq!(many, ["problem.Sphere.measures: must be 1 to 100, is 101"]);
}

/// Runs from before whole shapes touched the ground go on as they began: what a run folder has frozen names every field that there was.
#[test]
fn a_run_without_a_ground_contact_has_points() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("experiment.ron");
    let thawed = |physics: &str| {
        let text = VALID.replace(
            "policy:",
            &format!(
                "batch_size: 8, terrain: Stairs(start: 1.0, rise: 0.05, run: 0.4, count: 3), physics: ({physics}), policy:"
            ),
        );
        std::fs::write(&path, text).unwrap();
        thaw(&path).unwrap().physics.ground_contact
    };
    assert_eq!(thawed("rate: 240"), GroundContact::Points);
    assert_eq!(thawed("ground_contact: Auto"), GroundContact::Auto);
    assert_eq!(thawed("ground_contact: Whole"), GroundContact::Whole);
}

/// So do runs from before topologies had niches.
#[test]
fn a_run_that_says_nothing_of_topologies_treats_them_alike() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("experiment.ron");
    let thawed = |topologies: &str| {
        std::fs::write(&path, VALID.replace("policy:", &format!("batch_size: 8, {topologies} policy:"))).unwrap();
        thaw(&path).unwrap().topologies
    };
    assert_eq!(thawed(""), Topologies::Alike);
    assert_eq!(thawed("topologies: Auto,"), Topologies::Auto);
    assert_eq!(thawed("topologies: Niches(2),"), Topologies::Niches(2));
    assert_eq!(loaded(&[]).topologies, Topologies::Auto);
}
