"""The integrator for functions of Python: right, honest, reproducible, at home for vegas users."""

import os
import signal

import numpy as np
import pytest

import millibrem as mb
from millibrem import vegas

CENTRES = 0.3, 0.7


def peaks(x):
    """Two Gaussians on the diagonal, normalised to an integral of 1 over all space."""
    each = [np.exp(-(((x - c) / 0.05) ** 2).sum(axis=1) / 2) for c in CENTRES]
    return 0.5 * sum(each) / (0.05 * np.sqrt(2 * np.pi)) ** x.shape[1]


def test_pulls_are_those_of_a_gaussian():
    results = [vegas.Integrator([[-0.5, 1.5]] * 2, seed=s)(peaks, 5, 8000) for s in range(1, 101)]
    pulls = np.array([(r.mean - 1) / r.sdev for r in results])
    assert abs(pulls.mean()) < 3 / np.sqrt(100) and 0.8 < pulls.std() < 1.2
    assert max(r.sdev for r in results) < 5e-3
    assert 0.3 < np.mean([r.Q for r in results]) < 0.7


def test_a_result_is_one_of_vegas():
    integ = vegas.Integrator([[0, 1], [0, 2]])
    result = integ(lambda x: x[:, 0] * x[:, 1], nitn=6, neval=2000)
    assert abs(result.mean - 1.0) < 5 * result.sdev and result.sdev < 2e-3
    assert len(result.itn_results) == 6 and result.dof == 5
    assert result.chi2 == pytest.approx(
        sum((m - result.mean) ** 2 / s**2 for m, s in result.itn_results), rel=1e-6
    )
    assert str(result) in result.summary() and result.unit == ""
    assert sum(not row.measured for row in result.iterations) == 6


def test_the_idiom_of_two_calls_adapts_once():
    integ = vegas.Integrator([[0, 1]] * 2)
    first = integ(peaks, nitn=4, neval=2000)
    assert integ.n_adapted == 4
    second = integ(peaks, nitn=4, neval=2000)
    assert integ.n_adapted == 4 and second.mean != first.mean
    integ.adapt(peaks, nitn=3, neval=2000)
    assert integ.n_adapted == 7 and "7 adapting" in repr(integ)
    edges = integ.edges(0)
    assert edges[0] == 0 and edges[-1] == 1 and np.all(np.diff(edges) > 0)
    inside = np.mean((abs(edges - 0.3) < 0.15) | (abs(edges - 0.7) < 0.15))
    assert inside > 0.8


def test_the_same_seed_and_calls_give_the_same_bits_with_any_threads():
    def results(threads):
        integ = vegas.Integrator([[0, 1]] * 2, seed=5, threads=threads)
        return [integ(peaks, 3, 5000).mean, integ.measure(peaks, 3, 5000).mean]

    assert results(1) == results(1) == results(3)
    like = vegas.Integrator([[0, 1]] * 2, seed=5)
    like.adapt(peaks, 3, 5000)
    assert vegas.Integrator(like, seed=5).measure(peaks, 3, 5000).mean == results(1)[0]


def test_functions_get_batches_with_contiguous_columns():
    seen = []

    def looks(x):
        seen.append((x.shape, x[:, 0].flags.c_contiguous, x.min(axis=0), x.max(axis=0)))
        return np.ones(len(x))

    volume = vegas.Integrator([[-2, 1], [10, 30]])(looks, 2, 50_000)
    assert volume.mean == pytest.approx(60.0, rel=1e-3)
    assert max(shape[0] for shape, *_ in seen) >= 512
    assert all(shape[1] == 2 and contiguous for shape, contiguous, *_ in seen)
    low, high = np.min([s[2] for s in seen], axis=0), np.max([s[3] for s in seen], axis=0)
    assert -2 < low[0] and high[0] < 1 and 10 < low[1] and high[1] < 30


def test_functions_of_a_point_and_decorated_ones_serve():
    integ = vegas.Integrator([[0, 1]] * 2)
    point = integ(vegas.pointwise(lambda x: x[0] * x[1]), 2, 1000)
    batch = vegas.Integrator([[0, 1]] * 2)(vegas.batchintegrand(lambda x: x[:, 0] * x[:, 1]), 2, 1000)
    assert point.mean == pytest.approx(batch.mean, rel=1e-12)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: x, r"shape \(\d+, 2\).*expected one value a point.*pointwise"),
        (lambda x: 1.0, r"shape \(\).*expected one value a point"),
        (lambda x: x[:3, 0], r"shape \(3,\)"),
    ],
)
def test_a_function_of_another_shape_is_told_what_to_give(function, words):
    with pytest.raises(ValueError, match=words):
        vegas.Integrator([[0, 1]] * 2)(function, 2, 1000)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: x[:, 0] * (1 + 1j), "complex"),
        (lambda x: np.ma.masked_less(x[:, 0], 0.5), "masked"),
        (vegas.pointwise(lambda x: 1j), "complex"),
    ],
)
def test_values_that_would_lose_a_part_are_refused(function, words):
    with pytest.raises(TypeError, match=words):
        vegas.Integrator([[0, 1]])(function, 2, 1000)


def test_what_the_function_raises_comes_through_and_ctrl_c_reaches_it():
    def fails(x):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        vegas.Integrator([[0, 1]])(fails)

    def interrupted(x):
        os.kill(os.getpid(), signal.SIGINT)
        return x[:, 0]

    with pytest.raises(KeyboardInterrupt):
        vegas.Integrator([[0, 1]])(interrupted, 1000, 100_000)


def test_what_makes_no_integral_is_refused_in_words():
    with pytest.raises(mb.RunError, match="NaN"), np.errstate(invalid="ignore"):
        vegas.Integrator([[0, 1]])(lambda x: np.sqrt(x[:, 0] - 0.5), 2, 1000)
    with pytest.raises(mb.UsageError, match="neval is 3"):
        vegas.Integrator([[0, 1]])(lambda x: x[:, 0], 2, 3)
    with pytest.raises(mb.UsageError, match="limits from 1 to 0"):
        vegas.Integrator([[1, 0]])
    with pytest.raises(ValueError, match=r"map of shape \(2,\)"):
        vegas.Integrator([0, 1])
    with pytest.raises(mb.UsageError, match="alpha is 7"):
        vegas.Integrator([[0, 1]], alpha=7)


def test_a_result_that_is_not_to_be_trusted_warns():
    def singular(x):
        # To the power of -15/16 by roots, which have the same bits on every processor; powers have not.
        root = abs(x[:, 0] - x[:, 1])
        product = 1.0
        for _ in range(4):
            root = np.sqrt(root)
            product = product * root
        return 1 / product

    with pytest.warns(mb.UntrustedWarning, match="the iterations disagree") as caught:
        result = vegas.Integrator([[0, 1]] * 2, seed=2)(singular, 5, 20_000)
    assert result.alarms and not result.trustworthy and caught[0].filename == __file__
    assert "not trustworthy" in result.summary() and "not trustworthy" in result._repr_html_()


def test_a_card_is_an_integrand(card):
    integrand = card.integrand()
    integ = vegas.Integrator([[0, 1]] * integrand.dim)
    result = integ(integrand, nitn=5, neval=20_000)
    truth = card.sigma("quadrature")
    assert abs(result.mean - truth.mean) < 4 * result.sdev
    assert result.sdev < 2e-3 * truth.mean
