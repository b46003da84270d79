"""Public names and tests are documented."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import report_builder

PACKAGE = Path(report_builder.__file__).parent
TESTS = Path(__file__).parent
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def public(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, Definition]]:
    """Yield public classes, functions and methods with their dotted names."""
    for node in body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body, f"{prefix}{node.name}.")


def test_public_names_are_documented() -> None:
    """Every module of the package, and every public class, function and method in it, has a docstring."""
    bare = []
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        place = path.relative_to(PACKAGE.parent)
        bare += [] if ast.get_docstring(tree) else [f"{place}: the module"]
        keras = path.name == "network.py"  # call, train_step ... implement Keras' interface
        found = [(name, node) for name, node in public(tree.body) if not (keras and "." in name)]
        bare += [f"{place}:{node.lineno}: {name}" for name, node in found if not ast.get_docstring(node)]
    assert not bare, "\n".join(bare)


def test_tests_say_their_law() -> None:
    """The docstring of every test is a single paragraph that ends with a full stop."""
    wrong = []
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, Definition) and node.name.startswith("test_"):
                law = ast.get_docstring(node) or ""
                if not law.endswith(".") or "\n\n" in law:
                    wrong.append(f"{path.relative_to(TESTS)}:{node.lineno}: {node.name}")
    assert not wrong, "\n".join(wrong)
