#!/usr/bin/env python3
"""Kills runs at random moments, resumes them, and compares the hash of the archive with that of a run that nobody touched.

Usage: python3 scripts/kill_runs.py [--trials 100] [--seed 0] [--jobs 1] [--burgess PATH]

Each trial runs one of three small experiments (a grid with refinement, a Voronoi archive, a learned archive). It is hit one to three times, by
SIGTERM, SIGINT or SIGKILL, or stopped by SIGSTOP: looked at while it stands still, and then let go or killed. A hit comes at a random moment of
the run, when the database is being written, when plots are being drawn, or while it is resumed. What SIGTERM and SIGINT end must say so by
its exit code, and after every hit the folder must be readable. In the end the run is resumed to its end: its hash, and the numbers
of its metrics, must be those of the run that nobody touched, its plots must all be there, and `verify` must find nothing.

Needs Python 3 only; build first: cargo build --release. The exit code is 1 if a trial fails; its folder is then kept.
"""
import argparse
import collections
import csv
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Small, but each with a state of its own to lose.
EXPERIMENTS = {
    "quickstart": ["--set", "budget.generations=10", "--set", "task.duration=1.5", "--set", "batch_size=32"],
    "cvt_gaits": [
        "--set", "budget.generations=30", "--set", "task.duration=1", "--set", "batch_size=64", "--set", "archive.Cvt.cells=200",
        "--set", "archive.Cvt.samples=5000",
    ],
    "latent_walkers": [
        "--set", "budget.generations=12", "--set", "batch_size=64", "--set", "task.duration=2",
        "--set", "latent.encoder.training.first_steps=30", "--set", "latent.encoder.training.later_steps=10",
        "--set", "latent.schedule.first=3", "--set", "latent.schedule.growth=1",
    ],
}
# Columns of metrics.csv that depend on the clock.
TIMES = {"wall_time", "simulation_time", "refinement_time", "training_time"}
MOMENTS = ["anywhere", "commit", "plotting"]
SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGKILL, signal.SIGSTOP]
# Exit codes of runs that were asked to end: finished all the same, and ended by the signal.
CODES = {signal.SIGTERM: {0, 143}, signal.SIGINT: {0, 130}}


class Failure(Exception):
    """What is wrong, in words."""


class Untouched:
    """A run that nobody touches: what the others are compared with."""

    def __init__(self, burgess, name, out):
        begin = time.monotonic()
        ask(burgess, *run_words(name, out))
        self.seconds = time.monotonic() - begin
        folder = folder_in(out)
        self.hash = ask(burgess, "hash", folder)
        self.metrics = metrics(folder)
        self.files = files(folder)


def run_words(name, out):
    return ["run", ROOT / "experiments" / f"{name}.ron", *EXPERIMENTS[name], "--backend", "cpu", "--threads", "1", "--out", out]


def ask(burgess, *words):
    """What a command prints; it must succeed."""
    done = subprocess.run([burgess, *words], capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"{' '.join(map(str, words))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def folder_in(out):
    """The run folder, if there is one yet."""
    return next((entry for entry in pathlib.Path(out).glob("*") if entry.is_dir()), None)


def begun_in(out):
    """The run folder, if a run has begun in it. One that was killed before it wrote its experiment is of no use, and goes."""
    folder = folder_in(out)
    if folder and not (folder / "experiment.ron").exists():
        shutil.rmtree(folder)
        return None
    return folder


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def metrics(folder):
    """All numbers of the table that do not depend on the clock."""
    with open(folder / "metrics.csv", newline="") as file:
        return [{name: cell for name, cell in row.items() if name not in TIMES} for row in csv.DictReader(file)]


def wait_for(process, moment, draw, seconds, out):
    """Waits for a moment in the life of a process, or for its end."""
    deadline = time.monotonic() + 4 * seconds
    if moment == "anywhere":
        try:
            process.wait(draw.uniform(0.0, seconds))
        except subprocess.TimeoutExpired:
            pass
        return
    left, last = draw.randrange(1, 6 if moment == "commit" else 4), None
    while process.poll() is None and time.monotonic() < deadline and left:
        folder = folder_in(out)
        watched = state_of(folder, moment) if folder else None
        if watched != last:
            left, last = left - 1, watched
        time.sleep(0.0005)


def state_of(folder, moment):
    """What changes whenever the database is written, or whenever a plot comes."""
    if moment == "plotting":
        return len(list((folder / "plots").glob("*")))
    try:
        return (folder / "archive.sqlite-wal").stat().st_mtime_ns
    except OSError:
        return None


def look(burgess, folder):
    """A folder must be readable whatever happened; only before its archive is there, nothing is."""
    if folder and (folder / "archive.sqlite").exists():
        done = subprocess.run([burgess, "list", folder, "--top", "1"], capture_output=True, text=True)
        # Killed before the first generation, there is nothing to list, and that is said.
        if done.returncode not in (0, 1) or "panic" in done.stderr:
            raise Failure(f"list: exit code {done.returncode}\n{done.stderr}")


def hit(burgess, process, sign, draw, out):
    """Sends the signal, and returns what happened."""
    process.send_signal(sign)
    if sign == signal.SIGSTOP:
        time.sleep(draw.uniform(0.0, 0.1))
        look(burgess, folder_in(out))
        if draw.random() < 0.5:
            process.send_signal(signal.SIGCONT)
            time.sleep(draw.uniform(0.0, 0.2))
        process.kill()
    code = process.wait(60)
    if sign in CODES and code not in CODES[sign]:
        # Python gives a process that a signal ended before it could listen the signal's number, negative.
        if code != -sign:
            raise Failure(f"{sign.name}: exit code {code}")
    look(burgess, folder_in(out))


def trial(burgess, number, seed, untouched, kept):
    """One trial; returns what was done in it, and what is wrong, if anything is."""
    draw = random.Random(f"{seed} {number}")
    name = draw.choice(sorted(EXPERIMENTS))
    whole = untouched[name]
    out = pathlib.Path(tempfile.mkdtemp(prefix=f"burgess-kill-{number}-"))
    hits, done = draw.randrange(1, 4), []
    try:
        for _ in range(hits):
            folder = begun_in(out)
            begun = folder is not None
            words = ["resume", folder] if begun else run_words(name, out)
            words += ["--threads", "1"] if begun else []
            moment, sign = draw.choice(MOMENTS), draw.choice(SIGNALS)
            process = subprocess.Popen([burgess, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            wait_for(process, moment, draw, whole.seconds, out)
            alive = process.poll() is None
            done.append((sign.name if alive else "finished", ("resume, " if begun else "run, ") + moment))
            hit(burgess, process, sign, draw, out) if alive else look(burgess, folder)
        folder = begun_in(out)
        ask(burgess, *(["resume", folder, "--threads", "1"] if folder else run_words(name, out)))
        compare(burgess, folder_in(out), whole)
    except (Failure, subprocess.TimeoutExpired) as error:
        return name, done, f"{error}\nkept: {out}"
    shutil.rmtree(out)
    return name, done, None


def compare(burgess, folder, whole):
    came = ask(burgess, "hash", folder)
    if came != whole.hash:
        raise Failure(f"hash: {came.strip()} instead of {whole.hash.strip()}")
    if metrics(folder) != whole.metrics:
        raise Failure("metrics.csv differs")
    missing, more = set(whole.files) - set(files(folder)), set(files(folder)) - set(whole.files)
    if missing or more:
        raise Failure(f"files missing: {sorted(missing)}, left over: {sorted(more)}")
    ask(burgess, "verify", folder, "--backend", "cpu")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--burgess", type=pathlib.Path, default=ROOT / "target/release/burgess")
    options = parser.parse_args()
    burgess = options.burgess.resolve()
    with tempfile.TemporaryDirectory() as scratch:
        untouched = {name: Untouched(burgess, name, pathlib.Path(scratch) / name) for name in EXPERIMENTS}
    print("untouched: " + ", ".join(f"{name} {whole.seconds:.1f} s" for name, whole in untouched.items()), flush=True)
    counts, failed = collections.Counter(), 0
    with ThreadPoolExecutor(options.jobs) as pool:
        jobs = [pool.submit(trial, burgess, n, options.seed, untouched, scratch) for n in range(options.trials)]
        for number, job in enumerate(jobs):
            name, done, fault = job.result()
            counts.update(done)
            if fault:
                failed += 1
                print(f"trial {number}, {name}, {done}: {fault}", flush=True)
    for (what, when), count in sorted(counts.items()):
        print(f"{count:5} {what} ({when})")
    print(f"{options.trials - failed} of {options.trials} trials came to the same end")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
