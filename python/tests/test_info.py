"""What cards, runs and the package say of themselves: as the program does."""

import json

import pytest

import millibrem as mb


def test_a_card_is_explained_as_by_the_program(card, program):
    said = json.loads(program("info", "na64mu-2025"))
    found = card.info()
    assert found["seed"] == said["seed"] and set(found["versions"]) == set(said["versions"])
    for ours, theirs in zip(found["limits"], said["limits"], strict=True):
        for name in ("element", "sqrt_s_gev", "threshold_margin_gev", "x_lower", "x_upper"):
            assert ours[name] == theirs[name], name
    for ours, theirs in zip(found["form_factors"], said["form_factors"], strict=True):
        assert {**theirs, "atom_fraction": 1.0} == ours
    assert found["notes"] == said["notes"]
    assert mb.info("na64mu-2025")["limits"] == found["limits"]


def test_a_run_is_explained(card, run, tmp_path):
    saved = run.save(tmp_path / "run.h5")
    said = mb.info(tmp_path / "run.h5")
    assert said == saved.info() and said["path"] == saved.path
    assert said["events"] == 2000 and said["sigma_pb"] == run.sigma.mean
    assert said["histograms"] == sorted(run.histograms)
    assert mb.info(run)["path"] is None


def test_versions_are_those_of_the_package():
    versions = mb.info()
    assert versions["millibrem"] == mb.__version__ and versions["git_commit"] == mb.git_commit
    assert versions["hdf5"].count(".") == 2
    with pytest.raises(mb.CardError, match="nothing-of-that-name"):
        mb.info("nothing-of-that-name")
