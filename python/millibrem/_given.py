"""What a call is given, held against what it takes: errors name the argument, what was found and what is expected."""

from __future__ import annotations

from collections.abc import Iterable
from operator import index
from typing import Any, overload

import numpy as np

from .errors import UsageError


def wrong(name: str, found: Any, expected: str) -> UsageError:
    """The error that ``found`` is not what an argument takes."""
    shown = repr(found)
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    return UsageError(f"{name}: found {shown}, expected {expected}")


@overload
def whole(name: str, given: Any, least: int, most: int) -> int: ...
@overload
def whole(name: str, given: Any, least: int, most: int, *, optional: bool) -> int | None: ...
def whole(
    name: str, given: Any, least: int, most: int, *, optional: bool = False
) -> int | None:
    """A whole number of a range; 1e6 is one, 1.5 and a text are not."""
    if given is None and optional:
        return None
    expected = f"a whole number, {least} to {most}"
    try:
        is_whole = isinstance(given, float) and given.is_integer()
        number = int(given) if is_whole else index(given)
    except TypeError:
        raise wrong(name, given, expected) from None
    if isinstance(given, bool) or not least <= number <= most:
        raise wrong(name, given, expected)
    return number


@overload
def number(name: str, given: Any) -> float: ...
@overload
def number(name: str, given: Any, *, optional: bool) -> float | None: ...
def number(name: str, given: Any, *, optional: bool = False) -> float | None:
    """A number; a text of one is none."""
    if given is None and optional:
        return None
    try:
        if isinstance(given, (str, bytes, bool)):
            raise TypeError
        return float(given)
    except (TypeError, ValueError, OverflowError):
        raise wrong(name, given, "a number") from None


def listed(name: str, given: Any, expected: str) -> list[Any]:
    """Several values; a text is one, not its letters."""
    try:
        if isinstance(given, (str, bytes)):
            raise TypeError
        return list(given)
    except TypeError:
        raise wrong(name, given, expected) from None


def numbers(name: str, given: Any) -> list[float]:
    """Several numbers."""
    return [number(name, one) for one in listed(name, given, "a list of numbers")]


def text(name: str, given: Any) -> str:
    """A text."""
    if not isinstance(given, str):
        raise wrong(name, given, "a text")
    return given


def texts(name: str, given: str | Iterable[str] | None) -> list[str]:
    """One text, or several, or none."""
    if given is None:
        return []
    several = [given] if isinstance(given, str) else listed(name, given, "a text, or a list of them")
    return [text(name, one) for one in several]


def flag(name: str, given: Any) -> bool:
    """Yes or no."""
    if not isinstance(given, (bool, np.bool_)):
        raise wrong(name, given, "True or False")
    return bool(given)


def one_of(name: str, given: Any, known: tuple[str, ...]) -> str:
    """One of a few texts."""
    if given not in known:
        raise wrong(name, given, " or ".join(repr(one) for one in known))
    return str(given)


__all__ = [
    "flag",
    "listed",
    "number",
    "numbers",
    "one_of",
    "text",
    "texts",
    "whole",
    "wrong",
]
