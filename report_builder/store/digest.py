"""Digests of the code that determines a result: its whole import closure, without what does not affect execution."""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.metadata
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from report_builder.records import frozen
from report_builder.store import modules
from report_builder.store.computing import text_of_code
from report_builder.store.files import Memo

READERS = [Path(__file__).with_name(name) for name in ("digest.py", "computing.py", "modules.py")]  # what computes digests


def code_digests(roots: Iterable[Path], memo: Memo) -> dict[str, str]:
    """Return the digest of each package file in the import closure of `roots`, and the version of each other package.

    The closure is static: imports inside functions count, imports for type checkers alone do not. A name imported from a
    package leads to the file that defines it, because the package's own `__init__.py` imports that. Kinds are imported by a
    computed name and are therefore in no closure: a caller that uses a kind passes its file as a root.

    Args:
        roots: Python files.
        memo: results of earlier processes, by content.

    Returns:
        `{"train/loop.py": digest, ..., "tensorflow": "2.21"}`.
    """
    files, packages = _closure(frozenset(roots), memo)
    found = {modules.name_in_key(path): source.digest for path, source in files.items()}
    return dict(sorted(found.items())) | {name: _version(name, memo) for name in sorted(packages)}


def sources(roots: Iterable[Path], memo: Memo) -> list[Path]:
    """Files in the import closure of `roots` within the package, including the roots, sorted."""
    return sorted(_closure(frozenset(roots), memo)[0])


def differences(code: Mapping[str, str], beside: Path | None, memo: Memo) -> dict[str, str]:
    """Digest or version on this machine of each file or package whose code differs from that behind a step.

    Args:
        code: result of `code_digests` where the step was planned.
        beside: folder of the experiment, for the user's own files.
        memo: memo of this machine.
    """
    here = {name: _here(name, beside, memo) for name in code}
    return {name: found for name, found in here.items() if found != code[name]}


def _here(name: str, beside: Path | None, memo: Memo) -> str:
    path = beside / name if beside and name.startswith("./") else modules.PACKAGE / name
    if not path.suffix:
        return _version(name, memo)
    if not path.is_file():
        return "none"
    return _source(path, memo).digest if path.suffix == ".py" else memo.sha256(path)[:16]


@frozen
class _Source:
    """A source file: the digest of its code, the package files that it imports, and the other packages that it imports."""

    digest: str
    files: tuple[Path, ...]
    packages: frozenset[str]


@functools.lru_cache(maxsize=1024)
def _closure(roots: frozenset[Path], memo: Memo) -> tuple[Mapping[Path, _Source], frozenset[str]]:
    """Files of the closure, and the other packages they import. A memo belongs to one plan, and so does this cache."""
    waiting, found = list(roots), dict[Path, _Source]()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found[path] = _source(path, memo)
            waiting += found[path].files
    return found, frozenset().union(*(source.packages for source in found.values()))


@functools.lru_cache(maxsize=1024)
def _source(path: Path, memo: Memo) -> _Source:
    """Digest and imports of a file, remembered by the digests of its bytes and of the code that computes them."""
    name = f"code:{_readers(memo)}:{memo.sha256(path)}:{modules.module_name(path)}"
    known = memo.recall(name)
    if known is None:
        memo.remember(name, known := json.dumps(_read(path)))
    digest, *names = json.loads(known)
    ours = [name for name in names if name.partition(".")[0] == modules.PACKAGE.name]
    ours += [modules.module_name(path)] if path.is_relative_to(modules.PACKAGE) else []
    wanted = dict.fromkeys(above for name in ours for above in modules.with_parents(name))
    packages = {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {modules.PACKAGE.name}
    files = tuple(file for name in wanted if (file := modules.every(memo).get(name)))
    return _Source(digest, files, frozenset(packages))


@functools.lru_cache(maxsize=8)
def _readers(memo: Memo) -> str:
    """Digest of the code that computes digests."""
    return "".join(memo.sha256(file)[:8] for file in READERS)


def _read(path: Path) -> list[str]:
    """Digest of a file's code, followed by the names that it imports, some of which are modules."""
    tree = ast.parse(path.read_bytes(), filename=str(path))
    imports = sorted(set(modules.imported(tree, modules.package_of(path))))
    text = text_of_code(tree, own=not path.is_relative_to(modules.PACKAGE))
    return [hashlib.sha256(text.encode()).hexdigest()[:16], *imports]


@functools.lru_cache(maxsize=256)
def _version(name: str, memo: Memo) -> str:
    """Major and minor version of an imported package, without importing it; the last known one if it is absent."""
    known = memo.recall(f"distribution:{name}")
    try:
        version = _minor(known or name)
    except importlib.metadata.PackageNotFoundError:
        return _version_of(name, memo)
    memo.remember(f"version:{name}", version)
    return version


def _version_of(name: str, memo: Memo) -> str:
    """Version of a package whose distribution has a different name."""
    providers = sorted(_providers().get(name, ()))
    if not providers:
        return memo.recall(f"version:{name}") or "none"
    memo.remember(f"distribution:{name}", providers[0])
    memo.remember(f"version:{name}", version := _minor(providers[0]))
    return version


@functools.cache
def _providers() -> Mapping[str, Sequence[str]]:
    """Distributions that provide each package; reading the metadata of all of them takes half a second."""
    return importlib.metadata.packages_distributions()


def _minor(distribution: str) -> str:
    return ".".join(importlib.metadata.version(distribution).split(".")[:2])
