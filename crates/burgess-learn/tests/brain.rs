//! The network: its gradients against differences, bodies alone and in company, bodies that differ in size.

use burgess_core::rng::{Purpose, Stream};
use burgess_learn::brain::{Input, RHYTHM};
use burgess_learn::describe::Description;
use burgess_learn::{SharedBrain, SharedSpec};
use burgess_physics::example::crawler;
use burgess_physics::model::Controller;

fn bodies() -> Vec<Description<f64>> {
    [4, 2, 6].map(|legs| Description::of(&crawler(legs))).to_vec()
}

fn brain() -> SharedBrain<f64> {
    SharedBrain::random(
        &SharedSpec { width: 6, hidden: vec![5, 4], style: 2, commands: true, ..SharedSpec::default() },
        3,
    )
}

/// A weighted sum of all numbers of all controllers, and the weights as gradients.
fn objective(brain: &SharedBrain<f64>, inputs: &[Input<'_, f64>]) -> (f64, Vec<Controller<f64>>) {
    let mut stream = Stream::new(7, 0, 0, Purpose::Test);
    let mut sum = 0.0;
    let controllers = brain.controllers(inputs);
    let bars = controllers.iter().map(|controller| {
        let bar = controller.map(|x: f64| {
            let weight = stream.normal();
            sum += weight * x;
            weight
        });
        let Controller::Mlp { mut clocks, frequency, layers } = bar else { panic!("a network") };
        // The network leaves phases at zero.
        clocks.iter_mut().for_each(|clock| clock[2] = 0.0);
        Controller::Mlp { clocks, frequency, layers }
    });
    let bars: Vec<_> = bars.collect();
    (sum, bars)
}

const STEP: f64 = 1e-5;

fn agree(ours: f64, difference: f64, what: &str) {
    assert!((ours - difference).abs() < 1e-6 * (1.0 + difference.abs()), "{what}: {ours} against {difference}");
}

#[test]
fn gradients_with_respect_to_weights_agree_with_differences() {
    let (brain, bodies) = (brain(), bodies());
    let style = [0.3, -0.4];
    let inputs: Vec<Input<'_, f64>> = bodies.iter().map(|body| Input { style: &style, ..Input::of(body) }).collect();
    let (_, bars) = objective(&brain, &inputs);
    let gradient = brain.weight_gradient(&inputs, &bars.iter().collect::<Vec<_>>());
    for weight in 0..gradient.len() {
        let at = |step: f64| {
            let mut moved = brain.clone();
            moved.change(|weights| weights[weight] += step);
            objective(&moved, &inputs).0
        };
        agree(gradient[weight], (at(STEP) - at(-STEP)) / (2.0 * STEP), &format!("weight {weight}"));
    }
}

#[test]
fn gradients_with_respect_to_bodies_and_styles_agree_with_differences() {
    let brain = brain();
    for body in bodies() {
        let style = [0.3, -0.4];
        let rhythm: Vec<[f64; RHYTHM]> = (0..body.joints()).map(|i| [0.1, -0.2, 0.1 * i as f64]).collect();
        let input = Input { body: &body, style: &style, rhythm: &rhythm, frequency: 0.4 };
        let (_, bars) = objective(&brain, &[input]);
        let gradient = brain.input_gradient(input, &bars[0]);
        let at = |body: &Description<f64>, style: &[f64]| {
            objective(&brain, &[Input { body, style, rhythm: &rhythm, frequency: 0.4 }]).0
        };
        for (number, ours) in gradient.body.numbers().enumerate() {
            let moved = |step: f64| {
                let mut count = 0..;
                let cell = std::cell::RefCell::new(&mut count);
                body.map(|x| x + if cell.borrow_mut().next() == Some(number) { step } else { 0.0 })
            };
            agree(
                ours,
                (at(&moved(STEP), &style) - at(&moved(-STEP), &style)) / (2.0 * STEP),
                &format!("number {number}"),
            );
        }
        for place in 0..style.len() {
            let moved =
                |step: f64| std::array::from_fn::<f64, 2, _>(|i| style[i] + if i == place { step } else { 0.0 });
            let difference = (at(&body, &moved(STEP)) - at(&body, &moved(-STEP))) / (2.0 * STEP);
            agree(gradient.style[place], difference, &format!("style {place}"));
        }
        let own = |rhythm: &[[f64; RHYTHM]], frequency| {
            objective(&brain, &[Input { body: &body, style: &style, rhythm, frequency }]).0
        };
        for (joint, ours) in gradient.rhythm.iter().enumerate() {
            for (i, &ours) in ours.iter().enumerate() {
                let at = |step: f64| {
                    let mut moved = rhythm.clone();
                    moved[joint][i] += step;
                    own(&moved, 0.4)
                };
                agree(
                    ours,
                    (at(STEP) - at(-STEP)) / (2.0 * STEP),
                    &format!("number {i} of the rhythm of joint {joint}"),
                );
            }
        }
        let difference = (own(&rhythm, 0.4 + STEP) - own(&rhythm, 0.4 - STEP)) / (2.0 * STEP);
        agree(gradient.frequency, difference, "frequency");
    }
}

/// Whoever else is in the batch, and on any number of threads.
#[test]
fn a_body_has_the_controller_that_it_has_alone() {
    let brain = SharedBrain::<f32>::random(&SharedSpec::default(), 1);
    let bodies: Vec<Description<f32>> =
        (0..50).map(|i| Description::of(&crawler(1 + i % 7)).map(|x: f64| x as f32)).collect();
    let inputs: Vec<Input<'_, f32>> = bodies.iter().map(Input::of).collect();
    let numbers = |controller: &Controller<f32>| {
        let mut list = Vec::new();
        controller.map(|x: f32| {
            list.push(x.to_bits());
            x
        });
        list
    };
    let together = brain.controllers(&inputs);
    for (input, controller) in inputs.iter().zip(&together) {
        assert_eq!(numbers(controller), numbers(&brain.controllers(&[*input])[0]));
    }
    let bars: Vec<&Controller<f32>> = together.iter().collect();
    let sum = brain.weight_gradient(&inputs, &bars);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(sum, pool.install(|| brain.weight_gradient(&inputs, &bars)));
}

/// A body of twice the size looks the same but for its size, and moves as fast for its size.
#[test]
fn what_is_seen_has_no_units() {
    let small = crawler(4);
    let mut large = small.map(|x: f64| x);
    for link in &mut large.links {
        link.mass *= 8.0;
        link.com = link.com * 2.0;
    }
    for joint in &mut large.joints {
        joint.position = joint.position * 2.0;
        joint.servo.torque_limit *= 16.0;
        joint.servo.kp *= 16.0;
    }
    for contact in &mut large.contacts {
        contact.centre = contact.centre * 2.0;
        contact.radius *= 2.0;
    }
    let [small, large] = [small, large].map(|model| Description::of(&model));
    let size = 23;
    for (number, (a, b)) in small.features.iter().zip(&large.features).enumerate() {
        if number % burgess_learn::describe::FEATURES == size {
            assert!((b - a - 0.5 * 8f64.ln()).abs() < 1e-12);
        } else {
            assert!((a - b).abs() < 1e-12, "feature {number}: {a} {b}");
        }
    }
    assert!((large.measures.length / small.measures.length - 2.0).abs() < 1e-12);
    assert!((large.measures.time / small.measures.time - 2f64.sqrt()).abs() < 1e-12);
}
