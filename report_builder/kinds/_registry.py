"""How a kind is found: by the name of its file, or as one file of the user's own; there is no list to edit."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import BaseModel, ConfigDict

from report_builder.errors import Problem, ReportError, near_miss

Words: TypeAlias = str | Mapping[str, str]  # what a kind calls something: in English, or by language


class Parameters(BaseModel):
    """Base of every kind's parameters: frozen, and a key that is not documented is an error.

    Some names mean the same in every kind and are read by the plan: `_meanings.py` lists them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


@functools.cache
def _modules(package: str, *, folders: bool) -> tuple[str, ...]:
    spec = importlib.util.find_spec(package)
    places = spec.submodule_search_locations if spec else None
    return tuple(sorted(m.name for m in pkgutil.iter_modules(places) if m.ispkg == folders and m.name[0] != "_"))


@dataclass(frozen=True)
class Registry:
    """The kinds of one sort: the modules of one package (its sub-packages where a kind is a folder); `_names` are private."""

    package: str
    noun: str
    folders: bool = False
    _own: dict[Path, Any] = field(default_factory=dict)

    def names(self) -> tuple[str, ...]:
        """Names of the built-in kinds, without importing them."""
        return _modules(self.package, folders=self.folders)

    def get(self, name: str, *, beside: Path | None = None) -> Any:
        """The module of a kind.

        Args:
            name: a built-in kind, or the path of a Python file relative to `beside`.
            beside: the folder of the experiment file.

        Raises:
            ReportError: there is no such kind.
        """
        if name.endswith(".py"):
            return self._from_file((beside or Path()) / name)
        if name not in self.names():
            raise ReportError(Problem("", f"unknown {self.noun}", repr(name), near_miss(name, self.names())))
        return importlib.import_module(f"{self.package}.{name}")

    def _from_file(self, path: Path) -> Any:
        """Of the user's own: a model as it is (a worker tries it), any other kind with each of its functions judged."""
        from report_builder.kinds._own import OwnKind, own_module

        path = path.resolve()
        if path not in self._own:
            self._own[path] = own_module(path, self.noun) if self.noun == "model" else OwnKind(path, self.noun)
        return self._own[path]

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Every built-in kind with its module, imported."""
        return ((name, self.get(name)) for name in self.names())


def opened(registry: Registry, entry: Mapping[str, Any], *, beside: Path | None = None) -> tuple[Any, Any]:
    """Module and parameters of a resolved entry `{"kind": ..., parameter: value, ...}`.

    Raises:
        ReportError: there is no such kind.
    """
    module = registry.get(entry["kind"], beside=beside)
    return module, module.Parameters(**{key: value for key, value in entry.items() if key != "kind"})


def by_language(words: Any) -> dict[str, str]:
    """Words of the user's own by language; text alone, under "", is that of every language."""
    return {code: str(text) for code, text in words.items()} if isinstance(words, Mapping) else {"": str(words)}


DATASETS = Registry("report_builder.datasets", "data set")
DATA_STEPS = Registry("report_builder.datasets.steps", "data step")
MODELS = Registry("report_builder.models", "model", folders=True)
PROBES = Registry("report_builder.measures.probes", "probe")
METRICS = Registry("report_builder.measures.metrics", "metric")
FIGURES = Registry("report_builder.plots", "figure kind")
