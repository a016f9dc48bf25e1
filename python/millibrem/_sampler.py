"""Cross sections and single events at any energy of a range."""

from __future__ import annotations

import os
from collections.abc import Sequence
from operator import index
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._card import Card
from ._extras import needed
from ._given import whole, wrong
from ._types import Floats, Foreign, Listener, Numbers, Path
from .errors import FileError, UsageError


class Sampler:
    """σ(E) and events of a card's process at any kinetic energy of a range.

    Made by :meth:`Card.sampler` or :meth:`load`; immutable, pickled with its tables.

    Attributes
    ----------
    range_gev : tuple of float
        Lowest and highest kinetic energy of the incoming lepton, GeV.
    nuclei : list of dict
        ``element``, ``z``, ``mass_gev``, ``threshold_gev`` (kinetic energy), and the relative accuracy
        ``sigma_accuracy`` of the table through ``sigma_nodes`` cross sections, between them too.
    roles : list of str
        Outgoing particles.
    """

    def __init__(self, core: _core.Sampler) -> None:
        if not isinstance(core, _core.Sampler):
            raise TypeError("a sampler comes from Card.sampler or Sampler.load")
        self._core = core
        self.range_gev = core.range_gev
        self.nuclei = core.nuclei()
        self.roles = [role.removesuffix("_out") for role in core.roles]

    @classmethod
    def load(cls, path: Path) -> Sampler:
        """Read a sampler that :meth:`save` has written.

        Parameters
        ----------
        path : str or os.PathLike

        Returns
        -------
        Sampler

        Raises
        ------
        FileError
            If the file cannot be read.
        UsageError
            If it is no sampler, or one of a release that computes otherwise.
        """
        try:
            with open(path, "rb") as file:
                data = file.read()
        except OSError as error:
            raise FileError(f"cannot read {os.fspath(path)}: {error.strerror}") from error
        return cls(_core.Sampler.load(data))

    def save(self, path: Path) -> None:
        """Write tables and card into a file; replaces what is there.

        Parameters
        ----------
        path : str or os.PathLike
        """
        data = self._core.save()
        try:
            with open(path, "wb") as file:
                file.write(data)
        except OSError as error:
            raise FileError(f"cannot write {os.fspath(path)}: {error.strerror}") from error

    @property
    def card(self) -> Card:
        """The card, every default written out."""
        return Card.from_text(self._core.toml(), file="the card of the sampler", name="sampler")

    def sigma(self, energies: Numbers, *, element: str | int | None = None) -> Any:
        """Cross sections.

        Parameters
        ----------
        energies : array_like
            Kinetic energies of the incoming lepton, GeV.
        element : str or int, optional
            Symbol or charge number; needed where there are several.

        Returns
        -------
        numpy.ndarray or float
            In pb per nucleus, shaped like ``energies``; 0 below threshold.
        """
        energies = _energies(energies)
        element = element_of("element", element)
        found = self._core.sigma(element, energies.ravel()).reshape(energies.shape)
        return found if energies.ndim else float(found)

    def sample(
        self,
        energies: Numbers,
        *,
        seed: int | Sequence[int] | NDArray[np.uint64] | None = None,
        element: str | int | None = None,
        progress: Listener = None,
    ) -> Any:
        """Draw an event at each energy.

        Parameters
        ----------
        energies : array_like
            Kinetic energies of the incoming lepton, GeV; one number or N.
        seed : int or array of int, optional
            Of the whole sample; or one an event, N of them, such as the field ``seed`` of events to be
            made again, a ``numpy.uint64`` where there is one. By default the system's randomness.
        element : str or int, optional
            The nucleus that is hit: symbol or charge number; needed where there are several.
        progress : callable, optional
            Called with a :class:`millibrem.Progress` now and then.

        Returns
        -------
        numpy.ndarray
            Structured, N events or one: ``kinetic_gev``; ``weight``, 1 but for a share of at most
            10⁻³ that weighs more, next to a threshold or a pole of some per cent (means that use it are unbiased); ``seed``, which makes the event
            again; and by role the momenta E, px, py, pz in GeV in the laboratory, beam along +z.

        Notes
        -----
        The same seed gives the same bits, whatever the number of threads. Events are made by all
        threads of the card (``run.threads``).

        Examples
        --------
        >>> import millibrem as mb
        >>> card = mb.Card.load("na64mu-2025").replace({"cuts.x_min": 0.0})
        >>> events = card.sampler(100, 160).sample([120.0, 155.5], seed=1)
        >>> events["chi"].shape
        (2, 4)
        """
        energies = _energies(energies)
        element = element_of("element", element)
        if energies.ndim > 1:
            raise UsageError(f"energies of shape {energies.shape}: expected one number, or shape (N,)")
        n = energies.size
        if isinstance(seed, np.uint64) and not energies.ndim:
            # That of an event, to be made again.
            seeds = np.array([seed])
        elif seed is None or np.ndim(seed) == 0:
            scalar: Any = seed
            if scalar is not None:
                scalar = whole("seed", scalar, 0, 2**128 - 1)
            # numpy promises that the raw numbers of a generator never change.
            seeds = np.random.PCG64(scalar).random_raw(n)
        else:
            seeds = _seeds(seed)
        flat = np.ascontiguousarray(energies.reshape(n))
        words = self._core.sample(element, flat, np.ascontiguousarray(seeds), progress)
        fields: list[Any] = [("kinetic_gev", "f8"), ("weight", "f8"), ("seed", "u8")]
        fields += [(role, "f8", (4,)) for role in self.roles]
        events = words.view(np.dtype(fields))
        return events if energies.ndim else events[0]

    def report(self, element: str | int | None = None) -> NDArray[np.void]:
        """How events are drawn, at energies over the range.

        Parameters
        ----------
        element : str or int, optional
            As in :meth:`sample`.

        Returns
        -------
        numpy.ndarray
            Structured: ``kinetic_gev``; ``efficiency``, the accepted share of candidates;
            ``overweight_share``, events of a weight above 1; ``overweight_excess``, the mean weight
            less 1.
        """
        names = ("kinetic_gev", "efficiency", "overweight_share", "overweight_excess")
        return np.array(self._core.report(element_of("element", element)), dtype=[(name, "f8") for name in names])

    def plot(self, *, ax: Foreign = None, **style: Any) -> Foreign:
        """Draw σ(E) of every nucleus with matplotlib.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; the current one by default.
        **style
            Of the lines, for ``ax.plot``.

        Returns
        -------
        matplotlib.axes.Axes
        """
        ax = needed("matplotlib.pyplot", "plot").gca() if ax is None else ax
        low, high = self.range_gev
        for one in self.nuclei:
            # σ rises from nothing at the threshold.
            low_here = max(low, one["threshold_gev"] * 1.001)
            energies = np.geomspace(low_here, high, 300)
            energies[-1] = high
            ax.plot(energies, self.sigma(energies, element=one["z"]), label=one["element"], **style)
        ax.set(xscale="log", yscale="log", xlabel="$T$ [GeV]", ylabel="$\\sigma$ [pb]")
        ax.legend()
        return ax

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (self._core.save(),)

    def __repr__(self) -> str:
        low, high = self.range_gev
        on = ", ".join(one["element"] for one in self.nuclei)
        return f"<Sampler of {self.card.process}: {low:g} to {high:g} GeV on {on}>"


def element_of(name: str, given: Any) -> Any:
    """A symbol or a charge number."""
    if given is None or isinstance(given, str):
        return given
    expected = "a symbol such as 'Pb', or a charge number"
    try:
        charge = index(given)
    except TypeError:
        raise wrong(name, given, expected) from None
    if not 0 < charge < 2**32:
        raise wrong(name, given, expected)
    return charge


def _energies(given: Numbers) -> Floats:
    """Energies as an array of doubles."""
    found = np.asarray(given)
    if found.dtype.kind not in "iuf":
        raise wrong("energies", given, "numbers in GeV")
    return found.astype(float)


def _seeds(seed: Any) -> NDArray[np.uint64]:
    """Seeds of events, none of which is changed by being one."""
    expected = "expected whole numbers, 0 to 2**64 - 1"
    if isinstance(seed, np.ndarray):
        if seed.size and seed.dtype.kind not in "iu" or np.ma.is_masked(seed):
            raise UsageError(f"seed: found numbers of type {seed.dtype}, {expected}")
        least, most = (int(seed.min()), int(seed.max())) if seed.size else (0, 0)
    else:
        try:
            # Of a list with some above 2**63 numpy makes floating-point numbers.
            seed = [index(one) for one in seed]
        except TypeError as error:
            raise UsageError(f"seed: {error}, {expected}") from error
        least, most = (min(seed), max(seed)) if seed else (0, 0)
    for one in (least, most):
        if not 0 <= one < 2**64:
            raise UsageError(f"seed: found {one}, {expected}")
    return np.array(seed, dtype=np.uint64)


def _rebuilt(data: bytes) -> Sampler:
    return Sampler(_core.Sampler.load(data))
