"""Studies of cards as data frames: spectra, scans, comparisons, exclusion reach."""

import os
from collections.abc import Mapping

from . import _core
from ._card import Card
from ._extras import needed
from ._result import warn


def _frame(table, **attrs):
    """A table as a data frame, with units and descriptions in ``.attrs``."""
    pandas = needed("pandas", "a table")
    columns = table["columns"]
    frame = pandas.DataFrame({column["name"]: column["values"] for column in columns})
    frame.attrs["units"] = {column["name"]: column["units"] for column in columns}
    frame.attrs["descriptions"] = {column["name"]: column["description"] for column in columns}
    frame.attrs.update(table["facts"])
    frame.attrs.update(attrs)
    return frame


def _over(axes):
    """Axes as the program writes them, KEY=A,B,C."""
    if isinstance(axes, str):
        return [axes]
    if not isinstance(axes, Mapping):
        return [os.fspath(axis) for axis in axes]

    def text(value):
        value = value.item() if hasattr(value, "item") else value
        return value if isinstance(value, str) else repr(value)

    return [f"{key}=" + ",".join(map(text, values)) for key, values in axes.items()]


def spectrum(card, *, at=None, bins=None, method=None, rel_error=None, seed=None, progress=None):
    """See :meth:`Card.spectrum`."""
    if (at is None) == (bins is None):
        raise TypeError("give either at, values of x, or bins, their number")
    card = card._with(method=method, rel_error=rel_error, seed=seed)
    x = [] if at is None else [float(x) for x in at]
    table, alarms = _core.spectrum(card._core, x, bins, progress)
    warn(alarms, stacklevel=4)
    return _frame(table, alarms=alarms)


def scan(card, over, *, method=None, rel_error=None, progress=None):
    """See :meth:`Card.scan`."""
    card = card._with(method=method, rel_error=rel_error)
    table, failures = _core.scan(card._core, _over(over), progress)
    warn([f"row without a result: {failure}" for failure in failures], stacklevel=4)
    return _frame(table, failures=failures)


def compare(card, over=(), *, bins=10, rel_error=None, progress=None):
    """See :meth:`Card.compare`."""
    card = card._with(rel_error=rel_error)
    table, verdict = _core.compare(card._core, _over(over), bins, progress)
    return _frame(table, verdict=verdict)


def shower(card, *, above=None, at=(), depths=()):
    """See :meth:`Card.shower`."""
    at, depths = ([float(x) for x in values] for values in (at, depths))
    return _frame(_core.shower(card._core, above, at, depths))


class Reach:
    """Exclusion curves Q_χ/e against m_χ.

    Attributes
    ----------
    table : pandas.DataFrame
        A row a limit: ``curve``, ``m_chi_gev``, ``q_over_e`` and others; units in ``.attrs``.
    """

    def __init__(self, table):
        self.table = table

    @property
    def curves(self):
        """The curves by name, a data frame each."""
        return dict(tuple(self.table.groupby("curve", sort=False)))

    def plot(self, *, ax=None, only=None, **style):
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
        for name, curve in self.curves.items():
            if only is None or name in only:
                ax.plot(curve["m_chi_gev"], curve["q_over_e"], label=name, **style)
        ax.set(xscale="log", yscale="log", xlabel="$m_\\chi$ [GeV]", ylabel="$Q_\\chi/e$")
        ax.legend()
        return ax

    def _repr_html_(self):
        return self.table._repr_html_()

    def __repr__(self):
        return f"<Reach: {', '.join(self.curves)}>"


def reach(
    cards,
    masses,
    *,
    method="quadrature",
    rel_error=None,
    iww=False,
    ceiling=None,
    observed=None,
    background=0.0,
    confidence=0.9,
    recast=(),
    overlay=(),
    progress=None,
):
    """The charge that experiments exclude against the mass of χ, channel by channel.

    Parameters
    ----------
    cards : sequence of Card, str or os.PathLike
        One an experiment: cards, files, or names of shipped cards.
    masses : sequence of float
        Of χ, GeV.
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
        Background events expected, and the confidence level of that limit.
    recast, overlay : sequence of str or os.PathLike
        Files of dark-photon limits to recast, and of limits to show beside.
    progress : callable, optional
        Called with a :class:`millibrem.Progress` now and then.

    Returns
    -------
    Reach
    """
    if rel_error is None and method != "mc":
        rel_error = 1e-4
    single = isinstance(cards, (Card, str, os.PathLike))
    cards = [cards] if single else list(cards)
    cards = [one if isinstance(one, Card) else Card.load(one) for one in cards]
    cards = [one._with(method=method, rel_error=rel_error)._core for one in cards]
    asked = {
        "iww": iww,
        "ceiling": ceiling,
        "counts": None if observed is None else (observed, background, confidence),
        "recast": [os.fspath(path) for path in recast],
        "overlay": [os.fspath(path) for path in overlay],
    }
    table = _core.reach(cards, [float(m) for m in masses], asked, progress)
    return Reach(_frame(table))
