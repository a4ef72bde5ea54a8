#!/usr/bin/env python3
"""Refinement against the same experiment without it, at equal wall time on one machine: five seeds each.

Usage: python3 scripts/compare_refinement.py [EXPERIMENT] [--seconds 120] [--seeds 5] [--jobs 1] [--threads 2] [--at 30 60]

Runs go to results/refinement/ and finished ones are skipped, so that it can be stopped and started again. With --jobs, so many run side
by side, each on as many cores of its own as --threads says (needs taskset). `burgess compare` then prints tables, at equal evaluations,
simulated steps and wall time, and writes them with plots to results/refinement/comparison/; --at says where else to look at wall time.
Needs Python 3 only; build first: cargo build --release.
"""
import argparse
import pathlib

import side_by_side


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("experiment", nargs="?", default="experiments/walkers.ron")
    parser.add_argument("--at", type=float, nargs="*", default=[], metavar="SECONDS")
    side_by_side.add_arguments(parser, seconds=120.0, threads=2, out="results/refinement")
    return parser.parse_args()


def main():
    args = parse()
    stem = pathlib.Path(args.experiment).stem
    methods = {f"{stem}-off": ["refine=None"], f"{stem}-refined": []}
    side_by_side.run_all(args, [(args.experiment, name, changes) for name, changes in methods.items()])
    places = [option for seconds in args.at for option in ("--at", f"wall-time={seconds}")]
    side_by_side.compare(args, methods, "comparison", *places)


if __name__ == "__main__":
    main()
