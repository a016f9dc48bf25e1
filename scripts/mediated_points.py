#!/usr/bin/env python3
"""Random A' by quadrature, WW or Monte Carlo: `python3 scripts/mediated_points.py PROGRAM N SEED [--method mc]`.

Masses of 0.02 to 1 GeV, m_chi/m_A' of 0.05 to 0.495, alpha_D of 1e-7 to 0.3, kinetic energies of the beam of 1.0005 to
30 m_A', electrons on aluminium and lead and muons on lead, all logarithmic but the ratio, no cut on x. A quadrature is compared at
three goals with that of a goal of 1e-6 (or 1e-5 or 3e-5, where that is not reached), in units of its own error; the Monte Carlo at its default, in units
of its error, with the alarms. Ends with the mean, the standard deviation and the largest of these, and exit code 1 if
any is beyond what is claimed: 1 for quadratures, 4.5 for the Monte Carlo.
"""

import argparse
import json
import math
import random
import statistics
import subprocess
import sys

BEAMS = [("e-", 0.000510998950, "Al"), ("e-", 0.000510998950, "Pb"), ("mu-", 0.1056583755, "Pb")]
GOALS = {"quadrature": [1e-3, 3e-4, 1e-4], "ww": [1e-3, 3e-4, 1e-4], "iww": [1e-3, 3e-4, 1e-4], "mc": [1e-3]}
REFERENCES = [1e-6, 1e-5, 3e-5]


def sigma(program, keys, method, goal, seed):
    words = [program, "sigma", "cards/na64mu-2025.toml", "--json", "--quiet", "--threads", "1"]
    for key, value in keys.items():
        words += ["--set", f"{key}={value}"]
    words += ["--method", method, "--rel-error", str(goal), "--seed", str(seed)]
    done = subprocess.run(words, capture_output=True, text=True)
    # Exit code 1 is an alarm, which the result names, or no result.
    result = json.loads(done.stdout) if done.stdout else {}
    return result if "sigma_pb" in result else {"failed": f"{method} to {goal:g}: {done.stderr.strip() or result}"}


def point(dice):
    lepton, mass, element = dice.choice(BEAMS)
    between = lambda low, high: math.exp(dice.uniform(math.log(low), math.log(high)))
    mediator = between(0.02, 1.0)
    return {
        "beam.lepton": lepton,
        "beam.energy_gev": f"{mass + mediator * between(1.0005, 30.0):.9g}",
        "target.element": element,
        "cuts.x_min": "0.0",
        "dark_sector.mediator": "vector",
        "dark_sector.m_mediator_gev": f"{mediator:.6g}",
        "dark_sector.m_chi_gev": f"{mediator * dice.uniform(0.05, 0.495):.6g}",
        "dark_sector.alpha_d": f"{between(1e-7, 0.3):.4g}",
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("n", type=int)
    parser.add_argument("seed", type=int)
    parser.add_argument("--method", default="quadrature", choices=list(GOALS))
    options = parser.parse_args()
    dice = random.Random(options.seed)
    exact = "quadrature" if options.method == "mc" else options.method
    claimed = 4.5 if options.method == "mc" else 1.0
    found, beyond, failed, alarms = [], 0, 0, 0
    for number in range(options.n):
        keys = point(dice)
        for finer in REFERENCES:
            reference = sigma(options.program, keys, exact, finer, 1)
            if "failed" not in reference:
                break
        for goal in GOALS[options.method]:
            one = sigma(options.program, keys, options.method, goal, number + 1)
            words = reference.get("failed") or one.get("failed")
            if words is not None:
                failed += 1
                print(f"{keys}: {words}")
                continue
            alarms += bool(one.get("alarms"))
            pull = (one["sigma_pb"] - reference["sigma_pb"]) / max(one["error_pb"], 1e-300)
            found.append(pull)
            if abs(pull) > claimed:
                beyond += 1
                print(f"{keys}, to {goal}: {one['sigma_pb']} +- {one['error_pb']} pb, not {reference['sigma_pb']}")
    mean, spread = statistics.fmean(found), statistics.pstdev(found)
    print(f"{len(found)} results: mean {mean:.2f}, standard deviation {spread:.2f}, largest {max(map(abs, found)):.2f}; "
          f"{beyond} beyond {claimed:g} errors, {alarms} with an alarm, {failed} not computed")
    sys.exit(beyond + failed > 0)


if __name__ == "__main__":
    main()
