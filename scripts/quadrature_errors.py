#!/usr/bin/env python3
"""Whether quadratures are off by more than they say: `python3 scripts/quadrature_errors.py PROGRAM [PROGRAM ...] [--of N] [--seed S]`.

N random set-ups (default 150: lepton, energy, element, mass, least x, pair or dark photon); those that are allowed and reach
1e-9 are compared with that to 1e-2 ... 1e-6. For each program and goal: how many, the median of the deviation over the
error stated, the largest, how many are beyond 1, and the evaluations of all.
"""

import argparse
import json
import os
import random
import statistics
import subprocess

GOALS = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6]


def setup():
    lepton = random.choice(["e-", "e+", "mu-", "mu+"])
    energy = 10 ** random.uniform(0.3, 3.3)
    element = random.choice(["H", "C", "Al", "Fe", "W", "Pb", "U"])
    kind = random.choice(["pair", "pair", "dark photon"])
    mass = 10 ** random.uniform(-4, 0)
    x_min = random.choice([0, 0.1, 0.5])
    keys = [f"beam.lepton={lepton}", f"beam.energy_gev={energy}", f"target.element={element}", "histogram=[]"]
    keys += [f"dark_sector.m_chi_gev={mass}", f"cuts.x_min={x_min}"]
    if kind == "dark photon":
        keys += ["process.kind=dark-photon", f"dark_sector.m_dark_photon_gev={2 * mass}"]
    return [f"--set={key}" for key in keys]


def sigma(program, keys, goal):
    """σ, its error and evaluations; nothing where the set-up is not allowed or the goal not reached."""
    words = [os.path.abspath(program), "sigma", "na64mu-2025", "--method", "quadrature", "--json", "--quiet"]
    done = subprocess.run([*words, "--threads", "1", "--rel-error", str(goal), *keys], capture_output=True)
    if done.returncode:
        return None
    found = json.loads(done.stdout)
    return found["sigma_pb"], found["error_pb"], found["n_eval"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("programs", nargs="+", metavar="PROGRAM")
    parser.add_argument("--of", type=int, default=150, metavar="N")
    parser.add_argument("--seed", type=int, default=7, metavar="S")
    options = parser.parse_args()
    random.seed(options.seed)
    deviations = {(program, goal): [] for program in options.programs for goal in GOALS}
    evaluations = dict.fromkeys(deviations, 0)
    for _ in range(options.of):
        keys = setup()
        exact = sigma(options.programs[-1], keys, 1e-9)
        if exact is None:
            continue
        for program, goal in deviations:
            # What is reached to 1e-9 must be to less.
            value, error, n_eval = sigma(program, keys, goal) or (float("inf"), 1.0, 0)
            deviations[program, goal].append(abs(value - exact[0]) / error if error else 0.0)
            evaluations[program, goal] += n_eval
    for (program, goal), all_of in deviations.items():
        middle, most = statistics.median(all_of), max(all_of)
        beyond = sum(one > 1 for one in all_of)
        print(f"{program} {goal:.0e}: {len(all_of)}, median {middle:.3f}, largest {most:.2f}, "
              f"{beyond} beyond 1, {evaluations[program, goal]} evaluations")


if __name__ == "__main__":
    main()
