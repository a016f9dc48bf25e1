"""The process in Geant4 itself, by the example for its Python module."""

import importlib.util
import re
import subprocess
import sys

import pytest
from conftest import ROOT, millibrem

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("geant4_pybind") is None, reason="there is no geant4_pybind"
)

PAIR = """schema = 1
[process]
kind = "pair"
[dark_sector]
m_chi_gev = 0.1
charge = 1e-3
[beam]
lepton = "mu-"
energy_gev = 160.0
[target]
element = "Pb"
"""
# G4_Pb: 11.35 g/cm³ and 207.217 g/mol, 22.4 cm; cm² in a pb.
ATOMS_PER_PB = 11.35 / 207.217 * 6.02214076e23 * 22.4 * 1e-36


def numbers(*words):
    """All that a run of the example prints, once Geant4 has introduced itself."""
    command = [sys.executable, ROOT / "cpp/geant4/example/block.py", *words]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    text = done.stdout[re.search(r"^\d+ (interactions|of)", done.stdout, re.MULTILINE).start() :]
    return [float(word) for word in re.findall(r"(?<!\w)\d[-+.e\d]*", text)]


def test_leptons_interact_as_often_and_miss_as_much_as_the_card_says(tmp_path):
    card = tmp_path / "pair.toml"
    card.write_text(PAIR)
    options = ("--method", "quadrature")
    rate = millibrem("sigma", card, *options)["sigma_pb"] * ATOMS_PER_PB
    rows = millibrem("spectrum", card, *options, "--bins", "80", "--out", tmp_path)
    shape = rows["dsigma_dx_pb"]
    missing = sum(x * y for x, y in zip(rows["e_miss_gev"], shape)) / sum(shape)
    words = ("card=" + str(card), "low=150", "events=8000", "bias=3e12", "step=60")
    n, all, found, error, expected, mean, mean_error, there, energy, _ = numbers(*words)
    assert all == 8000 and n > 2500 and error < 0.02 * rate
    assert expected == pytest.approx(rate, rel=1e-3)
    assert abs(found - rate) < 4 * error
    assert mean_error < 0.02 * mean and abs(mean - missing) < 4 * mean_error
    # What is stacked comes out of the world, all of it.
    assert there == n and energy == pytest.approx(mean, rel=1e-4)


def test_events_of_a_run_are_primaries(generated):
    run = generated("cards/na64mu-2025.toml", "events.count=200", "integration.neval=20000", "integration.rel_error=1e-2")
    there, all, off = numbers(f"run={run}", "events=200")
    assert there == all == 600
    # Masses have other last digits in Geant4.
    assert off < 1e-7
