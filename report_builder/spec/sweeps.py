"""Expands sweeps (axes of settings over one run) into the runs that are trained, before the grammar is checked.

Every arm is an ordinary run, so that storing, comparing and explaining need not know about sweeps. The id of a sweep stands for
all its arms where a metric or a figure lists runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pydantic import ValidationError

from report_builder.errors import Problem, near_miss
from report_builder.limits import SWEEP_ARMS
from report_builder.plain import Plain, at, under
from report_builder.records import frozen
from report_builder.spec.arms import Row, arm_id, arm_name, arm_text, count, fields_of, rows, unknown_fields, values
from report_builder.spec.grammar import Sweep
from report_builder.spec.source import KeyPath, Source, overlay

SETTINGS = ("data", "model", "training", "threads")  # keys of a run that an axis may lead into
LISTS = ("metrics", "figures")  # sections whose entries list runs


@frozen
class Arms:
    """The runs that a sweep was expanded into.

    Attributes:
        run: id of the run whose settings they share.
        axes: key paths of the settings that differ.
        runs: ids of the arms, in order.
    """

    run: str
    axes: tuple[str, ...]
    runs: tuple[str, ...]


def expand(source: Source) -> tuple[Source, dict[str, Arms], list[Problem]]:
    """Add a run for each arm of each sweep; returns the file, the arms of each sweep, and all mistakes in the sweeps.

    A sweep that the grammar will not accept is left as it is, so that the grammar reports it.
    """
    sweeps, runs = source.section("sweeps"), source.section("runs")
    if sweeps is None or runs is None:
        return source, {}, []
    arms, found = dict[str, Arms](), list[Problem]()
    read = {id_: sweep for id_, written in sweeps.items() if (sweep := _read(written))}
    counts = {id_: count(sweep) for id_, sweep in read.items()}
    SWEEP_ARMS.hold(sum(counts.values()), source.where(("sweeps", max(counts, key=lambda id_: counts[id_], default=""))))
    taken = dict.fromkeys(runs, "run") | dict.fromkeys(source.section("data") or (), "data set")
    for id_ in sweeps:
        mistakes, sweep = [*_mistakes(source, id_, taken)], read.get(id_)
        if sweep and not mistakes:
            every = rows(id_, sweep)
            mistakes += [*_clashes(source, id_, every, taken), *_names(source, id_, sweep.name, every)]
            if not mistakes:
                made = {arm_id(id_, row): row for row in every}
                source = _with_arms(source, sweep, made)
                taken |= dict.fromkeys(made, "run")
                arms[id_] = Arms(sweep.run, tuple(cell.axis for cell in every[0]), tuple(made))
        found += mistakes
        taken.setdefault(id_, "sweep")
    return _expand_lists(source, arms), arms, found


def _read(written: Plain) -> Sweep | None:
    try:
        return Sweep.model_validate(written)
    except ValidationError:
        return None


# --- mistakes -----------------------------------------------------------------------------------------------------------------


def _mistakes(source: Source, id_: str, taken: Mapping[str, str]) -> Iterator[Problem]:
    """Mistakes that the grammar of a single key cannot detect."""
    place: KeyPath = ("sweeps", id_)
    if id_ in taken:
        rule = f"a {taken[id_]} and a sweep have the same id"
        yield Problem(source.where(place), rule, repr(id_), next_step="Give one of them another id.")
    run, known = at(source.data, (*place, "run")), source.section("runs") or {}
    if isinstance(run, str) and run not in known:
        yield Problem(source.where((*place, "run")), "unknown run", repr(run), near_miss(run, known))
    over, zipped = (source.section("sweeps", id_, group) or {} for group in ("over", "zip"))
    for group, axes in (("over", over), ("zip", zipped)):
        for axis in axes:
            yield from _axis(source, (*place, group, axis), axis)
    for axis in zipped:
        if axis in over:
            yield Problem(source.where((*place, "zip", axis)), "this axis is also under 'over'", axis)
    lengths = {axis: len(listed) for axis, listed in zipped.items() if isinstance(listed, list)}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{axis}: {n} values" for axis, n in lengths.items())
        step = "Give each axis the same number of values, or write them under 'over', where every combination is an arm."
        yield Problem(
            source.where((*place, "zip")), "axes under 'zip' must have the same number of values", said, next_step=step
        )


def _axis(source: Source, place: KeyPath, axis: str) -> Iterator[Problem]:
    first, _, rest = axis.partition(".")
    where = source.where(place)
    if first == "seeds":
        step = "Write seeds into the run: each arm is trained once for each of them, and facts give the spread."
        yield Problem(where, "seeds cannot be an axis of a sweep", axis, next_step=step)
    elif first == "data" and rest:
        step = "Write a second data set, and sweep over the ids: data: [a, b]."
        yield Problem(where, "a run names its data by the id of a data set", axis, next_step=step)
    elif first not in SETTINGS:
        step = "An axis is the key path of a setting of a run, e.g. model.latent_dim."
        yield Problem(where, "unknown key of a run", axis, near_miss(first, SETTINGS), step)


def _clashes(source: Source, id_: str, every: Sequence[Row], taken: Mapping[str, str]) -> Iterator[Problem]:
    """Arms that are equal, or whose id is already taken."""
    seen, ids = dict[str, Row](), set[str]()
    for row in every:
        arm, where = arm_id(id_, row), source.where(row[-1].place)
        if values(row) in seen:
            yield Problem(where, "two arms of this sweep are the same", arm_text(row), next_step="Remove one of them.")
        elif arm in ids or arm in taken:
            rule = f"an arm would have the id of another arm or of a {taken.get(arm, 'run')}"
            yield Problem(where, rule, f"{arm} ({arm_text(row)})", next_step="Give the sweep, or the other one, another id.")
        seen[values(row)] = row
        ids.add(arm)


def _names(source: Source, id_: str, pattern: str, made: Sequence[Row]) -> Iterator[Problem]:
    """A name with a field that is not an axis, or one that two arms would share."""
    where = source.where(("sweeps", id_, "name"))
    for name in unknown_fields(pattern, made[0]):
        yield Problem(where, "unknown field in the name of a sweep", f"{{{name}}}", near_miss(name, fields_of(made[0])))
        return
    names = [arm_name(pattern, "", row, _language(source)) for row in made]
    if len({*names}) < len({values(row) for row in made}):
        step = f"Name every axis in it: {', '.join(f'{{{cell.axis}}}' for cell in made[0])}."
        yield Problem(where, "two arms of this sweep would have the same name", repr(pattern), next_step=step)


def _language(source: Source) -> str:
    return str((source.section("report") or {}).get("language", "en"))


# --- the runs -----------------------------------------------------------------------------------------------------------------


def _with_arms(source: Source, sweep: Sweep, made: Mapping[str, Row]) -> Source:
    """Add the arms to the runs: the settings of the base run, overlaid with the arm's values, each with its own position."""
    base, _ = source.below("runs", sweep.run).without("extends")
    runs, positions = dict(source.section("runs") or {}), dict(source.positions)
    for arm, row in made.items():
        merged = base
        for cell in row:
            merged = overlay(merged, _setting(source, cell.axis, cell.value, cell.place))
        name = arm_name(sweep.name, str(base.data.get("name") or sweep.run), row, _language(source))
        runs[arm] = {**merged.data, "name": name}
        positions |= {("runs", arm, *path): said for path, said in merged.positions.items()}
    return replace(source, data={**source.data, "runs": runs}, positions=positions)


def _setting(source: Source, axis: str, value: Plain, place: KeyPath) -> Source:
    """A value under its key path."""
    path = tuple(axis.split("."))
    said = next((source.positions[place[:n]] for n in range(len(place), 0, -1) if place[:n] in source.positions), "")
    inner = {path + p[len(place) :]: where for p, where in source.positions.items() if p[: len(place)] == place}
    return Source(under(path, value), {path: said} | inner)


def _expand_lists(source: Source, arms: Mapping[str, Arms]) -> Source:
    """Replace the id of a sweep by its arms wherever a list of runs names it."""
    data, positions = dict(source.data), dict(source.positions)
    for section in LISTS:
        entries = source.section(section) or {}
        for id_, entry in entries.items():
            listed = at(entry, ["runs"])
            if isinstance(entry, dict) and isinstance(listed, list):
                data[section] = entries = {**entries, id_: entry | {"runs": [run for _, run in _each(listed, arms)]}}
                for new, (old, _) in enumerate(_each(listed, arms)):
                    if (section, id_, "runs", old) in source.positions:
                        positions[section, id_, "runs", new] = source.positions[section, id_, "runs", old]
    return replace(source, data=data, positions=positions)


def _each(listed: Iterable[Plain], arms: Mapping[str, Arms]) -> Iterator[tuple[int, Plain]]:
    """Runs of a list with sweeps expanded, each with the index of the entry that named it."""
    for place, run in enumerate(listed):
        named = arms[run].runs if isinstance(run, str) and run in arms else (run,)
        yield from ((place, each) for each in named)
