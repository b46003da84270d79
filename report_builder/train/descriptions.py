"""What a file of the user's own says of itself as a model: the front process reads this, and never runs the file."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from report_builder.errors import Problem, ReportError, near_miss
from report_builder.kinds import CAPABILITIES, MODELS, by_language
from report_builder.train import loop


def describe(kind: str, beside: Path | None) -> dict[str, Any]:
    """All that the front process may know of a file.

    Raises:
        ReportError: with everything that it lacks.
    """
    module = MODELS.get(kind, beside=beside)
    mistakes = list(_mistakes(module, Path(kind).name))
    if mistakes:
        raise ReportError(*mistakes)
    fields = module.Parameters.model_fields
    defaults = module.Parameters.model_construct().model_dump(mode="json", warnings=False)
    title = getattr(module, "TITLE", Path(kind).stem.replace("_", " "))
    return {
        "doc": (module.__doc__ or "A model of your own.").strip().splitlines()[0],
        "schema": module.Parameters.model_json_schema(),
        "defaults": {name: defaults[name] for name, field in fields.items() if not field.is_required()},
        "following": [name for name, field in fields.items() if field.default_factory_takes_validated_data],
        "provides": sorted(module.PROVIDES),
        "title": by_language(title),
        "terms": [
            vars(term) | {"title": by_language(term.title) if term.title else ""} for term in getattr(module, "TERMS", ())
        ],
        "listings": {part: list(names) for part, names in getattr(module, "LISTINGS", {}).items()},
        "presets": {
            name: {"title": by_language(preset.title), "parameters": dict(preset.parameters)}
            for name, preset in getattr(module, "PRESETS", {}).items()
        },
    }


def _mistakes(module: Any, file: str) -> Iterable[Problem]:
    """What a model's file must have and has not."""
    build, parameters = getattr(module, "build", None), getattr(module, "Parameters", None)
    fields = set(parameters.model_fields) if isinstance(parameters, type) and issubclass(parameters, BaseModel) else None
    if not callable(build):
        yield Problem("", f"{file} has no function 'build'", next_step="Write build(image_shape, **parameters) -> keras.Model.")
    if fields is None:
        advice = "Write class Parameters(report_builder.kinds.Parameters) with the arguments of 'build', or an empty one."
        yield Problem("", f"{file} has no class 'Parameters'", next_step=advice)
    elif callable(build):
        yield from _unlike(build, fields, file)
    yield from _provides(module, file)
    known = _definitions(ast.parse(Path(module.__file__).read_text(encoding="utf-8")))
    listed = {name for names in getattr(module, "LISTINGS", {}).values() for name in names}
    for name in sorted(listed - known):
        yield Problem("", f"{file}: LISTINGS names what is not in the file", repr(name), near_miss(name, known))


def _unlike(build: Any, fields: set[str], file: str) -> Iterable[Problem]:
    """Parameters that `build` does not take, and arguments of it that nobody gives."""
    taken = list(inspect.signature(build).parameters.values())[1:]
    names = {p.name for p in taken}
    if not any(p.kind == p.VAR_KEYWORD for p in taken) and (unknown := sorted(fields - names)):
        rule = f"{file}: 'build' does not take what 'Parameters' has"
        yield Problem("", rule, ", ".join(unknown), f"build takes: {', '.join(sorted(names)) or 'none'}.")
    open_ones = {p.name for p in taken if p.default is p.empty and p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    if lacking := sorted(open_ones - fields - set(loop.TOLD)):
        rule = f"{file}: 'build' asks for what 'Parameters' does not have"
        yield Problem("", rule, ", ".join(lacking), f"Beside the parameters it may ask for {' and '.join(loop.TOLD)}.")


def _provides(module: Any, file: str) -> Iterable[Problem]:
    """What is wrong with the names of what the model provides."""
    provides = getattr(module, "PROVIDES", None)
    if not isinstance(provides, set | frozenset | tuple | list):
        yield Problem("", f"{file} has no 'PROVIDES'", repr(provides), f"A set of: {', '.join(CAPABILITIES)}.")
    else:
        for name in sorted(set(map(str, provides)) - set(CAPABILITIES)):
            yield Problem("", f"{file}: PROVIDES names what no model provides", repr(name), near_miss(name, CAPABILITIES))


def _definitions(tree: ast.Module) -> set[str]:
    """Qualified names of functions, classes and methods."""
    found = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    methods = {
        f"{name}.{inner.name}" for name, node in found.items() for inner in node.body if isinstance(inner, ast.FunctionDef)
    }
    return set(found) | methods
