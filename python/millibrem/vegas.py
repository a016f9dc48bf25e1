"""The integrator of millibrem for any function: VEGAS+ of Lepage, with an honest measurement.

>>> import numpy as np
>>> from millibrem import vegas
>>> def f(x):  # x has shape (n, 2)
...     return 6.0 * x[:, 0] * x[:, 1] ** 2
>>> integ = vegas.Integrator([[0, 1], [0, 1]])
>>> result = integ(f, nitn=10, neval=10_000)
>>> abs(result.mean - 1.0) < 5 * result.sdev
True

What users of ``gplepage/vegas`` know is here: ``Integrator(map)(f, nitn, neval)``, ``result.mean``,
``.sdev``, ``.Q``, ``.chi2``, ``.dof``, ``.itn_results``, ``.summary()``, ``@batchintegrand``. Three
things differ. Functions take batches, an array of shape (n, dim), with or without the decorator; one
of a single point is made so by :func:`pointwise`. A call adapts first and measures then, with the
map frozen: adapting iterations are shown and do not count, because averages that include them are
biased low. And the result says by itself when not to trust it (``.alarms``, a warning).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from . import _core
from ._given import number, whole
from ._result import Result, warn
from ._types import Floats, Numbers

#: Of points of shape (n, dim) n values.
Function: TypeAlias = Callable[[Floats], Floats]

__all__ = ["Integrator", "Result", "batchintegrand", "pointwise"]


def batchintegrand(function: Function) -> Function:
    """Mark a function of batches, as ``vegas.batchintegrand`` does; all functions are here."""
    return function


def pointwise(function: Callable[[Floats], float]) -> Function:
    """Make a function of a single point, shape (dim,), one of batches.

    Parameters
    ----------
    function : callable
        It is called once a point, which takes far longer than a function of arrays.

    Returns
    -------
    callable
    """

    @functools.wraps(function)
    def of_batch(x: Floats) -> Floats:
        return _real([function(point) for point in x])

    return of_batch


class Integrator:
    """Integrates functions over a box, adapting to them.

    Parameters
    ----------
    map : sequence of pairs, or Integrator
        Lower and upper limit of each variable, finite; or an integrator to begin like, limits and
        adaptation.
    seed : int
        Seed of all random streams: the same seed and calls give the same bits, whatever the
        number of threads.
    alpha : float
        Damping of the map: 0 freezes it, above 1 is unstable.
    beta : float
        Damping of the strata: 0 gives every hypercube the same number of points.
    threads : int
        More than one serves functions that release the interpreter; they are called on other
        threads then.

    Notes
    -----
    Algorithm: G. P. Lepage, J. Comput. Phys. 439 (2021) 110386, with the changes that the
    documentation of the Rust package ``millibrem-vegas`` gives reasons for.
    """

    def __init__(
        self,
        map: Numbers | Integrator,
        *,
        seed: int = 1,
        alpha: float = 0.5,
        beta: float = 0.6,
        threads: int = 1,
    ) -> None:
        self._limits: Floats
        self._core: _core.Integrator
        seed, threads = whole("seed", seed, 0, 2**64 - 1), whole("threads", threads, 0, 4096)
        alpha, beta = number("alpha", alpha), number("beta", beta)
        if isinstance(map, Integrator):
            self._limits, self._core = map._limits, map._core.copy(seed, threads)
            return
        limits = np.array(map, dtype=float)
        if limits.ndim != 2 or limits.shape[1] != 2 or not len(limits):
            raise ValueError(f"map of shape {limits.shape}: expected pairs of limits, shape (dim, 2)")
        self._limits = limits
        self._core = _core.Integrator([tuple(pair) for pair in limits.tolist()], seed, alpha, beta, threads)

    @property
    def dim(self) -> int:
        """Number of variables."""
        return len(self._limits)

    @property
    def n_adapted(self) -> int:
        """Adapting iterations done with the present number of points."""
        return self._core.adapted

    def edges(self, axis: int) -> Floats:
        """Edges of the increments of the map on an axis, each as probable as the others."""
        return self._core.edges(whole("axis", axis, 0, self.dim - 1))

    def adapt(self, f: Function, nitn: int = 10, neval: int = 10_000) -> None:
        """Adapt to a function, or adapt further; gives no result.

        Parameters
        ----------
        f : callable
            Takes an array of shape (n, dim), gives n values.
        nitn : int
            Iterations. Points around those that make much of the variance, and further iterations
            while the last has one with more than a tenth of it, take as many evaluations again at most.
        neval : int
            Points an iteration; other than before, the adaptation begins anew.
        """
        self._core.adapt(_of_floats(f), *_sizes(nitn, neval))

    def measure(
        self, f: Function, nitn: int = 10, neval: int = 10_000, *, rel_error: float | None = None
    ) -> Result:
        """Integrate with the map as it is.

        Parameters
        ----------
        f : callable
            Takes an array of shape (n, dim), gives n values.
        nitn : int
            Iterations, at most.
        neval : int
            Points an iteration.
        rel_error : float, optional
            Stop once the relative error is this small, after two iterations or more.

        Returns
        -------
        Result
            Every call has points of its own, so results may be averaged.
        """
        result = Result(self._measured(f, nitn, neval, rel_error))
        warn(result.alarms)
        return result

    def _measured(self, f: Function, nitn: int, neval: int, rel_error: float | None) -> Any:
        goal = number("rel_error", rel_error, optional=True)
        return self._core.measure(_of_floats(f), *_sizes(nitn, neval), goal)

    def __call__(
        self,
        f: Function,
        nitn: int = 10,
        neval: int = 10_000,
        *,
        adapt: bool | None = None,
        rel_error: float | None = None,
    ) -> Result:
        """Adapt in ``nitn`` iterations, then integrate in as many.

        Parameters
        ----------
        f : callable
            Takes an array of shape (n, dim), gives n values.
        nitn : int
            Iterations of each; more to adapt where points are heavy, see :meth:`adapt`.
        neval : int
            Points an iteration.
        adapt : bool, optional
            Whether to adapt; by default where this integrator has not adapted yet. So the idiom of
            two calls, the first to adapt and the second for the result, does what it says.
        rel_error : float, optional
            Stop once the relative error is this small.

        Returns
        -------
        Result
        """
        if adapt or (adapt is None and not self.n_adapted):
            self.adapt(f, nitn, neval)
        result = Result(self._measured(f, nitn, neval, rel_error))
        warn(result.alarms)
        return result

    def __repr__(self) -> str:
        return f"<Integrator of {self.dim} variables, {self.n_adapted} adapting iterations>"


def _sizes(nitn: int, neval: int) -> tuple[int, int]:
    """Iterations and points of each, as whole numbers."""
    return whole("nitn", nitn, 1, 1_000_000), whole("neval", neval, 1, 2**53)


def _of_floats(function: Function) -> Function:
    """The function with values as an array of doubles."""

    def of_batch(x: Floats) -> Floats:
        return _real(function(x))

    return of_batch


def _real(values: Any) -> Floats:
    """The values as an array of doubles, none of which would lose a part of itself."""
    if isinstance(values, np.ma.MaskedArray):
        raise TypeError("the values are a masked array, whose masked elements have no value: fill them first")
    found = np.asarray(values)
    if found.dtype.kind == "c":
        raise TypeError("the values are complex: return the real or the imaginary part")
    return found.astype(float, copy=False)
