"""Digest of the code that determines a result: syntax trees, so that comments, docstrings and layout do not count."""

from __future__ import annotations

import ast
import functools
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from report_builder.store.files import Memo

PACKAGE = Path(__file__).parents[1]
# Rooms that carry messages and types only: what they say cannot change a weight or a pixel.
# Where a file is found does not count either: the fingerprint is of its content.
_QUIET = ("", ".errors", ".kinds", ".languages", ".datasets._files", ".models._layers", ".models._complaints")
SILENT = {f"report_builder{room}" for room in _QUIET}
TOLD = {"equation", "refuses", "LISTINGS", "PRESETS"}  # of a user's own model: they say, they do not compute
# Constants at the top of a file that only people read, and what they are: a number called TITLE is the size of one.
PRINTED = {"TITLE": (ast.Dict, str), "SUMMARY": (str,), "SECONDS_PER_IMAGE": (float, int)}


def code_digests(roots: Iterable[Path], memo: Memo) -> dict[str, str]:
    """Digest of each file that `roots` consist of and import from the package, by printed name.

    Args:
        roots: Python files; modules of the package that they import are followed.
        memo: digests of earlier processes, by path, size and modification time.
    """
    waiting, seen, found = list(roots), set[Path](), dict[str, str]()
    while waiting:
        path = waiting.pop()
        if path not in seen:
            name, digest, imported = _digest(path, memo)
            found[name] = digest
            seen.add(path)
            waiting += imported
    return dict(sorted(found.items()))


@functools.lru_cache(maxsize=1024)
def _digest(path: Path, memo: Memo) -> tuple[str, str, list[Path]]:
    """Printed name and digest of one file, and the package's files that it imports, remembered under the digest of its bytes.

    A memo is of one plan: for this plan the file is looked at once.
    """
    name = f"code:{memo.sha256(path)}:{_module(path)}"
    known = memo.recall(name)
    if known is None:
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        imported = sorted(set(_imports(tree, _module(path))) - SILENT)
        tree.body = [statement for statement in tree.body if not _is_printed(statement)]
        tree.body = tree.body if path.is_relative_to(PACKAGE) else _computing(tree.body)
        known = " ".join([hashlib.sha256("".join(_canonical(tree)).encode()).hexdigest()[:16], *imported])
        memo.remember(name, known)
    digest, *modules = known.split(" ")
    return _printed(path), digest, [file for module in modules if (file := _file(module))]


def _canonical(node: object) -> Iterator[str]:
    """A syntax tree as text that is the same for every Python version: empty fields and descriptions are dropped."""
    if isinstance(node, ast.AST):
        if isinstance(node, ast.keyword) and node.arg == "description":
            return
        yield f"({type(node).__name__}"
        for name, value in ast.iter_fields(node):
            documented = name == "body" and isinstance(value, list) and _is_docstring(value)
            counts = value[1:] if documented else value
            if counts not in (None, []) and name not in ("ctx", "type_comment", "kind"):
                yield f" {name}="
                yield from _canonical(counts)
        yield ")"
    elif isinstance(node, list):
        for item in node:
            yield from _canonical(item)
    else:
        yield repr(node)


def _is_printed(statement: ast.stmt) -> bool:
    """Whether a statement at the top of a file gives a title, a summary or a first guess."""
    if not isinstance(statement, ast.Assign):
        return False
    value = statement.value.value if isinstance(statement.value, ast.Constant) else statement.value
    return all(isinstance(target, ast.Name) and isinstance(value, PRINTED.get(target.id, ())) for target in statement.targets)


def _computing(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements of a user's own file without what `TOLD` names, and without what only those statements need."""
    computing, told = list(body), list[ast.stmt]()
    while silent := [one for one in computing if _only_told(one, computing, told)]:
        told += silent
        computing = [one for one in computing if one not in silent]
    return computing


def _only_told(statement: ast.stmt, computing: list[ast.stmt], told: list[ast.stmt]) -> bool:
    """Whether a function or constant is of no use to what computes: it is told itself, or only what is told names it."""
    defined = _defined(statement)
    if not defined or any(defined & _names(other) for other in computing if other is not statement):
        return False
    return defined <= TOLD or any(defined & _names(other) for other in told)


def _defined(statement: ast.stmt) -> set[str]:
    """Names that a function or an assignment at the top of a file gives a value."""
    if isinstance(statement, ast.FunctionDef):
        return {statement.name}
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _names(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _is_docstring(body: list[ast.stmt]) -> bool:
    first = body[0] if body else None
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)


def _imports(node: ast.AST, module: str) -> Iterator[str]:
    """Names of the package's modules that a tree imports when it runs."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name.startswith("report_builder"))
    elif isinstance(node, ast.ImportFrom):
        base = ".".join([*module.split(".")[: -node.level], node.module or ""]).strip(".") if node.level else node.module or ""
        if base.startswith("report_builder"):
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names if _file(f"{base}.{alias.name}"))
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)):
            yield from _imports(child, module)


def _file(module: str) -> Path | None:
    if module in SILENT:
        return None
    path = PACKAGE.joinpath(*module.split(".")[1:])
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def _module(path: Path) -> str:
    if not path.is_relative_to(PACKAGE):
        return path.stem
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts if parts[-1] != "__init__" else (*parts, ""))


def _printed(path: Path) -> str:
    return str(path.relative_to(PACKAGE)) if path.is_relative_to(PACKAGE) else f"./{path.name}"
