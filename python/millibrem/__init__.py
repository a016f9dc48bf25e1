"""Exact tree-level Monte Carlo events of millicharged pairs from a lepton beam on a nucleus.

>>> import millibrem as mb
>>> card = mb.Card.load("na64mu-2025").replace({"dark_sector.m_chi_gev": 0.03})
>>> run = card.generate(1000, seed=1)
>>> run.p4("chi").shape
(1000, 4)

Units: GeV, pb, angles in rad; keys of cards name theirs. The same card and seed give the same bits
as the program ``millibrem``.
"""

from . import errors, vegas
from ._card import Card, card_keys, shipped_cards
from ._core import Progress, __version__, export_formats, git_commit
from ._figure import Figure, figure
from ._histogram import Axis, Histogram
from ._info import info
from ._pieces import Integrand, pair_amplitude
from ._result import CrossSection, Iteration, Result
from ._run import Run, merge, open, shard
from ._sampler import Sampler
from ._study import Reach, reach
from .errors import *  # noqa: F403

__all__ = [
    "Axis",
    "Card",
    "CrossSection",
    "Figure",
    "Histogram",
    "Integrand",
    "Iteration",
    "Progress",
    "Reach",
    "Result",
    "Run",
    "Sampler",
    "__version__",
    "card_keys",
    "errors",
    "export_formats",
    "figure",
    "git_commit",
    "info",
    "merge",
    "open",
    "pair_amplitude",
    "reach",
    "shard",
    "shipped_cards",
    "vegas",
    *errors.__all__,
]
