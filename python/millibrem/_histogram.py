"""Histograms of a run: a UHI ``PlottableHistogram``, and ``hist.Hist`` of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import isfinite
from typing import Any

from ._extras import found, needed
from .errors import UsageError
from ._types import Floats, Foreign


def _kept(array: Floats) -> Floats:
    """The same, read only: what is computed with it is a copy."""
    array.setflags(write=False)
    return array


class Axis:
    """An axis of a :class:`Histogram`: an observable and its edges.

    Attributes
    ----------
    name, unit, label : str
        The observable.
    edges : numpy.ndarray
        Rising, in its unit.
    log : bool
        Whether the bins have equal ratios, not widths.
    """

    def __init__(self, axis: dict[str, Any]) -> None:
        self.name, self.unit, self.label = axis["name"], axis["unit"], axis["label"]
        self.edges, self.log = _kept(axis["edges"]), axis["log"]

    @property
    def traits(self) -> _Traits:
        """Neither circular nor discrete (UHI)."""
        return _Traits()

    def _edge(self, value: float) -> int:
        """Number of the edge at this value."""
        if not isfinite(value):
            raise UsageError(f"no bin of {self.name} ends at {value:g}; None is all up to that end")
        at = int(abs(self.edges - value).argmin())
        width = self.edges[1:] - self.edges[:-1]
        if abs(self.edges[at] - value) > 1e-9 * max(abs(value), width.max()):
            raise UsageError(f"no bin of {self.name} ends at {value:g}; the nearest edge is {self.edges[at]:g}")
        return at

    def __len__(self) -> int:
        return len(self.edges) - 1

    def __getitem__(self, i: int) -> tuple[float, float]:
        return float(self.edges[i]), float(self.edges[i + 1])

    def __iter__(self) -> Iterator[tuple[float, float]]:
        return (self[i] for i in range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Axis) and bool((self.edges == other.edges).all())

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Axis({self.name}, {len(self)} bins, {self.edges[0]:g} to {self.edges[-1]:g} {self.unit})"


class _Traits:
    circular = discrete = False


#: A limit of a range: an edge, none, or those of two axes.
Limit = float | None | tuple[float | None, float | None]


class Histogram:
    """Cross section per bin in pb, as ``uhi.typing.plottable.PlottableHistogram``.

    Attributes
    ----------
    name : str
        Its observables, joined by ``_vs_``.
    axes : tuple of Axis
        One or two.
    kind : str
        ``"COUNT"``.
    """

    kind = "COUNT"

    def __init__(self, histogram: dict[str, Any]) -> None:
        self.name = histogram["name"]
        self.axes = tuple(map(Axis, histogram["axes"]))
        shape = [len(axis) + 2 for axis in self.axes]
        self._values = _kept(histogram["values"].reshape(shape))
        self._variances = _kept(histogram["variances"].reshape(shape))
        self._deviations = _kept(histogram["deviations"].reshape([-1, *shape]))

    def _inside(self, array: Floats, flow: bool) -> Floats:
        return array if flow else array[(slice(1, -1),) * len(self.axes)]

    def values(self, flow: bool = False) -> Floats:
        """Cross section per bin, pb; with underflow and overflow bins if ``flow``."""
        return self._inside(self._values, flow)

    def variances(self, flow: bool = False) -> Floats:
        """Variance of each value, pb²."""
        return self._inside(self._variances, flow)

    def deviations(self) -> Floats:
        """Independent deviations of all bins in pb, flow bins included, a row each; none in files of
        versions that had none. The covariance of the bins is ``d.T @ d``."""
        return self._deviations

    def sum_error(self, low: Limit = None, high: Limit = None) -> float:
        """One standard deviation of the cross section between two edges, pb.

        Bins are not independent, so it is not the root of the sum of :meth:`variances`. Where nothing
        is given, the flow bins belong to it: ``sum_error()`` is the error of σ.

        Parameters
        ----------
        low, high : float or None, or two of them
            Edges of bins, in the unit of the axis; of two observables a pair, one for each.
        """
        pick = []
        for axis, one, other in zip(self.axes, self._limits(low), self._limits(high)):
            start = 0 if one is None else axis._edge(one) + 1
            stop = len(axis) + 2 if other is None else axis._edge(other) + 1
            if stop <= start:
                raise UsageError(f"no bin of {axis.name} lies between {one} and {other}")
            pick.append(slice(start, stop))
        chosen = self._variances[tuple(pick)]
        if chosen.size == 1:
            return float(chosen.item() ** 0.5)
        if not len(self._deviations):
            raise UsageError(
                f"{self.name} has no deviations, which the error of a sum needs: its run was written by an "
                "earlier version, had one iteration, or has more than 4096 bins"
            )
        rows = self._deviations[(slice(None), *pick)].reshape(len(self._deviations), -1)
        return float((rows.sum(axis=1, dtype=float) ** 2).sum() ** 0.5)

    def _limits(self, limit: Limit) -> tuple[float | None, ...]:
        """One limit for each axis."""
        if limit is None:
            return (None,) * len(self.axes)
        limits = tuple(limit) if isinstance(limit, Iterable) else (limit,)
        if len(limits) != len(self.axes):
            names = ", ".join(axis.name for axis in self.axes)
            raise UsageError(f"{limit!r}: {self.name} needs a limit for each of {names}")
        return limits

    def counts(self, flow: bool = False) -> Floats:
        """Effective number of entries of each bin: value squared over variance."""
        values, variances = self.values(flow), self.variances(flow)
        filled = variances > 0
        return (values**2 / variances.clip(min=variances[filled].min())) * filled if filled.any() else values * 0

    def to_hist(self) -> Foreign:
        """The same as ``hist.Hist`` with ``Weight`` storage (needs hist)."""
        hist = needed("hist", "hist.Hist")
        axes = []
        for axis in self.axes:
            label = axis.label if axis.unit == "1" else f"{axis.label} [{axis.unit}]"
            names = {"name": axis.name, "label": label}
            if axis.log:
                axes.append(hist.axis.Variable(axis.edges, **names))
            else:
                low, high = axis.edges[0], axis.edges[-1]
                axes.append(hist.axis.Regular(len(axis), low, high, **names))
        label = "cross section per bin [pb]"
        filled = hist.Hist(*axes, storage=hist.storage.Weight(), name=self.name, label=label)
        view = filled.view(flow=True)
        view.value, view.variance = self._values, self._variances
        return filled

    def differential(self) -> tuple[Floats, Floats]:
        """dσ/dX (or d²σ/dXdY) and its error, flow bins left out.

        Returns
        -------
        values, errors : numpy.ndarray
            In pb per units of the axes.
        """
        width: Any = 1.0
        for i, axis in enumerate(self.axes):
            shape = [1] * len(self.axes)
            shape[i] = -1
            width = width * (axis.edges[1:] - axis.edges[:-1]).reshape(shape)
        return self.values() / width, self.variances() ** 0.5 / width

    def plot(self, *, ax: Foreign = None, differential: bool = True, **style: Any) -> Foreign:
        """Draw it with matplotlib (needs matplotlib); one observable only.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; the current one by default.
        differential : bool
            dσ/dX, not the cross section of each bin.
        **style
            Of the line, for ``ax.stairs``.

        Returns
        -------
        matplotlib.axes.Axes
        """
        if len(self.axes) != 1:
            raise UsageError(f"{self.name} has two observables: mb.figure draws it, or hist")
        ax = needed("matplotlib.pyplot", "plot").gca() if ax is None else ax
        (axis,) = self.axes
        if differential:
            values, errors = self.differential()
            unit = "pb" if axis.unit == "1" else f"pb/{axis.unit}"
            ax.set_ylabel(f"dσ/d({axis.name}) [{unit}]")
        else:
            values, errors = self.values(), self.variances() ** 0.5
            ax.set_ylabel("σ per bin [pb]")
        edges = axis.edges
        style.setdefault("baseline", None)
        line = ax.stairs(values, edges, **style)
        middle = (edges[1:] * edges[:-1]) ** 0.5 if axis.log else (edges[1:] + edges[:-1]) / 2
        color = line.get_edgecolor()
        ax.errorbar(middle, values, errors, fmt="none", ecolor=color, elinewidth=1)
        if axis.log:
            ax.set_xscale("log")
            if (values > 0).any():
                ax.set_yscale("log")
        ax.set_xlabel(axis.label if axis.unit == "1" else f"{axis.label} [{axis.unit}]")
        return ax

    def __repr__(self) -> str:
        return f"<Histogram {self.name}: {', '.join(map(repr, self.axes))}>"


class Histograms(Mapping[str, Any]):
    """The histograms of a run by name: ``hist.Hist`` if hist is installed, else Histogram."""

    def __init__(self, histograms: Iterable[Histogram]) -> None:
        self._plain = {one.name: one for one in histograms}

    def __getitem__(self, name: str) -> Foreign:
        try:
            plain = self._plain[name]
        except KeyError:
            known = ", ".join(self._plain) or "none"
            raise KeyError(f"no histogram {name!r}; there are: {known}") from None
        return plain.to_hist() if found("hist") else plain

    def __iter__(self) -> Iterator[str]:
        return iter(self._plain)

    def __len__(self) -> int:
        return len(self._plain)

    def __repr__(self) -> str:
        return f"<Histograms: {', '.join(self._plain) or 'none'}>"
