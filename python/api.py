"""Prints the page of all that the package has, docs/python-api.md, from signatures and docstrings.

    .venv/bin/python python/api.py > docs/python-api.md

``python/tests/test_api.py`` holds the page.
"""

import inspect
import textwrap

import millibrem as mb

HEAD = """# The package, name by name

Printed from signatures and docstrings by `python/api.py`; what to do with them is in
[python.md](python.md). Units are GeV, pb and rad where nothing else is said.
"""
#: What is no name of its own: modules, and texts.
MODULES = ("errors", "vegas")


def public(kind):
    """Methods and properties of a class in their order, with what they are."""
    for name, member in vars(kind).items():
        if name == "__call__" or not name.startswith("_"):
            member = member.__func__ if isinstance(member, (classmethod, staticmethod)) else member
            if isinstance(member, property) or callable(member):
                yield name, member


def signature(function):
    """Parameters with their defaults; the docstring says their types."""
    found = inspect.signature(function)
    bare = [p.replace(annotation=p.empty) for p in found.parameters.values()]
    bare = [p for p in bare if p.name not in ("self", "cls")]
    return str(found.replace(parameters=bare, return_annotation=found.empty))


def entry(title, thing):
    """A heading with the docstring as it stands."""
    words = textwrap.dedent(inspect.getdoc(thing) or "").strip()
    return f"{title}\n\n```text\n{words}\n```\n"


def of_class(name, kind):
    yield entry(f"## {name}", kind)
    if issubclass(kind, BaseException):
        return
    for member_name, member in public(kind):
        if isinstance(member, property):
            yield entry(f"### {name}.{member_name}", member)
        else:
            call = "" if member_name == "__call__" else f".{member_name}"
            yield entry(f"### {name}{call}{signature(member)}", member)


def page():
    """The page as Markdown."""
    parts = [HEAD]
    names = [(name, getattr(mb, name)) for name in mb.__all__ if name not in MODULES]
    names += [(f"vegas.{name}", getattr(mb.vegas, name)) for name in mb.vegas.__all__]
    for name, thing in names:
        if inspect.isclass(thing) and thing.__module__.startswith("millibrem"):
            parts += of_class(name, thing)
        elif callable(thing):
            try:
                parts.append(entry(f"## {name}{signature(thing)}", thing))
            except ValueError:
                parts.append(entry(f"## {name}", thing))
    return "\n".join(parts)


if __name__ == "__main__":
    print(page(), end="")
