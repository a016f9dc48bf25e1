"""The command that the package brings is the program."""

import json
import subprocess
import sys
from pathlib import Path

COMMAND = Path(sys.executable).parent / "millibrem"


def call(*words, status=0):
    done = subprocess.run([COMMAND, *words], capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    return done


def test_the_command_prints_what_the_program_prints(program):
    seed = ["--set", "run.seed=1"]
    for words in (["info", "na64mu-2025", *seed], ["sigma", "ldmx-2025", "--rel-error=1e-2", *seed]):
        ours, theirs = (
            json.loads(text)
            for text in (call(*words, "--json").stdout, program(*words, sets=False))
        )
        for one in (ours, theirs):
            # Of the clock, and of when each was built.
            one.pop("wall_s", None), one.pop("versions", None)
        assert ours == theirs
    assert call("--version").stdout.startswith("millibrem ")


def test_its_exit_codes_are_those_of_the_program():
    wrong = call("sigma", "na64mu-2025", "--set", "beam.energy=3", status=2)
    assert "beam.energy" in wrong.stderr
    assert call("sigma", "na64mu-2025", "--no-such-option", "--json", status=2).stdout


def test_jobs_start_the_command(tmp_path):
    words = ["submit", "na64mu-2025", "--engine", "slurm", "--shards", "2", "--out", str(tmp_path)]
    call(*words)
    assert any(str(COMMAND) in path.read_text() for path in tmp_path.rglob("*") if path.is_file())
