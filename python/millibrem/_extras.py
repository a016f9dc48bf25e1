"""Packages that only some calls need."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from .errors import MissingExtra


def needed(name: str, purpose: str) -> Any:
    """Import the package ``name``, or say how to get it."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name.partition(".")[0]:
            raise
        package = name.partition(".")[0]
        raise MissingExtra(
            f"{purpose} needs the package {package}: pip install 'millibrem[all]' "
            f"(or pip install {package})",
            name=package,
        ) from error


def found(name: str) -> Any:
    """Import the package ``name`` if it is installed, else None."""
    try:
        return import_module(name)
    except ModuleNotFoundError:
        return None
