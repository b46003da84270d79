"""Gathers what a template may cite: facts, runs, figures, listings and equations as plain values."""

from __future__ import annotations

import ast
import hashlib
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from report_builder import languages
from report_builder.document.material import FigureCard, Header, Listing, Material, RunCard, SubfiguresCard, SweepCard, TaskCard
from report_builder.facts import Fact, Measurement
from report_builder.kinds import Equation, Table
from report_builder.models._layers import lists, source
from report_builder.plan import DataSet, Measure, Plan, Training
from report_builder.spec.grammar import Subfigures
from report_builder.store import Stored, canonical


def material(plan: Plan, *, measured: bool = True) -> Material:
    """All that the template may cite; placeholders stand for what is not stored yet, and without `measured` for everything."""
    loaded = plan.resolved.loaded
    complete = measured and not plan.missing([*plan.facts.values(), *plan.figures.values()])
    return Material(
        report=loaded.name,
        header=_header(plan),
        facts={fact.name: fact for fact in _facts(plan, measured=measured)},
        runs={run.id: _run_card(plan, run) for run in plan.resolved.runs.values()},
        figures={id_: _figure_card(plan, id_, measured=measured) for id_ in plan.resolved.figures},
        listings={(listing.run, listing.part): listing for listing in _listings(plan.resolved.runs.values())},
        equations={run.id: equation(run) for run in plan.resolved.runs.values()},
        tasks={id_: TaskCard(id_, task.title, tuple(task.requires)) for id_, task in loaded.experiment.tasks.items()},
        profile=loaded.profile,
        spec_file=str(loaded.file),
        sweeps={id_: SweepCard(id_, arms.runs, arms.axes) for id_, arms in loaded.sweeps.items()},
        placeholders=not complete,
        subfigures={id_: SubfiguresCard(id_, (*s.parts,), s.side_by_side, s.caption) for id_, s in beside(plan).items()},
    )


def equation(run: Training) -> Equation:
    """The loss that the run compiled."""
    result: Equation = run.model.module.equation(run.model.parameters)
    return result


def _header(plan: Plan) -> Header:
    loaded = plan.resolved.loaded
    report = loaded.experiment.report
    logo = loaded.file.parent / report.logo if report.logo else None
    fields = report.model_dump(exclude={"logo", "template"})
    note = languages.load(plan.language).word("profile", name=loaded.profile) if loaded.profile else ""
    return Header(**fields, logo=logo, note=note, metadata_date=_newest(plan))


def _newest(plan: Plan) -> str:
    """Day of the newest training: dates the files of an undated report, so that the same store gives the same bytes."""
    stored = [plan.stored(run) for run in plan.runs.values()]
    return max((str(run.meta["note"].get("finished", ""))[:10] for run in stored if run), default="")


def _run_card(plan: Plan, run: Training) -> RunCard:
    settings = run.as_spec() | {"data": plan.data[run.data.id], "seeds": list(run.entry.seeds)}
    return RunCard(run.id, run.name, run.title, _title(run.data), tuple(run.entry.seeds), settings)


def _title(data: DataSet) -> dict[str, str]:
    return {code: data.name or title for code, title in data.dataset.module.TITLE.items()}


# --- facts --------------------------------------------------------------------------------------------------------------------


def _facts(plan: Plan, *, measured: bool) -> Iterator[Fact]:
    for measure in plan.resolved.measures:
        settings = _settings(plan, measure)
        digest = hashlib.sha256(canonical(settings["data"]).encode()).hexdigest()[:12]
        common: dict[str, Any] = {
            "split": measure.scope,
            "run": measure.subject,
            "settings": settings,
            "data": digest,
            "method": measure.method,
            "splits": measure.splits,
        }
        if measured and not plan.missing([plan.facts[measure, seed] for seed in plan.seeds(measure.subject)]):
            yield from _measured(plan, measure, common)
        else:
            for name, metric in measure.names():
                yield Fact(name, metric, (Measurement(None, 1.0),), placeholder=True, **common)


def _settings(plan: Plan, measure: Measure) -> dict[str, Any]:
    """What the guard compares: the resolved run, and those that judged it with their seed: two judges are no one scale."""
    run = plan.resolved.runs.get(measure.subject)
    settings = (run.as_spec() if run else {}) | {"data": plan.data[run.data.id if run else measure.subject]}
    judges = [plan.resolved.runs[id_] for id_ in measure.judges]
    told = [judge.as_spec() | {"data": plan.data[judge.data.id], "seed": judge.entry.seeds[0]} for judge in judges]
    return settings | ({"judge": told[0] if len(told) == 1 else told} if told else {})


def _measured(plan: Plan, measure: Measure, common: dict[str, Any]) -> Iterator[Fact]:
    by_name: dict[str, list[tuple[int | None, dict[str, Any], Stored]]] = {}
    for seed in plan.seeds(measure.subject):
        found = plan.stored(plan.facts[measure, seed])
        if found is None:
            continue
        for value in found.json("facts.json"):
            by_name.setdefault(value["name"], []).append((seed, value, found))
    for name, values in by_name.items():
        sampled = values[0][1]["samples"]
        measurements = tuple(
            Measurement(s, v["value"], stored.path("samples.npz") if sampled else None) for s, v, stored in values
        )
        first = {key: values[0][1][key] for key in ("unit", "better", "reduction", "n", "paired")}
        yield Fact(f"{measure.subject}.{measure.scope}.{name}", name, measurements, **first, **common)


# --- figures and listings -----------------------------------------------------------------------------------------------------


def _figure_card(plan: Plan, id_: str, *, measured: bool) -> FigureCard:
    picture = plan.resolved.figures[id_]
    stored = plan.stored(plan.figures[id_]) if measured else None
    group = next((group for group, entry in beside(plan).items() if id_ in entry.parts), "")
    tabulated = getattr(picture.kind.module, "TABLE", False)
    some = "…"  # without a caption it is no figure to pandoc
    card = FigureCard(id_, picture.entry.caption, some, width=picture.entry.width, tabulated=tabulated, group=group)
    return _drawn(card, stored) if stored else card


def beside(plan: Plan) -> dict[str, Subfigures]:
    """The figures that stand side by side, by the id of the whole."""
    return plan.resolved.loaded.experiment.subfigures


def _drawn(card: FigureCard, stored: Stored) -> FigureCard:
    """The card with what was drawn."""
    drawn = stored.json("drawing.json")
    return replace(
        card,
        **{key: drawn[key] for key in ("details", "alt", "raster")},
        png=stored.path("figure.png"),
        svg=stored.path("figure.svg"),
        width=f"{drawn['width_cm']:g}cm",
        sentences=tuple(drawn["sentences"]),
        table=Table.from_json(drawn["table"]) if "table" in drawn else None,
    )


def _listings(runs: Iterable[Training]) -> Iterator[Listing]:
    for run in runs:
        file, own = run.model.network, lists(run.model.parameters)
        text = file.read_text(encoding="utf-8")
        tree = ast.parse(text)
        name = f"{file.parent.name}/{file.name}" if file.name == "network.py" else file.name
        for part, names in run.model.module.LISTINGS.items():
            if part not in own:
                code, numbers = _cut(text, [_span(tree, path.split(".")) for path in names])
                yield Listing(run.id, part, code, name, numbers)
        for part, layers in own.items():
            code = source(layers)
            yield Listing(run.id, part, code, "", tuple(range(1, len(layers) + 1)))


def _cut(text: str, spans: Iterable[tuple[int, int]]) -> tuple[str, tuple[int, ...]]:
    """The lines of each span, a blank line between two; a method stands at the margin. With the number of each line."""
    lines, code, numbers = text.splitlines(), list[str](), list[int]()
    for first, last in spans:
        code += ([""] if code else []) + textwrap.dedent("\n".join(lines[first - 1 : last])).split("\n")
        numbers += ([0] if numbers else []) + list(range(first, last + 1))
    return "\n".join(code), tuple(numbers)


def _span(tree: ast.AST, path: list[str]) -> tuple[int, int]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == path[0]:
            if len(path) > 1:
                return _span(node, path[1:])
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            return first, node.end_lineno or first
    raise KeyError(path[0])
