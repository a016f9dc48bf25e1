"""Runs: cross section, histograms and events."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from . import _core, _root
from ._card import Card, _toml
from ._extras import needed
from ._given import flag, listed, number, one_of, text, whole, wrong
from ._histogram import Histogram, Histograms
from ._result import CrossSection, warn
from ._types import Floats, Foreign, Listener, Path
from .errors import FileError, UsageError

if TYPE_CHECKING:
    from ._figure import Figure

#: Roles that have a shorter name too.
_SHORT = {"lepton": "lepton_out", "nucleus": "nucleus_out"}


class Run:
    """A run, in memory or in a file.

    Made by :meth:`Card.generate` and :func:`open`; immutable.

    Attributes
    ----------
    path : str or None
        The run file; None in memory.
    sigma : CrossSection
        The total cross section, pb per nucleus.
    histograms : dict of Histogram
        By name, for any plotting package that knows UHI.
    alarms : list of str
        Reasons not to trust it.
    seed : int
    provenance, timings : dict
        Facts that are the same wherever the card is run, and those of the machine.
    """

    def __init__(
        self,
        facts: dict[str, Any],
        events: _core.Events | None = None,
        path: str | None = None,
        file: _core.RunFile | None = None,
        record: _core.RunRecord | None = None,
    ) -> None:
        self.path = path
        self.seed = facts["seed"]
        self.alarms = list(facts["alarms"])
        self.provenance, self.timings = facts["provenance"], facts["timings"]
        # One of events and file is there.
        self._facts = facts
        self._events: Any = events
        self._file: Any = file
        self._record = record
        self.sigma = CrossSection(
            dict(facts["sigma"], seed=self.seed, alarms=self.alarms, method="mc")
        )
        self.histograms = {one["name"]: Histogram(one) for one in facts["histograms"]}

    @classmethod
    def _in_memory(
        cls, facts: dict[str, Any], record: _core.RunRecord, events: _core.Events
    ) -> Run:
        return cls(facts, events, record=record)

    @classmethod
    def _of_file(cls, path: str) -> Run:
        file = _core.RunFile(path)
        facts = dict(
            file.header(),
            sigma=file.sigma(),
            histograms=file.histograms(),
            provenance=file.provenance(),
            timings=file.timings(),
            alarms=file.alarms(),
        )
        return cls(facts, path=path, file=file)

    @property
    def card(self) -> Card:
        """The card of the run, every default written out."""
        return Card.from_text(self._facts["card"], file=f"the card of {self.path or 'the run'}")

    @property
    def particles(self) -> dict[str, dict[str, Any]]:
        """What comes out, by role: PDG number, mass in GeV, charge in e."""
        return self._facts["sample"]["outgoing"]

    @property
    def beam(self) -> dict[str, Any]:
        """The beam particle and its total energy in GeV."""
        sample = self._facts["sample"]
        return dict(sample["beam"], energy_gev=sample["beam_energy_gev"])

    @property
    def target(self) -> dict[str, Any]:
        """The nucleus at rest."""
        return self._facts["sample"]["target"]

    @property
    def weighting(self) -> str:
        """``weighted``, ``unweighted`` or ``partly-unweighted``."""
        return self._facts["sample"]["weighting"]

    @property
    def hists(self) -> Histograms:
        """The histograms as ``hist.Hist`` by name, or :class:`Histogram` without hist."""
        return Histograms(self.histograms.values())

    def __len__(self) -> int:
        return len(self._events if self._file is None else self._file)

    def _columns(self) -> Any:
        """All events; a file is read when they are first asked for."""
        if self._events is None:
            self._events = self._file.events(0, len(self._file))
        return self._events

    @property
    def weights(self) -> Floats:
        """Weights of the events in pb; their mean is the cross section (numpy, N, no copy)."""
        return self._columns().weight

    @property
    def index(self) -> NDArray[np.uint64]:
        """Reproduction keys: card, seed and this number make an event again (numpy, N)."""
        return self._columns().index

    def p4(self, role: str) -> Floats:
        """Momenta of the particles of a role.

        Parameters
        ----------
        role : str
            ``"lepton"``, ``"nucleus"``, ``"chi"``, ``"chibar"`` or another of
            :attr:`particles`.

        Returns
        -------
        numpy.ndarray
            N × 4: E, px, py, pz in GeV in the laboratory, beam along +z. A read-only view of the
            memory of the run.
        """
        events = self._columns()
        try:
            return events.p4(_SHORT.get(text("role", role), role))
        except KeyError:
            known = [name.removesuffix("_out") for name in events.roles]
            near = get_close_matches(role, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise KeyError(f"no particle {role!r}; there are: {', '.join(known)}{hint}") from None

    @property
    def scalars(self) -> dict[str, Floats]:
        """What else the events say, arrays by name: ``vertex_z_cm`` in a thick target, ``nucleus``
        (PDG number) in a mixture, ``weight_<name>`` for each ``[[weight]]`` of the card (pb). The names end with the unit."""
        events = self._columns()
        return {name: events.scalar(name) for name, *_ in events.scalars}

    @property
    def events(self) -> Foreign:
        """Awkward records by role with the methods of vector's ``Momentum4D``.

        Returns
        -------
        awkward.Array
            Fields ``lepton``, ``nucleus``, ``chi``, ``chibar`` (or what the process has) in GeV,
            ``weight`` in pb, ``index``, and those of :attr:`scalars` (``nucleus`` as
            ``nucleus_pdg``). The arrays look into the memory of the run: no copy.
        """
        ak = needed("awkward", "run.events")
        needed("vector", "run.events").register_awkward()
        fields = {}
        for role in self._columns().roles:
            p = self.p4(role)
            momentum = {"px": p[:, 1], "py": p[:, 2], "pz": p[:, 3], "E": p[:, 0]}
            name = role.removesuffix("_out")
            fields[name] = ak.zip(momentum, with_name="Momentum4D", depth_limit=1)
        for name, values in self.scalars.items():
            # A particle has the name already where the struck nucleus is told.
            fields[name if name not in fields else f"{name}_pdg"] = values
        fields.update(weight=self.weights, index=self.index)
        return ak.zip(fields, depth_limit=1)

    def reweight(
        self,
        values: Mapping[str, Any],
        *,
        name: str | None = None,
        progress: Listener = None,
    ) -> Floats:
        """Weights of the same events for another squared amplitude.

        Parameters
        ----------
        values : mapping of str
            What is different, by full key: ``{"target.form_factor": "helm"}``. Couplings, spins and
            form factors may be; masses, energies and cuts decide which events there are.
        name : str, optional
            Add the weights to the file of the run, as the column ``weight_<name>``.
        progress : callable, optional
            Called with a :class:`millibrem.Progress` now and then.

        Returns
        -------
        numpy.ndarray
            N weights in pb; their mean is the cross section of that choice.
        """
        if name is not None and self._file is None:
            raise UsageError("a run in memory has no file for the weights: save it before, or leave name out")
        if not isinstance(values, Mapping):
            raise wrong("values", values, "a mapping of keys, such as {'target.form_factor': 'helm'}")
        name = None if name is None else text("name", name)
        settings = [f"{key}={_toml(value)}" for key, value in values.items()]
        events = self._columns()
        return _core.other_weights(self._facts["card"], events, settings, self._file, name, progress)

    def info(self) -> dict[str, Any]:
        """What the run is.

        Returns
        -------
        dict
            ``path``, ``card`` (TOML), ``seed``, ``events``, ``weighting``, ``beam``, ``target``,
            ``particles`` by role, ``sigma_pb``, ``error_pb``, ``histograms`` (names), ``alarms``,
            ``provenance`` and ``timings``.
        """
        return {
            "path": self.path,
            "card": self._facts["card"],
            "seed": self.seed,
            "events": len(self),
            "weighting": self.weighting,
            "beam": self.beam,
            "target": self.target,
            "particles": self.particles,
            "sigma_pb": self.sigma.mean,
            "error_pb": self.sigma.sdev,
            "histograms": list(self.histograms),
            "alarms": self.alarms,
            "provenance": self.provenance,
            "timings": self.timings,
        }

    def _drawn(self) -> Any:
        drawn = self._file or self._record
        if drawn is None:
            raise UsageError("a run that was pickled in memory has no record: save it before")
        return drawn

    def save(self, path: Path, *, force: bool = False) -> Run:
        """Write a run in memory into a run file.

        Parameters
        ----------
        path : str or os.PathLike
            The file; it gets the datasets that ``generate(path=...)`` writes, to the bit.
        force : bool
            Replace what is there.

        Returns
        -------
        Run
            The run in the file.
        """
        path, force = os.path.abspath(path), flag("force", force)
        if self._file is not None:
            raise UsageError(f"the run is in {self.path} already; copy that file")
        self._drawn().save(self._events, path, force)
        return open(path)

    def export(
        self,
        format: str,
        path: Path | None = None,
        *,
        drop_nucleus: bool = False,
        vertex: str = "origin",
        vertex_offset_mm: float = 0.0,
        weights: str = "keep",
        force: bool = False,
    ) -> int:
        """Write the events in another format.

        Parameters
        ----------
        format : str
            One of :func:`millibrem.export_formats`: ``lhe``, ``hepmc3``, ``csv`` and others; or ``root``, a
            tree ``events`` of scalar branches by role, which uproot writes.
        path : str or os.PathLike, optional
            The file; a name ending in .gz compresses. By default beside the run file.
        drop_nucleus : bool
            Leave out the recoiling nucleus, which Geant4 may not know.
        vertex : {"origin", "uniform"}
            All events at z = 0, or anywhere in the target.
        vertex_offset_mm : float
            The z of the front of the target, mm.
        weights : {"keep", "unweight", "drop"}
            What a format without weights does with weights that differ: refuse, accept and
            reject, or lose them.
        force : bool
            Replace what is there.

        Returns
        -------
        int
            Events written.
        """
        format, vertex = text("format", format), one_of("vertex", vertex, ("origin", "uniform"))
        weights = one_of("weights", weights, ("keep", "unweight", "drop"))
        vertex_offset_mm = number("vertex_offset_mm", vertex_offset_mm)
        drop_nucleus, force = flag("drop_nucleus", drop_nucleus), flag("force", force)
        if self.path is None and path is None:
            raise UsageError("a run in memory is beside nothing: give the path of the export")
        if format == "root":
            if weights != "keep" or vertex != "origin" or vertex_offset_mm != 0.0:
                raise UsageError("root has weights and vertices as the run has them, no others")
            stem, _ = os.path.splitext(self.path or "")
            file_name = os.path.abspath(path if path is not None else f"{stem}.root")
            return _root.write(self, file_name, drop_nucleus=drop_nucleus, replace=force)
        with tempfile.TemporaryDirectory() as folder:
            file = self._file or self.save(os.path.join(folder, "run.h5"))._file
            if path is None:
                stem, _ = os.path.splitext(self.path or "")
                path = f"{stem}.{_core.export_suffix(format)}"
            choice = {
                "drop_nucleus": drop_nucleus,
                "uniform": vertex == "uniform",
                "vertex_offset_mm": vertex_offset_mm,
                "weights": weights,
                "replace": force,
            }
            count, lost = _core.export(file, format, os.path.abspath(path), choice)
        for words in lost:
            warnings.warn(words, stacklevel=2)
        return count

    def plot(
        self, name: str, *, ax: Foreign = None, differential: bool = True, **style: Any
    ) -> Foreign:
        """Draw a histogram with matplotlib.

        Parameters
        ----------
        name : str
            The histogram, of one observable.
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
        if name not in self.histograms:
            self.hists[name]
        return self.histograms[name].plot(ax=ax, differential=differential, **style)

    def figure(
        self, only: str | Sequence[str] | None = None, *, title: str | None = None
    ) -> Figure:
        """Draw the histograms and the iterations; see :func:`millibrem.figure`.

        Parameters
        ----------
        only : str or sequence of str, optional
            Names of the panels to draw; all by default.
        title : str, optional
            Text above the frames.

        Returns
        -------
        Figure
        """
        from ._figure import figure

        return figure(self, only=only, title=title)

    def __reduce__(self) -> tuple[Any, ...]:
        if self.path is not None:
            return open, (self.path,)
        events = self._events
        columns = (
            events.roles,
            events.weight,
            events.index,
            [events.p4(role) for role in events.roles],
            [(*scalar, events.scalar(scalar[0])) for scalar in events.scalars],
        )
        return _rebuilt, (self._facts, columns)

    def __repr__(self) -> str:
        where = self.path or "in memory"
        return f"<Run {self.card.name}: {len(self)} events, sigma = {self.sigma}, {where}>"

    def _repr_html_(self) -> str:
        return f"<p>{self!r}</p>".replace("<Run", "&lt;Run") + self.sigma._repr_html_()


def _rebuilt(facts: dict[str, Any], columns: Any) -> Run:
    return Run(facts, _core.Events.from_columns(columns))


def open(path: Path) -> Run:
    """Open a run file.

    Parameters
    ----------
    path : str or os.PathLike
        A complete ``run.h5`` of this package or of the program.

    Returns
    -------
    Run
        Events are read when they are first asked for.

    Raises
    ------
    FileError
        If it cannot be read, is damaged, or is no run.
    """
    return Run._of_file(os.path.abspath(path))


def merge(
    shards: Iterable[Path],
    path: Path,
    *,
    force: bool = False,
    threads: int = 0,
    progress: Listener = None,
) -> Run:
    """Merge the shards of a run into the run: the same bits as without shards.

    Parameters
    ----------
    shards : sequence of str or os.PathLike
        The files of all shards, in any order.
    path : str or os.PathLike
        The run file to write.
    force : bool
        Replace what is there.
    threads : int
        Threads for the points that the shards leave; 0 means all.
    progress : callable, optional
        Called with a :class:`millibrem.Progress` now and then.

    Returns
    -------
    Run
    """
    path, threads = os.path.abspath(path), whole("threads", threads, 0, 4096)
    parts = listed("shards", shards, "a list of files")
    for one in parts:
        if not isinstance(one, (str, os.PathLike)):
            raise wrong("shards", one, "the name of a file")
    _core.merge([os.fspath(one) for one in parts], path, flag("force", force), threads, progress)
    return open(path)


def in_shards(
    card: Card,
    path: Path | None,
    shards: int | None,
    executor: Any,
    force: bool,
    progress: Listener,
) -> Run:
    """The run of ``card`` in parts, on ``executor`` if there is one, and merged."""
    shards = 1 if shards is None else whole("shards", shards, 1, 2**32 - 1)
    folder = None
    if path is not None:
        folder = os.path.dirname(os.path.abspath(path))
        os.makedirs(folder, exist_ok=True)
        if os.path.exists(path) and not force:
            raise FileError(f"{path} exists already; choose another path or force=True")
    with tempfile.TemporaryDirectory(prefix=".shards-", dir=folder) as place:
        parts = [os.path.join(place, f"shard-{i}-of-{shards}.h5") for i in range(1, shards + 1)]
        tasks = [(card, part, i, shards) for i, part in enumerate(parts, 1)]
        if executor is None:
            for task in tasks:
                shard(*task, progress)
        else:
            futures = [executor.submit(shard, *task) for task in tasks]
            for future in futures:
                future.result()
        if path is not None:
            run = merge(parts, path, force=force, threads=card["run.threads"], progress=progress)
        else:
            run = merge(parts, os.path.join(place, "run.h5"), progress=progress)
            # The file goes with its folder.
            facts, events = run._facts, run._columns()
            run = Run(facts, events, record=_core.RunRecord.of(run._file))
    warn(run.alarms, stacklevel=4)
    return run


def shard(card: Card, path: Path, index: int, of: int, progress: Listener = None) -> None:
    """Do part ``index`` of ``of`` of the run of ``card`` into the file ``path``.

    What an executor does; parts of all indices from 1 on are merged by :func:`merge`.

    Parameters
    ----------
    card : Card
        The same for all parts, with its seed.
    path : str or os.PathLike
        The shard to write; one that is there and complete is left as it is.
    index, of : int
    progress : callable, optional
    """
    part = whole("index", index, 1, 2**32 - 1), whole("of", of, 1, 2**32 - 1)
    _core.generate_into(card._core, os.fspath(path), True, False, part, progress)
