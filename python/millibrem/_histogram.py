"""Histograms of a run: a UHI ``PlottableHistogram``, and ``hist.Hist`` of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ._extras import found, needed
from .errors import UsageError
from ._types import Floats, Foreign


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
        self.edges, self.log = axis["edges"], axis["log"]

    @property
    def traits(self) -> _Traits:
        """Neither circular nor discrete (UHI)."""
        return _Traits()

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
        self._values = histogram["values"].reshape(shape)
        self._variances = histogram["variances"].reshape(shape)

    def _inside(self, array: Floats, flow: bool) -> Floats:
        return array if flow else array[(slice(1, -1),) * len(self.axes)]

    def values(self, flow: bool = False) -> Floats:
        """Cross section per bin, pb; with underflow and overflow bins if ``flow``."""
        return self._inside(self._values, flow)

    def variances(self, flow: bool = False) -> Floats:
        """Variance of each value, pb²."""
        return self._inside(self._variances, flow)

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
