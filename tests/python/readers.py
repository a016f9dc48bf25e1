"""One reader a format, all returning the same thing: the contract of the exchange formats.

`pylhe`, `pyhepmc` and `h5py` read what they can read. ldmx-sw and G4DarkBreM are C++ programs, so
their parsers are written out here from their rules, and fail where those would fail or, worse,
pass over an event without a word.
"""

import csv
import gzip
import warnings
from dataclasses import dataclass, field

import numpy as np
import pyhepmc
import pylhe


@dataclass
class Sample:
    """What every format holds: momenta are N×4 arrays (E, px, py, pz) by name."""

    weight: np.ndarray
    p: dict
    sigma: float | None = None
    error: float | None = None
    ids: dict = field(default_factory=dict)
    status: dict = field(default_factory=dict)
    extra: dict = field(default_factory=dict)


def text_of(path):
    opener = gzip.open if str(path).endswith(".gz") else open
    with opener(path, "rt") as file:
        return file.read()


def assemble(events, names, **header):
    """Events as (weight, [(id, status, (E, px, py, pz), mass), ...]) to columns."""
    assert all(len(particles) == len(names) for _, particles in events)
    columns = {name: [particles[i] for _, particles in events] for i, name in enumerate(names)}
    unique = lambda i, name: {particle[i] for particle in columns[name]}
    return Sample(
        weight=np.array([weight for weight, _ in events]),
        p={name: np.array([particle[2] for particle in columns[name]]) for name in names},
        ids={name: unique(0, name) for name in names},
        status={name: unique(1, name) for name in names},
        **header,
    )


ALL = ["lepton_in", "nucleus_in", "p_lepton_out", "p_nucleus_out", "p_chi", "p_chibar"]
WITHOUT_NUCLEUS = [name for name in ALL if name != "p_nucleus_out"]
COLLAPSED = ["lepton_in", "nucleus_in", "p_lepton_out", "p_nucleus_out", "pair"]


def with_pylhe(path, names=ALL):
    """LHE and LHEH5."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        file = pylhe.LHEFile.fromfile(path)
        events = list(file.events)
    for event in events:
        assert event.eventinfo.nparticles == len(event.particles)
        for particle in event.particles:
            mothers = (0, 0) if particle.status == -1 else (1, 2)
            assert (particle.mother1, particle.mother2) == mothers
            assert (particle.color1, particle.color2, particle.lifetime) == (0, 0, 0)
            assert particle.spin == 9
    rows = [
        (
            event.eventinfo.weight,
            [(p.id, p.status, (p.e, p.px, p.py, p.pz), p.m) for p in event.particles],
        )
        for event in events
    ]
    (process,) = file.init.procInfo
    sample = assemble(rows, names, sigma=process.xSection, error=process.error)
    sample.extra = {"file": file, "process": process, "events": events, "mass": masses(rows)}
    return sample


def masses(rows):
    """The mass column of all particles, as N×(number of particles)."""
    return np.array([[particle[3] for particle in particles] for _, particles in rows])


def as_pythia(path):
    """(σ, weights) as Pythia 8 takes a Les Houches file: strategy 3 is weight 1, 4 is XWGTUP in pb."""
    sample = with_pylhe(path)
    strategy = sample.extra["file"].init.initInfo.weightingStrategy
    assert strategy in (3, 4)
    if strategy == 3:
        return sample.sigma, np.ones(len(sample.weight))
    return np.mean(sample.weight), sample.weight


def with_pyhepmc(path, names=ALL):
    """HepMC3."""
    rows, events = [], []
    with pyhepmc.open(str(path)) as file:
        for event in file:
            particles = [
                (p.pid, p.status, (p.momentum.e, p.momentum.px, p.momentum.py, p.momentum.pz),
                 p.generated_mass)
                for p in event.particles
            ]
            rows.append((event.weight("CV"), particles))
            events.append(event)
    cross_section = events[-1].cross_section
    sample = assemble(rows, names, sigma=cross_section.xsec(), error=cross_section.xsec_err())
    sample.extra = {"events": events, "mass": masses(rows)}
    return sample


def as_ldmx(path, names=ALL):
    """The reader of ldmx-sw: lines that are exactly `<event>`, 6 tokens, lines of 13 tokens."""
    lines = iter(text_of(path).split("\n"))
    rows, vertices = [], []
    for line in lines:
        assert "rwgt" not in line and "scales" not in line
        if line.startswith("<event"):
            assert line == "<event>", "ldmx-sw passes over events with attributes"
        if line != "<event>":
            continue
        header = next(lines).split()
        assert len(header) == 6
        particles = []
        while (line := next(lines)) != "</event>":
            if "#" in line:
                word, *position = line.split()
                assert word == "#vertex" and len(position) == 4
                vertices.append([float(value) for value in position])
                continue
            token = line.split()
            assert len(token) == 13
            px, py, pz, energy, m = map(float, token[6:11])
            particles.append((int(token[0]), int(token[1]), (energy, px, py, pz), m))
        assert int(header[0]) == len(particles)
        rows.append((float(header[2]), particles))
    sample = assemble(rows, names)
    sample.extra = {"vertices": np.array(vertices), "mass": masses(rows)}
    return sample


def as_g4darkbrem_lhe(path, names=COLLAPSED):
    """The library parser of G4DarkBreM: it walks every line and trusts the order of particles."""
    lines = iter(text_of(path).split("\n"))
    charge_number, rows, incident = None, [], []
    weights = [
        float(block.split()[2]) for block in text_of(path).split("<event>\n")[1:]
    ]

    def particle(line):
        token = line.split()
        if len(token) < 11:
            return None
        try:
            head = int(token[0]), int(token[1])
            px, py, pz, energy, m = (float(value) for value in token[6:11])
        except ValueError:
            return None
        return (*head, (energy, px, py, pz), m)

    for line in lines:
        if "Znuc" in line:
            assert charge_number is None, "a second line with Znuc would be parsed too"
            charge_number = float(line.split()[1])
        first = particle(line)
        if first is None or first[0] not in (11, 13) or first[1] != -1:
            continue
        assert charge_number is not None
        particles = [first]
        for _ in range(4):
            particles.append(particle(next(lines)))
        assert particles[2][0] in (11, 13) and particles[2][1] == 1
        assert particles[4][:2] == (622, 1)
        incident.append(first[2][0])
        rows.append((weights[len(rows)], particles))
    assert len(rows) == len(weights)
    sample = assemble(rows, names)
    sample.extra = {"Z": charge_number, "incident": np.array(incident)}
    sample.extra["mass"] = np.array([particles[4][3] for _, particles in rows])
    return sample


def as_g4darkbrem_csv(path):
    """The table of G4DarkBreM: one header line, ten columns, GeV."""
    rows = list(csv.reader(text_of(path).splitlines()))
    assert len(rows[0]) == 10 and rows[0][0] == "target_Z"
    assert all(len(row) == 10 for row in rows)
    table = np.array(rows[1:], dtype=float)
    sample = Sample(weight=np.full(len(table), np.nan), p={"p_lepton_out": table[:, 2:6]})
    sample.p["center"] = table[:, 6:10]
    sample.extra = {"Z": table[0, 0], "incident": table[:, 1]}
    return sample


def as_csv(path):
    """The plain table."""
    lines = text_of(path).splitlines()
    names = lines[0].split(",")
    table = np.array([line.split(",") for line in lines[1:]])
    column = {name: table[:, i] for i, name in enumerate(names)}
    sample = Sample(weight=column["weight_pb"].astype(float), p={})
    for who in ("lepton_out", "nucleus_out", "chi", "chibar"):
        parts = [f"{who}_{part}_gev" for part in ("e", "px", "py", "pz")]
        if parts[0] in column:
            sample.p[f"p_{who}"] = np.stack([column[p].astype(float) for p in parts], axis=1)
    sample.extra = {"index": column["index"].astype(np.uint64), "names": names}
    sample.extra["column"] = column
    return sample


READERS = {
    "lhe": with_pylhe,
    "pythia8-lhe": with_pylhe,
    "ldmx-lhe": as_ldmx,
    "g4darkbrem-lhe": as_g4darkbrem_lhe,
    "g4darkbrem-csv": as_g4darkbrem_csv,
    "hepmc3": with_pyhepmc,
    "lheh5": with_pylhe,
    "csv": as_csv,
}
