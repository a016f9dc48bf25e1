"""Events as a tree of ROOT, which uproot writes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from ._extras import needed
from .errors import FileError

if TYPE_CHECKING:
    from ._run import Run

#: First bytes of every file of ROOT.
_MAGIC = b"root"
#: Events written at a time: one basket a branch.
_PIECE = 100_000


def write(run: Run, path: str, *, drop_nucleus: bool, replace: bool) -> int:
    """Write the tree ``events`` of scalar branches, and the card; the number of events."""
    uproot = needed("uproot", 'run.export("root")')
    if os.path.exists(path):
        with open(path, "rb") as file:
            is_root = file.read(len(_MAGIC)) == _MAGIC
        if not (replace and is_root):
            cure = "force=True replaces it" if is_root else "it is no file of ROOT: choose another name"
            raise FileError(f"{path} exists already; {cure}")
    roles = [role for role in run.particles if not (drop_nucleus and role == "nucleus_out")]
    momenta = {role: run.p4(role) for role in roles}
    columns = {"index": run.index, "weight_pb": run.weights, **run.scalars}
    for role, p4 in momenta.items():
        for i, part in enumerate(("e", "px", "py", "pz")):
            columns[f"{role}_{part}_gev"] = p4[:, i]
    masses = {f"{role}_m_gev": run.particles[role]["mass_gev"] for role in roles}
    unfinished = f"{path}.part"
    try:
        with uproot.recreate(unfinished) as file:
            types = {name: column.dtype for name, column in columns.items()}
            file.mktree("events", {**types, **dict.fromkeys(masses, np.dtype(float))})
            for first in range(0, len(run), _PIECE):
                here = slice(first, first + _PIECE)
                piece = {name: np.ascontiguousarray(column[here]) for name, column in columns.items()}
                n = len(piece["index"])
                # The same in every event, for E^2 - p^2 of a fast particle has lost its mass.
                piece.update({name: np.full(n, mass) for name, mass in masses.items()})
                file["events"].extend(piece)
            file["card"] = run.card.text
            file["sigma_pb"] = f"{run.sigma.mean!r} +- {run.sigma.sdev!r}"
        os.replace(unfinished, path)
    finally:
        if os.path.exists(unfinished):
            os.remove(unfinished)
    return len(run)
