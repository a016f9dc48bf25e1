"""Events in Pythia 8 itself, with the settings that are written beside them."""

import h5py
import numpy as np
import pytest
from conftest import millibrem

MB_IN_PB = 1e9
QUIET = ["Print:quiet = on", "Next:numberCount = 0"]


def read(path, monkeypatch):
    """(σ in pb, weights in pb, momenta, ids, rest masses) of all outgoing particles."""
    monkeypatch.chdir(path.parent)
    # Not in the root of the repository: its import runs what is in a folder called python.
    pythia8mc = pytest.importorskip("pythia8mc")
    pythia = pythia8mc.Pythia("", False)
    assert all(pythia.readString(line) for line in QUIET)
    assert pythia.readFile(f"{path.name}.cmnd")
    assert pythia.init()
    rows = []
    while pythia.next():
        out = [p for p in pythia.event if p.statusAbs() == 23]
        assert all(p.isFinal() for p in out)
        particles = [(p.id(), p.e(), p.px(), p.py(), p.pz(), p.m0()) for p in out]
        rows.append((pythia.infoPython().weight(), particles))
    assert pythia.infoPython().atEndOfFile()
    weights = np.array([weight for weight, _ in rows])
    particles = np.array([particles for _, particles in rows])
    ids = [set(column) for column in particles[:, :, 0].T]
    return pythia.infoPython().sigmaGen() * MB_IN_PB, weights, particles[:, :, 1:5], ids, particles[:, :, 5]


def same(found, expected):
    """Pythia boosts along z and back: equal but for the rounding of numbers as large as the beam energy."""
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-14 * 200)


CASES = {
    "weighted": ("cards/na64mu-2025.toml", ["events.count=2000"], 4),
    "unweighted": ("cards/ldmx-2025.toml", ["events.count=1000", "events.mode=unweighted"], 3),
    "antilepton": ("cards/ldmx-2025.toml", ["events.count=500", "beam.lepton=e+"], 4),
}


@pytest.mark.parametrize("name", CASES)
def test_pythia_has_the_events_of_the_run_with_their_weights(name, generated, tmp_path, monkeypatch):
    card, settings, strategy = CASES[name]
    run = generated(card, *settings, "integration.neval=20000", "integration.rel_error=1e-2")
    path = tmp_path / "events.lhe"
    options = ["--unweight"] if strategy == 3 else []
    millibrem("export", run, "--to", "lhe", "--for", "pythia8", "-o", path, *options)
    sigma, weights, p, ids, masses = read(path, monkeypatch)
    with h5py.File(run) as file:
        events = file["events"]
        roles = events.attrs["roles"].split()
        columns = [events[f"p_{role}"] for role in roles]
        attributes = [dict(column.attrs) for column in columns]
        expected = np.stack([column[()] for column in columns], axis=1)
        weight = events["weight"][()]
    assert ids == [{one["pdg_id"]} for one in attributes]
    # The nucleus and chi have the masses of the run, which Pythia would not know.
    dark = [i for i, role in enumerate(roles) if role != "lepton_out"]
    for i in dark:
        assert set(masses[:, i]) == {attributes[i]["mass_gev"]}
    assert sigma == pytest.approx(np.mean(weight), rel=1e-9)
    if strategy == 4:
        np.testing.assert_allclose(weights, weight, rtol=1e-12)
        same(p, expected)
        assert len(set(weights)) > 100
    else:
        assert set(weights) == {1.0}
        # Those that stay, in their order; no boost along z touches px.
        kept = np.isin(expected[:, 0, 1], p[:, 0, 1])
        same(p, expected[kept])
