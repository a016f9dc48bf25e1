"""What a card means, what a run is, what the package is made of."""

from __future__ import annotations

import os
from typing import Any

from . import _core
from ._card import Card
from ._run import Run
from ._run import open as open_run
from ._types import Path


def info(what: Card | Run | Path | None = None) -> dict[str, Any]:
    """What is worth knowing of a card, a run, or the package.

    Parameters
    ----------
    what : Card, Run, str or os.PathLike, optional
        A card or a run, a file of one, or the name of a shipped card; without it, the versions.

    Returns
    -------
    dict
        :meth:`Card.info` or :meth:`Run.info`; or ``millibrem``, ``git_commit``, ``run_file_format``
        and ``hdf5``.
    """
    if what is None:
        return _core.versions()
    if not isinstance(what, (Card, Run)):
        path = os.fspath(what)
        what = open_run(path) if _core.is_hdf5(path) else Card.load(path)
    return what.info()
