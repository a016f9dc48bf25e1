"""Types that signatures share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core

Path: TypeAlias = "str | os.PathLike[str]"
Floats: TypeAlias = NDArray[np.float64]
Numbers: TypeAlias = ArrayLike
Listener: TypeAlias = "Callable[[_core.Progress], object] | None"
#: Axes of a scan: values by key, or as the program writes them.
Over: TypeAlias = "Mapping[str, Iterable[Any]] | str | Sequence[str]"
#: Of optional packages: matplotlib.axes.Axes, pandas.DataFrame, awkward.Array, hist.Hist, gvar.GVar.
Foreign: TypeAlias = Any
