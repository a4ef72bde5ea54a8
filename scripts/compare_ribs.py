#!/usr/bin/env python3
"""CMA-MEGA on the published problems in 1000 dimensions: pyribs and burgess in turn, on one machine in one run.

Usage: pip install ribs numpy && python3 scripts/compare_ribs.py [--rounds 1] [--problems sphere rastrigin arm] [--generations 10000]

Both do 10,000 generations of one solution and 35 branches on a grid of 100 x 100 cells; burgess also stores its archive as it goes.
Prints seconds (of burgess: the whole process but for plots, from its own metrics), QD-score a cell and coverage of both, and the ratio.
"""
import argparse
import csv
import pathlib
import subprocess
import tempfile
import time

import numpy as np
from ribs.archives import GridArchive
from ribs.emitters import GradientArborescenceEmitter

ROOT = pathlib.Path(__file__).resolve().parent.parent
N, BOX = 1000, 5.12
SHIFT = 0.4 * BOX


def clip(x):
    inside = np.abs(x) <= BOX
    safe = np.where(inside, 1.0, x)
    return np.where(inside, x, BOX / safe), np.where(inside, 1.0, -BOX / safe**2)


def projection(x):
    clipped, slope = clip(x)
    half = N // 2
    measures = np.stack([clipped[:, :half].sum(1), clipped[:, half:].sum(1)], 1)
    jacobian = np.zeros((len(x), 2, N))
    jacobian[:, 0, :half], jacobian[:, 1, half:] = slope[:, :half], slope[:, half:]
    return measures, jacobian


def sphere(x):
    worst = N * (BOX + SHIFT) ** 2
    measures, jacobian = projection(x)
    objective = 100 * (1 - ((x - SHIFT) ** 2).sum(1) / worst)
    return objective, -200 * (x - SHIFT) / worst, measures, jacobian


def rastrigin(x):
    raw = lambda y: 10 * N + (y**2 - 10 * np.cos(2 * np.pi * y)).sum(1)
    worst = raw(np.full((1, N), -BOX - SHIFT))[0]
    y = x - SHIFT
    measures, jacobian = projection(x)
    return 100 * (1 - raw(y) / worst), -100 * (2 * y + 20 * np.pi * np.sin(2 * np.pi * y)) / worst, measures, jacobian


def arm(x):
    angles = np.cumsum(x, 1)
    measures = np.stack([np.cos(angles).sum(1), np.sin(angles).sum(1)], 1)
    behind = lambda f: np.cumsum(f[:, ::-1], 1)[:, ::-1]
    jacobian = np.stack([behind(-np.sin(angles)), behind(np.cos(angles))], 1)
    mean = x.mean(1, keepdims=True)
    return 100 * (1 - x.var(1)), -200 * (x - mean) / N, measures, jacobian


PROBLEMS = {
    "sphere": (sphere, BOX * N / 2, 10.0, f"Sphere(dimension: {N})"),
    "rastrigin": (rastrigin, BOX * N / 2, 10.0, f"Rastrigin(dimension: {N})"),
    "arm": (arm, N, 0.05, f"Arm(dimension: {N})"),
}


def ribs(name, seed, generations):
    problem, bound, sigma, _ = PROBLEMS[name]
    archive = GridArchive(solution_dim=N, dims=(100, 100), ranges=[(-bound, bound)] * 2, seed=seed)
    emitter = GradientArborescenceEmitter(
        archive, x0=np.zeros(N), sigma0=sigma, lr=1.0, ranker="2imp", selection_rule="mu", restart_rule="no_improvement",
        grad_opt="gradient_ascent", normalize_grad=True, batch_size=35, seed=seed + 1,
    )
    began = time.perf_counter()
    for _ in range(generations):
        solutions = emitter.ask_dqd()
        objective, gradient, measures, jacobian = problem(solutions)
        info = archive.add(solutions, objective, measures)
        emitter.tell_dqd(solutions, objective, measures, np.concatenate([gradient[:, None], jacobian], 1), info)
        solutions = emitter.ask()
        objective, _, measures, _ = problem(solutions)
        emitter.tell(solutions, objective, measures, archive.add(solutions, objective, measures))
    seconds = time.perf_counter() - began
    return seconds, archive.stats.obj_mean * archive.stats.num_elites / archive.cells, 100 * archive.stats.coverage


def ours(args, name, seed):
    *_, sigma, problem = PROBLEMS[name]
    with tempfile.TemporaryDirectory() as out:
        command = [args.burgess, "run", str(ROOT / "experiments/benchmarks/cma_mega.ron"), "--seed", str(seed), "--out", out]
        for change in (f"problem={problem}", f"emitters[0].kind.sigma={sigma}", f"budget.generations={args.generations}"):
            command += ["--set", change]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(next(pathlib.Path(out).iterdir()) / "metrics.csv", newline="") as file:
            row = list(csv.DictReader(file))[-1]
    return float(row["wall_time"]), float(row["normalised_qd_score"]), 100 * float(row["coverage"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--problems", nargs="*", choices=list(PROBLEMS), default=list(PROBLEMS))
    parser.add_argument("--generations", type=int, default=10_000)
    parser.add_argument("--burgess", default=str(ROOT / "target/release/burgess"))
    args = parser.parse_args()
    print("| problem | pyribs (s) | burgess (s) | pyribs' time over ours | QD-score, coverage (%): pyribs | burgess |\n|---|---|---|---|---|---|")
    for name in args.problems:
        for seed in range(args.rounds):
            (a, qa, ca), (b, qb, cb) = ribs(name, seed, args.generations), ours(args, name, seed)
            print(f"| {name} | {a:.1f} | {b:.1f} | {a / b:.2f} | {qa:.2f}, {ca:.2f} | {qb:.2f}, {cb:.2f} |", flush=True)


if __name__ == "__main__":
    main()
