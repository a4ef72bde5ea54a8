#!/usr/bin/env python3
"""Learned descriptors beside others at equal evaluations: experiments/latent_walkers.ron, five seeds each, on the CPU.

latent: as it stands. hand: the grid of the passive descriptors as the archive, parents uniformly. random: nothing but random candidates.
reward: an archive of one cell, so that all candidates descend from the best. What they reach is scored in the passive grid.

Usage: python3 scripts/compare_latent.py [--seeds 5] [--jobs 1] [--threads 1] [--out results/latent] [--burgess PATH] [--methods NAME ...]
           [--also NAME SET ...]

Finished runs are skipped and others resumed, so that it can be stopped and started again. With --jobs, so many runs go on side by side,
each on as many cores of its own as --threads says (needs taskset). --also adds a method: the changes (--set) that make it. Then
`burgess compare` makes a table and plots. Needs Python 3 only; build first: cargo build --release.
"""
import argparse

import side_by_side
from side_by_side import ROOT

AXES = "descriptors=[(kind: FinalX, range: (-8.0, 8.0), bins: 32), (kind: FinalY, range: (-8.0, 8.0), bins: 32)]"
HAND = ["latent=None", AXES, "archive=Grid()", "parents=Uniform"]
METHODS = {
    "latent": [],
    "hand": HAND,
    "random": [*HAND, "emitters=[(kind: Random())]"],
    "reward": [*HAND, AXES.replace("bins: 32", "bins: 1")],
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--methods", nargs="*", choices=list(METHODS), default=list(METHODS))
    parser.add_argument("--also", nargs="+", action="append", default=[])
    side_by_side.add_arguments(parser, seconds=None, threads=1, out="results/latent")
    args = parser.parse_args()
    methods = {name: METHODS[name] for name in args.methods} | {name: changes for name, *changes in args.also}
    file = ROOT / "experiments/latent_walkers.ron"
    side_by_side.run_all(args, [(file, f"walkers-{name}", changes) for name, changes in methods.items()])
    side_by_side.compare(args, [f"walkers-{name}" for name in methods], "comparison-latent")


if __name__ == "__main__":
    main()
