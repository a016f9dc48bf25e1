"""The type stubs of the extension module say what is there."""

import subprocess
import sys


def test_the_stubs_are_those_of_the_module():
    words = [sys.executable, "-m", "mypy.stubtest", "millibrem._core"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
