"""Parameters of a report: values that the file uses as `${name}`, and that a command may set with `--set NAME=VALUE`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from pydantic import ValidationError

from report_builder.errors import Problem, ReportError, near_miss
from report_builder.plain import Plain
from report_builder.spec.grammar import ID, Experiment, Parameter
from report_builder.spec.source import KeyPath, Source, parse

SECTION = "parameters"
TYPES: Mapping[type, str] = {str: "text", bool: "true or false", int: "a whole number", float: "a number"}
_USE = re.compile(rf"\$\{{({ID})\}}")


def fill(source: Source, given: Mapping[str, str]) -> tuple[Source, list[Problem]]:
    """Replace each use of a parameter in the file by its value; returns the file, and all mistakes in the parameters.

    A text that is `${name}` alone becomes the value, with its type; within a longer text the value is inserted as text. A
    parameter that the grammar will not accept is left as it is, so that the grammar reports it.

    Args:
        given: values from the command line, by parameter.
    """
    written = source.section(SECTION)
    if not written:
        return source, []
    declared = {name: entry for name, each in written.items() if (entry := _read(each))}
    found, values = [*_clashes(source, written)], dict[str, Plain]()
    for name, entry in declared.items():
        where = f"--set {name}={given[name]}" if name in given else source.where((SECTION, name))
        values[name] = _value(entry, given.get(name))
        found += [replace(problem, where=where) for problem in _mistakes(entry, values[name], given.get(name))]
    data = {key: value if key == SECTION else _with(source, value, (key,), values, found) for key, value in source.data.items()}
    stated = {name: {**declared[name].model_dump(), "default": value} for name, value in values.items()}
    return replace(source, data=data | {SECTION: {**written, **stated}}), found


def _read(written: Plain) -> Parameter | None:
    try:
        return Parameter.model_validate(written)
    except ValidationError:
        return None


def _clashes(source: Source, names: Mapping[str, Plain]) -> Iterator[Problem]:
    for name in names:
        if name in Experiment.model_fields:
            rule = "a parameter has the name of a section of the file"
            yield Problem(source.where((SECTION, name)), rule, repr(name), next_step="Rename it.")


def _value(entry: Parameter, given: str | None) -> Plain:
    """The default, or the given value; text is taken literally, because a student's number may begin with 0."""
    if given is None or isinstance(entry.default, str):
        return entry.default if given is None else given
    try:
        value = parse(f"value: {given}", "--set").data["value"]
    except ReportError:
        return given
    return float(value) if isinstance(entry.default, float) and type(value) is int else value


def _mistakes(entry: Parameter, value: Plain, given: str | None) -> Iterator[Problem]:
    kind = type(entry.default)
    if type(value) is not kind:
        yield Problem("", f"this parameter is {TYPES[kind]}", repr(given), entry.description)
    elif isinstance(value, str) and entry.pattern and not re.fullmatch(entry.pattern, value):
        yield Problem("", "the text does not have the required form", repr(value), entry.description or entry.pattern)


def _with(source: Source, value: Plain, path: KeyPath, values: Mapping[str, Plain], found: list[Problem]) -> Plain:
    """Value at a key path with its parameters replaced; an unknown parameter is noted."""
    if isinstance(value, Mapping):
        return {key: _with(source, each, (*path, key), values, found) for key, each in value.items()}
    if isinstance(value, list):
        return [_with(source, each, (*path, place), values, found) for place, each in enumerate(value)]
    if not isinstance(value, str):
        return value
    for name in _USE.findall(value):
        if name not in (source.section(SECTION) or {}):
            known = near_miss(name, source.section(SECTION) or {})
            found.append(Problem(source.where(path), "unknown parameter", repr(name), known))
    alone = _USE.fullmatch(value)
    if alone and alone[1] in values:
        return values[alone[1]]
    return _USE.sub(lambda use: _plain_text(values.get(use[1], use[0])), value)


def _plain_text(value: Plain) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
