"""Runs of experiments side by side, each on cores of its own, that can be stopped and started again: what the scripts that compare ways
to search have in common."""
import csv
import pathlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from queue import Queue

ROOT = pathlib.Path(__file__).resolve().parent.parent


def add_arguments(parser, seconds, threads, out):
    """The options that all of them have, with these defaults; without seconds the budget is the experiment's."""
    if seconds is not None:
        parser.add_argument("--seconds", type=float, default=seconds)
    parser.set_defaults(seconds=seconds)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--threads", type=int, default=threads)
    parser.add_argument("--backend", choices=["cpu", "gpu"], default="cpu")
    parser.add_argument("--burgess", default=str(ROOT / "target/release/burgess"))
    parser.add_argument("--out", default=out)


def folder(args, name, seed):
    """The run's folder, or none before it was begun."""
    found = sorted(pathlib.Path(args.out).glob(f"{name}-{seed}-*"))
    return found[-1] if found else None


def is_finished(args, path):
    table = path / "metrics.csv"
    # Where the budget is the experiment's, `burgess resume` knows.
    if not table.exists() or args.seconds is None:
        return False
    with open(table, newline="") as file:
        rows = list(csv.DictReader(file))
    return bool(rows) and float(rows[-1]["wall_time"]) >= args.seconds


def run(args, cores, experiment, name, changes, seed):
    """One run, unless it is finished: the experiment file with a name of its own and these changes."""
    path = folder(args, name, seed)
    if path and is_finished(args, path):
        return
    place = cores.get()
    command = [args.burgess, "resume", str(path)]
    if not path:
        command = [args.burgess, "run", str(experiment), "--seed", str(seed), "--out", args.out]
        budget = [] if args.seconds is None else [f"budget=(wall_time: {args.seconds})"]
        for change in (f'name="{name}"', *budget, *changes):
            command += ["--set", change]
    command += ["--backend", args.backend]
    if args.backend == "cpu":
        command += ["--threads", str(args.threads)]
    if args.jobs > 1:
        first = place * args.threads
        command = ["taskset", "-c", f"{first}-{first + args.threads - 1}", *command]
    try:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    finally:
        cores.put(place)
    print(f"{name}, seed {seed}: {'done' if done.returncode == 0 else done.stderr}", file=sys.stderr, flush=True)
    done.check_returncode()


def run_all(args, methods):
    """Every seed of (experiment file, name, changes), all methods of a seed side by side, so that they meet the same machine."""
    if not pathlib.Path(args.burgess).is_file():
        sys.exit(f"{args.burgess} is not there; build it first: cargo build --release")
    if args.seeds < 1 or args.jobs < 1 or args.threads < 1 or (args.seconds is not None and args.seconds <= 0):
        sys.exit("--seeds, --jobs, --threads and --seconds must be above 0")
    cores = Queue()
    for place in range(args.jobs):
        cores.put(place)
    jobs = [(*method, seed) for seed in range(args.seeds) for method in methods]
    with ThreadPoolExecutor(args.jobs) as pool:
        list(pool.map(lambda job: run(args, cores, *job), jobs))


def compare(args, names, out, *more):
    """Table and plots of runs by their names."""
    runs = [str(folder(args, name, seed)) for name in names for seed in range(args.seeds)]
    subprocess.run([args.burgess, "compare", *runs, "--out", str(pathlib.Path(args.out) / out), *more], check=True)
