"""Results of integrations: an integral, a cross section."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

from . import _core
from ._extras import needed
from .errors import UntrustedWarning
from ._types import Foreign


class Iteration(NamedTuple):
    """One row of the iteration table; values in the unit of the result."""

    measured: bool
    """Whether it counts for the result; adapting iterations do not."""
    n_eval: int
    """Points evaluated."""
    mean: float
    """Estimate of this iteration alone."""
    sdev: float
    """Its standard error."""
    average: float
    """Running average up to here."""
    average_sdev: float
    """Standard error of the running average."""
    chi2_dof: float
    """Chi squared per degree of freedom of the running average."""
    Q: float
    """Probability of a larger chi squared by chance."""


class Result:
    """An integral with its error and its history, in the manner of ``vegas.RAvg``.

    Attributes
    ----------
    mean, sdev : float
        Value and standard error. Of a deterministic method ``sdev`` is a bound.
    unit : str
        Empty, or the unit of both.
    iterations : list of Iteration
        Adapting rows first, which do not count; empty for a deterministic method.
    n_eval : int
        Evaluations.
    alarms, notes : list of str
        Reasons not to trust the result, and what is worth knowing besides.
    """

    unit = ""
    _symbol = "result"

    def __init__(self, found: dict[str, Any]) -> None:
        self.mean = found["mean"]
        self.sdev = found["sdev"]
        self.iterations = [Iteration(*row) for row in found["iterations"]]
        self.n_eval = found["n_eval"]
        self.method = found.get("method", "mc")
        self.alarms = list(found.get("alarms", []))
        self.notes = list(found.get("notes", []))
        self._chi2_dof = found["chi2_dof"]

    @property
    def dof(self) -> int:
        """Degrees of freedom: measured iterations less one; 0 for a deterministic method."""
        return max(sum(row.measured for row in self.iterations) - 1, 0)

    @property
    def chi2(self) -> float:
        """Chi squared of the measured iterations about their average."""
        return self._chi2_dof * self.dof

    @property
    def Q(self) -> float | None:
        """Probability of a larger chi squared by chance; None for a deterministic method."""
        return self.iterations[-1].Q if self.iterations else None

    @property
    def trustworthy(self) -> bool:
        """Whether nothing speaks against the result."""
        return not self.alarms

    @property
    def gvar(self) -> Foreign:
        """The same as a ``gvar.GVar`` (needs gvar)."""
        return needed("gvar", "a Gaussian variable").gvar(self.mean, self.sdev)

    def __float__(self) -> float:
        return float(self.mean)

    @property
    def itn_results(self) -> list[tuple[float, float]]:
        """(mean, sdev) of each iteration that counts."""
        return [(row.mean, row.sdev) for row in self.iterations if row.measured]

    def __str__(self) -> str:
        return f"{_core.value_error(self.mean, self.sdev)} {self.unit}".rstrip()

    def __repr__(self) -> str:
        return f"<{self}, {self.method}, {self.n_eval} evaluations>"

    def summary(self) -> str:
        """The iteration table as the field knows it.

        Returns
        -------
        str
            One line an iteration.
        """
        unit = f" [{self.unit}]" if self.unit else ""
        lines = [
            f"itn  phase         points  {'integral' + unit:<19}  {'average' + unit:<19}  chi2/dof      Q"
        ]
        number, before = 0, False
        for row in self.iterations:
            if row.measured and not before:
                number, before = 0, True
            number += 1
            average, agree = "-", f"{'-':>8}  {'-':>5}"
            if row.measured:
                average = _core.value_error(row.average, row.average_sdev)
                if number > 1:
                    agree = f"{row.chi2_dof:8.2f}  {row.Q:5.2f}"
            lines.append(
                f"{number:>3}  {'measure' if row.measured else 'adapt':<8}  {row.n_eval:>10}  "
                f"{_core.value_error(row.mean, row.sdev):<19}  {average:<19}  {agree}"
            )
        lines.append(f"{self._symbol} = {self}  ({self.method}, {self.n_eval} evaluations)")
        lines += [f"not trustworthy: {alarm}" for alarm in self.alarms]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = []
        for row in self.iterations:
            cells = (
                "measure" if row.measured else "adapt",
                row.n_eval,
                _core.value_error(row.mean, row.sdev),
                _core.value_error(row.average, row.average_sdev) if row.measured else "–",
                f"{row.chi2_dof:.2f}" if row.measured else "–",
                f"{row.Q:.2f}" if row.measured else "–",
            )
            rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
        unit = f" [{self.unit}]" if self.unit else ""
        heads = ("phase", "points", "integral" + unit, "average" + unit, "χ²/dof", "Q")
        head = "<tr>" + "".join(f"<th>{head}</th>" for head in heads) + "</tr>"
        table = f"<table>{head}{''.join(rows)}</table>" if rows else ""
        alarms = "".join(f"<p><b>not trustworthy:</b> {alarm}</p>" for alarm in self.alarms)
        return f"<p>{self._symbol} = {self} ({self.method}, {self.n_eval} evaluations)</p>{alarms}{table}"


class CrossSection(Result):
    """A cross section in pb per atom of the target.

    Attributes
    ----------
    unit : str
        ``"pb"``.
    method : str
        As ``integration.method`` spells it.
    seed : int
        Seed of the random streams.
    wall_s : float or None
        Seconds it took.
    nuclei : list of dict
        What each nucleus of the target gives: ``name``, ``atom_fraction``, ``sigma_pb``.
    """

    unit = "pb"
    _symbol = "sigma"

    def __init__(self, found: dict[str, Any]) -> None:
        super().__init__(found)
        self.seed = found.get("seed")
        self.wall_s = found.get("wall_s")
        self.nuclei = found.get("nuclei", [])


def warn(alarms: Sequence[str], stacklevel: int = 3) -> None:
    """Warn of a result that is not to be trusted."""
    if alarms:
        text = "the result is not to be trusted: " + "; ".join(alarms)
        warnings.warn(text, UntrustedWarning, stacklevel=stacklevel)
