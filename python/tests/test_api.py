"""Docstrings: every name has one that documents its parameters; the page has them all; types are whole."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY

import millibrem as mb

PACKAGE = Path(__file__).parents[1]
sys.path.insert(0, str(PACKAGE))
import api  # noqa: E402


def functions():
    """Every public function and method with its name."""
    for name in mb.__all__:
        thing = getattr(mb, name)
        if inspect.isfunction(thing):
            yield name, thing
        elif inspect.isclass(thing) and thing.__module__.startswith("millibrem."):
            for method, member in api.public(thing):
                if inspect.isfunction(member):
                    yield f"{name}.{method}", member
    for name in mb.vegas.__all__:
        thing = getattr(mb.vegas, name)
        members = api.public(thing) if inspect.isclass(thing) else [(name, thing)]
        for method, member in members:
            if inspect.isfunction(member):
                yield f"vegas.{name}.{method}", member


@pytest.mark.parametrize(("name", "function"), list(functions()), ids=lambda x: x if isinstance(x, str) else "")
def test_a_docstring_documents_every_parameter(name, function):
    words = inspect.getdoc(function) or ""
    assert words, f"{name} has no docstring"
    given = [p for p in inspect.signature(function).parameters if p not in ("self", "cls")]
    if "Parameters\n---" not in words:
        # One line says it all.
        assert len(given) <= 1 and "\n" not in words.strip() or not given, name
        return
    section = words.split("Parameters\n")[1].split("\n\n")[0]
    documented = {
        one.strip("* ") for line in re.findall(r"^(\S.*)$", section, re.M) for one in line.split(" : ")[0].split(",")
    }
    assert set(given) <= documented, f"{name}: {set(given) - documented}"


def test_the_page_has_what_the_docstrings_say():
    page = (REPOSITORY / "docs/python-api.md").read_text()
    assert page == api.page(), "python python/api.py > docs/python-api.md"


def test_every_signature_has_types_that_agree():
    words = [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml"]
    done = subprocess.run(words, cwd=PACKAGE, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
