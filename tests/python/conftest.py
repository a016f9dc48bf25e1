"""Where the programs under test are, and the files the tests read."""

import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
N_EVENTS = 9000


def millibrem(*arguments):
    """Runs the program and returns what it prints as JSON."""
    command = [BIN / "millibrem", *arguments, "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="session")
def made_up_run(tmp_path_factory):
    """A run file of made-up events whose content is known without the generator."""
    path = tmp_path_factory.mktemp("made_up") / "run.h5"
    program = BIN / "examples" / "synthetic_run"
    subprocess.run([program, path, str(N_EVENTS)], check=True)
    return path


@pytest.fixture(scope="session")
def generated(tmp_path_factory):
    """Generates from a card with settings, each combination once; returns the run file."""
    done = {}

    def generate(card, *settings, seed=1, threads=2):
        key = (card, settings, seed, threads)
        if key not in done:
            folder = tmp_path_factory.mktemp("generated")
            chosen = [word for setting in settings for word in ("--set", setting)]
            options = ["--seed", str(seed), "--threads", str(threads), "--out", folder]
            report = millibrem("generate", card, *chosen, *options)
            assert report["output"] == str(folder / "run.h5")
            done[key] = folder / "run.h5"
        return done[key]

    return generate


@pytest.fixture(scope="session")
def exported(made_up_run):
    """Exports the made-up run, each format and set of options once."""
    done = {}

    def export(name, *options, end=""):
        key = (name, options, end)
        if key not in done:
            path = made_up_run.parent / f"export_{len(done)}{SUFFIX[name]}{end}"
            # The made-up events are weighted.
            weights = ["--drop-weights"] if name in WITHOUT_WEIGHTS else []
            report = millibrem("export", made_up_run, "--to", name, "-o", path, *options, *weights)
            assert report["n_events"] == N_EVENTS
            assert report["output"] == str(path)
            done[key] = path
        return done[key]

    return export


WITHOUT_WEIGHTS = ["ldmx-lhe", "g4darkbrem-lhe", "g4darkbrem-csv"]
SUFFIX = {
    "lhe": ".lhe",
    "pythia8-lhe": ".lhe",
    "ldmx-lhe": ".lhe",
    "g4darkbrem-lhe": ".lhe",
    "g4darkbrem-csv": ".csv",
    "hepmc3": ".hepmc3",
    "lheh5": ".lheh5",
    "csv": ".csv",
}
