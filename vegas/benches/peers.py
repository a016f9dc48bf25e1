#!/usr/bin/env python3
"""Runs the standard integrands here, with `vegas` from PyPI and with GSL in one go; prints a table.

    pip install vegas
    cargo build --release -p millibrem-vegas --example standard_integrands
    apt-get install libgsl-dev gcc      # GSL's columns stay empty without
    python3 vegas/benches/peers.py [--seeds 8] [--neval 1e6] [--warmup 10] [--iterations 5]

All adapt `warmup` iterations and then measure `iterations` frozen ones, on one thread, with the
settings each has by default. kappa is the relative error of one iteration times sqrt(neval);
CPU time is the whole run's, per evaluation, integrand included (numpy's for vegas, so compare
times on sum8, where the integrand costs next to nothing). Give a seed range with --seeds.
"""

import argparse
import json
import math
import pathlib
import subprocess
import tempfile
import time

import gvar
import numpy as np
import vegas

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "target/release/examples/standard_integrands"


def sum8(x):
    return x.sum(axis=1)


def gaussians(x, centres, width):
    norm = (1 / (width * math.sqrt(math.pi))) ** 8 / len(centres)
    return norm * sum(np.exp(-((x - c) ** 2).sum(axis=1) / width**2) for c in centres)


def log7(x):
    gamma, g = 0.005, 0.02
    breit_wigner = gamma / math.pi / ((x[:, 2] - 0.37) ** 2 + gamma**2)
    logs = 1 / ((x[:, 0] + 1e-4) * (x[:, 1] + 1e-3) * (x[:, 3] + 0.02) ** 2)
    collinear = 1 / ((x[:, 4] - x[:, 5]) ** 2 + g**2)
    return logs * breit_wigner * collinear * (1 + 0.5 * np.cos(2 * math.pi * x[:, 6]))


def ggg7(u):
    """gg -> ggg with cuts; units of 100 GeV (see the example's integrands.rs)."""
    log = math.log(130)
    pt = [0.5 * np.exp(log * u[:, k]) for k in (0, 3)]
    phi = [2 * math.pi * u[:, k] for k in (2, 5)]
    y = [6 * u[:, k] - 3 for k in (1, 4, 6)]
    px = [p * np.cos(a) for p, a in zip(pt, phi)]
    py = [p * np.sin(a) for p, a in zip(pt, phi)]
    px.append(-px[0] - px[1])
    py.append(-py[0] - py[1])
    pt.append(np.hypot(px[2], py[2]))
    e = [np.exp(v) for v in y]
    plus = sum(p * b for p, b in zip(pt, e))
    minus = sum(p / b for p, b in zip(pt, e))
    x1, x2 = plus / 130, minus / 130
    good = (pt[2] > 0.5) & (x1 < 1) & (x2 < 1)
    shat = plus * minus
    s = {(0, 1): shat}
    for k in range(3):
        s[0, k + 2] = plus * pt[k] / e[k]
        s[1, k + 2] = minus * pt[k] * e[k]
    for a in range(3):
        for b in range(a + 1, 3):
            c = (px[a] * px[b] + py[a] * py[b]) / (pt[a] * pt[b])
            good &= (y[a] - y[b]) ** 2 + np.arccos(np.clip(c, -1, 1)) ** 2 > 0.16
            s[a + 2, b + 2] = pt[a] * pt[b] * (e[a] / e[b] + e[b] / e[a] - 2 * c)
    inverse = {}
    for (a, b), v in s.items():
        inverse[a, b] = inverse[b, a] = 1 / v
    orders = 0
    for a, b, c, d in [(1, 2, 3, 4), (1, 2, 4, 3), (1, 3, 2, 4), (1, 3, 4, 2), (1, 4, 2, 3),
                       (1, 4, 3, 2), (2, 1, 3, 4), (2, 1, 4, 3), (2, 3, 1, 4), (2, 4, 1, 3),
                       (3, 1, 2, 4), (3, 2, 1, 4)]:
        orders = orders + inverse[0, a] * inverse[a, b] * inverse[b, c] * inverse[c, d] * inverse[d, 0]
    with np.errstate(invalid="ignore"):
        pdf = (x1 * x2) ** -0.3 * (1 - x1) ** 5 * (1 - x2) ** 5
        jacobian = log**2 * 216 * 4 * math.pi**2
        value = jacobian * pdf / shat**2 * sum(v**4 for v in s.values()) * orders
    return np.where(good, value * pt[0] ** 2 * pt[1] ** 2, 0.0)


INTEGRANDS = {
    "sum8": (8, sum8),
    "diag3": (8, lambda x: gaussians(x, (0.23, 0.39, 0.74), 0.1)),
    "log7": (7, log7),
    "camel8": (8, lambda x: gaussians(x, (0.25, 0.75), 0.2)),
    "ggg7": (7, ggg7),
    "camel8s": (8, lambda x: gaussians(x, (1 / 3, 2 / 3), 0.1)),
}


def ours(name, seed, o):
    command = [EXAMPLE, "--integrand", name, "--seed", seed, "--neval", o.neval, "--warmup",
               o.warmup, "--iterations", o.iterations, "--threads", 1]
    run = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    r = json.loads(run.stdout)
    return r["kappa"], r["mean"], r["sdev"], r["ns_per_point"]


def theirs(name, seed, o):
    dim, f = INTEGRANDS[name]
    gvar.ranseed(seed)
    start = time.process_time()
    integrator = vegas.Integrator(dim * [[0, 1]], neval=o.neval, mpi=False)
    batch = vegas.lbatchintegrand(f)
    integrator(batch, nitn=o.warmup)
    result = integrator(batch, nitn=o.iterations, adapt=False)
    cpu = time.process_time() - start
    # Average by evaluations, as is done here; vegas itself weights by inverse variance.
    mean = np.mean([r.mean for r in result.itn_results])
    variance = np.mean([r.sdev**2 for r in result.itn_results])
    kappa = math.sqrt(variance * o.neval) / abs(mean)
    return kappa, mean, math.sqrt(variance / o.iterations), 1e9 * cpu / result.sum_neval / (
        1 + o.warmup / o.iterations)


def gsl_program(folder):
    """Compiles the GSL peer into `folder`; None without GSL."""
    program = pathlib.Path(folder) / "gsl_peer"
    source = pathlib.Path(__file__).with_name("gsl_peer.c")
    command = ["cc", "-O2", "-o", program, source, "-lgsl", "-lgslcblas", "-lm"]
    try:
        built = subprocess.run(command, capture_output=True).returncode == 0
    except FileNotFoundError:
        built = False
    return program if built else None


def gsl(program, name, seed, o):
    command = [program, name, o.neval, o.warmup, o.iterations, seed]
    run = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if run.returncode:
        return None
    r = json.loads(run.stdout)
    return r["kappa"], r["mean"], r["sdev"], r["ns_per_point"]


def gsl_columns(program, name, o):
    runs = [gsl(program, name, s, o) for s in range(1, o.seeds + 1)] if program else [None]
    if None in runs:
        return "- | - | -"
    r = np.array(runs)
    mean = gvar.gvar(r[:, 1].mean(), math.sqrt((r[:, 2] ** 2).mean() / o.seeds))
    return f"{r[:, 0].mean():.3f} | {mean} | {np.median(r[:, 3]):.1f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--neval", type=float, default=1e6)
    parser.add_argument("--warmup", type=int, default=10)
    parser.add_argument("--iterations", type=int, default=5)
    parser.add_argument("--integrands", nargs="*", default=list(INTEGRANDS))
    o = parser.parse_args()
    o.neval = int(o.neval)
    print(f"vegas {vegas.__version__}; N = {o.neval}, {o.warmup} + {o.iterations} iterations, "
          f"seeds 1..{o.seeds}")
    print("| integrand | kappa here | kappa vegas | ratio | mean here | mean vegas "
          "| ns/point here | ns/point vegas | kappa GSL | mean GSL | ns/point GSL |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    folder = tempfile.TemporaryDirectory()
    program = gsl_program(folder.name)
    for name in o.integrands:
        a = np.array([ours(name, s, o) for s in range(1, o.seeds + 1)])
        b = np.array([theirs(name, s, o) for s in range(1, o.seeds + 1)])
        n = math.sqrt(o.seeds)
        mean = [gvar.gvar(r[:, 1].mean(), math.sqrt((r[:, 2] ** 2).mean()) / n) for r in (a, b)]
        ka, kb = a[:, 0].mean(), b[:, 0].mean()
        print(f"| {name} | {ka:.3f} | {kb:.3f} | {ka / kb:.2f} | {mean[0]} | {mean[1]} "
              f"| {np.median(a[:, 3]):.1f} | {np.median(b[:, 3]):.1f} "
              f"| {gsl_columns(program, name, o)} |", flush=True)


if __name__ == "__main__":
    main()
