"""The command ``millibrem``: the program itself, started through the extension module."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from . import _core


def main() -> NoReturn:
    """Run the program on the arguments of this process, and leave with its exit code."""
    sys.exit(_core.command(os.path.abspath(sys.argv[0]), sys.argv[1:]))
