"""Digest of the code that determines a result: all that its import closure executes, without what only reads differently."""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.metadata
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import EllipsisType
from typing import TypeAlias

from report_builder.records import frozen
from report_builder.store.files import Memo

Part: TypeAlias = "ast.AST | Sequence[Part] | str | bytes | complex | EllipsisType | None"  # of a syntax tree
PACKAGE = Path(__file__).parents[1]
MESSAGES = "report_builder.errors"  # whose classes carry text for people and nothing else
KINDS = "report_builder.kinds"
# What a kind is given that only people read: it says, it does not compute.
TOLD: dict[str, tuple[str, ...]] = dict.fromkeys(("Metric", "Figure", "Probe", "DataSet", "DataStep"), ("summary", "title"))
TOLD["Model"] = ("summary", "title", "equation", "listings", "presets", "refuses", "seconds_per_image", "terms")


def code_digests(roots: Iterable[Path], memo: Memo) -> dict[str, str]:
    """Digest of each file that `roots` consist of and import from the package, and versions of the packages that they import.

    The closure is static: imports inside functions count, those for type checkers alone do not; a name imported from a package
    leads to the file that defines it, because the package's own `__init__.py` imports that. Kinds are imported by a name that
    is computed, so that they are in no closure: whoever names a kind gives its file as a root.

    Args:
        roots: Python files.
        memo: what earlier processes found, by content.

    Returns:
        `{"train/loop.py": digest, ..., "tensorflow": "2.21"}`.
    """
    files, packages = _closure(frozenset(roots), memo)
    found = {_print(path): source.digest for path, source in files.items()}
    return dict(sorted(found.items())) | {name: _version(name, memo) for name in sorted(packages)}


def sources(roots: Iterable[Path], memo: Memo) -> list[Path]:
    """The files of the package that `roots` consist of and import."""
    return sorted(_closure(frozenset(roots), memo)[0])


def differences(code: Mapping[str, str], beside: Path | None, memo: Memo) -> dict[str, str]:
    """What of the code behind a step is another here: each file or package, with its digest or version here.

    Args:
        code: as `code_digests` gave it where the step was planned.
        beside: folder of the experiment, for files of the user's own.
        memo: of this machine.
    """
    here = {name: _here(name, beside, memo) for name in code}
    return {name: found for name, found in here.items() if found != code[name]}


def _here(name: str, beside: Path | None, memo: Memo) -> str:
    path = beside / name if beside and name.startswith("./") else PACKAGE / name
    if not path.suffix:
        return _version(name, memo)
    if not path.is_file():
        return "none"
    return _source(path, memo).digest if path.suffix == ".py" else memo.sha256(path)[:16]


@frozen
class _Source:
    """What is known of a file: the digest of its code, the files of the package that it imports, and packages of others."""

    digest: str
    files: tuple[Path, ...]
    packages: frozenset[str]


@functools.lru_cache(maxsize=1024)
def _closure(roots: frozenset[Path], memo: Memo) -> tuple[Mapping[Path, _Source], frozenset[str]]:
    """Each file of the closure, and the names of the packages of others that it imports. A memo is of one plan: so is this."""
    waiting, found = list(roots), dict[Path, _Source]()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found[path] = _source(path, memo)
            waiting += found[path].files
    return found, frozenset().union(*(source.packages for source in found.values()))


@functools.lru_cache(maxsize=1024)
def _source(path: Path, memo: Memo) -> _Source:
    """What is known of a file, remembered under the digests of its bytes and of the code that reads it."""
    name = f"code:{memo.sha256(Path(__file__))[:16]}:{memo.sha256(path)}:{_module(path)}"
    known = memo.recall(name)
    if known is None:
        memo.remember(name, known := json.dumps(_read(path)))
    digest, *names = json.loads(known)
    ours = [name for name in names if name.partition(".")[0] == PACKAGE.name]
    ours += [_module(path)] if path.is_relative_to(PACKAGE) else []
    modules = dict.fromkeys(above for name in ours for above in _with_parents(name))
    packages = {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {PACKAGE.name}
    return _Source(digest, tuple(file for module in modules if (file := _modules(memo).get(module))), frozenset(packages))


def _read(path: Path) -> list[str]:
    """The digest of a file's code, and the names that it imports, of which some are modules."""
    tree = ast.parse(path.read_bytes(), filename=str(path))
    imports = sorted(set(_imports(tree, _package(path))))
    told = [*_tell(tree)]
    if not path.is_relative_to(PACKAGE):
        tree.body = _computing(tree.body, told)
    text = "".join(_Canonical(tree).text(tree))
    return [hashlib.sha256(text.encode()).hexdigest()[:16], *imports]


# --- what counts of a file ----------------------------------------------------------------------------------------------------


class _Canonical:
    """A syntax tree as text: the same for every Python version, without docstrings, annotations of functions, and messages.

    In doubt it counts: a docstring where the file reads one, annotations of decorated functions and of classes, which make
    fields, and every text but those that stand in the call of an error of this package itself.
    """

    def __init__(self, tree: ast.Module) -> None:
        nodes = list(ast.walk(tree))
        imported = [(node.module, alias) for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names]
        errors = [alias for module, alias in imported if module == MESSAGES and alias.name[0].isupper()]
        self._messages = {alias.asname or alias.name for alias in errors}
        self._field = {
            alias.asname or alias.name for module, alias in imported if (module, alias.name) == ("pydantic", "Field")
        }
        self._fields_of_classes = {id(part) for node in nodes if isinstance(node, ast.ClassDef) for part in node.body}
        self._documented = any(_name(node) == "__doc__" for node in nodes)

    def text(self, node: Part) -> Iterator[str]:
        """The parts of the text of a node, a list of nodes or a constant."""
        if isinstance(node, ast.AST):
            yield f"({type(node).__name__}"
            for name, value in self._fields(node):
                if value not in (None, []) and name not in ("ctx", "type_comment", "kind"):
                    yield f" {name}="
                    yield from self.text(value)
            yield ")"
        elif isinstance(node, list):
            for item in node:
                yield from self.text(item)
        else:
            yield repr(node)

    def _fields(self, node: ast.AST) -> Iterator[tuple[str, Part]]:
        for name, value in ast.iter_fields(node):
            if name == "body" and isinstance(value, list) and _is_docstring(value) and not self._documented:
                yield name, value[1:]
            elif self._is_annotation(node, name):
                continue
            elif name == "args" and isinstance(node, _FUNCTIONS) and not node.decorator_list:
                yield name, _without_annotations(node.args)
            elif name in ("args", "keywords") and isinstance(node, ast.Call):
                yield name, self._arguments(node, value)
            else:
                yield name, value

    def _is_annotation(self, node: ast.AST, field: str) -> bool:
        """Whether a part of a node is a type that nothing reads when it runs."""
        if field == "returns":
            return isinstance(node, _FUNCTIONS) and not node.decorator_list
        return field == "annotation" and isinstance(node, ast.AnnAssign) and id(node) not in self._fields_of_classes

    def _arguments(self, call: ast.Call, values: list[ast.AST]) -> list[ast.AST]:
        """The arguments of a call; of an error without text, of a field without its description."""
        called = call.func.id if isinstance(call.func, ast.Name) else ""
        if called in self._messages:
            return [part for value in values for part in _without_text(value)]
        if called in self._field:
            return [value for value in values if not (isinstance(value, ast.keyword) and value.arg == "description")]
        return values


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _without_annotations(arguments: ast.arguments) -> ast.arguments:
    """Arguments of a function without the types of what they take."""
    names = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    for name in names:
        if name is not None:
            name.annotation = None
    return arguments


def _without_text(argument: ast.AST) -> list[ast.AST]:
    """An argument of an error: nothing of a text, of an f-string the values in it."""
    value = argument.value if isinstance(argument, ast.keyword) else argument
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return []
    if isinstance(value, ast.JoinedStr):
        return [part for part in value.values if isinstance(part, ast.FormattedValue)]
    return [argument]


def _is_docstring(body: list[ast.stmt]) -> bool:
    first = body[0] if body else None
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)


# --- a user's own file --------------------------------------------------------------------------------------------------------


def _tell(tree: ast.Module) -> Iterator[ast.AST]:
    """What the kinds of a file are given for people alone, taken out of the tree."""
    nodes = list(ast.walk(tree))
    imported = [(node.module, alias) for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names]
    forms = {alias.asname or alias.name: alias.name for module, alias in imported if module == KINDS}
    rooms = [alias.asname or alias.name for module, alias in imported if f"{module}.{alias.name}" == KINDS]
    forms |= {f"{room}.{form}": form for room in rooms for form in TOLD}
    for call in (node for node in nodes if isinstance(node, ast.Call)):
        told = TOLD.get(forms.get(ast.unparse(call.func), ""), ())
        yield from (keyword.value for keyword in call.keywords if keyword.arg in told)
        call.keywords = [keyword for keyword in call.keywords if keyword.arg not in told]


def _computing(body: list[ast.stmt], told: list[ast.AST]) -> list[ast.stmt]:
    """The statements of a user's own file without those that only what is told needs."""
    computing = list(body)
    while silent := [one for one in computing if _only_told(one, computing, told)]:
        told = [*told, *silent]
        computing = [one for one in computing if one not in silent]
    return computing


def _only_told(statement: ast.stmt, computing: list[ast.stmt], told: list[ast.AST]) -> bool:
    """Whether a function or constant is of no use to what computes: only what is told names it."""
    defined = _define(statement)
    if not defined or any(defined & _names(other) for other in computing if other is not statement):
        return False
    return any(defined & _names(other) for other in told)


def _define(statement: ast.stmt) -> set[str]:
    """Names that a function or an assignment at the top of a file gives a value, where that does nothing else."""
    if isinstance(statement, ast.FunctionDef) and not statement.decorator_list:
        return {statement.name}
    calls = [node.func for node in ast.walk(statement) if isinstance(node, ast.Call)]
    plain = all(isinstance(called, ast.Name) and called.id in ("Preset", "Term") for called in calls)
    targets = statement.targets if isinstance(statement, ast.Assign) and plain else []
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _names(statement: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


# --- modules ------------------------------------------------------------------------------------------------------------------


def _imports(node: ast.AST, package: list[str]) -> Iterator[str]:
    """Names that a tree imports when it runs: of modules, and of what it takes from them, which may be modules as well."""
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
        yield from _imports(child, package)


def _for_types_only(test: ast.expr) -> bool:
    return _name(test) == "TYPE_CHECKING"


def _name(node: ast.AST) -> str:
    """The last name of what a node names."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


@functools.lru_cache(maxsize=8)
def _modules(_: Memo) -> dict[str, Path]:
    """Every module of the package, and its file; looked up once for a plan."""
    walked = ((Path(folder), name) for folder, _, names in os.walk(PACKAGE) for name in names if name.endswith(".py"))
    return {_module(folder / name): folder / name for folder, name in walked}


def _module(path: Path) -> str:
    """The name under which a file is imported; of a user's own file its stem."""
    if not path.is_relative_to(PACKAGE):
        return path.stem
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _package(path: Path) -> list[str]:
    """The package in which a file's relative imports begin."""
    return list(path.relative_to(PACKAGE.parent).parent.parts) if path.is_relative_to(PACKAGE) else []


def _with_parents(module: str) -> Iterator[str]:
    """A module and the packages it is in: importing it runs them all."""
    parts = module.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts) + 1))


@functools.lru_cache(maxsize=1024)
def _print(path: Path) -> str:
    return str(path.relative_to(PACKAGE)) if path.is_relative_to(PACKAGE) else f"./{path.name}"


# --- packages of others -------------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=256)
def _version(name: str, memo: Memo) -> str:
    """Major and minor version of what is imported under this name, without importing it; absent, the last known."""
    known = memo.recall(f"distribution:{name}")
    try:
        version = _minor(known or name)
    except importlib.metadata.PackageNotFoundError:
        return _look_up(name, memo)
    memo.remember(f"version:{name}", version)
    return version


def _look_up(name: str, memo: Memo) -> str:
    """The version of a package that is installed under another name than it is imported."""
    providers = sorted(_providers().get(name, ()))
    if not providers:
        return memo.recall(f"version:{name}") or "none"
    memo.remember(f"distribution:{name}", providers[0])
    memo.remember(f"version:{name}", version := _minor(providers[0]))
    return version


@functools.cache
def _providers() -> Mapping[str, Sequence[str]]:
    """Which distributions have a package of a name; it takes half a second to read what all of them say of themselves."""
    return importlib.metadata.packages_distributions()


def _minor(distribution: str) -> str:
    return ".".join(importlib.metadata.version(distribution).split(".")[:2])
