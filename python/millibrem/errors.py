"""What can go wrong, by kind; every text is that of the program ``millibrem``."""

from __future__ import annotations

__all__ = [
    "CardError",
    "Error",
    "FigureError",
    "FileError",
    "MissingExtra",
    "QuadratureError",
    "RunError",
    "UntrustedWarning",
    "UsageError",
]


class Error(Exception):
    """Base of all exceptions of this package."""


class CardError(Error, ValueError):
    """The card, or a value that replaces one of its own, is wrong.

    Attributes
    ----------
    key : str or None
        Full name of the key, ``section.key``.
    file : str or None
        Name of the card; None where the value was given in a call.
    line : int or None
        Line of the card, from 1.
    found, expected : str or None
        What was found, and what was expected instead.
    nearest : str or None
        The valid name nearest to what was written.
    """

    key: str | None = None
    file: str | None = None
    line: int | None = None
    found: str | None = None
    expected: str | None = None
    nearest: str | None = None


class UsageError(Error, ValueError):
    """The card or the call asks for what cannot be done."""


class RunError(Error, RuntimeError):
    """The integration or the generation failed."""


class QuadratureError(Error, ArithmeticError):
    """The quadrature does not apply, or misses its goal."""


class FileError(Error, OSError):
    """A file cannot be read or written, or is not what it should be."""


class FigureError(Error, ValueError):
    """A figure cannot be drawn."""


class MissingExtra(Error, ImportError):
    """A package that this call needs is not installed."""


class UntrustedWarning(UserWarning):
    """A result was found that is not to be trusted; its ``alarms`` say why."""
