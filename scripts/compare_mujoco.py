#!/usr/bin/env python3
"""Body-steps a second of burgess and of MuJoCo C on the same ant, in turn on the same machine.

Usage: pip install mujoco numpy && python3 scripts/compare_mujoco.py [SECONDS] [ROUNDS]

Both step the eight-hinge ant (9 bodies) on a plane at dt = 1/240 s with new random servo targets at 60 Hz, on every core. MuJoCo runs
its own C rollout threads (double precision, default solver); burgess runs `cargo bench -p burgess-physics --bench ant` (float32).
"""
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

import mujoco
import numpy as np
from mujoco import rollout

ROOT = pathlib.Path(__file__).resolve().parent.parent
BODIES = 9
THREADS = len(os.sched_getaffinity(0))


def burgess(seconds):
    command = ["cargo", "bench", "--quiet", "-p", "burgess-physics", "--bench", "ant", "--", str(seconds), str(THREADS)]
    text = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    # The first is each ant by itself, the last several side by side, as the CPU backend simulates candidates.
    return float(re.findall(r"([\d.]+) M body-steps/s", text)[-1])


def mujoco_c(seconds):
    spec = mujoco.MjSpec.from_file(str(ROOT / "crates/burgess-physics/tests/data/mujoco/gait_ant.xml"))
    spec.option.timestep = 1 / 240
    model = spec.compile()
    data = [mujoco.MjData(model) for _ in range(THREADS)]
    mujoco.mj_resetData(model, data[0])
    data[0].qpos[2] = 0.23
    state = np.empty(mujoco.mj_stateSize(model, mujoco.mjtState.mjSTATE_FULLPHYSICS))
    mujoco.mj_getState(model, data[0], state, mujoco.mjtState.mjSTATE_FULLPHYSICS)
    rng, steps_each = np.random.default_rng(0), 2400
    states = np.tile(state, (4 * THREADS, 1))
    steps = 0
    start = time.perf_counter()
    while time.perf_counter() - start < seconds:
        control = np.repeat(rng.uniform(-0.6, 0.6, (len(states), steps_each // 4, model.nu)), 4, axis=1)
        rollout.rollout(model, data, states, control)
        steps += steps_each * len(states)
    return steps * BODIES / (time.perf_counter() - start) / 1e6


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    burgess(0.1)  # build
    pairs = [(burgess(seconds), mujoco_c(seconds)) for _ in range(rounds)]
    for ours, theirs in pairs:
        print(f"burgess {ours:.2f}, MuJoCo {theirs:.2f} M body-steps/s: {ours / theirs:.2f} times")
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    print(f"median of {rounds}: {ratio:.2f} times MuJoCo {mujoco.__version__} on {THREADS} threads")


if __name__ == "__main__":
    main()
