"""The type stubs of the extension module say what is there."""

import ast
import inspect
from pathlib import Path

from millibrem import _core

STUB = ast.parse((Path(_core.__file__).parent / "_core.pyi").read_text())


def parameters(node):
    """Names and whether they have a default, of a function in the stub."""
    arguments = node.args.posonlyargs + node.args.args
    required = len(arguments) - len(node.args.defaults)
    found = [(a.arg, i >= required) for i, a in enumerate(arguments)]
    return [pair for pair in found if pair[0] not in ("self", "cls")]


def of_function(function):
    """The same of a function that is there."""
    found = inspect.signature(function).parameters.values()
    pairs = [(p.name, p.default is not inspect.Parameter.empty) for p in found]
    return [pair for pair in pairs if pair[0] not in ("self", "cls", "slf")]


def public(names):
    return {name for name in names if not name.startswith("_") or name == "__version__"}


def test_every_name_is_in_the_stub_and_the_other_way_round():
    defined = {node.name for node in STUB.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    defined |= {node.target.id for node in STUB.body if isinstance(node, ast.AnnAssign)}
    assert public(defined) == public(vars(_core)) - {"__version__"} | {"__version__"}


def test_functions_take_what_the_stub_says():
    for node in STUB.body:
        if isinstance(node, ast.FunctionDef):
            assert parameters(node) == of_function(getattr(_core, node.name)), node.name


def test_classes_have_what_the_stub_says():
    for node in STUB.body:
        if not isinstance(node, ast.ClassDef):
            continue
        kind = getattr(_core, node.name)
        methods = {m.name: m for m in node.body if isinstance(m, ast.FunctionDef)}
        there = public(vars(kind))
        assert public(methods) == there, node.name
        for name, method in methods.items():
            decorators = {d.id for d in method.decorator_list if isinstance(d, ast.Name)}
            if "property" in decorators:
                assert inspect.isgetsetdescriptor(vars(kind)[name]), f"{node.name}.{name}"
            elif name == "__new__":
                assert parameters(method) == of_function(kind), node.name
            elif not name.startswith("__"):
                assert parameters(method) == of_function(getattr(kind, name)), f"{node.name}.{name}"
