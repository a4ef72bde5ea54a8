#!/usr/bin/env python3
"""The table of Fontaine and Nikolaidis 2021 ("Differentiable Quality Diversity"), made again: six algorithms on three problems in 1000
dimensions, 10,000 generations.

Usage: python3 scripts/benchmark_table.py [--seeds 5] [--jobs 1] [--out results/benchmarks] [--burgess PATH] [--only NAME ...]
       python3 scripts/benchmark_table.py --quick

Runs are skipped when they are finished and resumed when they are not, so that it can be stopped and started again. Prints a table of QD-score a cell / coverage (%) beside the published means, and writes it as table.md and table.csv.
A figure is out when it misses the published mean by more than 2 % and more than 0.8; the exit code is then 1. --quick: only
the first 300 generations of one seed, on sphere and arm (there without CMA-ME), in a folder that is thrown away. It fails when a run does, or when QD-scores are
not in the order that is there by then (ORDER). Needs Python 3 only; build first: cargo build --release.
"""
import argparse
import csv
import pathlib
import statistics
import subprocess
import sys
import tempfile
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

# Who is better than whom after 300 generations already, by a fifth at least.
ORDER = [
    ("cma_mega", "omg_mega", "sphere"),
    ("cma_mega_adam", "omg_mega", "sphere"),
    ("omg_mega", "map_elites_line", "sphere"),
    ("omg_mega", "map_elites", "sphere"),
    ("cma_mega", "omg_mega", "arm"),
    ("map_elites_line", "map_elites", "arm"),
]


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", help="default: results/benchmarks; with --quick a temporary folder")
    parser.add_argument("--burgess", default=str(ROOT / "target/release/burgess"))
    parser.add_argument("--only", nargs="*", choices=list(SIGMAS), default=list(SIGMAS))
    parser.add_argument("--problems", nargs="*", choices=list(PROBLEMS), help="default: all; with --quick sphere and arm")
    parser.add_argument("--quick", action="store_true")
    return parser.parse_args()


def last(path):
    with open(path / "metrics.csv", newline="") as file:
        return list(csv.DictReader(file))[-1]


def settings(args, algorithm, problem):
    path, projection, arm = SIGMAS[algorithm]
    generations = 300 if args.quick else 10_000
    first = algorithm in ("map_elites", "map_elites_line", "omg_mega")
    return [
        f'name="{algorithm.replace("_", "-")}-{problem}"',
        f"problem={PROBLEMS[problem]}(dimension: 1000)",
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
    done = subprocess.run([*command, "--threads", str(args.threads)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{algorithm}, {problem}, seed {seed}: {done.stderr.strip()}")
    found = sorted(pathlib.Path(args.out).glob(stem + "*"))
    print(f"{algorithm}, {problem}, seed {seed}: {float(last(found[-1])['wall_time']):.1f} s", file=sys.stderr, flush=True)
    return found[-1]


def figures(path):
    row = last(path)
    return float(row["normalised_qd_score"]), 100.0 * float(row["coverage"])


def misses(figure, published):
    return abs(figure - published) > max(0.02 * published, 0.8)


def disorder(args, done):
    """Pairs of ORDER of which the first is not better by far."""
    ran = [(better, worse, p) for better, worse, p in ORDER if {better, worse} <= set(args.only) and p in args.problems]
    score = lambda algorithm, problem: done[algorithm, problem, 0][0]
    found = [f"{b} ({score(b, p):.2f}) should exceed {w} ({score(w, p):.2f}) on the {p}" for b, w, p in ran if score(b, p) <= 1.2 * score(w, p)]
    print("\n".join(found) or f"in order: {len(ran)} pairs")
    return bool(found)


def main():
    args = parse()
    args.problems = args.problems or (["sphere", "arm"] if args.quick else list(PROBLEMS))
    if args.quick and args.out is None:
        with tempfile.TemporaryDirectory() as out:
            args.out = out
            return table(args)
    args.out = args.out or "results/benchmarks"
    return table(args)


def table(args):
    if args.quick:
        args.seeds = 1
    seeds = lambda algorithm: range(args.seeds)
    # Decompositions in 1000 dimensions take longer than all the rest of --quick.
    pairs = [(a, p) for a in args.only for p in args.problems if not (args.quick and (a, p) == ("cma_me", "arm"))]
    jobs = [(a, p, s) for a, p in pairs for s in seeds(a)]
    with ThreadPoolExecutor(args.jobs) as pool:
        done = dict(zip(jobs, pool.map(lambda job: figures(run(args, *job)), jobs)))
    rows, out = [], False
    for a, p in pairs:
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
    if args.quick:
        out = disorder(args, done)
    return 1 if out else 0


if __name__ == "__main__":
    sys.exit(main())
