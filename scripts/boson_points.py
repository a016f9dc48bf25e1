"""|M|^2 of l N -> l N phi for scalar, pseudoscalar, vector and axial-vector phi, in 150 digits.

Explicit Dirac spinors, vertices and polarisation vectors: nothing of the forms that the program uses.
The points are those of edge_points.py, phi having the mass of the pair: random ones at the edges of phase
space (0.2 to 1e10 GeV), and the ordinary ones of tests/data/amplitude_points.json. Each row gives
A = 1/2 sum |n.M|^2 in GeV^2, n the nuclear vector P + P' (`_spin0`) or its Dirac trace (`_spin_half`), summed
over polarisations, for the vertices 1, i gamma5, gamma^mu, gamma^mu gamma5; `rounding` as in
edge_points.py.

    pip install gmpy2
    python3 scripts/boson_points.py 320 1 > tests/data/boson_points.json
    python3 scripts/boson_points.py NUMBER SEED
"""

import json
import random
import sys

from gmpy2 import mpc, mpfr, sqrt

from edge_points import METRIC, VARIABLES, digits, dot, kinematics, left, norm, random_point, right, slash, slash_right, spinors

KINDS = ("scalar", "pseudoscalar", "vector", "axial_vector")
MOVED = [name for name in VARIABLES if not name.endswith("_star")]


def gamma5(u):
    return [u[2], u[3], u[0], u[1]]


def polarised(e, u):
    """e-slash u."""
    return slash(e, 0, u)


def vertices(pair, k2):
    """The vertices of each kind as functions u -> Gamma u, one a polarisation."""
    e_k, k_x, _, k_z = pair
    mass, k = sqrt(k2), sqrt(k_x * k_x + k_z * k_z)
    across = [mpfr(0), k_z / k, mpfr(0), -k_x / k]
    along = [k / mass, e_k * k_x / (mass * k), mpfr(0), e_k * k_z / (mass * k)]
    all_three = (across, [mpfr(0), mpfr(0), mpfr(1), mpfr(0)], along)
    return {
        "scalar": [lambda u: u],
        "pseudoscalar": [lambda u: [mpc(0, 1) * x for x in gamma5(u)]],
        "vector": [lambda u, e=e: polarised(e, u) for e in all_three],
        "axial_vector": [lambda u, e=e: polarised(e, gamma5(u)) for e in all_three],
    }


def squared(c):
    """A of each kind for nuclear spin 0 and 1/2."""
    beam, out, pair, q, _, _, _ = kinematics({**c, "cos_theta_star": mpfr(0), "phi_star": mpfr(0)})
    m, k2, t = c["m_lepton"], c["k2"], -dot(q, q)
    after = [out[i] + pair[i] for i in range(4)]
    before = [beam[i] - pair[i] for i in range(4)]
    s, u = dot(after, after) - m * m, dot(before, before) - m * m
    both = [2 * c["m_nucleus"] * (i == 0) - q[i] for i in range(4)]
    ins = spinors(beam, m)
    bars = [[x.conjugate() for x in w[:2]] + [-x.conjugate() for x in w[2:]] for w in spinors(out, m)]
    found = []
    for kind in KINDS:
        zero, half = mpfr(0), mpfr(0)
        for vertex in vertices(pair, k2)[kind]:
            for a in ins:
                emitted_in = slash(before, m, vertex(a))
                column = [slash(after, m, left(r, a)) for r in range(4)]
                column = [vertex(x) for x in column]
                for bar in bars:
                    index = [sum(x * y for x, y in zip(bar, column[r])) / s
                             + sum(x * y for x, y in zip(right(bar, r), emitted_in)) / u for r in range(4)]
                    coulomb = norm(sum(METRIC[r] * both[r] * index[r] for r in range(4))) / 2
                    zero += coulomb
                    half += coulomb - t * sum(METRIC[r] * norm(index[r]) for r in range(4)) / 2
        found += [zero, half]
    return found


def rounding(c, values):
    """Largest relative change of any value when each sampling variable moves by half a unit."""
    total = [mpfr(0)] * len(values)
    step = mpfr(2) ** -170
    for name in MOVED:
        moved = squared({**c, name: c[name] * (1 + step)})
        total = [s + abs((a / b - 1) / step) for s, a, b in zip(total, moved, values)]
    return max(total) * mpfr(2) ** -53


def row_of(c, values, limit, names):
    row = {"lepton": c["lepton"], "nucleus": c["nucleus"], "edge": c["edge"]}
    row |= {name: float(c[name]) for name in ("beam_energy", "m_lepton", "m_nucleus", *MOVED) if name != "recoil"}
    row |= names
    columns = [f"{kind}_{spin}" for kind in KINDS for spin in ("spin0", "spin_half")]
    row |= {name: digits(x) for name, x in zip(columns, values)}
    row["rounding"] = float(f"{float(limit):.2e}")
    return row


def ordinary():
    """Every third point of the table of the pair, moved to the doubles nearest to its numbers."""
    for old in json.load(open("tests/data/amplitude_points.json"))[::3]:
        c = {name: mpfr(float(old[name])) for name in ("beam_energy", "m_lepton", "m_nucleus", "m_chi", *MOVED) if name != "recoil"}
        c |= {"recoil": mpfr(float(old["t_minus_t_min"])), "from_below": True,
              "lepton": old["lepton"], "nucleus": old["nucleus"], "edge": old["edge"]}
        *_, t_min, t_max = kinematics({**c, "cos_theta_star": mpfr(0), "phi_star": mpfr(0)})
        c["span"] = t_max - t_min
        if 0 < c["recoil"] < c["span"]:
            yield c


def at_edges(number, seed):
    draw = random.Random(seed)
    while number > 0:
        c = random_point(draw)
        if c is not None:
            number -= 1
            yield {**c, "edge": True}


def rows(number, seed):
    for c in [*ordinary(), *at_edges(number, seed)]:
        values = squared(c)
        limit = rounding(c, values)
        # Where half a unit moves |M|^2 by a part in a million there is no edge left to look at.
        if limit < 1e-6:
            above, below = c["recoil"], c["span"] - c["recoil"]
            if not c["from_below"]:
                above, below = below, above
            yield row_of(c, values, limit, {"t_minus_t_min": digits(above), "t_max_minus_t": digits(below)})


if __name__ == "__main__":
    found = rows(int(sys.argv[1]), int(sys.argv[2]))
    print("[\n" + ",\n".join(map(json.dumps, found)) + "\n]")
