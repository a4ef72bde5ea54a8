#!/usr/bin/env python3
"""Writes crates/burgess-physics/tests/data/mujoco/gaits.csv: 100 random gaits of the eight-hinge ant and where MuJoCo takes them in 5 s.

Usage: pip install mujoco numpy && python3 scripts/mujoco_gaits.py

One row a gait: offsets c0-c7 (rad), amplitudes a0-a7 (rad), phases p0-p7 (rad), frequency f (Hz), then the end point x, y (m) with
MuJoCo's pyramidal and with its elliptic friction cone. Servo target of hinge j: c + a sin(2 pi f t + p). Position servos (kp 15,
kv 0.4, +-6 N m), dt = 1/480 s, started upright with the feet on the ground.
"""
import csv
import pathlib

import mujoco
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
SECONDS = 5.0
HEIGHT = 0.25 * np.sin(0.9) + 0.025


def end_point(gait, cone):
    spec = mujoco.MjSpec.from_file(str(ROOT / "crates/burgess-physics/tests/data/mujoco/gait_ant.xml"))
    spec.option.cone = cone
    model = spec.compile()
    data = mujoco.MjData(model)
    data.qpos[2] = HEIGHT
    for _ in range(round(SECONDS / model.opt.timestep)):
        data.ctrl[:] = gait["c"] + gait["a"] * np.sin(2 * np.pi * gait["f"] * data.time + gait["p"])
        mujoco.mj_step(model, data)
    return data.qpos[:2].copy()


def main():
    rng = np.random.default_rng(7)
    path = ROOT / "crates/burgess-physics/tests/data/mujoco/gaits.csv"
    with path.open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([f"{k}{j}" for k in "cap" for j in range(8)] + ["f", "x_pyramidal", "y_pyramidal", "x_elliptic", "y_elliptic"])
        for _ in range(100):
            gait = dict(
                c=rng.uniform(-0.2, 0.2, 8),
                a=rng.uniform(0.15, 0.6, 8),
                f=rng.uniform(0.8, 2.0),
                p=rng.uniform(0, 2 * np.pi, 8),
            )
            ends = [end_point(gait, cone) for cone in (mujoco.mjtCone.mjCONE_PYRAMIDAL, mujoco.mjtCone.mjCONE_ELLIPTIC)]
            row = [*gait["c"], *gait["a"], *gait["p"], gait["f"], *ends[0], *ends[1]]
            out.writerow(f"{x:.9g}" for x in row)


if __name__ == "__main__":
    main()
