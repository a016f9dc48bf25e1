"""Every command in README.md and docs/tutorial.md does what it says, from an empty folder."""

import os
import re
import shlex
import subprocess

import pytest
from conftest import BIN, ROOT

PAGES = [page for page in ("README.md", "docs/tutorial.md") if (ROOT / page).exists()]
RECIPES = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def blocks(page, language):
    text = (ROOT / page).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(block):
    """The shell lines of a block: continuations joined, comments dropped."""
    lines = block.replace("\\\n", " ").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]


@pytest.mark.parametrize("page", PAGES)
def test_commands_run_in_the_order_of_the_page(page, tmp_path):
    (tmp_path / "cards").symlink_to(ROOT / "cards")
    environment = os.environ | {"PATH": f"{BIN}:{ROOT / '.venv/bin'}:{os.environ['PATH']}"}
    ran = 0
    for block in blocks(page, "sh"):
        for command in commands(block):
            words = shlex.split(command, comments=True)
            if words[0] == "make":
                # These recipes run this test, or what it runs.
                assert set(words[1:]) <= RECIPES, command
            elif words[0] not in ("git", "cd", "cargo"):
                done = subprocess.run(
                    ["bash", "-ec", command],
                    cwd=tmp_path,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    text=True,
                    check=False,
                )
                assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
            ran += 1
    for number, block in enumerate(blocks(page, "python")):
        script = tmp_path / f"block_{number}.py"
        script.write_text(block)
        python = ROOT / ".venv/bin/python"
        subprocess.run([python, script.name], cwd=tmp_path, env=environment, check=True)
        ran += 1
    assert ran > 0, f"{page} shows no commands"
