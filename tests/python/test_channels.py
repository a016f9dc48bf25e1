"""Events of other processes than the radiation of a beam, in every format (docs/channels.md)."""

import subprocess
import warnings

import h5py
import numpy as np
import pyhepmc
import pylhe
import pytest
from conftest import BIN, ROOT, millibrem

N = 400
ME = 0.51099895e-3
CARDS = {"annihilation": (-11, 11, ["p_chi", "p_chibar"]),
         "photon-conversion": (22, 1000822080, ["p_nucleus_out", "p_chi", "p_chibar"]),
         "meson": (22, 1000822080, ["p_nucleus_out", "p_chi", "p_chibar"])}


@pytest.fixture(scope="module", params=CARDS)
def sample(request, generated):
    """(kind, run, columns) of a card with a shower."""
    settings = [f"events.count={N}", "integration.neval=20000", "integration.rel_error=1e-2"]
    run = generated(ROOT / f"cards/na64e-2023-{request.param}.toml", *settings)
    with h5py.File(run) as file:
        columns = {name: file["events"][name][()] for name in file["events"]}
    return request.param, run, columns


def check(kind, columns, events, header):
    """Events as [(incoming, outgoing)], each [(id, (E, px, py, pz))]; (beam, struck) of the header."""
    beam, struck, roles = CARDS[kind]
    assert header == (beam, struck)
    assert len(events) == N
    energy = columns["beam_energy_gev"]
    assert energy.min() > 49 and energy.max() <= 100
    for i, (incoming, outgoing) in enumerate(events):
        assert [pdg for pdg, _ in incoming] == [beam, struck]
        assert incoming[0][1][0] == energy[i]
        assert incoming[1][1][1:] == (0, 0, 0)
        if kind == "annihilation":
            assert incoming[1][1][0] == pytest.approx(ME, rel=1e-8)
        assert [pdg for pdg, _ in outgoing[-2:]] == [5200012, -5200012]
        for role, (_, p) in zip(roles, outgoing, strict=True):
            np.testing.assert_array_equal(p, columns[role][i])
        total = np.sum([p for _, p in outgoing], axis=0) - np.sum([p for _, p in incoming], axis=0)
        assert np.max(np.abs(total)) < 1e-9 * (incoming[0][1][0] + incoming[1][1][0])


def test_les_houches_has_the_projectile_and_what_is_struck(sample, tmp_path):
    kind, run, columns = sample
    for name in "lhe", "lheh5":
        path = tmp_path / f"events.{name}"
        millibrem("export", run, "--to", name, "-o", path)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            file = pylhe.LHEFile.fromfile(path) if name == "lhe" else None
            events = list(file.events) if file else []
        if file is None:
            check(kind, columns, *from_hdf5(path))
            continue
        assert (file.init.initInfo.energyA, file.init.procInfo[0].xSection) == (
            100, pytest.approx(columns["weight"].mean(), rel=1e-12))
        lines = [[(p.id, (p.e, p.px, p.py, p.pz), p.status) for p in event.particles] for event in events]
        split = [([p[:2] for p in event if p[2] == -1], [p[:2] for p in event if p[2] == 1]) for event in lines]
        check(kind, columns, split, (file.init.initInfo.beamA, file.init.initInfo.beamB))


def from_hdf5(path):
    with h5py.File(path) as file:
        particles, events = file["particles"][()], file["events"][()]
        header = tuple(int(value) for value in file["init"][:2])
    found = []
    for event in events:
        n, start = int(event[1]), int(event[2])
        rows = [(int(p[0]), (p[9], p[6], p[7], p[8]), p[1]) for p in particles[start:start + n]]
        found.append(([p[:2] for p in rows if p[2] == -1], [p[:2] for p in rows if p[2] == 1]))
    return found, header


def test_hepmc_has_beam_and_target(sample, tmp_path):
    kind, run, columns = sample
    path = tmp_path / "events.hepmc3"
    millibrem("export", run, "--to", "hepmc3", "-o", path)
    events = []
    with pyhepmc.open(str(path)) as file:
        for event in file:
            lines = [(p.pid, (p.momentum.e, p.momentum.px, p.momentum.py, p.momentum.pz), p.status)
                     for p in event.particles]
            assert [p[2] for p in lines[:2]] == [4, 20]
            events.append(([p[:2] for p in lines[:2]], [p[:2] for p in lines if p[2] == 1]))
            # In mm, behind the face of the target.
            vertex = event.vertices[0].position.z
            assert vertex == pytest.approx(10 * columns["vertex_z_cm"][len(events) - 1], rel=1e-12)
    check(kind, columns, events, tuple(CARDS[kind][:2]))
    text = path.read_text()
    assert ("e+ e- -> chi chibar" in text) == (kind == "annihilation")
    assert ("gamma N -> chi chibar N" in text) == (kind == "photon-conversion")
    assert ("gamma N -> V N, V -> chi chibar" in text) == (kind == "meson")


def test_hepevt_has_what_comes_out(sample, tmp_path):
    kind, run, columns = sample
    path = tmp_path / "events.hepevt"
    millibrem("export", run, "--to", "hepevt", "-o", path, "--drop-nucleus", "--drop-weights")
    lines = iter(path.read_text().splitlines())
    for i in range(N):
        assert next(lines) == "2"
        for role in "p_chi", "p_chibar":
            token = next(lines).split()
            np.testing.assert_array_equal([float(t) for t in token[4:7]], columns[role][i][1:])
    assert next(lines, None) is None


@pytest.mark.parametrize("name", ["g4darkbrem-lhe", "g4darkbrem-csv"])
def test_libraries_of_dark_bremsstrahlung_refuse_them(name, sample, tmp_path):
    _, run, _ = sample
    path = tmp_path / f"library.{name[-3:]}"
    command = [BIN / "millibrem", "export", run, "--to", name, "-o", path, "--drop-weights"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and not path.exists()
    assert "a lepton, a nucleus and one dark particle or a pair" in done.stderr
