"""Studies of cards as data frames: spectra, scans, comparisons, exclusion reach."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from . import _core
from ._card import Card
from ._given import flag, listed, number, numbers, one_of, texts, whole, wrong
from ._extras import needed
from ._result import warn
from ._types import Foreign, Listener, Over, Path
from .errors import UsageError


def _frame(table: dict[str, Any], **attrs: Any) -> Foreign:
    """A table as a data frame, with units and descriptions in ``.attrs``."""
    pandas = needed("pandas", "a table")
    columns = table["columns"]
    frame = pandas.DataFrame({column["name"]: column["values"] for column in columns})
    frame.attrs["units"] = {column["name"]: column["units"] for column in columns}
    frame.attrs["descriptions"] = {column["name"]: column["description"] for column in columns}
    frame.attrs.update(table["facts"])
    frame.attrs.update(attrs)
    return frame


def _over(axes: Over) -> list[str]:
    """Axes as the program writes them, KEY=A,B,C."""
    if isinstance(axes, str):
        return [axes]
    if not isinstance(axes, Mapping):
        return texts("over", axes)

    def text(value: Any) -> str:
        value = value.item() if hasattr(value, "item") else value
        return value if isinstance(value, str) else repr(value)

    lists = {key: listed(f"over[{key!r}]", values, "a list of values") for key, values in axes.items()}
    return [f"{key}=" + ",".join(map(text, values)) for key, values in lists.items()]


def spectrum(
    card: Card,
    *,
    at: Iterable[float] | None = None,
    bins: int | None = None,
    method: str | None = None,
    rel_error: float | None = None,
    seed: int | None = None,
    progress: Listener = None,
) -> Foreign:
    """See :meth:`Card.spectrum`."""
    if (at is None) == (bins is None):
        raise TypeError("give either at, values of x, or bins, their number")
    card = card._with(method=method, rel_error=rel_error, seed=seed)
    x = [] if at is None else numbers("at", at)
    bins = whole("bins", bins, 1, 100_000, optional=True)
    table, alarms = _core.spectrum(card._core, x, bins, progress)
    warn(alarms, stacklevel=4)
    return _frame(table, alarms=alarms)


def scan(
    card: Card,
    over: Over,
    *,
    method: str | None = None,
    rel_error: float | None = None,
    progress: Listener = None,
) -> Foreign:
    """See :meth:`Card.scan`."""
    card = card._with(method=method, rel_error=rel_error)
    table, failures = _core.scan(card._core, _over(over), progress)
    warn([f"row without a result: {failure}" for failure in failures], stacklevel=4)
    return _frame(table, failures=failures)


def compare(
    card: Card,
    over: Over = (),
    *,
    bins: int = 10,
    rel_error: float | None = None,
    progress: Listener = None,
) -> Foreign:
    """See :meth:`Card.compare`."""
    card = card._with(rel_error=rel_error)
    bins = whole("bins", bins, 0, 2**32 - 1)
    table, verdict = _core.compare(card._core, _over(over), bins, progress)
    return _frame(table, verdict=verdict)


def shower(
    card: Card,
    *,
    above: float | None = None,
    at: Iterable[float] = (),
    depths: Iterable[float] = (),
) -> Foreign:
    """See :meth:`Card.shower`."""
    at, depths = numbers("at", at), numbers("depths", depths)
    return _frame(_core.shower(card._core, number("above", above, optional=True), at, depths))


# What the columns of exclusion curves are called in figures.
_AXES = {
    "m_chi_gev": "$m_\\chi$ [GeV]",
    "m_dark_photon_gev": "$m_{A'}$ [GeV]",
    "m_mediator_gev": "$m$ of the mediator [GeV]",
    "q_over_e": "$Q_\\chi/e$",
    "epsilon": "$\\epsilon$",
    "coupling": "$g_l/e$",
}


class Reach:
    """Exclusion curves Q_χ/e against m_χ, or ε or the coupling of a boson against its mass.

    Attributes
    ----------
    table : pandas.DataFrame
        A row a limit: ``curve``, ``m_chi_gev``, ``q_over_e`` and others; in ``.attrs`` units and ``notes``,
        what is worth knowing. A mass without a limit has no row, and a warning says why.
        Of bosons ``m_dark_photon_gev`` or ``m_mediator_gev``, and ``epsilon`` or ``coupling``.
    """

    def __init__(self, table: Foreign) -> None:
        self.table = table

    @property
    def curves(self) -> dict[str, Foreign]:
        """The curves by name, a data frame each."""
        return dict(tuple(self.table.groupby("curve", sort=False)))

    def plot(
        self, *, ax: Foreign = None, only: Sequence[str] | None = None, **style: Any
    ) -> Foreign:
        """Draw the curves with matplotlib.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; the current one by default.
        only : sequence of str, optional
            Names of the curves to draw.
        **style
            Of the lines, for ``ax.plot``.

        Returns
        -------
        matplotlib.axes.Axes
        """
        ax = needed("matplotlib.pyplot", "plot").gca() if ax is None else ax
        mass, limit = self.table.columns[1:3]
        for name, curve in self.curves.items():
            if only is None or name in only:
                ax.plot(curve[mass], curve[limit], label=name, **style)
        ax.set(xscale="log", yscale="log", xlabel=_AXES[mass], ylabel=_AXES[limit])
        ax.legend()
        return ax

    def _repr_html_(self) -> str:
        return self.table._repr_html_()

    def __repr__(self) -> str:
        return f"<Reach: {', '.join(self.curves)}>"


def _paths(name: str, given: Path | Iterable[Path]) -> list[str]:
    """One path, or several."""
    expected = "the name of a file, or a list of them"
    several = [given] if isinstance(given, (str, os.PathLike)) else listed(name, given, expected)
    for one in several:
        if not isinstance(one, (str, os.PathLike)):
            raise wrong(name, one, expected)
    return [os.fspath(path) for path in several]


def _cards(given: Card | Path | Iterable[Card | Path]) -> list[Card]:
    """The cards, read where they are files."""
    expected = "a card, the name of one, or a list of them"
    one = (Card, str, os.PathLike)
    several = [given] if isinstance(given, one) else listed("cards", given, expected)
    for card in several:
        if not isinstance(card, one):
            raise wrong("cards", card, expected)
    if not several:
        raise wrong("cards", several, expected)
    return [card if isinstance(card, Card) else Card.load(card) for card in several]


def reach(
    cards: Card | Path | Iterable[Card | Path],
    masses: Iterable[float],
    *,
    method: str = "quadrature",
    rel_error: float | None = None,
    iww: bool = False,
    ceiling: float | None = None,
    observed: int | None = None,
    background: float = 0.0,
    confidence: float = 0.9,
    recast: Path | Iterable[Path] = (),
    overlay: Path | Iterable[Path] = (),
    progress: Listener = None,
) -> Reach:
    """The charge that experiments exclude against the mass of χ, channel by channel.

    Of cards that make an A′ or another boson, ε or the coupling against its mass.

    Parameters
    ----------
    cards : sequence of Card, str or os.PathLike
        One an experiment: cards, files, or names of shipped cards.
    masses : sequence of float
        Of χ, GeV; of the A′ or the boson, of cards that make one.
    method : {"quadrature", "mc"}
        Of the exact bremsstrahlung; mc for cuts on more than x.
    rel_error : float, optional
        Of the cross sections; 1e-4 by default, with mc that of the card.
    iww : bool
        Also bremsstrahlung in the improved Weizsäcker–Williams approximation.
    ceiling : float, optional
        Charge Q_χ/e from which on χ itself would be seen, in place of the cards'.
    observed : int, optional
        Events seen: a CLs upper limit replaces ``reach.events_excluded``.
    background, confidence : float
        Background events expected, and the confidence level of that limit; only with ``observed``.
    recast, overlay : str or os.PathLike, or a sequence of them
        Files of dark-photon limits to recast, and limits to show beside: files, or names of published ones.
    progress : callable, optional
        Called with a :class:`millibrem.Progress` now and then.

    Returns
    -------
    Reach
    """
    one_of("method", method, ("quadrature", "mc"))
    if rel_error is None and method != "mc":
        rel_error = 1e-4
    cores = [one._with(method=method, rel_error=rel_error)._core for one in _cards(cards)]
    if observed is None and (background != 0.0 or confidence != 0.9):
        raise UsageError("background and confidence are of a limit by observed, which is not given")
    observed = whole("observed", observed, 0, 2**32 - 1, optional=True)
    counts = (observed, number("background", background), number("confidence", confidence))
    asked = {
        "iww": flag("iww", iww),
        "ceiling": number("ceiling", ceiling, optional=True),
        "counts": None if observed is None else counts,
        "recast": _paths("recast", recast),
        "overlay": _paths("overlay", overlay),
    }
    table, of_cards, of_limits = _core.reach(cores, numbers("masses", masses), asked, progress)
    for words in of_limits:
        warnings.warn(words, stacklevel=2)
    return Reach(_frame(table, notes=of_cards + of_limits))
