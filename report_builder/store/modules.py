"""Modules of the package, and the names that a file imports."""

from __future__ import annotations

import ast
import functools
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from report_builder.store.computing import last_name
from report_builder.store.files import Memo

PACKAGE = Path(__file__).parents[1]


def imported(node: ast.AST, package: list[str]) -> Iterator[str]:
    """Yield the names that a tree imports at run time: modules, and names imported from them, which may be modules as well."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = package[: len(package) - node.level + 1] if node.level else []
        base = ".".join([*above, *filter(None, [node.module])])
        yield base
        yield from (f"{base}.{alias.name}" for alias in node.names)
    if isinstance(node, ast.If) and _for_types_only(node.test):
        children: Iterable[ast.AST] = node.orelse
    else:
        children = ast.iter_child_nodes(node)
    for child in children:
        yield from imported(child, package)


def _for_types_only(test: ast.expr) -> bool:
    return last_name(test) == "TYPE_CHECKING"


@functools.lru_cache(maxsize=8)
def every(_: Memo) -> dict[str, Path]:
    """File of each module of the package, by module name; listed once per plan."""
    walked = ((Path(folder), name) for folder, _, names in os.walk(PACKAGE) for name in names if name.endswith(".py"))
    return {module_name(folder / name): folder / name for folder, name in walked}


@functools.lru_cache(maxsize=1024)
def module_name(path: Path) -> str:
    """Name under which a file is imported; for a user's own file, its stem."""
    if not path.is_relative_to(PACKAGE):
        return path.stem
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def package_of(path: Path) -> list[str]:
    """Package from which a file's relative imports are resolved, as a list of names; empty for a user's own file."""
    return list(path.relative_to(PACKAGE.parent).parent.parts) if path.is_relative_to(PACKAGE) else []


def with_parents(name: str) -> Iterator[str]:
    """Yield the packages that contain a module, then the module: importing it executes them all."""
    parts = name.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts) + 1))


@functools.lru_cache(maxsize=1024)
def name_in_key(path: Path) -> str:
    """Name of a file in a key: relative to the package, or to the folder of the experiment."""
    return str(path.relative_to(PACKAGE)) if path.is_relative_to(PACKAGE) else f"./{path.name}"
