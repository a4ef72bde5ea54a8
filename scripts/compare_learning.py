#!/usr/bin/env python3
"""Is learning by gradients worth its time? Bodies and networks evolve with and without, at equal wall time on one machine: where they have to
follow commands and are pushed (experiments/followers.ron), on rough ground (experiments/rough.ron), and straight ahead on flat ground
(experiments/walkers.ron with a network).

Usage: python3 scripts/compare_learning.py [--backend cpu|gpu] [--seconds 60] [--seeds 5] [--jobs 1] [--threads 1] [--out results/learning]
           [--burgess PATH] [--experiments NAME ...] [--methods NAME ...] [--at SECONDS ...]

Finished runs are skipped and others resumed, so that it can be stopped and started again. Then `burgess compare` makes a table and plots for each
experiment; --at says where else to look at wall time. Needs Python 3 only; build first: cargo build --release.
"""
import argparse

import side_by_side
from side_by_side import ROOT

MUTATION = "(kind: Random(), share: 0.05), (kind: Gaussian(), share: 0.45), (kind: IsoLine(), share: 0.4), (kind: Crossover(), share: 0.1)"
CMA_ME = "(kind: Random(), share: 0.3), (kind: CmaMe(sigma: 0.3)), (kind: CmaMe(sigma: 0.3)), (kind: CmaMe(sigma: 0.3))"
GOALS = "(kind: Goals({}, neighbours: 30, draws: 1)), (kind: Gaussian(), share: 0.5), (kind: IsoLine(), share: 0.4), (kind: Random(), share: 0.1)"
# Candidates a generation, the best of those that docs/learning.md compares.
BATCHES = {
    "cpu": {"mutation": 64, "cma-me": 64, "gradients": 32},
    "gpu": {"mutation": 2048, "cma-me": 2048, "gradients": 512},
}
# What all methods have in common: topologies that compete alike, and no refinement.
EXPERIMENTS = {
    "followers": [],
    "rough": ["archive=Grid(qd_offset: 0.4)"],
    "walkers": ["refine=None", "topologies=Alike", "policy=Mlp(hidden: [16], control_rate: 30)"],
}
# How `Goals` steps, and what its gradients see: docs/learning.md says how these were chosen.
STRAIGHT = ("steps: 20, upward: 0.7, rate: 0.05", "gradient_horizon=0.8")
STEPS = {
    "followers": ("steps: 50, upward: 0.9", "gradient_horizon=1.0", "gradient_memory=0.5"),
    "rough": STRAIGHT,
    "walkers": STRAIGHT,
}


def methods(experiment, backend):
    """What is set for each way to search."""
    steps, *seen = STEPS[experiment]
    emitters = {"mutation": [MUTATION], "cma-me": [CMA_ME], "gradients": [GOALS.format(steps), *seen]}
    batches = BATCHES[backend]
    return {
        name: [*EXPERIMENTS[experiment], f"batch_size={batches[name]}", f"emitters=[{kinds}]", *more]
        for name, (kinds, *more) in emitters.items()
    }


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiments", nargs="+", choices=list(EXPERIMENTS), default=list(EXPERIMENTS))
    parser.add_argument("--methods", nargs="+", choices=list(BATCHES["cpu"]), default=list(BATCHES["cpu"]))
    parser.add_argument("--at", type=float, nargs="*", default=[], metavar="SECONDS")
    side_by_side.add_arguments(parser, seconds=60.0, threads=1, out="results/learning")
    return parser.parse_args()


def main():
    args = parse()
    chosen = {e: {n: c for n, c in methods(e, args.backend).items() if n in args.methods} for e in args.experiments}
    runs = [(ROOT / f"experiments/{e}.ron", f"{e}-{n}", changes) for e in chosen for n, changes in chosen[e].items()]
    side_by_side.run_all(args, runs)
    places = [option for seconds in (*args.at, args.seconds) for option in ("--at", f"wall-time={seconds}")]
    for e in chosen:
        side_by_side.compare(args, [f"{e}-{n}" for n in chosen[e]], f"comparison-{e}", *places)


if __name__ == "__main__":
    main()
