#!/usr/bin/env python3
"""Refinement against the same experiment without it, at equal wall time on one machine: five seeds each.

Usage: python3 scripts/compare_refinement.py [EXPERIMENT] [--seconds 120] [--seeds 5] [--jobs 1] [--threads 2] [--burgess PATH]

Runs go to results/refinement/ and finished ones are skipped, so that it can be stopped and started again. With --jobs, so many run side
by side, each on as many cores of its own as --threads says (needs taskset). Prints a table and writes refinement.csv and the overlay
plots beside the runs. Needs Python 3 only; build first: cargo build --release.
"""
import argparse
import csv
import pathlib
import statistics
import subprocess
from concurrent.futures import ThreadPoolExecutor
from queue import Queue

ROOT = pathlib.Path(__file__).resolve().parent.parent
COLUMNS = ["qd_score", "coverage", "max", "evaluations", "creature_steps", "backward_creature_steps"]


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("experiment", nargs="?", default="experiments/walkers.ron")
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
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
    last = {n: [metrics(folder(args, n, s))[-1] for s in range(args.seeds)] for n in names}
    with open(pathlib.Path(args.out) / "refinement.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["run", "seed", *COLUMNS])
        for n in names:
            table.writerows([n, s, *(row[c] for c in COLUMNS)] for s, row in enumerate(last[n]))
    print(f"{'':24}" + "".join(f"{c:>26}" for c in COLUMNS[:4]))
    for n in names:
        values = [[float(row[c]) for row in last[n]] for c in COLUMNS[:4]]
        print(f"{n:24}" + "".join(f"{statistics.mean(v):18.2f} +-{statistics.stdev(v) if len(v) > 1 else 0:6.2f}" for v in values))
    off, refined = (statistics.mean(float(row["qd_score"]) for row in last[n]) for n in names)
    print(f"QD-score, refined over off: {refined / off:.2f}")
    runs = [str(folder(args, n, s)) for n in names for s in range(args.seeds)]
    subprocess.run([args.burgess, "report", *runs, "--out", str(pathlib.Path(args.out) / "overlay")], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
