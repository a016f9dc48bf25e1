"""Studies as data frames: the numbers of the program, units, failures, curves."""

import json

import matplotlib
import numpy as np
import pandas as pd
import pytest

import millibrem as mb

matplotlib.use("Agg")

MASS = "dark_sector.m_chi_gev"


def test_a_scan_has_the_numbers_of_the_program(card, program, tmp_path):
    masses = np.array([0.01, 0.1])
    frame = card.scan({MASS: masses}, method="quadrature")
    over = f"{MASS}={masses[0]},{masses[1]}"
    told = json.loads(
        program(
            "scan", "na64mu-2025", "--method", "quadrature", "--over", over, "--out", str(tmp_path)
        )
    )
    assert isinstance(frame, pd.DataFrame) and list(frame["m_chi_gev"]) == list(masses)
    assert list(frame["sigma_pb"]) == [row["sigma_pb"] for row in told["rows"]]
    assert frame.attrs["units"]["sigma_pb"] == "pb" and frame.attrs["failures"] == []
    assert frame.attrs["units"]["m_chi_gev"] == "GeV"
    assert frame["sigma_pb"][0] == card.replace({MASS: 0.01}).sigma("quadrature").mean
    assert frame.equals(card.scan(over, method="quadrature"))


def test_a_scan_over_two_keys_has_a_row_a_pair(card):
    frame = card.scan({"target.element": ["Al", "Pb"], MASS: [0.01, 0.02]}, method="iww")
    assert list(frame["element"]) == ["Al", "Al", "Pb", "Pb"]
    assert list(frame["m_chi_gev"]) == [0.01, 0.02] * 2
    with pytest.raises(mb.CardError, match="m_chi_gev"):
        card.scan({"dark_sector.m_chi": [0.1]})
    with pytest.raises(mb.UsageError, match="comes twice"):
        card.scan({MASS: [0.1, 0.1]})


def test_a_spectrum_integrates_to_the_cross_section(card):
    frame = card.spectrum(bins=20, method="quadrature")
    width = frame["x_high"] - frame["x_low"]
    sigma = card.sigma("quadrature").mean
    assert (frame["dsigma_dx_pb"] * width).sum() == pytest.approx(sigma, rel=1e-3)
    assert frame.attrs["units"]["dsigma_de_miss_pb_per_gev"] == "pb/GeV"
    at = card.spectrum(at=[0.6, 0.8], method="iww")
    assert list(at["x"]) == [0.6, 0.8] and np.all(at["dsigma_dx_pb"] > 0)
    with pytest.raises(TypeError, match="either at"):
        card.spectrum()
    for x in (float("nan"), 1.5, -0.1):
        with pytest.raises(mb.UsageError, match="at: found"):
            card.spectrum(at=[x], method="quadrature")
    for bins in (0, 10**6):
        with pytest.raises(mb.UsageError, match=f"bins: found {bins}, expected a whole number, 1 to 100000"):
            card.spectrum(bins=bins, method="quadrature")
    with pytest.raises(mb.UsageError, match="method mc fills bins"):
        card.spectrum(at=[0.5], method="mc")


def test_a_comparison_has_ratios_and_a_verdict(card):
    frame = card.compare({MASS: [0.01, 0.1]}, bins=2, rel_error=1e-3)
    exact = card.replace({MASS: 0.01}).sigma("quadrature", rel_error=1e-3)
    assert frame["etl_pb"][0] == pytest.approx(exact.mean, rel=2e-3)
    assert len(frame.attrs["verdict"]) == 3 and "iww" in " ".join(frame.attrs["verdict"])
    assert len(card.compare(bins=2, rel_error=1e-3)) == 1


def test_limits_on_a_coupling_are_drawn_against_the_mass_of_the_boson():
    import matplotlib.pyplot as plt

    reach = mb.reach("m3-scalar", [0.1, 0.3])
    assert list(reach.table.columns[:3]) == ["curve", "m_mediator_gev", "coupling"]
    assert reach.table["coupling"][0] < reach.table["coupling"][1]
    figure, ax = plt.subplots()
    assert reach.plot(ax=ax).get_ylabel() == "$g_l/e$"
    plt.close(figure)
    with pytest.raises(mb.UsageError, match="draw them apart"):
        mb.reach(["m3-scalar", "m3"], [0.1])


def test_curves_of_experiments_are_drawn_from_masses(tmp_path):
    import matplotlib.pyplot as plt

    masses = np.geomspace(0.01, 0.2, 3)
    with pytest.raises(mb.UsageError, match="method: found 'ww', expected"):
        mb.reach("na64mu-2025", masses, method="ww")
    reach = mb.reach(["na64mu-2025", "ldmx-2025"], masses)
    assert set(reach.table["m_chi_gev"]) <= set(masses)
    assert reach.table.attrs["units"]["m_chi_gev"] == "GeV"
    name = "na64mu-2025 bremsstrahlung"
    assert name in reach.curves and name in repr(reach)
    assert np.all(np.diff(reach.curves[name]["q_over_e"]) > 0)
    figure, ax = plt.subplots()
    assert reach.plot(ax=ax, only=[name]) is ax and len(ax.lines) == 1
    assert np.array_equal(ax.lines[0].get_ydata(), reach.curves[name]["q_over_e"])
    assert ax.get_xscale() == ax.get_yscale() == "log"
    plt.close(figure)
    # A count of none leaves the same number of events as 2.3 at 90 % CL.
    counted = mb.reach("na64mu-2025", masses, observed=0, confidence=0.9)
    mine = counted.table[counted.table["curve"] == name]["q_over_e"].to_numpy()
    assert mine == pytest.approx(reach.curves[name]["q_over_e"].to_numpy(), rel=2e-3)
    with pytest.raises(mb.UsageError, match="nothing.csv"):
        mb.reach("na64mu-2025", masses, recast=[tmp_path / "nothing.csv"])
    nan = float("nan")
    for wrong, key in (
        ({"observed": 0, "confidence": 90}, "confidence: found 90"),
        ({"observed": 0, "confidence": nan}, "confidence"),
        ({"observed": 0, "background": -1.0}, "background: found -1"),
        ({"observed": 0, "background": nan}, "background"),
        ({"background": 5.0}, "observed"),
        ({"ceiling": -1.0}, "ceiling: found -1"),
        ({"ceiling": nan}, "ceiling"),
    ):
        with pytest.raises(mb.UsageError, match=key):
            mb.reach("na64mu-2025", masses, **wrong)
    assert "SLAC mQ" in mb.reach("na64mu-2025", masses, overlay=["slac-mq"]).curves
    with pytest.raises(mb.UsageError, match="did you mean `slac-mq`"):
        mb.reach("na64mu-2025", masses, overlay=["slac-mp"])


def test_a_study_stops_when_it_is_told(card):
    def enough(news):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        card.scan({MASS: np.geomspace(0.01, 0.1, 30)}, method="mc", progress=enough)


def test_a_target_of_several_elements_has_a_part_of_each(card):
    material = [{"element": "Pb", "mass_fraction": 0.5}, {"element": "Al", "mass_fraction": 0.5}]
    sigma = card.replace({"target.material": material}).sigma("iww")
    assert [part["name"] for part in sigma.nuclei] == ["Pb", "Al"]
    total = sum(part["atom_fraction"] * part["sigma_pb"] for part in sigma.nuclei)
    assert sigma.mean == pytest.approx(total, rel=1e-12)


def test_the_shower_has_the_rows_of_the_program(program):
    frame = mb.Card.load("na64e-2023").shower(at=[50, 70], depths=[1, 40])
    words = ["shower", "na64e-2023", "--at", "50,70", "--depths", "1,40"]
    tracks = json.loads(program(*words, sets=False))["tracks"]
    for name in ("energy_gev", "electron_x0", "positron_x0", "photon_x0"):
        assert list(frame[name]) == [x for track in tracks for x in track[name]]
    assert list(frame["depth_x0"]) == [1, 1, 40, 40]
    assert frame.attrs["units"]["electron_x0"] == "X0"
    with pytest.raises(mb.UsageError, match="beam.lepton is mu-"):
        mb.Card.load("na64mu-2025").shower()
    with pytest.raises(mb.UsageError, match="--at 50 lies below --above 60"):
        mb.Card.load("na64e-2023").shower(above=60, at=[70, 50])


def test_every_table_is_drawn(card):
    frames = {
        "scan": card.scan({MASS: [0.01, 0.1]}, method="quadrature"),
        "spectrum": card.spectrum(bins=4, method="quadrature"),
        "comparison": card.compare({MASS: [0.01, 0.1]}, bins=2, rel_error=1e-3),
        "reach": mb.reach("na64mu-2025", [0.01, 0.1]),
        "shower": mb.Card.load("na64e-2023").shower(depths=[40]),
    }
    for name, frame in frames.items():
        svg = mb.figure(frame).svg
        assert "<svg" in svg and svg.count("<path") + svg.count("<polyline") > 4, name
    both = mb.figure(frames["scan"], frames["scan"], labels=["one", "other"]).svg
    assert "one" in both and "other" in both
    with pytest.raises(mb.FigureError):
        mb.figure(frames["scan"], only="nothing-of-that-name")
