"""Finds kinds and checks their parameters; collects the mistakes, so that all are said at once."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from report_builder.errors import Problem, ReportError, near_miss
from report_builder.kinds import MODELS, Parameters, Registry
from report_builder.models._layers import OWN, lists
from report_builder.plan.resolved import Kind
from report_builder.spec import Loaded, problems
from report_builder.spec.grammar import Slot
from report_builder.spec.source import KeyPath


def not_python(file: Path) -> str:
    """What is wrong with a file of the user's own before anything runs it; empty where nothing is."""
    try:
        ast.parse(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return f"there is no file {file.name} beside the experiment"
    except (OSError, UnicodeDecodeError) as error:
        return f"{file.name} is not a readable UTF-8 text file: {error}"
    except SyntaxError as error:
        return f"{file.name}:{error.lineno} is not valid Python: {error.msg}"
    return ""


class Closing:
    """Closes slots; `found` has the mistakes, in the order in which they were seen."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.found: list[Problem] = []
        self.beside = loaded.file.parent

    def note(self, path: KeyPath, rule: str, received: str = "", allowed: str = "", next_step: str = "") -> None:
        """Notes a mistake at a key of the file."""
        self.found.append(Problem(self.loaded.where(*path), rule, received, allowed, next_step))

    def known(self, noun: str, id_: str, ids: Iterable[str], path: KeyPath) -> bool:
        """Whether an id is known; if not, the mistake is noted."""
        if id_ in ids:
            return True
        named = [*ids, *(self.loaded.sweeps if noun == "run" else ())]
        self.note(path, f"unknown {noun}", repr(id_), near_miss(id_, named))
        return False

    def close(self, registry: Registry, slot: Slot, path: KeyPath, extra: Mapping[str, Any] | None = None) -> Kind | None:
        """A slot's kind; None, with the mistakes noted, where it is wrong. `extra` goes to those parameters the kind has."""
        try:
            module = registry.get(slot.kind, beside=self.beside)
        except ReportError as error:
            self.found += [replace(p, where=self.loaded.where(*path, "kind")) for p in error.problems]
            return None
        model = module.Parameters
        given = {key: value for key, value in (extra or {}).items() if key in model.model_fields and value is not None}
        try:
            parameters = model.model_validate_json(json.dumps(given | slot.parameters), strict=True)
        except ValidationError as error:
            self.found += problems(error, self.loaded.source, model, path, f"{registry.noun} '{slot.kind}'")
            return None
        return Kind(slot.kind, module, parameters) if self._layers_found(parameters, path) else None

    def _layers_found(self, parameters: Parameters, path: KeyPath) -> bool:
        """Whether the files of the layers of the user's own are there and are Python; if not, the mistakes are noted."""
        found = len(self.found)
        for name, layers in lists(parameters).items():
            for index, layer in enumerate(layers):
                file = self.beside / layer.kind.rpartition(":")[0]
                if OWN in layer.kind and (mistake := not_python(file)):
                    self.note((*path, name, index), mistake, layer.kind)
        return len(self.found) == found

    def close_model(self, slot: Slot, path: KeyPath) -> tuple[Kind, Mapping[str, str]] | None:
        """A model with its title; where a preset is named, what the slot gives lies over the preset's parameters."""
        given = slot.parameters
        name = given.pop("preset", None)
        plain = Slot(kind=slot.kind, **given)
        if name is None or slot.kind not in MODELS.names():
            kind = self.close(MODELS, plain, path)
            return (kind, kind.module.TITLE) if kind else None
        presets = getattr(MODELS.get(slot.kind), "PRESETS", {})
        if name not in presets:
            rule = f"unknown preset of model '{slot.kind}'"
            self.note((*path, "preset"), rule, repr(name), near_miss(str(name), presets), "Leave it out, or name one of these.")
            return None
        kind = self.close(MODELS, Slot(kind=slot.kind, **(dict(presets[name].parameters) | given)), path)
        return (kind, presets[name].title) if kind else None
