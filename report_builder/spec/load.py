"""Loads an `Experiment` from a file: `extends`, the profile, `--set`, inherited runs and sweeps, then the grammar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path

from pydantic import ValidationError

from report_builder.errors import Problem, ReportError, UsageError, near_miss, once
from report_builder.limits import EXTENDS, YAML_DEPTH
from report_builder.plain import Fields, Plain, at, fields, under
from report_builder.project import Project, not_readable, resolved
from report_builder.records import frozen
from report_builder.spec import parameters, sentences
from report_builder.spec.grammar import Experiment, is_id
from report_builder.spec.source import Source, overlay, parse, read
from report_builder.spec.sweeps import Arms, expand


@frozen
class Loaded:
    """An experiment with the source that tells where each key stands.

    Attributes:
        name: the file's stem.
        file: the experiment file.
        profile: the profile in force, "" if there is none.
        is_default_profile: whether the outputs go to the folders without `@profile`.
        project: the files that the experiment may read.
        sweeps: the arms of each sweep, which are runs of the experiment.
        other_kinds: run whose model is of another kind than that of the run it extends -> that run, and the keys of the model
            that it states itself; all others have the defaults of its kind.
    """

    experiment: Experiment
    source: Source
    name: str
    file: Path
    profile: str
    is_default_profile: bool
    project: Project
    sweeps: Mapping[str, Arms] = field(default_factory=dict)
    other_kinds: Mapping[str, tuple[str, frozenset[str]]] = field(default_factory=dict)

    def where(self, *path: str | int) -> str:
        """Place of a key, `file:line: key.path`."""
        return self.source.where(path)

    def beside(self, name: str, *path: str | int) -> tuple[Path, Problem | None]:
        """File that the key at `path` names, relative to the experiment file, and the problem if it may not be read."""
        file = self.file.parent / name
        return file, self.project.refusal(file, self.where(*path), name)


def load(file: Path, *, profile: str | None = None, sets: Sequence[str] = (), project: Project | None = None) -> Loaded:
    """Load an experiment file.

    Args:
        profile: name of one of its profiles; default: the file's `default_profile`.
        sets: `key.path=value` overrides, applied last, and values of parameters, `name=value`.
        project: files that it may read; default: its own folder.

    Raises:
        ReportError: names every mistake of the file at once.
    """
    name_fits(file.stem, str(file), "the name of a report (of its file)")
    project = project or Project.of(file.parent, file.parent, file)
    source = _read_with_parents(file, project, ())
    source, chosen, is_default = _with_profile(source, profile, file)
    given, known = dict[str, str](), source.section(parameters.SECTION) or {}
    for text in sets:
        name, _, value = text.partition("=")
        if name.strip() in known:
            given[name.strip()] = value.strip()
        else:
            source = overlay(source, _override(text))
    source, mistakes = parameters.fill(source, given)
    stated, source = source.section("runs") or {}, _with_inherited_runs(source)
    other_kinds = dict(_other_kinds(stated, source.section("runs") or {}))
    source, arms, found = expand(source)
    found = [*mistakes, *found]
    try:
        experiment = Experiment.model_validate(source.data)
    except ValidationError as error:
        raise ReportError(*once([*found, *sentences.problems(error, source, Experiment)])) from None
    if found:
        raise ReportError(*once(found))
    return Loaded(experiment, source, file.stem, file, chosen, is_default, project, arms, other_kinds)


def name_fits(name: str, where: str, noun: str) -> None:
    """Raise ReportError if a name is not an id and thus cannot become part of file names."""
    if not is_id(name):
        raise ReportError(Problem(where, f"{noun} is not an id", repr(name), sentences.AN_ID, "Rename it."))


def _read_with_parents(file: Path, project: Project, seen: tuple[Path, ...]) -> Source:
    source, parent = read(file).without("extends")
    where = source.where(("extends",))
    if parent is None:
        return source
    if not isinstance(parent, str) or not parent:
        raise ReportError(Problem(where, "'extends' must be the name of another experiment file", repr(parent)))
    below = _below(file, parent)
    if refused := project.refusal(below, where, parent):
        raise ReportError(refused)
    if mistake := not_readable(below):
        known, rule = (p.stem for p in file.parent.glob("*.yaml")), "no such experiment file"
        raise ReportError(Problem(where, rule, f"{parent!r} ({mistake})", near_miss(parent, known)))
    if resolved(below) in (*seen, resolved(file)):
        raise ReportError(Problem(where, "a file extends itself", repr(parent)))
    EXTENDS.hold(len(seen) + 1, where)
    return overlay(_read_with_parents(below, project, (*seen, resolved(file))), source)


def _below(file: Path, parent: str) -> Path:
    """File that `extends` names."""
    return file.parent / (parent if parent.endswith((".yaml", ".yml")) else f"{parent}.yaml")


def chain(file: Path) -> Iterator[Path]:
    """Yield an experiment file that has been loaded, then the files that it extends."""
    yield file
    parent = read(file).data.get("extends")
    if isinstance(parent, str):
        yield from chain(_below(file, parent))


def _with_profile(source: Source, profile: str | None, file: Path) -> tuple[Source, str, bool]:
    source, profiles = source.without("profiles")
    source, default = source.without("default_profile")
    profiles, default = profiles or {}, default or ""
    if not isinstance(profiles, dict) or not all(isinstance(value, dict | None) for value in profiles.values()):
        raise ReportError(
            Problem(source.where(("profiles",)), "profiles are a mapping: name -> keys to change", repr(profiles))
        )
    if not isinstance(default, str):
        raise ReportError(Problem(source.where(("default_profile",)), "the name of a profile is expected", repr(default)))
    for name in profiles:
        name_fits(name, source.where(("profiles", name)), "the name of a profile")
    chosen = profile or default
    if chosen and chosen not in profiles:
        where = source.where(("default_profile",)) if not profile else str(file)
        raise ReportError(Problem(where, "unknown profile", repr(chosen), near_miss(chosen, profiles)))
    if chosen:
        source = overlay(source, Source(profiles[chosen] or {}, source.inside("profiles", chosen)))
    return source, chosen, chosen == default


def _override(text: str) -> Source:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise UsageError(
            Problem("--set", "an override is key.path=value", repr(text), 'For example --set "report.author=Jan Kowalski".')
        )
    parts = key.strip().split(".")
    if parts[0] == "sweeps" and parts[2:3] in (["over"], ["zip"]):
        parts[3:] = [".".join(parts[3:])] if parts[3:] else []  # an axis is a key path, but a single key
    YAML_DEPTH.hold(len(parts), "--set")
    try:
        parsed = parse(f"value: {value}", "--set").data["value"] if value.strip() else ""
    except ReportError:
        parsed = value  # text that YAML would read as a structure: 'a: b'
    return Source(under(parts, parsed), {(*parts[:length],): f"--set {text}" for length in range(1, len(parts) + 1)})


def _with_inherited_runs(source: Source) -> Source:
    """Overlay each run on the runs that it extends; a name is not inherited."""
    runs = source.section("runs") or {}
    merged, positions = dict(runs), dict(source.positions)
    for name in runs:
        *above, first = _chain(source, runs, name)
        if not above:
            continue
        whole = source.below("runs", first)
        for run in reversed(above):
            handed_on = {key: value for key, value in whole.data.items() if key not in ("name", "extends")}
            whole = overlay(replace(whole, data=handed_on), source.below("runs", run))
        merged[name] = whole.data
        positions |= {("runs", name, *path): said for path, said in whole.positions.items() if path}
    return replace(source, data={**source.data, "runs": merged}, positions=positions) if runs else source


def _other_kinds(stated: Fields, merged: Fields) -> Iterator[tuple[str, tuple[str, frozenset[str]]]]:
    """Yield the runs whose model is of another kind than that of the run that they extend (see `Loaded`)."""
    for name, run in stated.items():
        base = run.get("extends") if isinstance(run, dict) else None
        if isinstance(base, str) and _kind(merged[name]) != _kind(merged[base]):
            yield name, (base, frozenset(fields(run, "model")))


def _kind(run: Plain) -> Plain:
    return at(run, ("model", "kind")) or at(run, ("model",))


def _chain(source: Source, runs: Fields, name: str) -> list[str]:
    """Id of the run, of the run that it extends, and so on."""
    chain = [name]
    while isinstance(current := runs[chain[-1]], dict) and isinstance(parent := current.get("extends"), str):
        where = source.where(("runs", chain[-1], "extends"))
        if parent not in runs or parent in chain:
            rule = "a run extends itself" if parent in chain else "no such run to extend"
            raise ReportError(Problem(where, rule, repr(parent), near_miss(parent, set(runs) - {name})))
        EXTENDS.hold(len(chain), where)
        chain.append(parent)
    return chain
