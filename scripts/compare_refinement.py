#!/usr/bin/env python3
"""Refinement against the same experiment without it, at equal wall time on one machine: five seeds each.

Usage: python3 scripts/compare_refinement.py [EXPERIMENT] [--seconds 120] [--seeds 5] [--jobs 1] [--threads 2] [--at 30 60]

Runs go to results/refinement/ and finished ones are skipped, so that it can be stopped and started again. With --jobs, so many run side
by side, each on as many cores of its own as --threads says (needs taskset). `burgess compare` then prints tables, at equal evaluations,
simulated steps and wall time, and writes them with plots to results/refinement/comparison/; --at says where else to look at wall time.
Needs Python 3 only; build first: cargo build --release.
"""
import argparse
import csv
import pathlib
import subprocess
from concurrent.futures import ThreadPoolExecutor
from queue import Queue

ROOT = pathlib.Path(__file__).resolve().parent.parent


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("experiment", nargs="?", default="experiments/walkers.ron")
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--at", type=float, nargs="*", default=[], metavar="SECONDS")
    parser.add_argument("--burgess", default="target/release/burgess")
    parser.add_argument("--out", default="results/refinement")
    return parser.parse_args()


def folder(args, name, seed):
    """The run's folder, or none before it was begun."""
    found = sorted(pathlib.Path(args.out).glob(f"{name}-{seed}-*"))
    return found[-1] if found else None


def metrics(path):
    with open(path / "metrics.csv", newline="") as file:
        return list(csv.DictReader(file))


def run(args, cores, name, seed):
    path = folder(args, name, seed)
    if path and (rows := metrics(path)) and float(rows[-1]["wall_time"]) >= args.seconds:
        return
    place = cores.get()
    command = [args.burgess, "run", args.experiment, "--seed", str(seed), "--out", args.out]
    if path:
        command = [args.burgess, "resume", str(path)]
    else:
        command += ["--set", f'name="{name}"', "--set", f"budget=(wall_time: {args.seconds})"]
        command += ["--set", "refine=None"] if name.endswith("-off") else []
    command += ["--backend", "cpu", "--threads", str(args.threads)]
    if args.jobs > 1:
        first = place * args.threads
        command = ["taskset", "-c", f"{first}-{first + args.threads - 1}", *command]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    cores.put(place)
    print(f"{name}, seed {seed}: done", flush=True)


def main():
    args = parse()
    stem = pathlib.Path(args.experiment).stem
    names = [f"{stem}-off", f"{stem}-refined"]
    cores = Queue()
    for place in range(args.jobs):
        cores.put(place)
    # A seed's two runs side by side, so that both meet the same machine.
    with ThreadPoolExecutor(args.jobs) as pool:
        list(pool.map(lambda job: run(args, cores, *job), [(n, s) for s in range(args.seeds) for n in names]))
    runs = [str(folder(args, n, s)) for n in names for s in range(args.seeds)]
    places = [option for seconds in args.at for option in ("--at", f"wall-time={seconds}")]
    out = str(pathlib.Path(args.out) / "comparison")
    subprocess.run([args.burgess, "compare", *runs, "--out", out, *places], check=True)


if __name__ == "__main__":
    main()
