#!/usr/bin/env python3
"""Checks the tables of published limits in data/limits.

Each table must say what it is, where it comes from and how it was read; its masses must rise, its
charges must be possible. With a folder of the public repositories named in the headers
(DIR/FORESEE, DIR/millicharge, DIR/milliqanOffline, DIR/HeavenlyMCP, as git clones) each table is
also compared with the digitisations it was made from, and their spread is printed:

    python3 data/check_limits.py [DIR]
"""

import math
import pathlib
import re
import sys

LIMITS = pathlib.Path(__file__).parent / "limits"
HEADER = ["experiment", "quantity", "source", "kind", "how read", "spread"]
QUANTITY = "lower edge of the excluded charge Q_chi/e of a millicharged fermion"

MILLIQAN = (
    "milliqanOffline/Run2Demonstrator/milliqanScripts/scriptsForPrettyPlotsForWS/stats/plotFinal/external/"
)
FORESEE = "FORESEE/Models/MCP/model/lines/bounds_"
ARGONEUT = "millicharge/data/limits_argoneut_experiment/"
HEAVENLY = "HeavenlyMCP/Data/Constraints/"
# File, GeV per unit of its masses, power of its second column that is the charge.
DIGITISATIONS = {
    "argoneut": [
        (MILLIQAN + "ArgoNeut.csv", 1, 1),
        (ARGONEUT + "argoneut.dat", 1e-3, 1),
        (FORESEE + "ArgoNeuT.txt", 1, 1),
        (HEAVENLY + "ArgoNeut_mCP.csv", 1, 0.5),
    ],
    "bebc": [(MILLIQAN + "BEBC.csv", 1, 1), (FORESEE + "BEBC.txt", 1, 1)],
    "cms": [(MILLIQAN + "CMS.csv", 1, 1)],
    "colliders": [
        (MILLIQAN + "Collider.csv", 1, 1),
        (FORESEE + "Colliders.txt", 1, 1),
        (ARGONEUT + "lhc.dat", 1e-3, 1),
    ],
    "lsnd": [(ARGONEUT + "lsnd.dat", 1e-3, 1), (FORESEE + "LSND.txt", 1, 1)],
    "milliqan-demonstrator": [(MILLIQAN + "milliQan.csv", 1, 1), (FORESEE + "milliQan_proto.txt", 1, 1)],
    "milliqan-run3": [(MILLIQAN + "milliQanRun3Fix.csv", 1, 1)],
    "miniboone": [(ARGONEUT + "miniboone.dat", 1e-3, 1)],
    "sensei": [(MILLIQAN + "SENSEI.csv", 1e-3, 1)],
    "slac-mq": [
        (FORESEE + "SLAC.txt", 1, 1),
        (ARGONEUT + "milliq.dat", 1e-3, 1),
        (HEAVENLY + "SLACmQ_mCP.csv", 1, 0.5),
    ],
    "super-k": [(MILLIQAN + "SK.csv", 1, 1), (FORESEE + "SuperK.txt", 1, 1)],
}


def table(text):
    """Header (name to text) and rows (mass in GeV, charge) of one table."""
    header, rows, names = {}, [], None
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#"):
            name, _, value = line[1:].partition(":")
            header[name.strip()] = value.strip()
        elif names is None:
            names = line
        else:
            cells = line.split(",")
            assert len(cells) == 2, f"line {number}: {line!r} is no mass and charge"
            rows.append((float(cells[0]), float(cells[1])))
    assert names == "m_chi_gev,q_over_e", f"the columns are {names!r}"
    return header, rows


def problems(text):
    """What is wrong with a table, in words."""
    try:
        header, rows = table(text)
    except (AssertionError, ValueError) as error:
        return [str(error)]
    found = [f"no `# {name}:`" for name in HEADER if not header.get(name)]
    if header.get("quantity") != QUANTITY:
        found.append(f"the quantity is {header.get('quantity')!r}")
    if len(rows) < 2:
        found.append(f"{len(rows)} rows")
    found += [f"mass {b[0]:g} does not rise" for a, b in zip(rows, rows[1:]) if not b[0] > a[0]]
    found += [f"row {m:g},{q:g} is impossible" for m, q in rows if not (m > 0 and 1e-6 < q < 1)]
    # A limit of one search weakens with the mass but for a few per cent.
    found += [
        f"the charge falls by {1 - b[1] / a[1]:.0%} at {b[0]:g} GeV"
        for a, b in zip(rows, rows[1:])
        if b[1] < 0.9 * a[1]
    ]
    sources = re.search(r"(\d+) public digitisations? .*\((.*)\)", header.get("how read", ""))
    if not sources:
        found.append("`how read` does not name its digitisations")
        return found
    count, named = int(sources[1]), sources[2].split(", ")
    if count != len(named):
        found.append(f"{count} digitisations, but {len(named)} are named")
    spread = header.get("spread", "")
    by = re.fullmatch(r"the digitisations differ by (\d+) % \(median\), (\d+) % \(90 % of masses\)", spread)
    if (count == 1) != (spread == "one digitisation only") or (count > 1) != bool(by):
        found.append(f"the spread is {spread!r} with {count} digitisations")
    elif by and int(by[1]) > int(by[2]):
        found.append(f"the median spread is above that of 90 %: {spread!r}")
    return found


def at(rows, mass):
    """Charges at a mass where lines through the logarithms of `rows` cross it; the lowest is the edge."""
    crossings = []
    for (m0, q0), (m1, q1) in zip(rows, rows[1:]):
        if min(m0, m1) <= mass <= max(m0, m1) and m0 != m1:
            share = math.log(mass / m0) / math.log(m1 / m0)
            crossings.append(q0 * (q1 / q0) ** share)
    return min(crossings, default=None)


def read(path, unit, power):
    """The points of one public digitisation, up to where a closed contour turns back."""
    rows = []
    for line in path.read_text().splitlines():
        cells = [c for c in re.split(r"[,\s]+", line.strip()) if c]
        try:
            point = (float(cells[0]) * unit, float(cells[1]) ** power)
        except (ValueError, IndexError):
            continue
        if rows and point[0] < 0.95 * rows[-1][0]:
            break
        rows.append(point)
    return rows


def deviations(rows, digitisations):
    """Largest distance of the table to the nearest of its sources, and the spread of the sources."""
    worst, spreads = (0.0, 0.0), []
    for i in range(200):
        mass = rows[0][0] * (rows[-1][0] / rows[0][0]) ** ((i + 0.5) / 200)
        there = [q for q in (at(d, mass) for d in digitisations) if q]
        if not there:
            continue
        ours = at(rows, mass)
        inside = min(there) <= ours <= max(there)
        off = 0.0 if inside else min(abs(ours / q - 1) for q in there)
        worst = max(worst, (off, mass))
        if len(there) > 1:
            spreads.append(max(there) / min(there) - 1)
    spreads.sort()
    return worst, spreads


def main(folder):
    failed = False
    names = sorted(p.stem for p in LIMITS.glob("*.csv"))
    if names != sorted(DIGITISATIONS):
        sys.exit(f"tables {names}, digitisations {sorted(DIGITISATIONS)}")
    for name in names:
        text = (LIMITS / f"{name}.csv").read_text()
        found = problems(text)
        line = name
        if not found:
            _, rows = table(text)
            line += f": {len(rows)} points, {rows[0][0]:g} to {rows[-1][0]:g} GeV"
            if folder:
                known = [(pathlib.Path(folder) / path, unit, power) for path, unit, power in DIGITISATIONS[name]]
                sources = [read(*one) for one in known if one[0].exists()]
                (off, mass), spreads = deviations(rows, sources)
                line += f"; {len(sources)} digitisations, off by {off:.1%} at most (at {mass:.3g} GeV)"
                if spreads:
                    median, high = spreads[len(spreads) // 2], spreads[len(spreads) * 9 // 10]
                    line += f", they differ by {median:.0%} (median), {high:.0%} (90 %)"
        failed |= bool(found)
        print("\n  ".join([line, *found]))
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
