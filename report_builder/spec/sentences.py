"""Turns the findings of pydantic into problems: place, rule, received, allowed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeGuard, get_args, get_type_hints

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from report_builder.errors import Problem, near_miss
from report_builder.plain import at
from report_builder.spec.grammar import LONGEST
from report_builder.spec.source import KeyPath, Source

_RULES = {
    "missing": "this key is required",
    "int_type": "a whole number is expected",
    "int_from_float": "a whole number is expected",
    "float_type": "a number is expected",
    "string_type": "text is expected",
    "bool_type": "true or false is expected",
    "list_type": "a list is expected",
    "tuple_type": "a list is expected",
    "dict_type": "a mapping is expected",
    "string_pattern_mismatch": "the text does not have the required form",
    "model_type": "a mapping is expected",
    "model_attributes_type": "a mapping is expected",
}
_ADVICE = {
    "string_type": "Quote it to make it text.",
    "bool_type": "Write true or false; yes, no, on and off are plain text here.",
    "list_type": "Write it as [a, b] or with one '- ' line for each item.",
    "tuple_type": "Write it as [a, b] or with one '- ' line for each item.",
}
_NOUN = {"Input": "the value", "String": "the text", "Tuple": "the list", "List": "the list", " after validation": ""}
_WORDS = re.compile("^Input|^String|^Tuple|^List| after validation")
AN_ID = f"Letters, digits, '-' and '_', a letter first, at most {LONGEST} of them."
MOST = 200  # mistakes reported for one file; nobody reads more of them
COMMA = "A comma inside { } begins a new key: put a text that has one in quotes."


def problems(
    error: ValidationError,
    source: Source,
    model: type[BaseModel],
    prefix: KeyPath = (),
    subject: str = "",
    beside: Iterable[str] = (),
) -> list[Problem]:
    """Problems found by one validation.

    Args:
        model: the model that it was validated against.
        prefix: key path of the validated mapping in the file.
        subject: e.g. "model 'vae'", for the message about an unknown key.
        beside: keys that are allowed in addition to those of the model.
    """
    details = error.errors(include_url=False)[:MOST]
    return [_problem(detail, source, model, prefix, subject, beside) for detail in details]


def _problem(
    detail: ErrorDetails, source: Source, model: type[BaseModel], prefix: KeyPath, subject: str, beside: Iterable[str]
) -> Problem:
    kind, path = detail["type"], detail["loc"]
    is_key = bool(path) and path[-1] == "[key]"
    path = path[:-1] if is_key else path
    where = source.where(_written_path(source, (*prefix, *path)))
    if is_key and kind in ("string_pattern_mismatch", "string_too_long", "string_too_short"):
        return Problem(where, "this is not an id", repr(detail["input"]), AN_ID, "Rename it.")
    if kind == "extra_forbidden":
        rule = f"unknown parameter of {subject}" if subject and len(path) == 1 else "unknown key"
        advice = COMMA if detail["input"] is None else ""  # a key without a value: nobody writes one on purpose
        known = near_miss(str(path[-1]), {*_known_keys(model, path[:-1]), *(beside if len(path) == 1 else ())})
        return Problem(where, rule, f"{path[-1]}: {detail['input']!r}", known, advice)
    if kind == "union_tag_invalid":
        given, known = str(detail["ctx"]["tag"]), detail["ctx"]["expected_tags"].replace("'", "").split(", ")
        return Problem(where, "there is no such kind", repr(given), near_miss(given, [k for k in known if k != "number"]))
    if kind == "missing":
        described, step = _describe(model, path), _another(source, (*prefix, *path))
        return Problem(where, f"the key '{path[-1]}' is required", allowed=described, next_step=step)
    if kind in ("model_type", "model_attributes_type"):
        return Problem(where, "a mapping of keys is expected", repr(detail["input"]), _describe(model, path))
    rule = _RULES.get(kind) or _WORDS.sub(lambda found: _NOUN[found[0]], detail["msg"].removeprefix("Value error, "))
    return Problem(where, rule, repr(detail["input"]), _describe(model, path), _ADVICE.get(kind, ""))


def _another(source: Source, path: KeyPath) -> str:
    """Advice for an entry that lacks a key because it was meant to change one of the layer below, which has other ids."""
    known = source.added.get(path[:2])
    if known is None:
        return ""
    step = f"If '{path[1]}' was to change an entry of what it extends, that has no such id."
    return f"{step} {near_miss(str(path[1]), known)}"


def _written_path(source: Source, path: KeyPath) -> KeyPath:
    """Path without the steps that pydantic adds where a `kind` selects a model."""
    written: list[str | int] = []
    for i, step in enumerate(path):
        above = at(source.data, written)
        here = step in above if isinstance(above, Mapping) else isinstance(above, list) and isinstance(step, int)
        if here or i == len(path) - 1:
            written.append(step)
    return tuple(written)


def _known_keys(model: type[BaseModel], path: Iterable[str | int]) -> list[str]:
    target = _descend(model, path)
    return sorted(target.model_fields) if target else []


def _describe(model: type[BaseModel], path: KeyPath) -> str:
    """Description of a key, or of the key whose list has this item."""
    while path and isinstance(path[-1], int):
        path = path[:-1]
    owner = _descend(model, path[:-1]) if path else None
    field = owner.model_fields.get(str(path[-1])) if owner else None
    return field.description or "" if field else ""


def _descend(model: type[BaseModel], path: Iterable[str | int]) -> type[BaseModel] | None:
    """Model that describes the mapping at `path`, through dictionaries, lists, and unions in which a `kind` selects."""
    current: type | None = model
    for step in path:
        if _is_model(current):
            current = get_type_hints(current).get(str(step))
        else:
            kinds = ((choice, choice.model_fields.get("kind")) for choice in _models(current))
            chosen = next((choice for choice, kind in kinds if kind and kind.default == step), None)
            current = chosen or next(reversed(_parts(current)), None)
    return next(iter(_models(current)), None)


def _is_model(annotation: type | None) -> TypeGuard[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _parts(annotation: type | None) -> list[type]:
    """Arguments of a generic type."""
    return [part for part in get_args(annotation) if part not in (type(None), Ellipsis)]


def _models(annotation: type | None) -> list[type[BaseModel]]:
    """Models that a type consists of."""
    return [annotation] if _is_model(annotation) else [model for part in _parts(annotation) for model in _models(part)]
