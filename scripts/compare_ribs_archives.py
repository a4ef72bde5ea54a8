#!/usr/bin/env python3
"""Archives of burgess and of pyribs on data of the same kind, in turn.

    pip install ribs && python3 scripts/compare_ribs_archives.py [ROUNDS]

Runs `cargo bench --bench archives` and then pyribs' GridArchive, CVTArchive and ProximityArchive on uniform rewards and descriptors
with solutions of 100 numbers, batch by batch, and prints candidates a second and their ratio. Each figure is the best of the rounds.
*Filling* begins with an empty archive, *full* goes on with as many candidates again. The unstructured archives compete locally, begin
full, and have about 10,000 elites: ours by its own control, pyribs' by a threshold that is found by trying.
"""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import ribs
from ribs.archives import CVTArchive, GridArchive, ProximityArchive

COUNT = 65536
WARM_UP = 60000
GENES = 100


def data(rng, dims, count):
    return rng.random((count, GENES)), rng.random(count), rng.random((count, dims))


def rate(archive, pool, batch):
    solutions, objectives, measures = pool
    count = len(objectives)
    begin = time.perf_counter()
    for start in range(0, count, batch):
        part = slice(start, start + batch)
        archive.add(solutions[part], objectives[part], measures[part])
    return count / (time.perf_counter() - begin)


def regions(make, batch, rounds):
    rng = np.random.default_rng(1)
    first, second = data(rng, 2, COUNT), data(rng, 2, COUNT)
    filling = full = 0.0
    for _ in range(rounds):
        archive = make()
        filling = max(filling, rate(archive, first, batch))
        full = max(full, rate(archive, second, batch))
    return {"filling": filling, "full": full}, len(archive)


def unstructured(dims, batch, threshold, rounds):
    rng = np.random.default_rng(dims)
    while True:
        archive = ProximityArchive(
            solution_dim=GENES, measure_dim=dims, k_neighbors=15, novelty_threshold=threshold, local_competition=True,
            initial_capacity=16384,
        )
        rate(archive, data(rng, dims, WARM_UP), batch)
        if 9000 < len(archive) < 10000:
            break
        threshold *= (len(archive) / 9500) ** (1 / dims)
    full = max(rate(archive, data(rng, dims, WARM_UP), batch) for _ in range(rounds))
    return {"full": full}, len(archive)


def theirs(name, batch, distance, rounds):
    ranges = [(0.0, 1.0)] * 2
    if name == "grid":
        return regions(lambda: GridArchive(solution_dim=GENES, dims=[100, 100], ranges=ranges), batch, rounds)
    if name == "cvt":
        centroids = np.random.default_rng(9).random((10000, 2))
        make = lambda: CVTArchive(solution_dim=GENES, centroids=centroids, ranges=ranges)
        return regions(make, batch, rounds)
    return unstructured(int(name.split("-")[1][:-1]), batch, distance, rounds)


def main():
    rounds = sys.argv[1] if len(sys.argv) > 1 else "5"
    names = ["grid", "cvt", "unstructured"]
    command = ["cargo", "bench", "--quiet", "--bench", "archives", "--", rounds, *names]
    lines = subprocess.run(command, cwd=Path(__file__).parent.parent, check=True, capture_output=True, text=True).stdout
    print(f"pyribs {ribs.__version__}; candidates a second, best of {rounds}\n")
    print(f"{'archive':<18}{'batch':>7} {'':<8}{'burgess':>12}{'elites':>8}{'pyribs':>12}{'elites':>8}{'ratio':>7}")
    done = {}
    for line in filter(None, lines.splitlines()):
        name, batch, state, ours, elites, *distance = line.split("\t")
        if (name, batch) not in done:
            done[name, batch] = theirs(name, int(batch), float(distance[0]) if distance else 0.0, int(rounds))
        rates, their_elites = done[name, batch]
        their_rate = rates[state]
        ratio = float(ours) / their_rate
        print(
            f"{name:<18}{batch:>7} {state:<8}{float(ours):>12,.0f}{elites:>8}{their_rate:>12,.0f}{their_elites:>8}{ratio:>7.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
