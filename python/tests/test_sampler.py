"""The sampler: cross sections, events at given energies, the same bits again, what it refuses."""

import pickle

import numpy as np
import pytest

import millibrem as mb


@pytest.fixture(scope="module")
def sampler(card):
    return card.replace({"cuts.x_min": 0.0}).sampler(100, 160, elements=["Pb", 6])


ENERGIES = np.linspace(100, 160, 500)


def test_sigma_is_that_of_the_quadrature(card, sampler):
    found = sampler.sigma([[120.0, 150.0]], element="Pb")
    assert found.shape == (1, 2)
    for kinetic, sigma in zip((120.0, 150.0), found[0]):
        energy = kinetic + sampler.card.generate(1).beam["mass_gev"]
        at = card.replace({"cuts.x_min": 0.0, "beam.energy_gev": energy})
        assert sigma == pytest.approx(at.sigma("quadrature", rel_error=1e-6).mean, rel=2e-4)
    assert isinstance(sampler.sigma(120, element=82), float)


def test_events_have_the_energy_that_is_asked_for(sampler):
    events = sampler.sample(ENERGIES, seed=3, element="Pb")
    assert events.dtype.names == ("kinetic_gev", "weight", "seed", *sampler.roles)
    assert np.array_equal(events["kinetic_gev"], ENERGIES)
    assert np.all(events["weight"] >= 1) and events["weight"].mean() < 1.01
    total = sum(events[role] for role in sampler.roles)
    masses = {one["element"]: one["mass_gev"] for one in sampler.nuclei}
    muon = 0.1056583755
    assert np.allclose(total[:, 0], ENERGIES + muon + masses["Pb"], rtol=1e-12)
    assert np.all(abs(total[:, 1:3]) < 1e-9)


def test_the_same_seed_gives_the_same_bits(sampler):
    events = sampler.sample(ENERGIES, seed=3, element="Pb")
    again = sampler.sample(ENERGIES, seed=3, element="Pb")
    assert events.tobytes() == again.tobytes()
    other = sampler.sample(ENERGIES, seed=4, element="Pb")
    assert not np.any(other["chi"] == events["chi"])
    one = events[7]
    made = sampler.sample([one["kinetic_gev"]], seed=[one["seed"]], element="Pb")[0]
    assert made.tobytes() == one.tobytes()
    # All of them, any of them and one by its scalar, from arrays that are not contiguous.
    for seeds in (events["seed"], events["seed"].tolist()):
        every = sampler.sample(events["kinetic_gev"], seed=seeds, element="Pb")
        assert every.tobytes() == events.tobytes()
    second = sampler.sample(ENERGIES[::-2], seed=events["seed"][::-2], element="Pb")
    assert np.array_equal(second, events[::-2])
    assert sampler.sample(one["kinetic_gev"], seed=one["seed"], element="Pb") == one
    single = sampler.sample(120.0, element="C")
    assert single["chi"].shape == (4,)
    assert single["seed"] != sampler.sample(120.0, element="C")["seed"]


def test_isotopes_are_their_mean_nucleus(card):
    sets = {"cuts.x_min": 0.0, "target.element": "Li", "target.isotopes": "natural"}
    natural = card.replace(sets)
    sampler = natural.sampler(100, 160)
    (lithium,) = sampler.nuclei
    assert lithium["element"] == "Li" and lithium["mass_gev"] == pytest.approx(6.968 * 0.931494, rel=1e-3)
    energy = 150 + sampler.card.generate(1).beam["mass_gev"]
    at = natural.replace({"beam.energy_gev": energy})
    # The lightest isotope alone is 1.3 % off.
    assert sampler.sigma(150.0) == pytest.approx(at.sigma("quadrature", rel_error=1e-6).mean, rel=1e-3)


def test_a_listener_hears_how_many_events_there_are(sampler):
    heard = []
    sampler.sample(np.full(200_000, 120.0), seed=1, element="C", progress=heard.append)
    assert heard and all(0 < news.done <= news.total == 200_000 for news in heard)


def test_files_and_pickles_give_the_same_bits(sampler, tmp_path):
    sampler.save(tmp_path / "tables")
    for copy in (mb.Sampler.load(tmp_path / "tables"), pickle.loads(pickle.dumps(sampler))):
        assert copy.card == sampler.card and copy.nuclei == sampler.nuclei
        both = [one.sample(ENERGIES[:50], seed=1, element="C") for one in (copy, sampler)]
        assert both[0].tobytes() == both[1].tobytes()
    assert repr(sampler) == "<Sampler of pair: 100 to 160 GeV on Pb, C>"


def test_the_report_and_the_drawing(sampler):
    report = sampler.report("Pb")
    assert np.all(report["efficiency"] > 0.3) and np.all(report["overweight_share"] <= 1e-3)
    pyplot = pytest.importorskip("matplotlib.pyplot")
    ax = sampler.plot(ax=pyplot.figure().subplots(), lw=2)
    assert [line.get_label() for line in ax.lines] == ["Pb", "C"]
    pyplot.close("all")


def test_what_makes_no_sense_is_refused(card, sampler, tmp_path):
    with pytest.raises(mb.UsageError, match="170.* GeV is outside of the sampler's range: 100"):
        sampler.sample([120.0, 170.0], element="Pb")
    with pytest.raises(mb.UsageError, match="element: found none, expected one of Pb, C"):
        sampler.sigma(120.0)
    with pytest.raises(mb.UsageError, match="element: found `W`, expected one of Pb, C"):
        sampler.sigma(120.0, element="W")
    with pytest.raises(mb.UsageError, match="element: found `Xx`, expected a symbol"):
        card.sampler(100, 160, elements=["Xx"])
    with pytest.raises(mb.UsageError, match="3 seeds for 2 energies"):
        sampler.sample([120.0, 130.0], seed=[1, 2, 3], element="Pb")
    for seed, found in (
        ([-1, 2], "found -1"),
        ([1, 2**64], f"found {2**64}"),
        ([1.5, 2.0], "'float' object"),
        (np.array([1.5, 2.0]), "found numbers of type float64"),
        (np.array([1, -2]), "found -2"),
        (np.ma.array([1, 2], mask=[True, False]), "found numbers"),
    ):
        with pytest.raises(mb.UsageError, match=f"seed: {found}.*expected whole numbers"):
            sampler.sample([120.0, 130.0], seed=seed, element="Pb")
    with pytest.raises(mb.UsageError, match="two rising energies"):
        card.sampler(160, 100)
    (tmp_path / "other").write_bytes(b"something else")
    with pytest.raises(mb.UsageError, match="no sampler"):
        mb.Sampler.load(tmp_path / "other")
    with pytest.raises(mb.FileError, match="cannot read .*missing"):
        mb.Sampler.load(tmp_path / "missing")
