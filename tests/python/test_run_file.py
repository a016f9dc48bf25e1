"""Run files as their users see them: through h5py, uhi and hist (docs/formats.md)."""

import h5py
import hist
import numpy as np
import pytest
import uhi.io.hdf5
from conftest import N_EVENTS, ROOT

MOMENTA = ["p_lepton_out", "p_nucleus_out", "p_chi", "p_chibar"]


@pytest.fixture
def run(made_up_run):
    with h5py.File(made_up_run) as file:
        yield file


def read_hist(run, name):
    return hist.Hist(uhi.io.hdf5.read(run["histograms"][name]))


def mass(p):
    return np.sqrt(np.maximum(p[:, 0] ** 2 - np.sum(p[:, 1:] ** 2, axis=1), 0))


def test_root_attributes_say_what_the_file_is(run):
    assert run.attrs["format"] == "millibrem"
    assert run.attrs["format_version"] == 2
    assert run.attrs["card"] == (ROOT / "cards/na64mu-2025.toml").read_text()
    assert isinstance(run.attrs["seed"], np.uint64)
    assert "GeV" in run.attrs["units"] and "pb" in run.attrs["units"]
    assert run.attrs["generator_version"] and run.attrs["git_commit"]


def test_every_dataset_of_numbers_has_units_and_a_description(run):
    def check(name, item):
        layout_of_uhi = name.endswith(("/axes", "/edges"))
        if isinstance(item, h5py.Dataset) and not layout_of_uhi:
            assert item.attrs["units"], name
            assert item.attrs["description"], name

    run.visititems(check)


def test_events_are_chunked_columns_of_equal_length(run):
    events = run["events"]
    n = events.attrs["n_events"]
    assert n == N_EVENTS
    assert set(events) == {"weight", "index", *MOMENTA}
    for name in events:
        assert events[name].shape == ((n, 4) if name in MOMENTA else (n,))
        assert events[name].chunks is not None
    assert len(np.unique(events["index"][()])) == n


def test_mean_weight_is_the_cross_section(run):
    sigma = run["sigma/value"][()]
    assert np.mean(run["events/weight"][()]) == pytest.approx(sigma, rel=1e-12)


def test_momenta_balance_and_are_on_their_mass_shells(run):
    events = run["events"]
    attrs = events.attrs
    e0, m = attrs["beam_energy_gev"], attrs["lepton_mass_gev"]
    total = sum(events[name][()] for name in MOMENTA)
    expected = [e0 + attrs["nucleus_mass_gev"], 0, 0, np.sqrt(e0**2 - m**2)]
    assert np.max(np.abs(total - expected)) < 1e-12 * e0
    for name, who in zip(MOMENTA, ["lepton", "nucleus", "dark", "dark"]):
        p = events[name][()]
        off = p[:, 0] ** 2 - np.sum(p[:, 1:] ** 2, axis=1) - attrs[f"{who}_mass_gev"] ** 2
        assert np.max(np.abs(off)) < 1e-12 * (e0 + attrs["nucleus_mass_gev"]) ** 2, name


@pytest.mark.parametrize("name", ["x", "m_pair_gev"])
def test_histograms_are_what_hist_fills_from_the_events(run, name):
    found = read_hist(run, name)
    assert [axis.name for axis in found.axes] == [name]
    assert isinstance(found.axes[0], hist.axis.Regular if name == "x" else hist.axis.Variable)
    pair = run["events/p_chi"][()] + run["events/p_chibar"][()]
    values = {"x": pair[:, 0] / run["events"].attrs["beam_energy_gev"], "m_pair_gev": mass(pair)}
    weight = run["events/weight"][()]
    filled = hist.Hist(found.axes[0], storage=hist.storage.Weight())
    filled.fill(values[name], weight=weight / len(weight))
    for flow in (False, True):
        np.testing.assert_allclose(found.values(flow=flow), filled.values(flow=flow), rtol=1e-9)
        np.testing.assert_allclose(
            found.variances(flow=flow), filled.variances(flow=flow), rtol=1e-9
        )


def test_histograms_with_flow_sum_to_the_cross_section(run):
    for name in run["histograms"]:
        total = read_hist(run, name).sum(flow=True).value
        assert total == pytest.approx(run["sigma/value"][()], rel=1e-9), name


def test_two_dimensional_histograms_project_onto_the_others(run):
    both = read_hist(run, "x_vs_m_pair_gev")
    assert [axis.name for axis in both.axes] == ["x", "m_pair_gev"]
    for name in ("x", "m_pair_gev"):
        np.testing.assert_allclose(
            both.project(name).values(flow=True),
            read_hist(run, name).values(flow=True),
            rtol=1e-9,
        )


@pytest.mark.parametrize("name", ["x", "m_pair_gev", "x_vs_m_pair_gev"])
def test_the_differential_twin_is_the_histogram_over_its_bin_widths(run, name):
    found = read_hist(run, name)
    area = np.prod(np.meshgrid(*found.axes.widths, indexing="ij"), axis=0)
    twin = run["histograms"][name]["differential"]
    error = run["histograms"][name]["differential_error"]
    np.testing.assert_allclose(np.squeeze(area) * twin[()], found.values(), rtol=1e-12)
    np.testing.assert_allclose(np.squeeze(area) * error[()], np.sqrt(found.variances()), rtol=1e-12)
    assert twin.attrs["units"] == ("pb" if name == "x" else "pb/GeV")


def test_iterations_are_columns_of_equal_length(run):
    table = run["sigma/iterations"]
    assert {len(table[name]) for name in table} == {3}
    assert list(table["measured"][()]) == [False, True, True]
