#!/usr/bin/env python3
"""What threads gain in whole runs: `python3 scripts/scaling.py PROGRAM [PROGRAM ...] [--threads 1,2,4] [--of N] [--only WORDS]`.

For every kind of work, program and number of threads the median of N runs (default 3), programs in turn: wall time,
user and system CPU time, wall time with the first number of threads over it, and what Amdahl's law makes of that,
the serial share (T/gain - 1)/(T - 1). `copies of one thread` runs T programs of one thread side by side: what the machine itself
lets T threads gain. Files go to /dev/shm where there is one.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time

CARD = "cards/na64mu-2025.toml"
COPIES = "copies of one thread"
POINTS = ["integration.rel_error=0", "integration.max_neval=1e8"]


def sets(*keys):
    return [word for key in keys for word in ("--set", key)]


def generate(*keys):
    return ["generate", CARD, "--seed", "1", "--out", "OUT/run", *sets(*keys)]


def work():
    masses = "dark_sector.m_chi_gev=1e-3..1:log:"
    quadrature = ["--method", "quadrature"]
    return {
        "1e8 points, five histograms": generate("events.count=0", *POINTS),
        "1e8 points, no histogram": generate("events.count=0", "histogram=[]", *POINTS),
        "1e8 points of lattices": ["sigma", CARD, "--method", "mc", "--seed", "1", *sets(*POINTS)],
        "the card without events": generate("events.count=0"),
        "1e7 weighted events": generate("events.mode=weighted", "events.count=1e7"),
        "1e7 unweighted events": generate("events.mode=unweighted", "events.count=1e7"),
        "3e6 unweighted events": generate("events.mode=unweighted", "events.count=3e6"),
        "1e3 unweighted events (search)": generate("events.mode=unweighted", "events.count=1e3"),
        "quadrature to 1e-10": ["sigma", CARD, *quadrature, "--rel-error", "1e-10"],
        "scan of 100 masses to 1e-6": [
            "scan", "cards/m3.toml", "--over", f"{masses}100", *quadrature, "--rel-error", "1e-6", "--out", "OUT/scan",
        ],
        "reach of 40 masses": ["reach", "cards/na64e-2023.toml", "--over", f"{masses}40", "--out", "OUT/reach"],
        COPIES: generate("events.count=0", "histogram=[]", "integration.rel_error=0", "integration.max_neval=2e7"),
    }


def start(command, folder):
    command = [word.replace("OUT", folder) for word in command]
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.execv(command[0], command)
    return pid


def run(program, words, threads, copies):
    """Wall, user and system time of so many runs side by side, CPU time each."""
    shared = "/dev/shm" if os.path.isdir("/dev/shm") else None
    folders = [tempfile.mkdtemp(dir=shared) for _ in range(copies)]
    command = [program, *words, "--threads", str(threads), "--quiet"]
    begun = time.perf_counter()
    pids = [start(command, folder) for folder in folders]
    user = system = 0.0
    for pid in pids:
        _, status, usage = os.wait4(pid, 0)
        if status:
            raise SystemExit(f"{program} {' '.join(words)} has failed")
        user += usage.ru_utime / copies
        system += usage.ru_stime / copies
    wall = time.perf_counter() - begun
    for folder in folders:
        shutil.rmtree(folder)
    return wall, user, system


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs", nargs="+", type=os.path.abspath)
    cores = os.cpu_count() or 1
    default = ",".join(str(2**k) for k in range(cores.bit_length()) if 2**k <= cores)
    parser.add_argument("--threads", default=default, help=f"default here: {default}")
    parser.add_argument("--of", type=int, default=3, help="runs each")
    parser.add_argument("--only", default="", help="only work with these words in its name")
    options = parser.parse_args()
    threads = [int(n) for n in options.threads.split(",")]
    print("| work | program | threads | wall, s | user, s | system, s | gain | serial share |")
    print("|---|---|---|---|---|---|---|---|")
    for name, words in work().items():
        if options.only not in name:
            continue
        first = {}
        alone = name == COPIES
        for n in threads:
            found = {program: [] for program in options.programs}
            for _ in range(options.of):
                for program, times in found.items():
                    times.append(run(program, words, *((1, n) if alone else (n, 1))))
            for k, (program, times) in enumerate(found.items()):
                wall, user, system = (statistics.median(column) for column in zip(*times))
                gain = first.setdefault(program, wall) / wall * (n / threads[0] if alone else 1)
                share = f"{100 * (n / gain - 1) / (n - 1):.1f} %" if n > 1 else ""
                print(f"| {name} | {k + 1} | {n} | {wall:.3f} | {user:.2f} | {system:.2f} | {gain:.2f} | {share} |", flush=True)


if __name__ == "__main__":
    main()
