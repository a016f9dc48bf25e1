"""Where the programs under test are, and the run files the tests read."""

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"


@pytest.fixture(scope="session")
def made_up_run(tmp_path_factory):
    """A run file of 20000 made-up events whose content is known without the generator."""
    path = tmp_path_factory.mktemp("made_up") / "run.h5"
    program = BIN / "examples" / "synthetic_run"
    subprocess.run([program, path, "20000"], check=True)
    return path
