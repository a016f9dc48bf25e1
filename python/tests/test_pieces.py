"""Pieces of the physics: the integrand of a card, form factors, the squared amplitude."""

import json
import pickle

import numpy as np
import pytest
from conftest import REPOSITORY

import millibrem as mb


@pytest.fixture(scope="module")
def points(card):
    dim = card.integrand().dim
    return np.random.default_rng(1).uniform(size=(300, dim))


def test_the_integrand_takes_points_one_by_one_or_all_at_once(card, points):
    integrand = card.integrand()
    values = integrand(points)
    assert values.shape == (300,) and np.all(values >= 0) and np.any(values > 0)
    assert np.array_equal(values, [integrand(y) for y in points])
    assert np.array_equal(values, integrand(np.asfortranarray(points)))
    assert np.array_equal(values, pickle.loads(pickle.dumps(integrand))(points))
    assert "7 dimensions" in repr(integrand)


def test_momenta_belong_to_the_points(card, points):
    integrand = card.integrand()
    allowed = integrand(points) > 0
    p = integrand.momenta(points)
    assert list(p) == integrand.roles == ["lepton", "nucleus", "chi", "chibar"]
    total = sum(p.values())[allowed]
    mass = card.generate(1).target["mass_gev"]
    assert np.allclose(total[:, 0], card["beam.energy_gev"] + mass, rtol=1e-12)
    assert np.all(abs(total[:, 1:3]) < 1e-9)


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (np.full((2, 3), 0.5), r"shape \(2, 3\): expected \(n, 7\)"),
        (np.full((2, 7), 1.0), "a coordinate is 1"),
        (np.full((2, 7), np.nan), "a coordinate is NaN"),
    ],
)
def test_points_outside_the_hypercube_are_refused(card, y, words):
    with pytest.raises(mb.UsageError, match=words):
        card.integrand()(y)


def test_a_form_factor_falls_from_the_charge(card):
    helm = card.replace({"target.form_factor": "helm"})
    t = np.array([[0.0, 1e-6], [1e-2, 1e-1]])
    g2 = helm.form_factor_g2(t)
    assert g2.shape == t.shape and g2[0, 0] == pytest.approx(82**2)
    assert np.all(np.diff(g2.ravel()) < 0)
    with pytest.raises(mb.UsageError, match="t = -1"):
        helm.form_factor_g2([-1.0])


def test_the_amplitude_agrees_with_the_reference():
    with open(REPOSITORY / "tests/data/amplitude_points.json") as file:
        rows = [row for row in json.load(file) if not row["edge"]][:50]
    names = (
        "beam_energy m_lepton m_nucleus m_chi k2 one_minus_x one_minus_cos_theta_k "
        "t_minus_t_min phi cos_theta_star phi_star"
    ).split()
    columns = [[float(row[name]) for row in rows] for name in names]
    for spin, reference in (("0", "m2_spin0"), ("1/2", "m2_spin_half")):
        found = mb.pair_amplitude(*columns, nucleus_spin=spin)
        assert np.allclose(found, [float(row[reference]) for row in rows], rtol=1e-9)
    with pytest.raises(mb.UsageError, match="expected dirac or scalar"):
        mb.pair_amplitude(*columns, spin="vector")
