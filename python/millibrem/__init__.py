"""Exact tree-level Monte Carlo events of millicharged pairs from a lepton beam on a nucleus.

>>> import millibrem as mb
>>> card = mb.Card.load("na64mu-2025").replace({"dark_sector.m_chi_gev": 0.03})
>>> run = card.generate(1000, seed=1)
>>> run.p4("chi").shape
(1000, 4)

Units: GeV, pb, angles in rad; keys of cards name theirs. The same card and seed give the same bits
as the program ``millibrem``.
"""

from . import errors
from ._card import Card, card_keys, shipped_cards
from ._core import Progress, __version__, git_commit
from ._histogram import Axis, Histogram
from ._result import CrossSection, Iteration
from ._run import Run, merge, open
from .errors import *  # noqa: F403

__all__ = [
    "Axis",
    "Card",
    "CrossSection",
    "Histogram",
    "Iteration",
    "Progress",
    "Run",
    "__version__",
    "card_keys",
    "errors",
    "git_commit",
    "merge",
    "open",
    "shipped_cards",
    *errors.__all__,
]
