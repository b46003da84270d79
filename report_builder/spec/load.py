"""From a file to an `Experiment`: `extends`, the profile, `--set`, runs that extend runs, sweeps, then the grammar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from report_builder.errors import Problem, ReportError, UsageError, near_miss
from report_builder.spec import sentences
from report_builder.spec.grammar import Experiment
from report_builder.spec.source import KeyPath, Source, overlay, parse, read
from report_builder.spec.sweeps import Arms, expand

OUTER_KEYS = ("extends", "profiles", "default_profile")


@dataclass(frozen=True)
class Loaded:
    """An experiment with the source that says where each key stands.

    Attributes:
        name: the file's stem.
        file: the experiment file.
        profile: the profile in force, "" where the file has none.
        is_default_profile: whether the outputs go to the folders without `@profile`.
        sweeps: the arms of each sweep; they are runs of the experiment.
    """

    experiment: Experiment
    source: Source
    name: str
    file: Path
    profile: str
    is_default_profile: bool
    sweeps: Mapping[str, Arms] = field(default_factory=dict)

    def where(self, *path: str | int) -> str:
        """`file:line: key.path`."""
        return self.source.where(path)


def load(file: Path, *, profile: str | None = None, sets: Sequence[str] = ()) -> Loaded:
    """Reads an experiment file.

    Args:
        file: path of the YAML file.
        profile: name of one of its profiles; default: the file's `default_profile`.
        sets: `key.path=value` overrides, applied last.

    Raises:
        ReportError: with every mistake of the file at once.
    """
    source = _extended(file, ())
    source, chosen, is_default = _with_profile(source, profile, file)
    for text in sets:
        source = overlay(source, _set(text))
    source = _with_inherited_runs(source)
    source, arms, found = expand(source)
    try:
        experiment = Experiment.model_validate(source.data)
    except ValidationError as error:
        raise ReportError(*sentences.once([*found, *sentences.problems(error, source, Experiment)])) from None
    if found:
        raise ReportError(*sentences.once(found))
    return Loaded(experiment, source, file.stem, file, chosen, is_default, arms)


def _extended(file: Path, seen: tuple[Path, ...]) -> Source:
    source = read(file)
    parent = source.data.pop("extends", None)
    if parent is None:
        return source
    below = (file.parent / str(parent)).with_suffix(".yaml")
    if below.resolve() in (*seen, file.resolve()):
        raise ReportError(Problem(source.where(("extends",)), "a file extends itself", str(parent)))
    if not below.is_file():
        known = (p.stem for p in file.parent.glob("*.yaml"))
        raise ReportError(
            Problem(source.where(("extends",)), "no such experiment file", str(parent), near_miss(str(parent), known))
        )
    return overlay(_extended(below, (*seen, file.resolve())), source)


def _with_profile(source: Source, profile: str | None, file: Path) -> tuple[Source, str, bool]:
    profiles = source.data.pop("profiles", None) or {}
    default = source.data.pop("default_profile", "") or ""
    chosen = profile or default
    if not isinstance(profiles, dict) or not all(isinstance(value, dict | None) for value in profiles.values()):
        raise ReportError(
            Problem(source.where(("profiles",)), "profiles are a mapping: name -> keys to change", repr(profiles))
        )
    if chosen and chosen not in profiles:
        where = source.where(("default_profile",)) if not profile else str(file)
        raise ReportError(Problem(where, "unknown profile", repr(chosen), near_miss(chosen, profiles)))
    if chosen:
        prefix = ("profiles", chosen)
        moved = {p[2:]: at for p, at in source.positions.items() if p[:2] == prefix and len(p) > 2}
        source = overlay(source, Source(profiles[chosen] or {}, moved))
    return source, chosen, chosen == default


def _set(text: str) -> Source:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise UsageError(
            Problem("--set", "an override is key.path=value", repr(text), 'For example --set "report.author=Jan Kowalski".')
        )
    parts = key.strip().split(".")
    if parts[0] == "sweeps" and parts[2:3] in (["over"], ["zip"]):
        parts[3:] = [".".join(parts[3:])] if parts[3:] else []  # an axis is a key path, and one key
    path: KeyPath = tuple(parts)
    try:
        parsed = parse(f"value: {value}", "--set").data["value"] if value.strip() else ""
    except ReportError:
        parsed = value  # text that YAML would read as a structure: 'a: b'
    data: Any = parsed
    for part in reversed(path):
        data = {part: data}
    return Source(data, {path[:length]: f"--set {text}" for length in range(1, len(path) + 1)})


def _with_inherited_runs(source: Source) -> Source:
    runs = source.data.get("runs")
    if not isinstance(runs, dict):
        return source
    for name, run in list(runs.items()):
        chain, current = [name], run
        while isinstance(current, dict) and isinstance(current.get("extends"), str):
            parent = current["extends"]
            if parent not in runs or parent in chain:
                rule = "a run extends itself" if parent in chain else "no such run to extend"
                raise ReportError(
                    Problem(source.where(("runs", chain[-1], "extends")), rule, parent, near_miss(parent, set(runs) - {name}))
                )
            chain.append(parent)
            current = runs[parent]
        for parent in chain[1:]:
            if isinstance(run, dict) and isinstance(runs[parent], dict):
                source = _inherit(source, name, parent)
    return source


def _inherit(source: Source, name: str, parent: str) -> Source:
    """Run `name` over run `parent`; a name is not inherited."""

    def part(run: str) -> Source:
        prefix = ("runs", run)
        inside = {p[2:]: at for p, at in source.positions.items() if p[:2] == prefix}
        return Source(
            {k: v for k, v in source.data["runs"][run].items() if run == name or k not in ("name", "extends")}, inside
        )

    merged = overlay(part(parent), part(name))
    positions = dict(source.positions) | {("runs", name, *p): at for p, at in merged.positions.items() if p}
    return Source(source.data | {"runs": source.data["runs"] | {name: merged.data}}, positions)
