"""Pieces of the physics at given points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from ._given import wrong
from ._types import Floats, Numbers

if TYPE_CHECKING:
    from ._card import Card


class Integrand:
    """The differential cross section of a card on the unit hypercube, for one's own integrator.

    Made by :meth:`Card.integrand`. Its integral over the hypercube is the cross section.

    Attributes
    ----------
    dim : int
        Dimensions.
    roles : list of str
        Outgoing particles.
    """

    def __init__(self, card: Card) -> None:
        self._card = card
        self._core = _core.Hypercube(card._core)
        self.dim = self._core.dim
        self.roles = [role.removesuffix("_out") for role in self._core.roles]

    def __call__(self, y: Numbers) -> Any:
        """The differential cross section.

        Parameters
        ----------
        y : array_like
            Points of shape (n, dim), or one of shape (dim,), all coordinates above 0 and below 1.

        Returns
        -------
        numpy.ndarray or float
            In pb; 0 where nothing is allowed or a cut rejects.
        """
        y = self._points(y)
        values = self._core.values(np.atleast_2d(y))
        return values if y.ndim > 1 else float(values[0])

    def momenta(self, y: Numbers) -> dict[str, Floats]:
        """Momenta of the outgoing particles.

        Parameters
        ----------
        y : array_like
            Points of shape (n, dim).

        Returns
        -------
        dict of numpy.ndarray
            By role, (n, 4): E, px, py, pz in GeV, beam along +z; the azimuth of the whole event
            is not drawn. Points where the cross section is 0 have momenta without meaning.
        """
        found = self._core.momenta(np.atleast_2d(self._points(y)))
        return {role.removesuffix("_out"): p for role, p in found.items()}

    def _points(self, y: Numbers) -> Floats:
        """Points, or one, as an array of doubles."""
        found = np.asarray(y)
        if found.ndim not in (1, 2) or found.dtype.kind not in "iuf":
            raise wrong("y", y, f"numbers of shape (n, {self.dim}), or ({self.dim},)")
        return found.astype(float)

    def __reduce__(self) -> tuple[Any, ...]:
        return Integrand, (self._card,)

    def __repr__(self) -> str:
        return f"<Integrand of {self._card.name}: {self.dim} dimensions, pb>"


def pair_amplitude(
    beam_energy: Numbers,
    m_lepton: Numbers,
    m_nucleus: Numbers,
    m_chi: Numbers,
    k2: Numbers,
    one_minus_x: Numbers,
    one_minus_cos_theta_k: Numbers,
    t_minus_t_min: Numbers,
    phi: Numbers,
    cos_theta_star: Numbers,
    phi_star: Numbers,
    *,
    spin: str = "dirac",
    nucleus_spin: str = "0",
) -> Floats:
    """|M|² of l N → l N χ χ̄ from the sampling variables, which keep its digits.

    Parameters
    ----------
    beam_energy, m_lepton, m_nucleus, m_chi : array_like
        Energy of the lepton in the laboratory and masses, GeV.
    k2 : array_like
        Mass squared of the pair, GeV².
    one_minus_x : array_like
        1 − E_k/E0.
    one_minus_cos_theta_k : array_like
        Of the angle between pair and beam.
    t_minus_t_min : array_like
        Momentum transfer to the nucleus above its minimum, GeV².
    phi : array_like
        Azimuth of the momentum transfer, rad.
    cos_theta_star, phi_star : array_like
        Direction of χ in the rest frame of the pair; rad.
    spin : {"dirac", "scalar"}
        Of χ.
    nucleus_spin : {"0", "1/2"}

    Returns
    -------
    numpy.ndarray
        Broadcast over the arguments, in the normalisation of ``docs/physics.md``: couplings,
        charges and the form factor taken out.
    """
    given = (
        beam_energy,
        m_lepton,
        m_nucleus,
        m_chi,
        k2,
        one_minus_x,
        one_minus_cos_theta_k,
        t_minus_t_min,
        phi,
        cos_theta_star,
        phi_star,
    )
    columns = np.broadcast_arrays(*(np.asarray(column, dtype=float) for column in given))
    points = np.stack([column.ravel() for column in columns], axis=1)
    return _core.pair_amplitude(points, spin, nucleus_spin).reshape(columns[0].shape)
