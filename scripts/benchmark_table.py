#!/usr/bin/env python3
"""The table of Fontaine and Nikolaidis 2021 ("Differentiable Quality Diversity"), made again: six algorithms on three problems in 1000
dimensions, 10,000 generations.

Usage: python3 scripts/benchmark_table.py [--seeds 5] [--jobs 1] [--out results/benchmarks] [--burgess PATH] [--only NAME ...]
       python3 scripts/benchmark_table.py --quick

Runs are skipped when they are finished and resumed when they are not, so that it can be stopped and started again. CMA-ME has two
seeds at most. Prints a table of QD-score a cell / coverage (%) beside the published means, and writes it as table.md and table.csv.
A figure is out when it misses the published mean by more than 2 % and more than 0.8; the exit code is then 1. --quick: each
algorithm for 200 generations in 100 dimensions, which only shows that all of them go on without a fault and in their order.
Needs Python 3 only; build first: cargo build --release.
"""
import argparse
import csv
import pathlib
import statistics
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROBLEMS = {"sphere": "Sphere", "rastrigin": "Rastrigin", "arm": "Arm"}
# Step sizes on linear projections and on the arm.
SIGMAS = {
    "map_elites": ("emitters[0].kind.sigma", 0.5, 0.1),
    "map_elites_line": ("emitters[0].kind.iso", 0.5, 0.1),
    "cma_me": ("emitters[0].kind.sigma", 0.5, 0.1),
    "omg_mega": ("emitters[0].kind.sigma", 10.0, 1.0),
    "cma_mega": ("emitters[0].kind.sigma", 10.0, 0.05),
    "cma_mega_adam": ("emitters[0].kind.sigma", 10.0, 0.05),
}
# QD-score a cell and coverage (%), means of 20 trials.
PUBLISHED = {
    "map_elites": {"sphere": (1.04, 1.17), "rastrigin": (1.18, 1.72), "arm": (1.97, 8.06)},
    "map_elites_line": {"sphere": (12.21, 14.32), "rastrigin": (8.12, 11.79), "arm": (33.51, 35.79)},
    "cma_me": {"sphere": (1.08, 1.21), "rastrigin": (1.21, 1.76), "arm": (55.98, 56.95)},
    "omg_mega": {"sphere": (71.58, 92.09), "rastrigin": (55.90, 77.00), "arm": (44.12, 44.13)},
    "cma_mega": {"sphere": (75.29, 100.0), "rastrigin": (62.54, 100.0), "arm": (74.18, 74.18)},
    "cma_mega_adam": {"sphere": (75.30, 100.0), "rastrigin": (62.58, 100.0), "arm": (73.82, 73.82)},
}


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", default="results/benchmarks")
    parser.add_argument("--burgess", default=str(ROOT / "target/release/burgess"))
    parser.add_argument("--only", nargs="*", choices=list(SIGMAS), default=list(SIGMAS))
    parser.add_argument("--problems", nargs="*", choices=list(PROBLEMS), default=list(PROBLEMS))
    parser.add_argument("--quick", action="store_true")
    return parser.parse_args()


def last(path):
    with open(path / "metrics.csv", newline="") as file:
        return list(csv.DictReader(file))[-1]


def settings(args, algorithm, problem):
    path, projection, arm = SIGMAS[algorithm]
    dimension, generations = (100, 200) if args.quick else (1000, 10_000)
    first = algorithm in ("map_elites", "map_elites_line", "omg_mega")
    return [
        f'name="{algorithm.replace("_", "-")}-{problem}"',
        f"problem={PROBLEMS[problem]}(dimension: {dimension})",
        f"{path}={arm if problem == 'arm' else projection}",
        f"budget.generations={generations + first}",
    ], generations + first


def run(args, algorithm, problem, seed):
    changes, generations = settings(args, algorithm, problem)
    stem = f"{algorithm.replace('_', '-')}-{problem}-{seed}-"
    found = sorted(pathlib.Path(args.out).glob(stem + "*"))
    if found and (found[-1] / "metrics.csv").exists() and int(last(found[-1])["generation"]) + 1 >= generations:
        return found[-1]
    command = [args.burgess, "run", str(ROOT / f"experiments/benchmarks/{algorithm}.ron"), "--seed", str(seed), "--out", args.out]
    command += [part for change in changes for part in ("--set", change)]
    if found:
        command = [args.burgess, "resume", str(found[-1])]
    subprocess.run([*command, "--threads", str(args.threads)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    found = sorted(pathlib.Path(args.out).glob(stem + "*"))
    print(f"{algorithm}, {problem}, seed {seed}: {float(last(found[-1])['wall_time']):.1f} s", file=sys.stderr, flush=True)
    return found[-1]


def figures(path):
    row = last(path)
    return float(row["normalised_qd_score"]), 100.0 * float(row["coverage"])


def misses(figure, published):
    return abs(figure - published) > max(0.02 * published, 0.8)


def main():
    args = parse()
    seeds = lambda algorithm: range(min(args.seeds, 2) if algorithm == "cma_me" else args.seeds)
    jobs = [(a, p, s) for a in args.only for p in args.problems for s in seeds(a)]
    with ThreadPoolExecutor(args.jobs) as pool:
        done = dict(zip(jobs, pool.map(lambda job: figures(run(args, *job)), jobs)))
    rows, out = [], False
    for a in args.only:
        for p in args.problems:
            qd, coverage = zip(*(done[a, p, s] for s in seeds(a)))
            means = statistics.mean(qd), statistics.mean(coverage)
            spread = statistics.stdev(qd) if len(qd) > 1 else 0.0
            off = not args.quick and any(misses(m, q) for m, q in zip(means, PUBLISHED[a][p]))
            out |= off
            rows.append([a, p, len(qd), *means, spread, *PUBLISHED[a][p], "OUT" if off else ""])
    with open(pathlib.Path(args.out) / "table.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow("algorithm problem seeds qd coverage qd_std published_qd published_coverage verdict".split())
        writer.writerows(rows)
    lines = ["| algorithm | problem | seeds | QD-score | coverage (%) | published | |", "|---|---|---|---|---|---|---|"]
    for a, p, n, qd, coverage, spread, pqd, pcoverage, verdict in rows:
        lines.append(f"| {a} | {p} | {n} | {qd:.2f} +- {spread:.2f} | {coverage:.2f} | {pqd:.2f} / {pcoverage:.2f} | {verdict} |")
    (pathlib.Path(args.out) / "table.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))
    return 1 if out else 0


if __name__ == "__main__":
    sys.exit(main())
