"""How a kind is found: by the name of its file, or as one file of the user's own; there is no list to edit."""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.util
import pkgutil
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ConfigDict

from report_builder.errors import Problem, ReportError, near_miss


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
    _own: dict[Path, ModuleType] = field(default_factory=dict)

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

    def _from_file(self, path: Path) -> ModuleType:
        path = path.resolve()
        if path not in self._own:
            self._own[path] = own_module(path, self.noun)
        return self._own[path]

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Every built-in kind with its module, imported."""
        return ((name, self.get(name)) for name in self.names())


def own_module(path: Path, noun: str) -> ModuleType:
    """The module of a file of the user's own, run anew.

    It may import the package, what is installed and the standard library: a second file beside it would be in no key.

    Raises:
        ReportError: there is no such file, it imports a file beside it, or it cannot be run; with the line.
    """
    spec = importlib.util.spec_from_file_location(f"report_builder_own_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ReportError(Problem(str(path), f"no such file for a {noun} of your own", path.name))
    _alone(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses and pydantic look their own module up there
    try:
        spec.loader.exec_module(module)
    except ReportError:
        raise
    except SyntaxError as error:
        raise ReportError(Problem(str(path), f"{path.name}:{error.lineno} is not valid Python", error.msg)) from None
    except Exception as error:
        line = next((f.lineno for f in reversed(traceback.extract_tb(error.__traceback__)) if f.filename == str(path)), 1)
        rule = f"{path.name}:{line} cannot be run"
        raise ReportError(Problem(str(path), rule, f"{type(error).__name__}: {error}")) from error
    return module


def _alone(path: Path) -> None:
    """Raises ReportError where a file imports another one beside it; what is no Python is said when it runs."""
    with suppress(SyntaxError):
        statements = [node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Import | ast.ImportFrom)]
        for line, name in ((node.lineno, name) for node in statements for name in _imported(node)):
            if name.startswith(".") or _is_beside(name.partition(".")[0], path.parent):
                step = "Put both into one file. What is installed, the standard library and report_builder can be imported."
                raise ReportError(Problem(str(path), f"{path.name}:{line} imports a file beside it", name, next_step=step))


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Names of the modules that a statement imports; relative ones begin with a dot."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return ["." * node.level + (node.module or "")]


def _is_beside(name: str, folder: Path) -> bool:
    """Whether a module is a file or a package of this folder, and not an installed one of the same name."""
    here = [file for file in (folder / f"{name}.py", folder / name / "__init__.py") if file.is_file()]
    found = importlib.util.find_spec(name) if here else None
    return bool(here) and (found is None or found.origin is None or Path(found.origin) in here)


def opened(registry: Registry, entry: Mapping[str, Any], *, beside: Path | None = None) -> tuple[Any, Any]:
    """Module and parameters of a resolved entry `{"kind": ..., parameter: value, ...}`.

    Raises:
        ReportError: there is no such kind.
    """
    module = registry.get(entry["kind"], beside=beside)
    return module, module.Parameters(**{key: value for key, value in entry.items() if key != "kind"})


DATASETS = Registry("report_builder.datasets", "data set")
DATA_STEPS = Registry("report_builder.datasets.steps", "data step")
MODELS = Registry("report_builder.models", "model", folders=True)
PROBES = Registry("report_builder.measures.probes", "probe")
METRICS = Registry("report_builder.measures.metrics", "metric")
FIGURES = Registry("report_builder.plots", "figure kind")
