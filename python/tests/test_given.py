"""What is given to a call and is not what it takes: an error of the package that names the argument."""

import numpy as np
import pytest

import millibrem as mb
from millibrem import vegas

MASS = 0.1


def one(x):
    return x[:, 0]


def integ():
    return vegas.Integrator([[0, 1]])


@pytest.fixture(scope="module")
def run(card):
    return card.replace({"integration.neval": 5000, "integration.rel_error": 0.1}).generate(2)


CALLS = {
    "observed: found -1": lambda card: mb.reach(card, [MASS], observed=-1),
    "observed: found 'three'": lambda card: mb.reach(card, [MASS], observed="three"),
    "observed: found 1.5": lambda card: mb.reach(card, [MASS], observed=1.5),
    "background: found 'a'": lambda card: mb.reach(card, [MASS], observed=1, background="a"),
    "confidence: found None": lambda card: mb.reach(card, [MASS], observed=1, confidence=None),
    "ceiling: found '1'": lambda card: mb.reach(card, [MASS], ceiling="1"),
    "iww: found 2": lambda card: mb.reach(card, [MASS], iww=2),
    "masses: found '0.1', expected a list of numbers": lambda card: mb.reach(card, "0.1"),
    "masses: found 0.1, expected a list of numbers": lambda card: mb.reach(card, 0.1),
    "masses: found 'a', expected a number": lambda card: mb.reach(card, ["a"]),
    "masses: found nan, expected masses in GeV above 0": lambda card: mb.reach(card, [float("nan")]),
    "masses: found -1, expected masses in GeV above 0": lambda card: mb.reach(card, [MASS, -1]),
    "masses: found none, expected masses": lambda card: mb.reach(card, []),
    "cards: found 3": lambda card: mb.reach(3, [MASS]),
    "cards: found \\[\\]": lambda card: mb.reach([], [MASS]),
    "recast: found 3": lambda card: mb.reach(card, [MASS], recast=3),
    "overlay: found 3": lambda card: mb.reach(card, [MASS], overlay=[3]),
    "bins: found -1": lambda card: card.spectrum(bins=-1),
    "bins: found '3'": lambda card: card.spectrum(bins="3"),
    "bins: found 1.5": lambda card: card.compare(bins=1.5),
    "at: found '0.5', expected a list": lambda card: card.spectrum(at="0.5", method="ww"),
    "depths: found '1'": lambda card: card.shower(depths="1"),
    "above: found 'a'": lambda card: card.shower(above="a"),
    "over\\['beam.energy_gev'\\]: found '100'": lambda card: card.scan({"beam.energy_gev": "100"}),
    "over\\['beam.energy_gev'\\]: found 100": lambda card: card.scan({"beam.energy_gev": 100}),
    "over: found 3": lambda card: card.scan(3),
    "low: found 'a'": lambda card: card.sampler("a", 10),
    "elements: found 'Pb', expected a list": lambda card: card.sampler(10, 100, elements="Pb"),
    "elements: found 1.5": lambda card: card.sampler(10, 100, elements=[1.5]),
    "elements: found -82": lambda card: card.sampler(10, 100, elements=[-82]),
    "values: found 'a'": lambda card: card.replace("a"),
    "card: found 3": lambda card: mb.Card.load(3),
    "text: found 3": lambda card: mb.Card.from_text(3),
    "resume: found 'yes'": lambda card: card.generate(1, resume="yes"),
    "shards: found 1.5": lambda card: card.generate(1, shards=1.5),
    "threads: found -1": lambda card: mb.merge([], "there.h5", threads=-1),
    "shards: found 'a'": lambda card: mb.merge("a", "there.h5"),
    "y: found": lambda card: card.integrand()(np.zeros((1, 1, 1))),
    "y: found 'a'": lambda card: card.integrand()("a"),
    "nitn: found '3'": lambda card: integ()(one, nitn="3"),
    "nitn: found 1.5": lambda card: integ().adapt(one, nitn=1.5),
    "nitn: found -1": lambda card: integ().measure(one, nitn=-1),
    "neval: found '1000'": lambda card: integ()(one, neval="1000"),
    "neval: found -1000": lambda card: integ()(one, neval=-1000),
    "rel_error: found 'a'": lambda card: integ()(one, rel_error="a"),
    "seed: found -1": lambda card: vegas.Integrator([[0, 1]], seed=-1),
    "seed: found 'a'": lambda card: vegas.Integrator([[0, 1]], seed="a"),
    "alpha: found 'a'": lambda card: vegas.Integrator([[0, 1]], alpha="a"),
    "threads: found 1.5": lambda card: vegas.Integrator([[0, 1]], threads=1.5),
    "axis: found 1": lambda card: integ().edges(1),
    "axis: found -1": lambda card: integ().edges(-1),
    "progress: found 3, expected something to call": lambda card: card.sigma(method="wwa", progress=3),
    "progress: found 'yes'": lambda card: card.generate(1, progress="yes"),
    "only: found 3": lambda card: mb.figure("there.h5", only=3),
    "title: found 3": lambda card: mb.figure("there.h5", title=3),
}


@pytest.mark.parametrize(("words", "call"), CALLS.items())
def test_the_error_names_the_argument(card, words, call):
    words = words if "expected" in words else f"{words}.*, expected"
    with pytest.raises(mb.UsageError, match=f"^{words}"):
        call(card)


def test_so_does_that_of_an_export(run, tmp_path):
    path = tmp_path / "events.lhe"
    for given in (
        {"vertex_offset_mm": "a"},
        {"drop_nucleus": "no"},
        {"weights": 3},
        {"vertex": 3},
        {"force": None},
    ):
        (name,) = given
        with pytest.raises(mb.UsageError, match=f"^{name}: found .*, expected"):
            run.export("lhe", path, **given)
    with pytest.raises(mb.UsageError, match="^format: found 3, expected a text"):
        run.export(3, path)
    with pytest.raises(mb.UsageError, match="^role: found 3, expected a text"):
        run.p4(3)
    with pytest.raises(mb.UsageError, match="^values: found 'a', expected a mapping"):
        run.reweight("a")
    assert not path.exists()


def test_numbers_of_numpy_and_whole_floats_are_taken(card):
    frame = card.spectrum(bins=np.int64(3), method="ww")
    assert len(frame) == 3
    assert vegas.Integrator([[0, 1]], seed=np.uint64(3))(one, 1e1, np.int32(1000)).mean > 0
    assert mb.reach(card, np.array([MASS]), observed=np.int8(0), iww=np.True_).curves


def test_a_mass_without_a_limit_is_said(card):
    with pytest.warns(UserWarning, match="no limit at m_chi = 200 GeV: no such pair can be made"):
        found = mb.reach(card, [MASS, 200.0])
    assert list(found.table["m_chi_gev"].unique()) == [MASS]
    notes = found.table.attrs["notes"]
    assert any("2.3 events are excluded" in note for note in notes)
    assert any("no limit at m_chi = 200 GeV" in note for note in notes)
