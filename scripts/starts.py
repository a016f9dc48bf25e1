#!/usr/bin/env python3
"""What starting costs: `python3 scripts/starts.py PROGRAM [PROGRAM ...] [--of N]`.

Wall time from `posix_spawn` to `waitpid` of a short quadrature by each program, and of its approximation, which needs the
card and little else, beside `/bin/true`: median and least of N starts (default 101), all in turn.
"""

import argparse
import os
import statistics
import time

SIGMA = ["sigma", "na64mu-2025", "--quiet", "--method"]


def start(command):
    begun = time.perf_counter()
    nowhere = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    child = os.posix_spawn(command[0], command, os.environ, file_actions=nowhere)
    status = os.waitpid(child, 0)[1]
    took = time.perf_counter() - begun
    if status:
        raise SystemExit(f"{' '.join(command)} failed")
    return 1e3 * took


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("programs", nargs="+", metavar="PROGRAM")
    parser.add_argument("--of", type=int, default=101, metavar="N")
    options = parser.parse_args()
    commands = [["/bin/true"]]
    for program in options.programs:
        program = os.path.abspath(program)
        commands.append([program, *SIGMA, "wwa"])
        commands.append([program, *SIGMA, "quadrature", "--rel-error", "1e-3"])
    rounds = [[start(command) for command in commands] for _ in range(options.of)]
    for command, times in zip(commands, zip(*rounds)):
        print(f"{statistics.median(times):6.2f} ({min(times):.2f}) ms  {' '.join(command)}")


if __name__ == "__main__":
    main()
