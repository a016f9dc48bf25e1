"""Figures of runs and tables, drawn by the library."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from . import _core
from ._given import text, texts
from ._types import Foreign, Path

if TYPE_CHECKING:
    from ._run import Run
    from ._study import Reach


class Figure:
    """A drawing: shows itself in a notebook, and can be saved.

    Attributes
    ----------
    svg : str
        The drawing.
    """

    def __init__(
        self, drawn: list[Any], only: list[str], labels: list[str], title: str | None
    ) -> None:
        self._arguments = (drawn, only, labels, title)
        self.svg = _core.figure(*self._arguments, False).decode()

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: Path) -> None:
        """Write the figure to ``path``, which ends in .svg or .png; replaces what is there."""
        path = os.fspath(path)
        ending = os.path.splitext(path)[1]
        if ending not in (".svg", ".png"):
            from .errors import FigureError

            raise FigureError(f"{path} is no name for a figure: it must end in .svg or .png")
        data = _core.figure(*self._arguments, True) if ending == ".png" else self.svg.encode()
        with open(path, "wb") as file:
            file.write(data)


def _drawn(result: Any) -> Any:
    """What the library draws of a run, a table or a file."""
    if hasattr(result, "_drawn"):
        return result._drawn()
    result = getattr(result, "table", result)
    if not hasattr(result, "attrs"):
        return os.fspath(result)
    units = result.attrs.get("units", {})
    facts = [(name, text) for name, text in result.attrs.items() if isinstance(text, str)]
    columns = [(name, units.get(name, ""), result[name].tolist()) for name in result.columns]
    return {"facts": facts, "columns": columns}


def figure(
    *results: Run | Reach | Path | Foreign,
    only: str | Sequence[str] | None = None,
    labels: Sequence[str] | None = None,
    title: str | None = None,
) -> Figure:
    """Draw runs, or tables, over each other.

    Parameters
    ----------
    *results : Run, Reach, pandas.DataFrame, str or os.PathLike
        Runs, tables that this package has made, or files of runs or of tables (CSV, HDF5).
    only : str or sequence of str, optional
        Names of the panels to draw: observables, ``iterations``; all by default.
    labels : sequence of str, optional
        Texts of the legend, one a result; ``*m*`` slants, ``_{χ}`` lowers, ``^{2}`` raises.
    title : str, optional
        Text above the frames.

    Returns
    -------
    Figure
    """
    drawn = [_drawn(one) for one in results]
    title = None if title is None else text("title", title)
    return Figure(drawn, texts("only", only), texts("labels", labels), title)
