"""The integrand of l N -> l N chi chibar at points of the unit hypercube, in 80 digits.

Written from the formulas of docs/physics.md and the header of src/process/radiation/phase_space/emission.rs with
explicit four-momenta; everything that cancels in double precision is simply computed with digits
to spare. Writes tests/data/extreme_points.json, against which tests/extremes.rs holds the kernels:

    cargo build --release --example extremes
    pip install mpmath
    python3 scripts/extreme_points.py > tests/data/extreme_points.json

Nuclear spin 0; form factors without Helm's.
"""

import json
import subprocess

from mpmath import cbrt, cos, det, exp, log, matrix, mp, mpf, pi, sin, sqrt

mp.dps = 80
ALPHA = 1 / mpf("137.035999")
M_E, M_MU, U = mpf("0.51099895e-3"), mpf("0.1056583755"), mpf("0.93149410242")
PB = mpf("0.3893793721e9")
E2 = 4 * pi * ALPHA
# Atomic weights as in src/matter/elements.rs.
ELEMENTS = {"H": (1, 1.008), "Pb": (82, 207.2), "Cf": (98, 251.0)}

CORNERS = [
    f"{energy} {lepton} {element} {rest}"
    for energy, lepton, element in [
        ("0.2", "e-", "H"), ("0.2", "mu-", "Cf"), ("8", "e-", "Pb"), ("160", "mu+", "H"),
        ("1e4", "e+", "Cf"), ("1e7", "e-", "H"), ("1e7", "e-", "Pb"), ("1e7", "mu-", "H"), ("1e7", "mu-", "Cf"),
    ]
    for rest in [
        "tsai-elastic 0 dirac 1e-9 0", "tsai-elastic 0 scalar 1e-4 0.4", "point 0 photon 1e-9 0",
        "dipole 0 dirac 1e-9 0.4", "tsai-elastic+inelastic 0 photon 1e-9 0",
        "tsai-elastic 0 dirac F0.5 0", "tsai-elastic 0 dirac T1e-4 0", "tsai-elastic 0 dirac T1e-6 0",
    ]
]


def dot(a, b):
    return a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3]


class Setup:
    """A corner with its kinematic limits, from the same doubles that the program starts from."""

    def __init__(self, line):
        energy, lepton, element, self.form_factor, _, self.kind, mass, x_min = line.split()
        self.e0, self.m = mpf(float(energy)), mpf(float(M_E if lepton[0] == "e" else M_MU))
        self.z, weight = ELEMENTS[element]
        self.weight = mpf(weight)
        self.big_m = mpf(weight * float(U))
        self.d, self.p = self.e0 - self.m, sqrt(self.e0**2 - self.m**2)
        self.s = (self.big_m + self.m) ** 2 + 2 * self.big_m * self.d
        top = sqrt(self.s) - self.big_m - self.m
        if mass[0] == "T":
            self.mass = top * (1 - mpf(float(mass[1:])))
        elif mass[0] == "F":
            self.mass = top * mpf(float(mass[1:]))
        else:
            self.mass = mpf(float(mass)) * (1 if self.kind == "photon" else 2)
        self.top = top
        self.v_high = self.e0 * (1 - mpf(float(x_min))) - self.m
        self.z2 = mpf(self.z) ** 2
        self.inv_a = M_E * cbrt(mpf(self.z)) / 111
        self.inv_a_inelastic = M_E * cbrt(mpf(self.z)) ** 2 / 773
        self.size = mpf("0.164") / self.weight ** (mpf(2) / 3)

    def v_limits(self, k2):
        b = 2 * self.d * (self.big_m * self.e0 + self.m**2) - (self.e0 + self.big_m) * k2
        half = self.m * self.d + k2 / 2
        root = sqrt(max(b * b - 4 * self.s * half * half, 0))
        low, high = (b - root) / (2 * self.s), (b + root) / (2 * self.s)
        if 2 * self.big_m * self.d + k2 >= 2 * (self.e0 + self.big_m) * sqrt(k2):
            high = self.d - sqrt(k2)
        return low, min(high, self.v_high)

    def k2_max(self):
        """The largest k2 whose smallest v passes the cut on x, by bisection."""
        low, high = self.mass**2, self.top**2
        if self.v_limits(high * (1 - mpf(10) ** -70))[0] <= self.v_high:
            return high
        for _ in range(400):
            middle = (low + high) / 2
            if self.v_limits(middle)[0] <= self.v_high:
                low = middle
            else:
                high = middle
        return low

    def g2(self, t):
        screened = t / (self.inv_a**2 + t) if self.form_factor.startswith("tsai") else 1
        elastic = self.z2 * screened**2
        if self.form_factor != "point":
            elastic /= (1 + t / self.size) ** 2
        # A proton alone has nothing in it that could be struck beside it.
        if "+" not in self.form_factor or self.z == 1:
            return elastic
        magnetic = 1 + t * (mpf("2.79") ** 2 - 1) / (4 * mpf("0.938") ** 2)
        nucleon = magnetic / (1 + t / mpf("0.71")) ** 4
        return elastic + self.z * (t / (self.inv_a_inelastic**2 + t)) ** 2 * nucleon

    def map_scales(self):
        """Screening and size for the map of t."""
        screening = self.inv_a**2
        if "+" in self.form_factor:
            screening = min(screening, self.inv_a_inelastic**2)
        if not self.form_factor.startswith("tsai"):
            screening = mpf(0)
        return screening, mpf(10) ** 6 if self.form_factor == "point" else self.size


def emission(c, k2, y):
    """Momenta and density of v, w, T and phi at y: (p', k, q, density/|V|, recoil)."""
    mass = sqrt(k2)
    v_min, v_max = c.v_limits(k2)
    c_v, c_e = c.m + c.e0 * c.m**2 / k2, mass * c.e0 / c.m
    top = c.d + c_e
    ratio = lambda v: (v + c_v) / (top - v)
    log_ratio = log(ratio(v_max) / ratio(v_min))
    r = ratio(v_min) * exp(log_ratio * y[0])
    v = (r * top - c_v) / (1 + r)
    density = log_ratio * r * (top + c_v) / (1 + r) ** 2

    e_k = c.d - v
    k, v0 = sqrt(e_k**2 - k2), c.e0 - e_k
    floor = 2 * (c.e0 * e_k - c.p * k) - k2
    w_max = max(min(4 * c.p * k, 2 * c.big_m * v - floor), 0)
    low = floor + w_max * (1 - y[1])
    w = floor * w_max * y[1] / low
    density *= floor * w_max * (floor + w_max) / low**2
    u, one_minus_cos = -(floor + w), w / (2 * c.p * k)

    v2 = v0**2 - c.m**2 - u
    v_mod, total = sqrt(v2), v0 + c.big_m
    b = u * total + 2 * v2 * c.big_m
    r = sqrt(max(b * b - (total**2 - v2) * u * u, 0))
    t_min, t_max = u * u / (2 * (b + r)), (b + r) / (2 * (total**2 - v2))
    screening, size = (scale / (2 * c.big_m) for scale in c.map_scales())
    far = (t_min + size) * mpf(1.25)
    near = min((t_min + size) * mpf(0.8), -u / (2 * c.big_m))
    start, reach = t_min + screening, near * far / (far - near)
    rho = reach * log((near + t_max - t_min) * far / ((far + t_max - t_min) * near))
    offset = mpf(0.05)
    offset_log = sqrt(offset * (offset + 2))
    height = sqrt(1 + (log(1 + rho / start) + offset_log) ** 2) - 1 - offset
    z = height * y[2] + offset
    root_z = sqrt(z * (z + 2))
    grown = exp(root_z - offset_log)
    g = exp(start * (grown - 1) / reach)
    above = (g - 1) * near * far / (far - g * near)
    density *= height * (z + 1) / root_z * start * grown * (near + above) * (far + above) / (near * far)
    recoil = t_min + above

    t = 2 * c.big_m * recoil
    k_x, k_z = k * sqrt(one_minus_cos * (2 - one_minus_cos)), k * (1 - one_minus_cos)
    axis_x, axis_z = -k_x / v_mod, (c.p - k_z) / v_mod
    along = (u - 2 * recoil * total) / (2 * v_mod)
    across = sqrt(max(t + recoil**2 - along**2, 0))
    mean = -t - 2 * (c.e0 * recoil + c.p * along * axis_z)
    delta = min(-2 * c.p * across * axis_x, (1 - mpf(1e-12)) * mean)
    root, psi = sqrt(mean**2 - delta**2), 2 * pi * y[3]
    inv = 1 / (mean + delta * cos(psi))
    cos_phi, sin_phi = (mean * cos(psi) + delta) * inv, root * sin(psi) * inv
    density *= root * inv
    q = [-recoil, along * axis_x + across * cos_phi * axis_z, across * sin_phi, along * axis_z - across * cos_phi * axis_x]
    pair = [e_k, k_x, mpf(0), k_z]
    out = [c.e0 - e_k + q[0], -k_x + q[1], q[2], c.p - k_z + q[3]]
    return out, pair, q, density / v_mod


def contraction(c, k2, out, pair, q):
    """A of (P.2) and, for a polarisation b, X(b) of (P.3)."""
    beam, nucleus = [c.e0, mpf(0), mpf(0), c.p], [c.big_m, mpf(0), mpf(0), mpf(0)]
    s, u = 2 * dot(out, pair) + k2, k2 - 2 * dot(beam, pair)
    both = [2 * nucleus[i] - q[i] for i in range(4)]
    t, t2 = -dot(q, q), k2 + dot(q, q) - s - u
    p_in, p_out, squared = dot(both, beam), dot(both, out), dot(both, both)
    w = u * p_in + s * p_out
    su = s * u
    a = 2 * (s * s + u * u) / su * squared - 8 * t / su * (p_in**2 + p_out**2) - 4 * t / su * (t2 + k2) * squared
    a += 2 * (k2 + 2 * c.m**2) / su**2 * ((s + u) ** 2 * t * squared - 4 * w * w)

    def along(b):
        charge = -2 * c.big_m * (u - s) / su * sum(b[i] * q[i + 1] for i in range(3))
        vector = [charge] + [2 * w / su * x for x in b]
        turned = [b[1] * q[3] - b[2] * q[2], b[2] * q[1] - b[0] * q[3], b[0] * q[2] - b[1] * q[1]]
        axial = [mpf(0)] + [2 * c.big_m * x for x in turned]
        sigma = (s + u) / su
        square = 4 * dot(beam, axial) * dot(out, axial) - dot(axial, axial) * (4 * c.m**2 - t2)
        mixed = det(matrix([beam, out, vector, axial]))
        return 4 * dot(beam, vector) * dot(out, vector) + dot(vector, vector) * t2 + sigma**2 * square + 4 * sigma * mixed

    return a, along, t


def integrand(c, y):
    """dsigma/dy in pb."""
    flux = E2**3 * PB / (4 * c.big_m * c.p * 16 * pi**2 * c.p * 8 * pi)
    if c.kind == "photon":
        out, pair, q, density = emission(c, c.mass**2, y)
        a, _, t = contraction(c, c.mass**2, out, pair, q)
        return flux * density * c.g2(t) * a / t**2
    k2_min, k2_max = c.mass**2, c.k2_max()
    scale = c.m**2 + k2_min / 10
    length = log((1 + scale / k2_min) / (1 + scale / k2_max))
    k2 = scale / ((1 + scale / k2_min) * exp(-length * y[0]) - 1)
    out, pair, q, density = emission(c, k2, y[1:5])
    a, along, t = contraction(c, k2, out, pair, q)
    k = sqrt(pair[1] ** 2 + pair[3] ** 2)
    sin_k, cos_k, small = pair[1] / k, pair[3] / k, sqrt(k2) / pair[0]
    cos_star, phi = 2 * y[5] - 1, 2 * pi * y[6]
    sin_star = sqrt(1 - cos_star**2)
    n1, n2, n3 = sin_star * cos(phi), sin_star * sin(phi), cos_star * small
    along_n = along([n1 * cos_k + n3 * sin_k, n2, -n1 * sin_k + n3 * cos_k])
    beta2 = 1 - k2_min / k2
    x = 2 * (a - beta2 * along_n) if c.kind == "dirac" else beta2 * along_n
    density *= length * k2 * (k2 / scale + 1) * sqrt(beta2)
    return flux * E2 / (16 * pi**2) * density * c.g2(t) * x / (t**2 * k2)


def main():
    corners = []
    for line in CORNERS:
        command = ["target/release/examples/extremes", "--points", "6", *line.split()]
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        rows = [row.split() for row in shown.splitlines()[1:]]
        c = Setup(line)
        points = []
        for row in rows:
            y = [float(word) for word in row[:-1]]
            points.append({"y": y, "pb": float(integrand(c, [mpf(x) for x in y]))})
        corners.append(json.dumps({"corner": line, "points": points}))
    print("[\n" + ",\n".join(corners) + "\n]")


main()
