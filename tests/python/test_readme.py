"""Every command in the pages does what it says, from an empty folder."""

import os
import re
import shlex
import subprocess

import pytest
from conftest import BIN, ROOT

NAMES = ("README.md", "docs/tutorial.md", "docs/five-jobs.md", "docs/clusters.md", "docs/python.md")
PAGES = [page for page in NAMES if (ROOT / page).exists()]
RECIPES = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def blocks(page):
    """The fenced blocks of a page in their order, as (language, text)."""
    text = (ROOT / page).read_text()
    return re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(block):
    """The shell lines of a block: continuations joined, comments dropped."""
    lines = block.replace("\\\n", " ").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]


@pytest.mark.parametrize("page", PAGES)
def test_commands_run_in_the_order_of_the_page(page, tmp_path):
    (tmp_path / "cards").symlink_to(ROOT / "cards")
    environment = os.environ | {"PATH": f"{BIN}:{ROOT / '.venv/bin'}:{os.environ['PATH']}"}

    def run(*command):
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"

    ran = 0
    for language, block in blocks(page):
        name = re.match(r"# (\S+\.toml)\n", block)
        if language == "toml" and name:
            (tmp_path / name[1]).write_text(block)
        elif language == "python":
            run("python", "-c", block)
            ran += 1
        elif language == "sh":
            for command in commands(block):
                words = shlex.split(command, comments=True)
                if words[0] == "make":
                    # These recipes run this test, or what it runs.
                    assert set(words[1:]) <= RECIPES, command
                elif words[0] not in ("git", "cd", "cargo"):
                    run("bash", "-ec", command)
                ran += 1
    assert ran > 0, f"{page} shows no commands"
