"""Packages that only some calls need: without them the rest works, and errors name the extra."""

import sys

import pytest

import millibrem as mb


@pytest.mark.parametrize(
    ("package", "call"),
    [
        ("awkward", lambda run: run.events),
        ("vector", lambda run: run.events),
        ("gvar", lambda run: run.sigma.gvar),
        ("hist", lambda run: run.histograms["e_miss_gev"].to_hist()),
    ],
)
def test_a_missing_package_is_named_with_its_extra(run, monkeypatch, package, call):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(mb.MissingExtra, match=rf"{package}: pip install 'millibrem\[all\]'"):
        call(run)


def test_without_hist_histograms_are_plain(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "hist", None)
    plain = run.hists["e_miss_gev"]
    assert isinstance(plain, mb.Histogram) and plain.kind == "COUNT"
    assert plain.values().shape == (len(plain.axes[0]),)


def test_the_plain_histogram_is_one_of_uhi(run):
    plottable = pytest.importorskip("uhi.typing.plottable")
    assert isinstance(run.histograms["e_miss_gev"], plottable.PlottableHistogram)


def test_nothing_optional_is_imported_by_itself():
    import subprocess

    code = (
        "import sys, millibrem as mb\n"
        "card = mb.Card.load('na64mu-2025').replace({'integration.neval': 20000})\n"
        "run = card.generate(10)\n"
        "run.weights, run.p4('chi'), run.histograms, run.sigma\n"
        "optional = {'hist', 'awkward', 'vector', 'pandas', 'matplotlib', 'gvar'}\n"
        "assert not optional & set(sys.modules), optional & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
