"""Runs in memory and in files: the same bits, views without copies, histograms, events."""

import gc
import json
import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import awkward as ak
import h5py
import hist
import numpy as np
import pytest

import millibrem as mb

ROLES = ["lepton", "nucleus", "chi", "chibar"]


@pytest.fixture(scope="module")
def of_program(program, tmp_path_factory):
    """The run file of the program for the same card and seed."""
    folder = tmp_path_factory.mktemp("program")
    told = json.loads(program("generate", "na64mu-2025", "--out", str(folder)))
    return folder / "run.h5", told


def assert_same(run, other):
    assert (run.sigma.mean, run.sigma.sdev) == (other.sigma.mean, other.sigma.sdev)
    assert run.sigma.iterations == other.sigma.iterations
    assert len(run) == len(other) and run.seed == other.seed and run.card == other.card
    assert np.array_equal(run.weights, other.weights)
    assert np.array_equal(run.index, other.index)
    for role in ROLES:
        assert np.array_equal(run.p4(role), other.p4(role))
    assert sorted(run.histograms) == sorted(other.histograms)
    for name, mine in run.histograms.items():
        theirs = other.histograms[name]
        assert np.array_equal(mine.values(flow=True), theirs.values(flow=True))
        assert np.array_equal(mine.variances(flow=True), theirs.variances(flow=True))
        assert np.array_equal(mine.deviations(), theirs.deviations())
        assert list(mine.axes) == list(theirs.axes)
    assert run.provenance == other.provenance


def test_memory_file_and_program_give_the_same_bits(card, run, of_program, tmp_path):
    path, told = of_program
    assert run.sigma.mean == told["sigma_pb"] and len(run) == told["n_events"]
    assert_same(run, mb.open(path))
    mine = card.generate(path=tmp_path / "new" / "run.h5")
    assert_same(mine, run)
    with h5py.File(path) as theirs, h5py.File(mine.path) as ours:
        assert theirs.attrs["card"] == ours.attrs["card"]

        def compare(name, item):
            if isinstance(item, h5py.Dataset) and item.dtype != h5py.ref_dtype:
                assert np.array_equal(item[()], ours[name][()]), name

        theirs.visititems(compare)


def test_unweighted_events_are_the_same_in_memory_and_in_a_file(card, tmp_path):
    card = card.replace({"events.mode": "unweighted"})
    run = card.generate(500)
    assert run.weighting == "unweighted" and len(run) == 500
    assert_same(run, card.generate(500, path=tmp_path / "run.h5"))


def test_columns_are_views_of_one_memory(run):
    p, weights = run.p4("chi"), run.weights
    assert p.shape == (len(run), 4) and weights.shape == (len(run),)
    assert weights.mean() == pytest.approx(run.sigma.mean, rel=1e-12)
    assert np.shares_memory(p, run.p4("chi")) and np.shares_memory(weights, run.weights)
    assert not p.flags.owndata and not weights.flags.owndata
    with pytest.raises(ValueError, match="read-only"):
        weights[0] = 0.0


def test_a_view_outlives_its_run(card):
    run = card.generate(100)
    weights, p = run.weights, run.p4("lepton")
    before = weights.copy(), p.copy()
    del run
    gc.collect()
    [np.ones(100) for _ in range(1000)]
    assert np.array_equal(weights, before[0]) and np.array_equal(p, before[1])


def test_momenta_are_on_shell_and_balanced(run):
    for role, particle in zip(ROLES, run.particles.values()):
        p = run.p4(role)
        m2 = p[:, 0] ** 2 - (p[:, 1:] ** 2).sum(axis=1)
        scale = p[:, 0] ** 2
        assert np.all(abs(m2 - particle["mass_gev"] ** 2) < 1e-12 * scale)
    total = sum(run.p4(role) for role in ROLES)
    energy = run.beam["energy_gev"] + run.target["mass_gev"]
    assert np.allclose(total[:, 0], energy, rtol=1e-12)
    assert np.all(abs(total[:, 1:3]) < 1e-9)


def test_an_unknown_particle_names_those_there_are(run):
    with pytest.raises(KeyError, match="lepton, nucleus, chi, chibar; did you mean 'chibar'"):
        run.p4("chi_bar")
    assert np.shares_memory(run.p4("lepton_out"), run.p4("lepton"))


def test_histograms_are_those_of_hist(run):
    filled = run.hists["e_miss_gev"]
    assert isinstance(filled, hist.Hist) and filled.axes.name == ("e_miss_gev",)
    assert filled.storage_type is hist.storage.Weight
    plain = run.histograms["e_miss_gev"]
    assert np.array_equal(filled.values(flow=True), plain.values(flow=True))
    assert np.array_equal(filled.variances(flow=True), plain.variances(flow=True))
    assert filled.sum(flow=True).value == pytest.approx(run.sigma.mean, rel=1e-9)
    assert np.allclose(plain.counts() * plain.variances(), plain.values() ** 2)
    with pytest.raises(KeyError, match="no histogram 'y'; there are: .*e_miss_gev"):
        run.hists["y"]


def test_two_dimensions_keep_their_order(card):
    table = (
        '[[histogram]]\nobservable = ["x", "pt_lepton_gev"]\nmin = [0.5, 1e-3]\n'
        'max = [1.0, 10.0]\nbins = [3, 5]\nscale = ["linear", "log"]\n'
    )
    text = card.text
    text = text[: text.index("[[histogram]]")] + table
    run = mb.Card.from_text(text).generate(10)
    filled = run.hists["x_vs_pt_lepton_gev"]
    assert filled.shape == (3, 5) and filled.axes.name == ("x", "pt_lepton_gev")
    edges = filled.axes[1].edges
    assert edges[1] / edges[0] == pytest.approx(edges[5] / edges[4])
    assert filled.sum(flow=True).value == pytest.approx(run.sigma.mean, rel=1e-9)


def test_events_are_records_by_role_with_momenta(run):
    events = run.events
    assert ak.fields(events) == [*ROLES, "weight", "index"]
    mass = (events.chi + events.chibar).mass
    lightest = 2 * run.particles["chi"]["mass_gev"]
    assert ak.min(mass) > lightest
    p = run.p4("chi")
    assert np.array_equal(ak.to_numpy(events.chi.px), p[:, 1])
    assert np.shares_memory(ak.to_numpy(events.chi.E), p)
    filled = hist.Hist.new.Reg(40, 0, 3, label="m [GeV]").Weight()
    filled.fill(mass, weight=events.weight / len(events))
    assert filled.sum(flow=True).value == pytest.approx(run.sigma.mean, rel=1e-9)


def test_runs_are_pickled(run, card, tmp_path):
    again = pickle.loads(pickle.dumps(run))
    assert_same(again, run)
    of_file = card.generate(50, path=tmp_path / "run.h5")
    assert_same(pickle.loads(pickle.dumps(of_file)), of_file)


def test_a_mixture_says_which_nucleus_was_struck(card, tmp_path):
    material = [{"element": "Pb", "mass_fraction": 0.5}, {"element": "Al", "mass_fraction": 0.5}]
    card = card.replace({"target.material": material})
    run = card.generate(300)
    nuclei = set(run.scalars["nucleus"])
    assert len(nuclei) >= 2 and nuclei == set(ak.to_numpy(run.events.nucleus_pdg))
    for other in (pickle.loads(pickle.dumps(run)), card.generate(300, path=tmp_path / "run.h5")):
        assert_same(other, run)
        assert other.scalars.keys() == run.scalars.keys()
        assert np.array_equal(other.scalars["nucleus"], run.scalars["nucleus"])


def test_more_events_than_memory_are_refused_at_once(card):
    with pytest.raises(mb.UsageError, match="1000000000000 events in memory need 144.0 TB"):
        card.replace({"integration.neval": 200_000}).generate(10**12)


def test_a_run_shows_itself(run):
    assert repr(run).startswith("<Run na64mu-2025: 2000 events, sigma = ")
    assert "in memory" in repr(run) and "<table>" in run._repr_html_()


def test_files_that_are_in_the_way_or_no_runs_are_refused(card, tmp_path):
    path = tmp_path / "run.h5"
    card.generate(10, path=path)
    with pytest.raises(mb.FileError, match="exists already"):
        card.generate(10, path=path)
    assert len(card.generate(20, path=path, force=True)) == 20
    assert len(card.generate(20, path=path, resume=True)) == 20
    with pytest.raises(mb.FileError, match="cannot open .*nothing.h5"):
        mb.open(tmp_path / "nothing.h5")
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(OSError):
        mb.open(path)


def test_other_weights_are_those_of_the_card_and_of_the_file(tmp_path):
    small = {"integration.neval": 20_000, "integration.n_adapt": 4, "events.count": 3_000}
    card = mb.Card.load("na64mu-2025").replace(small)
    helm = {"name": "helm", "set": {"target.form_factor": "helm"}}
    run = card.generate(seed=3)
    asked = card.replace({"weight": [helm]}).generate(seed=3)
    found = run.reweight(helm["set"])
    np.testing.assert_array_equal(found, asked.scalars["weight_helm"])
    np.testing.assert_array_equal(asked.weights, run.weights)
    # In files, through memory and by name.
    saved = asked.save(tmp_path / "asked.h5")
    file = card.generate(seed=3, path=tmp_path / "run.h5")
    np.testing.assert_array_equal(file.reweight(helm["set"], name="helm"), found)
    again = mb.open(tmp_path / "run.h5")
    np.testing.assert_array_equal(again.scalars["weight_helm"], found)
    np.testing.assert_array_equal(saved.scalars["weight_helm"], found)
    assert again.info()["card"] == saved.info()["card"]
    with pytest.raises(mb.UsageError, match="a run in memory has no file"):
        run.reweight(helm["set"], name="helm")
    with pytest.raises(mb.CardError, match="a key that a weight cannot change"):
        run.reweight({"beam.energy_gev": 100.0})


def test_sums_of_bins_have_errors(run):
    h = run.histograms["e_miss_gev"]
    assert h.sum_error() == pytest.approx(run.sigma.sdev, rel=1e-5)
    # 50 bins of 1.6 GeV from 80 GeV; flow bins belong to what has no limit.
    rows = h.deviations()
    assert h.sum_error(80, 112) == pytest.approx((rows[:, 1:21].sum(axis=1) ** 2).sum() ** 0.5)
    assert h.sum_error(high=112) == pytest.approx((rows[:, :21].sum(axis=1) ** 2).sum() ** 0.5)
    for wrong in ((None, float("inf")), (float("nan"), 112)):
        with pytest.raises(mb.UsageError, match="ends at (inf|nan)"):
            h.sum_error(*wrong)
    for array in (h.values(), h.variances(), h.deviations(), h.axes[0].edges):
        assert not array.flags.writeable
    assert h.sum_error(80, 112) < 0.6 * h.variances()[:20].sum() ** 0.5
    assert h.sum_error(80, 81.6) == h.variances()[0] ** 0.5
    with pytest.raises(mb.UsageError, match="no bin of e_miss_gev ends at 100; the nearest edge is 99.2"):
        h.sum_error(80, 100)
    with pytest.raises(mb.UsageError, match="lies between 112 and 80"):
        h.sum_error(112, 80)
    with pytest.raises(mb.UsageError, match="needs a limit for each of e_miss_gev"):
        h.sum_error((80, 1))


def _forked(card):
    return card.generate(100, seed=1).sigma.mean


def test_a_forked_process_makes_runs_after_its_parent(card):
    """No thread outlives a run, whose locks a fork would copy without it."""
    few = card.replace({"integration.rel_error": 1e-2})
    mean = few.generate(100, seed=1).sigma.mean
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as pool:
        assert pool.submit(_forked, few).result(timeout=60) == mean
