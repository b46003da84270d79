"""Finds kinds and checks their parameters, and collects all mistakes, so that they are reported together."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from report_builder.errors import Problem, ReportError, near_miss
from report_builder.kinds import MODELS, K, Model, Parameters, Registry, Role, Words, blamed, names_of
from report_builder.models._layers import OWN, lists
from report_builder.plain import Plain
from report_builder.plan.resolved import Kind
from report_builder.project import not_readable, text_of
from report_builder.spec import Loaded, problems
from report_builder.spec.grammar import Slot
from report_builder.spec.source import KeyPath


def not_python(file: Path) -> str:
    """What is wrong with a user's own file, found without running it; empty if nothing is."""
    if mistake := not_readable(file):
        return f"there is no file {file.name} beside the experiment" if mistake == "no such file" else f"{file.name}: {mistake}"
    try:
        ast.parse(text_of(file))
    except ReportError as error:
        return f"{file.name} is {error.problems[0].rule}: {error.problems[0].received}"
    except SyntaxError as error:
        return f"{file.name}:{error.lineno} is not valid Python: {error.msg}"
    except (ValueError, RecursionError, MemoryError) as error:  # how Python's parser reports code that is nested too deeply
        return f"{file.name} is not valid Python: {error}"
    return ""


class Closing:
    """Closes the open slots of an experiment; `found` collects the mistakes, in the order in which they are seen."""

    def __init__(self, loaded: Loaded, own: Mapping[str, Model[Parameters] | ReportError] | None = None) -> None:
        """Prepare to close the slots of `loaded`; `own` has each model of the user's own by kind, or the error in its file."""
        self.loaded = loaded
        self.own = own or {}
        self._said: set[str] = set()  # own models whose mistakes are noted: several runs may share one
        self.found: list[Problem] = []
        self.beside = loaded.file.parent

    def note(self, path: KeyPath, rule: str, received: str = "", allowed: str = "", next_step: str = "") -> None:
        """Note a mistake at a key of the file."""
        self.found.append(Problem(self.loaded.where(*path), rule, received, allowed, next_step))

    def known(self, noun: str, id_: str, ids: Iterable[str], path: KeyPath) -> bool:
        """Whether an id is known; if not, the mistake is noted."""
        if id_ in ids:
            return True
        named = [*ids, *(self.loaded.sweeps if noun == "run" else ())]
        self.note(path, f"unknown {noun}", repr(id_), near_miss(id_, named))
        return False

    @contextmanager
    def at(self, path: KeyPath) -> Iterator[None]:
        """Note the errors that a kind raises as mistakes at a key of the file."""
        try:
            yield
        except ReportError as error:
            self.found += [replace(p, where=self.loaded.where(*path)) for p in error.problems]

    def unreadable(self, name: str, path: KeyPath) -> Problem | None:
        """Problem with the file named at `path`: it is not part of the project, or cannot be read; None if it can."""
        file, refused = self.loaded.beside(name, *path)
        if refused is None and (mistake := not_readable(file)):
            step = "It is searched for next to the experiment file."
            return Problem(self.loaded.where(*path), mistake, repr(name), next_step=step)
        return refused

    def module(self, registry: Registry[K], kind: str) -> K:
        """Return the module of a kind; a user's own file is run only if it is part of the project.

        Raises:
            ReportError: there is no such kind, or its file is outside the project or not valid Python.
        """
        if kind.endswith(".py"):
            file, refused = self.loaded.beside(kind)
            if refused or (mistake := not_python(file)):
                raise ReportError(refused or Problem("", mistake, repr(kind)))
        return registry.get(kind, beside=self.beside)

    def close(
        self, registry: Registry[K], slot: Slot, path: KeyPath, extra: Mapping[Role | str, Plain] | None = None
    ) -> Kind[K] | None:
        """Close a slot; return None, with the mistakes noted, if it is wrong.

        `extra` has values for the parameters with the given roles or names.
        """
        module = self._module(registry, slot.kind, path)
        return self._close(registry, module, slot, path, extra) if module else None

    def _close(
        self, registry: Registry[K], module: K, slot: Slot, path: KeyPath, extra: Mapping[Role | str, Plain] | None = None
    ) -> Kind[K] | None:
        model, own = module.parameters, slot.kind.endswith(".py") and registry is not MODELS
        given = {
            name: value
            for role, value in (extra or {}).items()
            if value is not None
            for name in (names_of(model, role) if isinstance(role, Role) else {role} & {*model.model_fields})
        }
        try:
            parameters = model.model_validate_json(json.dumps(given | slot.parameters), strict=True)
            if own:
                parameters.model_dump(mode="json")  # a default of any type is accepted, but some cannot be part of a key
        except ValidationError as error:
            beside = {*type(slot).model_fields} - {"kind"}
            self.found += problems(error, self.loaded.source, model, path, f"{registry.noun} '{slot.kind}'", beside)
            return None
        except Exception as error:
            if not own:
                raise
            self.found.append(
                replace(blamed(error, self.beside / slot.kind, name="Parameters"), where=self.loaded.where(*path))
            )
            return None
        return Kind(slot.kind, module, parameters) if self._layers_found(parameters, path) else None

    def _module(self, registry: Registry[K], kind: str, path: KeyPath) -> K | None:
        """Module of a kind; for a user's own model, its description. None, with the mistakes noted, if it is wrong."""
        try:
            if registry.form is Model and kind.endswith(".py"):
                return self._own_model(kind)  # type: ignore[return-value]
            return self.module(registry, kind)
        except ReportError as error:
            self.found += [replace(p, where=self.loaded.where(*path, "kind")) for p in error.problems]
            self._said.add(kind)
            return None

    def _own_model(self, kind: str) -> Model[Parameters]:
        """Description of a user's own model; raises ReportError if its file is wrong, with the mistakes only the first time."""
        file, refused = self.loaded.beside(kind)
        found = ReportError(refused) if refused else self.own.get(kind)
        if not refused and (mistake := not_python(file)):
            found = ReportError(Problem("", mistake, repr(kind)))
        if found is None:
            found = ReportError(Problem("", "this model of your own has not been examined", repr(kind)))
        if not isinstance(found, ReportError):
            return found
        raise ReportError(*(() if kind in self._said else found.problems))

    def _layers_found(self, parameters: Parameters, path: KeyPath) -> bool:
        """Whether the files of the user's own layers exist and are valid Python; if not, the mistakes are noted."""
        found = len(self.found)
        for name, layers in lists(parameters).items():
            for index, layer in enumerate(layers):
                place = (*path, name, index)
                file, refused = self.loaded.beside(layer.kind.rpartition(":")[0], *place)
                if OWN in layer.kind and refused:
                    self.found.append(refused)
                elif OWN in layer.kind and (mistake := not_python(file)):
                    self.note(place, mistake, layer.kind)
        return len(self.found) == found

    def close_model(self, slot: Slot, path: KeyPath) -> tuple[Kind[Model[Parameters]], Words] | None:
        """Close a model slot and return it with its title; parameters in the slot override those of its preset."""
        given = slot.parameters
        name = given.pop("preset", None)
        model = self._module(MODELS, slot.kind, path)
        if model is None:
            return None
        title = model.title
        if name is not None:
            if not isinstance(name, str) or name not in model.presets:
                rule, step = f"unknown preset of model '{slot.kind}'", "Leave it out, or name one of these."
                self.note((*path, "preset"), rule, repr(name), near_miss(str(name), model.presets), step)
                return None
            given, title = {**model.presets[name].parameters, **given}, model.presets[name].title
        kind = self._close(MODELS, model, Slot(kind=slot.kind, **given), path)
        return (kind, title) if kind else None
