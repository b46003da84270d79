"""Code listings, cut from the files that ran and limited to the functions that a run's parameters use."""

from __future__ import annotations

import ast
import functools
import textwrap
from collections.abc import Iterator
from pathlib import Path

from report_builder import models
from report_builder.document.material import Fragment, Listing
from report_builder.models import _layers
from report_builder.plan import Training

MODELS = Path(models.__file__).parent


def listings_of(run: Training, beside: Path) -> Iterator[Listing]:
    """Yield a listing for each part of a run's model: cut from its source files, or Keras code for a list of layers.

    For each layer defined in a file in `beside`, the folder of the experiment, also yields its class under the class name.
    """
    own, lists = run.model.module.network, _layers.lists(run.model.parameters)
    for part, layers in lists.items():
        yield Listing(run.id, part, (Fragment(_layers.source(layers)),))
        for kind in dict.fromkeys(layer.kind for layer in layers if _layers.OWN in layer.kind):
            file, _, name = kind.rpartition(":")
            yield Listing(run.id, name, (_fragment(beside / file, name),))
    for part, names in run.model.module.listed(run.model.parameters).items():
        if part in lists:
            continue
        yield Listing(run.id, part, tuple(_fragment(*placed(name, own)) for name in names))


def _fragment(file: Path, qualified: str) -> Fragment:
    text = file.read_text(encoding="utf-8")
    first, last = span(_parse(text), qualified.split("."))
    return Fragment(_lines(text, first, last), _file_name(file), first)


@functools.lru_cache(maxsize=64)
def _parse(text: str) -> ast.Module:
    """AST of a file, cached because several runs cite the same files."""
    return ast.parse(text)


def placed(name: str, own: Path) -> tuple[Path, str]:
    """Return file and qualified name: `file.py:name` is in the models package, `name` alone in the model's own network file."""
    file, _, qualified = name.rpartition(":")
    return (own.parents[1] / file if file else own), qualified


def span(tree: ast.AST, path: list[str]) -> tuple[int, int]:
    """Return the first and last line of a function or class, decorators included.

    Raises:
        KeyError: there is no such name.
    """
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == path[0]:
            if len(path) > 1:
                return span(node, path[1:])
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            return first, node.end_lineno or first
    raise KeyError(path[0])


def _file_name(file: Path) -> str:
    """Name of a file, with its folder if it belongs to the package."""
    return f"{file.parent.name}/{file.name}" if file.is_relative_to(MODELS) else file.name


def _lines(text: str, first: int, last: int) -> str:
    """Lines `first` to `last` (1-based, inclusive), dedented."""
    return textwrap.dedent("\n".join(text.splitlines()[first - 1 : last]))
