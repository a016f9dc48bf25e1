"""What the tests share: small cards, and the program for results to the bit."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

import millibrem as mb

# A shell starts what it runs in the background with Ctrl-C ignored, which Python then leaves so.
signal.signal(signal.SIGINT, signal.default_int_handler)

REPOSITORY = Path(__file__).parents[2]

#: Few points, so that a test takes a fraction of a second.
SMALL = {
    "integration.neval": 20_000,
    "integration.n_adapt": 4,
    "integration.rel_error": 2e-3,
    "events.count": 2_000,
    "run.seed": 7,
    "run.threads": 2,
}


@pytest.fixture(scope="session")
def card():
    """The muon beam of NA64, with few points."""
    return mb.Card.load("na64mu-2025").replace(SMALL)


@pytest.fixture(scope="session")
def run(card):
    """Its run in memory."""
    return card.generate()


@pytest.fixture(scope="session")
def program():
    """Runs the program on a card with the values of SMALL, and returns what it prints."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
    path = target / "release" / "millibrem"
    assert path.exists(), f"{path} is missing: cargo build --release"

    def call(*arguments, sets=True):
        sets = sets * [word for key, value in SMALL.items() for word in ("--set", f"{key}={value}")]
        words = [path, *arguments, *sets, "--json", "--quiet"]
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout

    return call
