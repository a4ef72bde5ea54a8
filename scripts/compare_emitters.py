#!/usr/bin/env python3
"""Ways to search, with and without gradients, at equal wall time on one machine: experiments/ant_omni.ron (one body, network) and
experiments/walkers.ron (bodies evolve), five seeds each.

Usage: python3 scripts/compare_emitters.py [--seconds 100] [--seeds 5] [--jobs 1] [--threads 2] [--out results/emitters] [--burgess PATH]
           [--experiments ant_omni walkers] [--methods NAME ...] [--also EXPERIMENT NAME SET ...]

Finished runs are skipped and others resumed, so that it can be stopped and started again. With --jobs, so many runs go on side by side,
each on as many cores of its own as --threads says (needs taskset). Then `burgess compare` makes a table and plots for each
experiment. --also adds a method: the changes (--set) that make it. Needs Python 3 only; build first: cargo build --release.
"""
import argparse
import csv
import pathlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from queue import Queue

ROOT = pathlib.Path(__file__).resolve().parent.parent
MEGA = "CmaMega(sigma: {sigma}, genes: {genes})"
METHODS = {
    "ant_omni": {
        "iso-line": [],
        "cma-me": ["emitters=[(kind: CmaMe(sigma: 0.15)), (kind: CmaMe(sigma: 0.15)), (kind: CmaMe(sigma: 0.15)), (kind: CmaMe(sigma: 0.15))]", "batch_size=144"],
        "refined": ["refine=(horizon: 1.5, steps: 3, which: Promising(0.1), acceptance: Archive)"],
        "cma-mega": ["emitters=[(kind: CmaMega(sigma: 1.0)), (kind: CmaMega(sigma: 1.0)), (kind: CmaMega(sigma: 1.0)), (kind: CmaMega(sigma: 1.0))]", "batch_size=144"],
    },
    "walkers": {
        "iso-line": ["refine=None"],
        "cma-me": ["refine=None", "emitters=[(kind: Random(), share: 0.5), (kind: CmaMe(sigma: 0.15)), (kind: CmaMe(sigma: 0.15)), (kind: CmaMe(sigma: 0.15))]"],
        "refined": [],
        "cma-mega": ["refine=None", "emitters=[(kind: Random(), share: 0.5), (kind: CmaMega(sigma: 1.0)), (kind: CmaMega(sigma: 1.0)), (kind: CmaMega(sigma: 1.0))]"],
    },
}


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=100.0)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--experiments", nargs="*", choices=list(METHODS), default=list(METHODS))
    parser.add_argument("--methods", nargs="*")
    parser.add_argument("--also", nargs="+", action="append", default=[])
    parser.add_argument("--burgess", default=str(ROOT / "target/release/burgess"))
    parser.add_argument("--out", default="results/emitters")
    return parser.parse_args()


def folder(args, name, seed):
    """The run's folder, or none before it was begun."""
    found = sorted(pathlib.Path(args.out).glob(f"{name}-{seed}-*"))
    return found[-1] if found else None


def is_finished(args, path):
    table = path / "metrics.csv"
    if not table.exists():
        return False
    with open(table, newline="") as file:
        rows = list(csv.DictReader(file))
    return bool(rows) and float(rows[-1]["wall_time"]) >= args.seconds


def run(args, cores, experiment, name, changes, seed):
    path = folder(args, name, seed)
    if path and is_finished(args, path):
        return
    place = cores.get()
    if path:
        command = [args.burgess, "resume", str(path)]
    else:
        command = [args.burgess, "run", str(ROOT / f"experiments/{experiment}.ron"), "--seed", str(seed), "--out", args.out]
        for change in (f'name="{name}"', f"budget=(wall_time: {args.seconds})", *changes):
            command += ["--set", change]
    command += ["--backend", "cpu", "--threads", str(args.threads)]
    if args.jobs > 1:
        first = place * args.threads
        command = ["taskset", "-c", f"{first}-{first + args.threads - 1}", *command]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    cores.put(place)
    print(f"{name}, seed {seed}: {'done' if done.returncode == 0 else done.stderr}", file=sys.stderr, flush=True)
    done.check_returncode()


def main():
    args = parse()
    methods = {e: {n: c for n, c in METHODS[e].items() if not args.methods or n in args.methods} for e in args.experiments}
    for experiment, name, *changes in args.also:
        methods.setdefault(experiment, {})[name] = changes
    cores = Queue()
    for place in range(args.jobs):
        cores.put(place)
    stem = lambda e, n: f"{e.replace('_', '-')}-{n}"
    # All methods of a seed side by side, so that they meet the same machine.
    jobs = [(e, stem(e, n), c, s) for s in range(args.seeds) for e in methods for n, c in methods[e].items()]
    with ThreadPoolExecutor(args.jobs) as pool:
        list(pool.map(lambda job: run(args, cores, *job), jobs))
    for e in methods:
        runs = [str(folder(args, stem(e, n), s)) for n in methods[e] for s in range(args.seeds)]
        out = pathlib.Path(args.out) / f"comparison-{e.replace('_', '-')}"
        subprocess.run([args.burgess, "compare", *runs, "--out", str(out)], check=True)


if __name__ == "__main__":
    main()
