#!/usr/bin/env python3
"""Ways to search, with and without gradients, at equal wall time on one machine: experiments/ant_omni.ron (one body, network) and
experiments/walkers.ron (bodies evolve), five seeds each.

Usage: python3 scripts/compare_emitters.py [--seconds 24] [--seeds 5] [--jobs 1] [--threads 1] [--out results/emitters] [--burgess PATH]
           [--experiments ant_omni walkers] [--methods NAME ...] [--also EXPERIMENT NAME SET ...] [--at SECONDS ...]

Finished runs are skipped and others resumed, so that it can be stopped and started again. With --jobs, so many runs go on side by side,
each on as many cores of its own as --threads says (needs taskset). Then `burgess compare` makes a table and plots for each
experiment; --at says where else to look at wall time. --also adds a method: the changes (--set) that make it. Needs Python 3 only; build first: cargo build --release.
"""
import argparse

import side_by_side
from side_by_side import ROOT

ME = "(kind: CmaMe(sigma: {}))"
MEGA = "(kind: CmaMega(sigma: {}))"
# docs/performance.md says how settings were chosen. The experiments as they are search by noise and steps along lines; walkers refine besides.
METHODS = {
    "ant_omni": {
        "iso-line": [],
        "cma-me": [f"emitters=[{ME}, {ME}, {ME}, {ME}]".replace("{}", "0.15"), "batch_size=144"],
        "refined": ["refine=(horizon: 1.5, steps: 3, which: Promising(0.1), acceptance: Archive)"],
        "cma-mega": [f"emitters=[{MEGA}, {MEGA}]".replace("{}", "0.3"), "batch_size=72"],
        "goals": ["emitters=[(kind: Goals(upward: 0.2))]", "gradient_horizon=0.8", "batch_size=16", "first_batch=64"],
    },
    "walkers": {
        "iso-line": ["refine=None"],
        "cma-me": ["refine=None", f"emitters=[(kind: Random(), share: 0.3), {ME}, {ME}, {ME}]".replace("{}", "0.3")],
        "refined": [],
        "cma-mega": ["refine=None", f"emitters=[(kind: Random(), share: 0.3), {MEGA}, {MEGA}, {MEGA}]".replace("{}", "1.0")],
        "goals": [
            "refine=None",
            "emitters=[(kind: Random(), share: 0.1), (kind: Gaussian(structure: 0.1), share: 0.5), (kind: IsoLine(), share: 0.5), "
            "(kind: Goals(rate: 0.05, upward: 0.7, neighbours: 30, draws: 1))]",
            "gradient_horizon=0.8",
            "batch_size=64",
            "first_batch=128",
        ],
    },
}


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiments", nargs="*", choices=list(METHODS), default=list(METHODS))
    parser.add_argument("--methods", nargs="*")
    parser.add_argument("--at", type=float, nargs="*", default=[], metavar="SECONDS")
    parser.add_argument("--also", nargs="+", action="append", default=[])
    side_by_side.add_arguments(parser, seconds=24.0, threads=1, out="results/emitters")
    return parser.parse_args()


def main():
    args = parse()
    methods = {e: {n: c for n, c in METHODS[e].items() if not args.methods or n in args.methods} for e in args.experiments}
    for experiment, name, *changes in args.also:
        methods.setdefault(experiment, {})[name] = changes
    stem = lambda e, n: f"{e.replace('_', '-')}-{n}"
    files = {e: ROOT / f"experiments/{e}.ron" for e in methods}
    side_by_side.run_all(args, [(files[e], stem(e, n), c) for e in methods for n, c in methods[e].items()])
    places = [option for seconds in (*args.at, args.seconds) for option in ("--at", f"wall-time={seconds}")]
    for e in methods:
        side_by_side.compare(args, [stem(e, n) for n in methods[e]], f"comparison-{e.replace('_', '-')}", *places)


if __name__ == "__main__":
    main()
