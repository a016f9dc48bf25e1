"""|M|^2 of l N -> l N chi chibar at random points at the edges of phase space, in 150 digits.

Explicit Dirac spinors and four-momenta, with digits to spare for everything that cancels. Electrons
and muons of 0.2 to 1e10 GeV on H, C, Al, Pb and Cf, chi of 5e-13 GeV to the threshold; each variable
lies anywhere or within 1e-14 of an end. Each point has its sampling variables as exact doubles and,
as `rounding`, what half a unit in the last place of these changes in |M|^2 at most, relative to it
(below 1e-6): nobody can be better.

    pip install gmpy2
    python3 scripts/edge_points.py 320 1 > tests/data/edge_points.json
    python3 scripts/edge_points.py NUMBER SEED

`--check` compares with the 34-digit values of tests/data/amplitude_points.json.
"""

import json
import random
import sys

import gmpy2
from gmpy2 import mpc, mpfr, sqrt

gmpy2.get_context().precision = 512
LEPTONS = {"e-": 0.51099895e-3, "mu-": 0.1056583755}
NUCLEI = {name: weight * 0.93149410242 for name, weight in
          {"H": 1.008, "C": 12.011, "Al": 26.9815385, "Pb": 207.2, "Cf": 251.0}.items()}
METRIC = (1, -1, -1, -1)
# gamma^mu as (column, factor) of the one entry in each row, Dirac representation.
I = mpc(0, 1)
GAMMA = (
    ((0, 1), (1, 1), (2, -1), (3, -1)),
    ((3, 1), (2, 1), (1, -1), (0, -1)),
    ((3, -I), (2, I), (1, I), (0, -I)),
    ((2, 1), (3, -1), (0, -1), (1, 1)),
)
VARIABLES = ("k2", "one_minus_x", "one_minus_cos_theta_k", "recoil", "phi", "cos_theta_star", "phi_star")


def dot(a, b):
    return sum(g * x * y for g, x, y in zip(METRIC, a, b))


def left(mu, u):
    """gamma^mu u."""
    return [f * u[j] for j, f in GAMMA[mu]]


def right(w, mu):
    """w gamma^mu."""
    out = [0] * 4
    for i, (j, f) in enumerate(GAMMA[mu]):
        out[j] = w[i] * f
    return out


def slash(p, m, u):
    """(p-slash + m) u."""
    out = [m * x for x in u]
    for mu in range(4):
        for i, x in enumerate(left(mu, u)):
            out[i] += METRIC[mu] * p[mu] * x
    return out


def slash_right(w, p, m):
    """w (p-slash + m)."""
    out = [m * x for x in w]
    for mu in range(4):
        for i, x in enumerate(right(w, mu)):
            out[i] += METRIC[mu] * p[mu] * x
    return out


def spinors(p, m):
    """u(p, s) for both spins."""
    e, x, y, z = p
    norm = sqrt(e + m)
    up = [norm, mpfr(0), z / norm, mpc(x, y) / norm]
    down = [mpfr(0), norm, mpc(x, -y) / norm, -z / norm]
    return up, down


def kinematics(c):
    """(|p|, m_chi etc.) -> momenta p, p', k, q and delta = k1 - k2 of the point `c`."""
    e0, m, big_m = c["beam_energy"], c["m_lepton"], c["m_nucleus"]
    p = sqrt(e0 * e0 - m * m)
    v0 = e0 * c["one_minus_x"]
    e_k, k2, small = e0 - v0, c["k2"], c["one_minus_cos_theta_k"]
    k = sqrt(e_k * e_k - k2)
    k_x, k_z = k * sqrt(small * (2 - small)), k * (1 - small)
    u = k2 - 2 * (e0 * e_k - p * k_z)
    v2 = v0 * v0 - m * m - u
    t_min, t_max = recoil_limits(c, u, v0, v2)
    t = t_min + c["recoil"] if c["from_below"] else t_max - c["recoil"]
    recoil, total, v_mod = t / (2 * big_m), v0 + big_m, sqrt(v2)
    along = (u - 2 * recoil * total) / (2 * v_mod)
    across = sqrt(t + recoil * recoil - along * along)
    v_x, v_z = -k_x / v_mod, (p - k_z) / v_mod
    cos, sin = gmpy2.cos(c["phi"]), gmpy2.sin(c["phi"])
    q = [-recoil, along * v_x + across * cos * v_z, across * sin, along * v_z - across * cos * v_x]
    beam, pair = [e0, mpfr(0), mpfr(0), p], [e_k, k_x, mpfr(0), k_z]
    out = [beam[i] - pair[i] + q[i] for i in range(4)]
    # k1 - k2 by a boost along k: beta n in the rest frame.
    beta = sqrt(1 - 4 * c["m_chi"] ** 2 / k2)
    n3 = c["cos_theta_star"]
    sin_star = sqrt(1 - n3 * n3)
    n1, n2 = sin_star * gmpy2.cos(c["phi_star"]), sin_star * gmpy2.sin(c["phi_star"])
    mass, cos_k, sin_k = sqrt(k2), k_z / k, k_x / k
    par = e_k * n3
    delta = [beta * x for x in (k * n3, mass * n1 * cos_k + par * sin_k, mass * n2, par * cos_k - mass * n1 * sin_k)]
    return beam, out, pair, q, delta, t_min, t_max


def recoil_limits(c, u, v0, v2):
    big_m = c["m_nucleus"]
    total = v0 + big_m
    b = u * total + 2 * v2 * big_m
    r = sqrt(b * b - (total**2 - v2) * u * u)
    return big_m * u * u / (b + r), big_m * (b + r) / (total**2 - v2)


def squared(c):
    """m2 of (chi, nucleus) = dirac 0, dirac 1/2, scalar 0, scalar 1/2."""
    beam, out, pair, q, delta, _, _ = kinematics(c)
    m = c["m_lepton"]
    k2, t = c["k2"], -dot(q, q)
    after = [out[i] + pair[i] for i in range(4)]
    before = [beam[i] - pair[i] for i in range(4)]
    s, u = dot(after, after) - m * m, dot(before, before) - m * m
    both = [2 * c["m_nucleus"] * (i == 0) - q[i] for i in range(4)]
    ins, outs = spinors(beam, m), spinors(out, m)
    bars = [[x.conjugate() for x in w[:2]] + [-x.conjugate() for x in w[2:]] for w in outs]
    first = [[[x / s for x in slash(after, m, left(r, a))] for r in range(4)] for a in ins]
    second = [[[x / u for x in slash_right(right(w, r), before, m)] for r in range(4)] for w in bars]
    vertex_in = [[left(n, a) for n in range(4)] for a in ins]
    vertex_out = [[right(w, n) for n in range(4)] for w in bars]
    trace, along, trace_g, along_g = 0, 0, 0, 0
    for i in range(2):
        for j in range(2):
            amplitude = [[sum(x * y for x, y in zip(vertex_out[j][n], first[i][r]))
                          + sum(x * y for x, y in zip(second[j][r], vertex_in[i][n]))
                          for r in range(4)] for n in range(4)]
            # nuclear index r lowered by the metric, pair's index n likewise.
            spin0 = [sum(METRIC[r] * both[r] * amplitude[n][r] for r in range(4)) for n in range(4)]
            trace += sum(METRIC[n] * norm(spin0[n]) for n in range(4)) / 2
            along += norm(sum(METRIC[n] * delta[n] * spin0[n] for n in range(4))) / 2
            for r in range(4):
                column = [amplitude[n][r] for n in range(4)]
                trace_g -= METRIC[r] * sum(METRIC[n] * norm(column[n]) for n in range(4)) / 2
                along_g -= METRIC[r] * norm(sum(METRIC[n] * delta[n] * column[n] for n in range(4))) / 2
    scale = 1 / (t * t * k2 * k2)
    dirac, scalar = -2 * (k2 * trace + along) * scale, along * scale
    return dirac, dirac - 2 * t * (k2 * trace_g + along_g) * scale, scalar, scalar + t * along_g * scale


def norm(z):
    return z.real * z.real + z.imag * z.imag


def rounding(c, m2):
    """Largest change of any m2, relative, when each sampling variable moves by half a unit."""
    total = [mpfr(0)] * 4
    step = mpfr(2) ** -170
    for name in VARIABLES:
        moved = squared({**c, name: c[name] * (1 + step)})
        total = [s + abs((a / b - 1) / step) for s, a, b in zip(total, moved, m2)]
    return max(total) * mpfr(2) ** -53


def edge(draw, deepest=14):
    """A share of a range: anywhere, or close to either end."""
    kind = draw.random()
    near = 10 ** draw.uniform(-deepest, 0)
    return draw.random() if kind < 0.3 else near if kind < 0.65 else 1 - near


def exact(x):
    return mpfr(float(x))


def random_point(draw):
    """A point at the edges of phase space, or None where doubles cannot hold it."""
    lepton, nucleus = draw.choice(list(LEPTONS)), draw.choice(list(NUCLEI))
    m, big_m = exact(LEPTONS[lepton]), exact(NUCLEI[nucleus])
    e0 = exact(max(10 ** draw.uniform(-0.7, 10), 0.2))
    d = e0 - m
    s_tot = (m + big_m) ** 2 + 2 * big_m * d
    top = sqrt(s_tot) - m - big_m
    # chi light, anywhere or heavy; the pair near threshold, anywhere or as heavy as can be.
    heavy = draw.random() < 0.2
    m_chi = exact(top / 2 * mpfr(1 - 10 ** draw.uniform(-8, 0)) if heavy
                  else top / 2 * mpfr(10) ** (-draw.uniform(0, 12)))
    if not 5e-13 < m_chi < top / 2:
        return None
    low, share = 4 * m_chi**2, mpfr(edge(draw, 10))
    k2 = exact(low * (top * top / low) ** share if draw.random() < 0.5 else low + share * (top * top - low))
    if not low < k2 < top * top:
        return None
    b = 2 * d * (big_m * e0 + m * m) - (e0 + big_m) * k2
    half = m * d + k2 / 2
    root = sqrt(b * b - 4 * s_tot * half * half)
    v_min, v_max = 2 * half * half / (b + root), (b + root) / (2 * s_tot)
    if 2 * big_m * d + k2 >= 2 * (e0 + big_m) * sqrt(k2):
        v_max = d - sqrt(k2)
    share = mpfr(edge(draw))
    v = v_min * (v_max / v_min) ** share if draw.random() < 0.5 else v_min + share * (v_max - v_min)
    c = {"beam_energy": e0, "m_lepton": m, "m_nucleus": big_m, "m_chi": m_chi, "k2": k2,
         "one_minus_x": exact((v + m) / e0)}
    v0 = e0 * c["one_minus_x"]
    v, e_k = v0 - m, e0 - v0
    if not (v_min < v < v_max and e_k * e_k > k2):
        return None
    p, k = sqrt(e0 * e0 - m * m), sqrt(e_k * e_k - k2)
    floor = 2 * (e0 * e_k - p * k) - k2
    w_max = min(4 * p * k, 2 * big_m * v - floor)
    if not w_max > 0:
        return None
    share = mpfr(edge(draw))
    w = floor * ((1 + w_max / floor) ** share - 1) if draw.random() < 0.5 else share * w_max
    c["one_minus_cos_theta_k"] = exact(w / (2 * p * k))
    w = 2 * p * k * c["one_minus_cos_theta_k"]
    if not 0 <= w < w_max or c["one_minus_cos_theta_k"] > 2:
        return None
    u = -floor - w
    t_min, t_max = recoil_limits(c, u, v0, v0 * v0 - m * m - u)
    span, share = t_max - t_min, mpfr(edge(draw))
    kind = draw.random()
    above = t_min * ((1 + span / t_min) ** share - 1) if kind < 0.4 else share * span
    c["from_below"] = bool(above < span / 2)
    c["recoil"] = exact(above if c["from_below"] else span - above)
    if not 0 < c["recoil"] < span / 2:
        return None
    turn = draw.choice([0, mpfr(1) / 2, 1]) if draw.random() < 0.4 else mpfr(draw.random())
    shift = draw.choice([-1, 1]) * 10 ** draw.uniform(-9, 0) / 4
    c["phi"] = exact(2 * gmpy2.const_pi() * turn + (shift if turn in (0, 1, mpfr(1) / 2) else 0))
    c["cos_theta_star"] = exact(2 * edge(draw, 12) - 1)
    c["phi_star"] = exact(2 * gmpy2.const_pi() * draw.random())
    if abs(c["cos_theta_star"]) >= 1:
        return None
    return {**c, "lepton": lepton, "nucleus": nucleus, "span": span}


def digits(x):
    return gmpy2.mpfr(x).__format__(".33e")


def random_points(number, seed):
    draw = random.Random(seed)
    while number > 0:
        c = random_point(draw)
        if c is None:
            continue
        m2 = squared(c)
        limit = rounding(c, m2)
        # Where half a unit moves |M|^2 by a part in a million there is no edge left to look at.
        if not limit < 1e-6:
            continue
        number -= 1
        above, below = c["recoil"], c["span"] - c["recoil"]
        if not c["from_below"]:
            above, below = below, above
        row = {"lepton": c["lepton"], "nucleus": c["nucleus"], "edge": True}
        row |= {name: float(c[name]) for name in ("beam_energy", "m_lepton", "m_nucleus", "m_chi", *VARIABLES) if name != "recoil"}
        row |= {"t_minus_t_min": digits(above), "t_max_minus_t": digits(below)}
        row |= {name: digits(x) for name, x in zip(("m2_spin0", "m2_spin_half", "m2_scalar_spin0", "m2_scalar_spin_half"), m2)}
        _, out, pair, _, _, _, _ = kinematics(c)
        row |= {"s_minus_m2": digits(2 * dot(out, pair) + c["k2"]), "p_out": [float(x) for x in out]}
        row["rounding"] = float(f"{float(limit):.2e}")
        yield row


def check():
    """The 34-digit values of an independent calculation."""
    worst = 0
    for row in json.load(open("tests/data/amplitude_points.json")):
        c = {name: mpfr(row[name]) if isinstance(row[name], str) else mpfr(row[name]) for name in
             ("beam_energy", "m_lepton", "m_nucleus", "m_chi", *VARIABLES) if name != "recoil"}
        c |= {"recoil": mpfr(row["t_minus_t_min"]), "from_below": True}
        found = squared(c)
        for m2, name in zip(found, ("m2_spin0", "m2_spin_half")):
            worst = max(worst, abs(m2 / mpfr(row[name]) - 1))
    print(f"largest deviation {float(worst):.1e}")


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        check()
    else:
        rows = random_points(int(sys.argv[1]), int(sys.argv[2]))
        print("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]")
