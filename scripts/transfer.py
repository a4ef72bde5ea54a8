#!/usr/bin/env python3
"""Plays the elites of a run in MuJoCo, and says how much of the distance that they claim is left.

Usage: pip install mujoco numpy && python3 scripts/transfer.py DIR [--top N] [--spread N] [--burgess PATH]

--top: the elites of greatest reward; --spread: as many from all over the archive. Each is simulated (`burgess simulate`), exported
(`burgess export --mjcf`), and driven in MuJoCo by the same servo targets, so its brain must be open-loop (Cpg). Limbs collide with each other,
the step is 1/960 s, the cone elliptic. Contact is MuJoCo's default (a time constant of 20 ms) and one of 6 ms. The distance is that of the base
over the ground. Overlaps are those of limbs that can touch (`self_collision`) in our own simulation. A creature falls if its base tips over by more than the run allows, or by 90 degrees.
"""
import argparse
import csv
import json
import math
import pathlib
import re
import statistics
import subprocess
import tempfile

import mujoco
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOLREFS = {"default": None, "6 ms": (0.006, 1.0)}
STEP = 1 / 960
# An overlap of limbs that is worth counting (mm).
DEEP = 5.0


def ask(*words):
    return subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True).stdout


def elites(burgess, run, count, spread):
    """Ids of elites: the best, or every so many-th of all in the order of reward."""
    rows = ask(burgess, "list", run, "--top", 100000).splitlines()[1:]
    ids = [row.split()[0] for row in rows if row.split() and row.split()[0].isdigit()]
    if not spread:
        return ids[:count]
    return [ids[round(i * (len(ids) - 1) / max(count - 1, 1))] for i in range(min(count, len(ids)))]


def claimed(path):
    """Path over the ground and servo targets, one row a step."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    hinges = sum(re.fullmatch(r"target\d+", name) is not None for name in rows[0])
    places = np.array([[float(row["x"]), float(row["y"])] for row in rows])
    targets = np.array([[float(row[f"target{i}"]) for i in range(1, hinges + 1)] for row in rows[1:]])
    return places, targets, float(rows[1]["time"]) - float(rows[0]["time"])


def play(model_file, targets, period, solref, max_tilt):
    """Where the base goes, whether the creature falls."""
    spec = mujoco.MjSpec.from_file(str(model_file))
    spec.option.timestep = STEP
    model = spec.compile()
    if solref:
        model.geom_solref[:] = solref
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    base = model.body("link0").id
    begin, fell = data.xpos[base].copy(), False
    for k in range(round(len(targets) * period / STEP)):
        data.ctrl[:] = targets[min(int(k * STEP / period + 1e-9), len(targets) - 1)]
        mujoco.mj_step(model, data)
        fell |= data.xmat[base][8] < math.cos(max_tilt)
    return data.xpos[base] - begin, fell


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("--top", type=int, default=20)
    parser.add_argument("--spread", type=int, default=20)
    parser.add_argument("--burgess", type=pathlib.Path, default=ROOT / "target/release/burgess")
    options = parser.parse_args()
    tilt = re.search(r"max_tilt:\s*(?:Some\()?([\d.]+)", (options.run / "experiment.ron").read_text())
    max_tilt = min(float(tilt[1]) if tilt else math.pi / 2, math.pi / 2)
    results = {}
    for name, count in (("top", options.top), ("spread", options.spread)):
        kept, falls = {which: [] for which in SOLREFS}, {which: 0 for which in SOLREFS}
        overlaps = []
        with tempfile.TemporaryDirectory() as scratch:
            scratch = pathlib.Path(scratch)
            for number in elites(options.burgess, options.run, count, name == "spread"):
                address = f"{options.run}#{number}"
                told = ask(options.burgess, "simulate", address, "--precision", "f64", "--csv", scratch / "path.csv")
                overlap = re.search(r"overlap\s+([\d.]+) mm", told)
                overlaps.append(float(overlap[1]) if overlap else 0.0)
                ask(options.burgess, "export", address, "--mjcf", scratch / "model.xml")
                places, targets, period = claimed(scratch / "path.csv")
                claim = float(np.hypot(*(places[-1] - places[0])))
                words = []
                for which, solref in SOLREFS.items():
                    moved, fell = play(scratch / "model.xml", targets, period, solref, max_tilt)
                    share = float(np.hypot(moved[0], moved[1])) / max(claim, 1e-9)
                    # An elite that claims to stay where it is has no distance to lose.
                    if claim > 0.1:
                        kept[which].append(share)
                    falls[which] += fell
                    words.append(f"{share:6.1%}{' falls' if fell else '      '}")
                print(f"  {name} #{number}: claims {claim:.2f} m, keeps " + ", ".join(words), flush=True)
        deep = sum(overlap > DEEP for overlap in overlaps)
        print(f"{name}: limbs that touch overlap by at most {max(overlaps, default=0.0):.1f} mm, by more than {DEEP:.0f} mm in {deep}")
        for which in SOLREFS:
            middle = statistics.median(kept[which]) if kept[which] else math.nan
            results[f"{name}, {which}"] = {"median kept": round(middle, 3), "falls": int(falls[which]), "of": len(kept[which])}
            print(f"{name}, contact {which}: median {middle:.1%} of the distance kept by {len(kept[which])}, {falls[which]} fall")
    print(json.dumps(results))


if __name__ == "__main__":
    main()
