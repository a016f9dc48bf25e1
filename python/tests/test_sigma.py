"""Cross sections: every method, the same as the program, printed as the field does."""

import json

import gvar
import pytest

import millibrem as mb


def test_the_quadrature_prints_its_digits():
    card = mb.Card.load("na64mu-2025").replace({"dark_sector.m_chi_gev": 0.03})
    sigma = card.sigma(method="quadrature", rel_error=1e-6)
    assert str(sigma) == "1.09906336(33)e6 pb"
    assert (sigma.unit, sigma.method, sigma.Q, sigma.dof) == ("pb", "quadrature", None, 0)
    assert sigma.sdev < 1e-6 * sigma.mean and float(sigma) == sigma.mean
    assert sigma.iterations == [] and sigma.trustworthy


@pytest.mark.parametrize("method", ["mc", "quadrature", "ww", "iww", "wwa"])
def test_each_method_gives_the_bits_of_the_program(card, program, method):
    found = card.sigma(method)
    told = json.loads(program("sigma", "na64mu-2025", "--method", method))
    assert (found.mean, found.sdev) == (told["sigma_pb"], told["error_pb"])
    assert found.n_eval == told["n_eval"]


def test_the_monte_carlo_has_its_history(card):
    sigma = card.sigma("mc")
    measured = [row for row in sigma.iterations if row.measured]
    assert len(sigma.iterations) == 4 + len(measured) and sigma.dof == len(measured) - 1
    assert measured[-1].average == sigma.mean and measured[-1].Q == sigma.Q
    assert sigma.chi2 == pytest.approx(measured[-1].chi2_dof * sigma.dof)
    truth = card.sigma("quadrature")
    assert abs(sigma.mean - truth.mean) < 4 * sigma.sdev
    table = sigma.summary().splitlines()
    assert len(table) == len(sigma.iterations) + 2 and str(sigma) in table[-1]
    assert str(sigma) in sigma._repr_html_()


def test_a_gaussian_variable_comes_of_it(card):
    sigma = card.sigma("iww")
    assert isinstance(sigma.gvar, gvar.GVar)
    assert (sigma.gvar.mean, sigma.gvar.sdev) == (sigma.mean, sigma.sdev)


def test_seed_and_goal_replace_those_of_the_card(card):
    assert card.sigma("mc", seed=8).mean != card.sigma("mc").mean
    assert card.sigma("mc", seed=8).seed == 8
    with pytest.raises(mb.CardError, match="integration.method"):
        card.sigma("guess")
    cut = card.replace({"cuts.lepton_pt_min_gev": 0.1})
    with pytest.raises(mb.QuadratureError, match="lepton_pt_min_gev"):
        cut.sigma("quadrature")


def test_a_result_that_is_not_to_be_trusted_warns(card):
    missed = card.replace({"integration.max_neval": 300_000})
    with pytest.warns(mb.UntrustedWarning, match="goal|rel_error") as caught:
        sigma = missed.sigma("mc", rel_error=1e-6)
    assert sigma.alarms and not sigma.trustworthy and len(caught) == 1
    assert caught[0].filename == __file__


def test_progress_is_told_and_its_exceptions_come_through(card):
    told = []
    card.sigma("mc", rel_error=1e-5, progress=told.append)
    assert told and {"adapt", "measure"} >= {news.phase for news in told}
    assert all(0 < news.done <= news.total for news in told)

    def fails(news):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        card.sigma("mc", rel_error=1e-5, progress=fails)


def test_what_is_to_be_known_of_the_target_is_among_the_notes():
    thin = mb.Card.load("na64e-2023").replace({"target.losses": "none"})
    assert any("treated as thin" in note for note in thin.sigma(method="quadrature").notes)
    assert mb.Card.load("na64mu-2025").replace({"target.thickness_cm": 0.1}).sigma().notes == []
