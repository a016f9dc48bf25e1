"""Compares millibrem.vegas with gplepage/vegas: processor time to the same true error.

    pip install vegas millibrem; python python/benchmarks/integrators.py [REPEATS]

Both adapt in ten iterations and measure in ten with the map frozen, 10^5 points each, one thread,
the same function of numpy. The true error is the rms over seeds of the deviation from the exact
value; processor time times its square is what a given error costs.
"""

import math
import sys
import time

import numpy as np
import vegas as lepage

from millibrem import vegas as ours

NITN, NEVAL = 10, 100_000


def sum8(x):
    return x.sum(axis=1)


def gaussians(x, centres, width):
    each = [np.exp(-(((x - c) / width) ** 2).sum(axis=1)) for c in centres]
    return sum(each) / len(each) / (width * math.sqrt(math.pi)) ** x.shape[1]


def diag3(x):
    return gaussians(x, (0.23, 0.39, 0.74), 0.1)


def camel8(x):
    return gaussians(x, (0.25, 0.75), 0.2)


def camel8s(x):
    return gaussians(x, (1 / 3, 2 / 3), 0.1)


def exact(centres, width):
    def inside(c):
        return (math.erf((1 - c) / width) + math.erf(c / width)) / 2

    return sum(inside(c) ** 8 for c in centres) / len(centres)


INTEGRANDS = [
    (sum8, 4.0),
    (diag3, exact((0.23, 0.39, 0.74), 0.1)),
    (camel8, exact((0.25, 0.75), 0.2)),
    (camel8s, exact((1 / 3, 2 / 3), 0.1)),
]


def of_ours(function, seed):
    return ours.Integrator([[0, 1]] * 8, seed=seed)(function, NITN, NEVAL)


def of_lepage(function, seed):
    np.random.seed(seed)
    integ = lepage.Integrator([[0, 1]] * 8)
    function = lepage.batchintegrand(function)
    integ(function, nitn=NITN, neval=NEVAL)
    return integ(function, nitn=NITN, neval=NEVAL, adapt=False)


def main(repeats):
    print("integrand  package     cpu [s]  true error  stated error  cost [s]")
    for function, truth in INTEGRANDS:
        cost = {}
        for name, package in (("millibrem", of_ours), ("lepage", of_lepage)):
            start = time.process_time()
            found = [package(function, seed) for seed in range(1, repeats + 1)]
            each = (time.process_time() - start) / repeats
            error = math.sqrt(np.mean([(r.mean / truth - 1) ** 2 for r in found]))
            stated = math.sqrt(np.mean([(r.sdev / truth) ** 2 for r in found]))
            # To a relative error of 1e-4.
            cost[name] = each * (error / 1e-4) ** 2
            print(
                f"{function.__name__:<9}  {name:<9}  {each:8.2f}  {error:10.2e}  {stated:12.2e}"
                f"  {cost[name]:8.3g}"
            )
        print(f"{function.__name__:<9}  faster by {cost['lepage'] / cost['millibrem']:.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
