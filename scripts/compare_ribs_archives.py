#!/usr/bin/env python3
"""Archives of burgess and of pyribs on data of the same kind, in turn.

    pip install ribs && python3 scripts/compare_ribs_archives.py [ROUNDS]

Runs `cargo bench --bench archives` and then pyribs' GridArchive, CVTArchive and ProximityArchive on uniform rewards and descriptors
with solutions of 100 numbers, batch by batch, each one new, and prints candidates a second and their ratio. Each figure is the best of
the rounds.
*Filling* begins with an empty archive, *full* goes on with as many candidates again. The unstructured archives compete locally, begin
full, and have nearly 10,000 elites: ours by its own control, pyribs' by a threshold that is found by trying.
"""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import ribs
from ribs.archives import CVTArchive, GridArchive, ProximityArchive

COUNT = 65536
GENES = 100


def fill(archive, rng, dims, batch):
    """Candidates a second. Each batch has just been made when it goes in; the making is not counted."""
    count = 0
    seconds = 0.0
    while count < COUNT:
        data = rng.random((batch, GENES)), rng.random(batch), rng.random((batch, dims))
        begin = time.perf_counter()
        archive.add(*data)
        seconds += time.perf_counter() - begin
        count += batch
    return count / seconds


def regions(make, batch, rounds):
    filling = full = 0.0
    for seed in range(rounds):
        archive, rng = make(), np.random.default_rng(seed)
        filling = max(filling, fill(archive, rng, 2, batch))
        full = max(full, fill(archive, rng, 2, batch))
    return {"filling": filling, "full": full}, len(archive)


def unstructured(dims, batch, threshold, rounds):
    rng = np.random.default_rng(dims)
    while True:
        archive = ProximityArchive(
            solution_dim=GENES, measure_dim=dims, k_neighbors=15, novelty_threshold=threshold, local_competition=True,
            initial_capacity=16384,
        )
        fill(archive, rng, dims, batch)
        if 9000 < len(archive) < 9500:
            break
        threshold *= (len(archive) / 9250) ** (1 / dims)
    elites = len(archive)
    # It goes on growing, so that the first rounds are the fastest.
    return {"full": max(fill(archive, rng, dims, batch) for _ in range(min(rounds, 2)))}, elites


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
