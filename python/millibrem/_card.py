"""Run cards: what to compute."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, KeysView, Mapping
from typing import TYPE_CHECKING, Any

from . import _core
from ._given import flag, listed, number, wrong
from ._given import text as given_text
from ._result import CrossSection, warn
from ._types import Floats, Foreign, Listener, Numbers, Over, Path

if TYPE_CHECKING:
    from ._pieces import Integrand
    from ._run import Run
    from ._sampler import Sampler


def _toml(value: Any) -> str:
    """A value as TOML."""
    value = value.item() if hasattr(value, "item") else value
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(key)} = {_toml(one)}" for key, one in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_toml, value)) + "]"
    raise TypeError(f"{value!r} is no value for a card: expected text, number, list or mapping")


class Card:
    """A run card: validated, every default filled in, immutable.

    Make one with :meth:`load` or :meth:`from_text`. Keys and units are those of ``docs/card.md``
    (:func:`millibrem.card_keys` lists them): energies and masses in GeV, angles in mrad, lengths
    in cm.

    Examples
    --------
    >>> import millibrem as mb
    >>> card = mb.Card.load("na64mu-2025").replace({"dark_sector.m_chi_gev": 0.03})
    >>> card["beam.energy_gev"]
    160.0
    """

    __slots__ = ("_core", "_values")
    _core: Any
    _values: dict[str, Any] | None

    def __init__(self, core: _core.Card) -> None:
        if not isinstance(core, _core.Card):
            raise TypeError("a card comes from Card.load or Card.from_text")
        object.__setattr__(self, "_core", core)
        object.__setattr__(self, "_values", None)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a card is immutable; replace() makes another one")

    @classmethod
    def load(cls, card: Path) -> Card:
        """Read a card.

        Parameters
        ----------
        card : str or os.PathLike
            A file, or the name of a shipped card (:func:`millibrem.shipped_cards`).

        Returns
        -------
        Card

        Raises
        ------
        CardError
            If it cannot be read or is wrong; the text names what was found and expected.
        """
        if not isinstance(card, (str, os.PathLike)):
            raise wrong("card", card, "a file, or the name of a shipped card")
        return cls(_core.Card.load(os.fspath(card)))

    @classmethod
    def from_text(cls, text: str, *, name: str = "run", file: str = "<text>") -> Card:
        """Read a card from its text.

        Parameters
        ----------
        text : str
            TOML.
        name : str
            Name of the run if the card does not say one.
        file : str
            What to call the card in messages.

        Returns
        -------
        Card
        """
        file, name, text = given_text("file", file), given_text("name", name), given_text("text", text)
        return cls(_core.Card(file, name, text, []))

    def replace(self, values: Mapping[str, Any] | None = None, /, **more: Any) -> Card:
        """The same card with other values.

        Parameters
        ----------
        values : mapping of str, optional
            Values by full key, ``{"dark_sector.m_chi_gev": 0.03}``.
        **more
            The same as names: ``dark_sector__m_chi_gev=0.03``.

        Returns
        -------
        Card

        Notes
        -----
        As ``--set`` of the program does, a new value displaces what loses its meaning: another
        element drops density and radiation length of the old one.
        """
        if values is not None and not isinstance(values, Mapping):
            raise wrong("values", values, "a mapping of keys, such as {'beam.energy_gev': 100}")
        pairs = dict(values or {})
        pairs.update((key.replace("__", "."), value) for key, value in more.items())
        return Card(self._core.replace([(key, _toml(value)) for key, value in pairs.items()]))

    @property
    def name(self) -> str:
        """Name of the run."""
        return self._core.name

    @property
    def seed(self) -> int:
        """Seed of the run: the card's, or one drawn when it was loaded, which ``replace`` keeps."""
        return self._core.seed

    @property
    def process(self) -> str:
        """The process, as ``process.kind`` spells it."""
        return self._core.process

    @property
    def text(self) -> str:
        """The card as TOML with every default written out."""
        return self._core.toml()

    def to_dict(self) -> dict[str, Any]:
        """The card as nested dictionaries with every default written out."""
        return self._core.values()

    def _flat(self) -> dict[str, Any]:
        if self._values is None:
            flat: dict[str, Any] = {}
            for section, values in self._core.values().items():
                if isinstance(values, dict):
                    flat.update((f"{section}.{key}", value) for key, value in values.items())
                else:
                    flat[section] = values
            object.__setattr__(self, "_values", flat)
            return flat
        return self._values

    def keys(self) -> KeysView[str]:
        """Full names of the values that the card has, defaults included."""
        return self._flat().keys()

    def __getitem__(self, key: str) -> Any:
        return self._flat()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._flat())

    def __contains__(self, key: object) -> bool:
        return key in self._flat()

    def __eq__(self, other: object) -> bool:
        return self.text == other.text if isinstance(other, Card) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.text)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, self._core.parts()

    def __repr__(self) -> str:
        flat = self._flat()
        target = flat.get("target.element") or "mixture"
        beam = f"{flat.get('beam.lepton', 'beam')} {flat['beam.energy_gev']:g} GeV"
        return f"<Card {self.name}: {self.process}, {beam} on {target}, seed {self.seed}>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{key}</td><td>{value}</td></tr>" for key, value in self._flat().items()
        )
        return f"<table><tr><th>{self.name}</th><th></th></tr>{rows}</table>"

    def sigma(
        self,
        method: str | None = None,
        *,
        rel_error: float | None = None,
        seed: int | None = None,
        progress: Listener = None,
    ) -> CrossSection:
        """The total cross section.

        Parameters
        ----------
        method : {"mc", "quadrature", "ww", "iww", "wwa"}, optional
            In place of ``integration.method``.
        rel_error : float, optional
            Relative error at which to stop, in place of ``integration.rel_error``.
        seed : int, optional
            In place of the card's.
        progress : callable, optional
            Called with a :class:`millibrem.Progress` now and then.

        Returns
        -------
        CrossSection
            In pb per nucleus.

        Examples
        --------
        >>> import millibrem as mb
        >>> print(mb.Card.load("na64mu-2025").sigma("quadrature", rel_error=1e-3).unit)
        pb
        """
        card = self._with(method=method, rel_error=rel_error, seed=seed)
        found = CrossSection(_core.sigma(card._core, progress))
        warn(found.alarms)
        return found

    def integrand(self) -> Integrand:
        """The differential cross section on the unit hypercube, for one's own integrator.

        Returns
        -------
        Integrand
            A function of points of shape (n, dim), in pb.
        """
        from ._pieces import Integrand

        return Integrand(self)

    def form_factor_g2(self, t_gev2: Numbers) -> Floats:
        """``G2(t) = Z² F(t)²`` of the target.

        Parameters
        ----------
        t_gev2 : array_like
            Momentum transfer t = −q² ≥ 0, GeV².

        Returns
        -------
        numpy.ndarray
            Of the shape of ``t_gev2``; Z² at 0 without screening.
        """
        import numpy as np

        t = np.asarray(t_gev2, dtype=float)
        return _core.form_factor_g2(self._core, t.ravel()).reshape(t.shape)

    def spectrum(
        self,
        *,
        at: Iterable[float] | None = None,
        bins: int | None = None,
        method: str | None = None,
        rel_error: float | None = None,
        seed: int | None = None,
        progress: Listener = None,
    ) -> Foreign:
        """dσ/dx and dσ/dE_miss (needs pandas).

        Parameters
        ----------
        at : sequence of float, optional
            Values of x = E_miss/E0, for every method but ``mc``.
        bins : int, optional
            Number of equal bins between the cuts on x, in place of ``at``.
        method, rel_error, seed : optional
            In place of the card's.
        progress : callable, optional
            Called with a :class:`millibrem.Progress` now and then.

        Returns
        -------
        pandas.DataFrame
            Columns ``x``, ``e_miss_gev``, ``dsigma_dx_pb``, ``error_pb`` and others; units in
            ``.attrs["units"]``.
        """
        from ._study import spectrum

        asked: dict[str, Any] = {"method": method, "rel_error": rel_error, "seed": seed, "progress": progress}
        return spectrum(self, at=at, bins=bins, **asked)

    def scan(
        self,
        over: Over,
        *,
        method: str | None = None,
        rel_error: float | None = None,
        progress: Listener = None,
    ) -> Foreign:
        """The total cross section over a grid of values (needs pandas).

        Parameters
        ----------
        over : mapping of str to sequences, or str
            Values by key, ``{"dark_sector.m_chi_gev": np.geomspace(1e-3, 0.5, 40)}``; or as the
            program writes it, ``"dark_sector.m_chi_gev=1e-3..0.5:log:40"``.
        method, rel_error : optional
            In place of the card's.
        progress : callable, optional
            Called with a :class:`millibrem.Progress` now and then.

        Returns
        -------
        pandas.DataFrame
            A row a point: the scanned keys, ``sigma_pb``, ``error_pb``, ``n_eval``; units in
            ``.attrs["units"]``, rows that failed in ``.attrs["failures"]`` and a warning.
        """
        from ._study import scan

        return scan(self, over, method=method, rel_error=rel_error, progress=progress)

    def compare(
        self,
        over: Over = (),
        *,
        bins: int = 10,
        rel_error: float | None = None,
        progress: Listener = None,
    ) -> Foreign:
        """The exact cross section beside ``ww``, ``iww`` and ``wwa`` (needs pandas).

        Parameters
        ----------
        over : mapping of str to sequences, or str, optional
            As in :meth:`scan`.
        bins : int
            Bins of x that the spectra are compared in.
        rel_error : float, optional
            In place of the card's.
        progress : callable, optional
            Called with a :class:`millibrem.Progress` now and then.

        Returns
        -------
        pandas.DataFrame
            A row a point; ``.attrs["verdict"]`` says how far off each approximation is, and a limit with it.
        """
        from ._study import compare

        return compare(self, over, bins=bins, rel_error=rel_error, progress=progress)

    def shower(
        self,
        *,
        above: float | None = None,
        at: Iterable[float] = (),
        depths: Iterable[float] = (),
    ) -> Foreign:
        """Mean track lengths of the electromagnetic shower in the target (needs pandas).

        Parameters
        ----------
        above : float, optional
            Lowest energy in GeV; by default the cut on x times the beam energy, 0.1 GeV at least.
        at : sequence of float
            Energies of the rows, GeV; by default those of the grid of the solution.
        depths : sequence of float
            Depths in radiation lengths, rising; by default the thickness of the target.

        Returns
        -------
        pandas.DataFrame
            ``depth_x0``, ``energy_gev``, and the track lengths above that energy between the face of
            the target and that depth, in radiation lengths per beam particle: ``electron_x0``,
            ``positron_x0``, ``photon_x0``.
        """
        from ._study import shower

        return shower(self, above=above, at=at, depths=depths)

    def sampler(self, low: float, high: float, *, elements: Iterable[str | int] = ()) -> Sampler:
        """σ and single events at any kinetic energy between two.

        Parameters
        ----------
        low, high : float
            Kinetic energies of the incoming lepton, GeV; the threshold may lie between.
        elements : sequence of str or int
            Symbols or charge numbers of the nuclei; by default those of the card.

        Returns
        -------
        Sampler

        Notes
        -----
        Cuts on x refer to the beam energy of the card. Making the tables takes seconds a nucleus;
        :meth:`Sampler.save` keeps them.
        """
        from ._sampler import Sampler, element_of

        low, high = number("low", low), number("high", high)
        several = listed("elements", elements, "a list of symbols or charge numbers")
        several = [element_of("elements", one) for one in several]
        return Sampler(_core.Sampler(self._core, low, high, several))

    def info(self) -> dict[str, Any]:
        """What the card means.

        Returns
        -------
        dict
            ``card``, nested dictionaries with every default; ``seed``; ``limits``, kinematic limits on
            each nucleus in GeV and GeV²; ``form_factors``, of each nucleus the rms radius in fm, σ
            relative to ``tsai-elastic`` and the share of scattering on nucleons that is left out
            (None where the quadrature does not serve); ``notes``; ``versions``.
        """
        found = _core.limits(self._core)
        head = {"card": self.to_dict(), "seed": self.seed}
        return {**head, **found, "versions": _core.versions()}

    def _with(
        self,
        *,
        method: str | None = None,
        rel_error: float | None = None,
        seed: int | None = None,
        count: int | None = None,
        threads: int | None = None,
    ) -> Card:
        """The card with the arguments of a call in place of its values."""
        pairs: dict[str, Any] = {
            "integration.method": method,
            "integration.rel_error": rel_error,
            "run.seed": seed,
            "events.count": count,
            "run.threads": threads,
        }
        pairs = {key: value for key, value in pairs.items() if value is not None}
        return self.replace(pairs) if pairs else self

    def generate(
        self,
        count: int | None = None,
        *,
        seed: int | None = None,
        path: Path | None = None,
        resume: bool = False,
        force: bool = False,
        shards: int | None = None,
        executor: Any = None,
        progress: Listener = None,
    ) -> Run:
        """Measure the cross section, fill the histograms, and make events.

        Parameters
        ----------
        count : int, optional
            Number of events, in place of ``events.count``.
        seed : int, optional
            In place of the card's.
        path : str or os.PathLike, optional
            The run file to write; without it the run stays in memory.
        resume : bool
            Go on with the interrupted run into ``path``; begin if there is none; do nothing if it
            is complete.
        force : bool
            Replace what is there.
        shards : int, optional
            Make the run in so many parts, and merge them to the same bits.
        executor : concurrent.futures.Executor, optional
            Does the shards: a process pool, a client of Dask, an executor of Parsl. ``path`` must
            lie where all of them can write.
        progress : callable, optional
            Called with a :class:`millibrem.Progress` now and then.

        Returns
        -------
        Run

        Notes
        -----
        The same card and seed give the same bits as the program ``millibrem generate``. Ctrl-C
        stops within a fraction of a second; a run into a file can go on with ``resume=True``.
        """
        from . import _run

        card = self._with(count=count, seed=seed)
        resume, force = flag("resume", resume), flag("force", force)
        if shards is not None or executor is not None:
            return _run.in_shards(card, path, shards, executor, force, progress)
        if path is None:
            if resume:
                raise ValueError("resume=True needs a path: a run in memory leaves nothing")
            run = _run.Run._in_memory(*_core.generate(card._core, progress))
            warn(run.alarms)
            return run
        path = os.path.abspath(path)
        core = card._core
        if resume and (seed_there := _core.seed_of(path)) is not None:
            # A seed that was drawn, not given, is that of the run that is there.
            core = core.with_seed(seed_there)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        _core.generate_into(core, path, resume, force, None, progress)
        run = _run.Run._of_file(path)
        warn(run.alarms)
        return run


def _rebuilt(*parts: Any) -> Card:
    return Card(_core.Card(*parts))


def shipped_cards() -> list[str]:
    """Names of the shipped cards, for :meth:`Card.load`."""
    return _core.shipped_cards()


def card_keys() -> list[dict[str, Any]]:
    """What may be written in a card.

    Returns
    -------
    list of dict
        ``key``, ``type``, ``unit``, ``default`` (TOML, or None) and ``meaning`` of each key.
    """
    return _core.card_keys()
