"""Gathers what a template may cite (facts, runs, figures, listings and equations) as plain values."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from report_builder import languages
from report_builder.build.listings import listings_of
from report_builder.document.material import (
    Author,
    Contents,
    FigureCard,
    Header,
    Listing,
    Material,
    RunCard,
    SubfiguresCard,
    SweepCard,
    TaskCard,
)
from report_builder.errors import Problem
from report_builder.facts import Fact, Measurement
from report_builder.kinds import MODELS, Figure, Parameters, Table, layers_of
from report_builder.languages import Language
from report_builder.plain import Plain
from report_builder.plan import Measure, Plan, Training
from report_builder.plan.preparations import described
from report_builder.plan.resolved import DataSet, Kind
from report_builder.plan.shown import data_name, model_name, prepared_name
from report_builder.spec.grammar import Subfigures
from report_builder.store import Stored, canonical

MOST_CUT = 4  # letters of a short last word: `vae`, `wgan`


def material(plan: Plan, *, measured: bool = True, drawn: bool = True) -> Material:
    """Return everything that the template may cite, with placeholders for what is not stored yet.

    Args:
        measured: if False, use placeholders for everything.
        drawn: if False, use placeholders for all figures.
    """
    loaded = plan.resolved.loaded
    complete = measured and not plan.missing([*plan.facts.values(), *plan.figures.values()])
    return Material(
        report=loaded.name,
        header=_header(plan),
        facts={fact.name: fact for fact in _facts(plan, measured=measured)},
        runs={run.id: _run_card(plan, run, measured=measured) for run in plan.resolved.runs.values()},
        figures={id_: figure_card(plan, id_, drawn=measured and drawn) for id_ in plan.resolved.figures},
        listings={(listing.run, listing.part): listing for listing in _listings(plan)},
        equations={run.id: found for run in plan.resolved.runs.values() if (found := plan.equation(run))},
        tasks={id_: TaskCard(id_, task.title, tuple(task.requires)) for id_, task in loaded.experiment.tasks.items()},
        profile=loaded.profile,
        spec_file=str(loaded.file),
        sweeps={id_: SweepCard(id_, arms.runs, arms.axes) for id_, arms in loaded.sweeps.items()},
        placeholders=not complete,
        subfigures={id_: SubfiguresCard(id_, (*s.parts,), s.side_by_side, s.caption) for id_, s in beside(plan).items()},
        untranslated=_untranslated(plan),
        not_inherited=tuple(_not_inherited(plan)),
        kinds=_kinds(plan),
        strict=loaded.experiment.report.honesty == "strict",
        tally=loaded.experiment.report.tally,
        bibliography=tuple(loaded.file.parent / name for name in loaded.experiment.report.bibliography),
        style=loaded.file.parent / loaded.experiment.report.csl if loaded.experiment.report.csl else None,
        parameters={name: parameter.default for name, parameter in loaded.experiment.parameters.items()},
    )


def _listings(plan: Plan) -> Iterator[Listing]:
    beside = plan.resolved.loaded.file.parent
    return (listing for run in plan.resolved.runs.values() for listing in listings_of(run, beside))


def _kinds(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Names of each built-in kind of model, without importing any of them."""
    language, runs = languages.load(plan.language), plan.resolved.runs.values()
    titles = {run.model.name: language.translated(run.title) for run in runs}
    return {kind: names(kind, titles.get(kind, "")) for kind in MODELS.names()}


def names(kind: str, title: str = "") -> tuple[str, ...]:
    """Return the names of a kind of model: in words, abbreviated, and its title if given."""
    *before, last = kind.split("_")
    end = {"autoencoder": "ae"}.get(last, last if len(last) <= MOST_CUT else "")
    short = "".join(word[0] for word in before) + end if end else ""
    return tuple(filter(None, (kind.replace("_", " "), short.upper(), title)))


def _header(plan: Plan) -> Header:
    loaded = plan.resolved.loaded
    report = loaded.experiment.report
    logo = loaded.file.parent / report.logo if report.logo else None
    apart = {"author", "contents", "logo", "page", "template", "style", "honesty", "tally", "bibliography", "csl"}
    authors = tuple(Author(**author.model_dump()) for author in report.author)
    contents = Contents(**report.contents.model_dump(), asked=True) if report.contents else Contents()
    fields = report.model_dump(exclude=apart)
    return Header(**fields, authors=authors, contents=contents, logo=logo, page=plan.resolved.page, metadata_date=_newest(plan))


def _newest(plan: Plan) -> str:
    """Day of the newest training; it dates the files of an undated report, so that the same store gives the same bytes."""
    stored = [plan.stored(run) for run in plan.runs.values()]
    return max((str(run.meta["note"].get("finished", ""))[:10] for run in stored if run), default="")


def _run_card(plan: Plan, run: Training, *, measured: bool) -> RunCard:
    settings = run.as_spec() | {"data": plan.data[run.data.id], "seeds": list(run.entry.seeds)}
    stored = [found for seed in run.entry.seeds if measured and (found := plan.stored(plan.runs[run.id, seed]))]
    layers = layers_of(stored[0].json("summary.json")) if stored else ()
    weights = tuple((found.meta["note"]["weights_epoch"], found.meta["note"]["epochs"]) for found in stored)
    model, data = model_name(plan.resolved, run), data_name(plan.resolved, run.data)
    histories = tuple(found.json("history.json") for found in stored)
    prepared = prepared_name(plan.resolved, run.data, plan.resolved.data.values())
    return RunCard(
        run.id,
        run.name,
        model,
        data,
        tuple(run.entry.seeds),
        settings,
        layers,
        weights,
        histories,
        prepared,
        described(data, _as_trained(run.data, stored), languages.load(plan.language)),
        stored[0].meta["note"].get("versions", {}) if stored else {},
    )


def _as_trained(data: DataSet, stored: Sequence[Stored]) -> DataSet:
    """The data with the numbers of images that a training found in it: a step of the user's may promise others."""
    for images in (found.meta["note"].get("images") for found in stored):
        if isinstance(images, Mapping) and data.layout:
            return replace(data, layout=replace(data.layout, images=images))
    return data


def _untranslated(plan: Plan) -> tuple[str, ...]:
    """Phrases that the report prints in another language because its own has no translation."""
    language, runs = languages.load(plan.language), plan.resolved.runs.values()
    words = [*(run.title for run in runs), *(d.dataset.module.title for d in plan.resolved.data.values() if not d.name)]
    words += [meaning for run in runs if (loss := plan.equation(run)) for _, meaning in loss.symbols]
    return (*language.missing, *dict.fromkeys(language.translated(told) for told in words if language.lacks(told)))


def _not_inherited(plan: Plan) -> Iterator[Problem]:
    """Warn of parameters by which a run differs from the one it extends only because its model is of another kind."""
    loaded, runs = plan.resolved.loaded, plan.resolved.runs
    for id_, (base, stated) in loaded.other_kinds.items():
        own, given = (runs[run].model.as_spec() for run in (id_, base))
        unlike = [key for key in own if key in given and key not in stated and own[key] != given[key]]
        if unlike:
            rule = f"run '{id_}' does not inherit {', '.join(unlike)} from '{base}', whose model is of another kind"
            told = "; ".join(f"{key}: {own[key]}, not {given[key]}" for key in unlike)
            step = f"State them under 'model' of '{id_}'; without that, they have the defaults of its kind."
            yield Problem(loaded.where("runs", id_, "model"), rule, told, next_step=step)


# --- facts --------------------------------------------------------------------------------------------------------------------


def _facts(plan: Plan, *, measured: bool) -> Iterator[Fact]:
    for measure in plan.resolved.measures:
        settings = _settings(plan, measure)
        digest = hashlib.sha256(canonical(settings["data"]).encode()).hexdigest()[:12]
        about = partial(Fact, split=measure.scope, run=measure.subject, settings=settings, splits=measure.splits)
        fact = partial(about, data=digest, method=measure.method)
        if measured and not plan.missing([plan.facts[measure, seed] for seed in plan.seeds(measure.subject)]):
            yield from _facts_of(plan, measure, fact)
        else:
            for name, quantity in measure.facts.items():
                known = partial(fact, unit=quantity.unit, better=quantity.better, noise=quantity.noise, noun=quantity.noun)
                yield known(name, quantity.name, (Measurement(None, 1.0),), placeholder=True)


def _settings(plan: Plan, measure: Measure) -> dict[str, Plain]:
    """Settings that the guard of comparisons checks: the resolved run, and its judges with their seeds.

    Values measured by two different judges are not on one scale.
    """
    run = plan.resolved.runs.get(measure.subject)
    settings = (run.as_spec() if run else {}) | {"data": plan.data[run.data.id if run else measure.subject]}
    judges = [plan.resolved.runs[id_] for id_ in measure.judges]
    told = [judge.as_spec() | {"data": plan.data[judge.data.id], "seed": judge.entry.seeds[0]} for judge in judges]
    return settings | ({"judge": told[0] if len(told) == 1 else told} if told else {})


def _facts_of(plan: Plan, measure: Measure, fact: Callable[..., Fact]) -> Iterator[Fact]:
    by_name: dict[str, list[tuple[int | None, dict[str, Any], Stored]]] = {}
    for seed in plan.seeds(measure.subject):
        found = plan.stored(plan.facts[measure, seed])
        if found is None:
            continue
        for value in found.json("facts.json"):
            by_name.setdefault(value["name"], []).append((seed, value, found))
    for name, values in by_name.items():
        first = values[0][1]
        measurements = tuple(
            Measurement(s, v["value"], stored.path("samples.npz") if first["samples"] else None) for s, v, stored in values
        )
        known = {key: first[key] for key in ("unit", "better", "noise", "reduction", "n", "caution")}
        size, full = _size(plan, measure, first["reduction"]), f"{measure.subject}.{measure.scope}.{name}"
        noun = (measure.facts[full].noun if full in measure.facts else "") or first["title"]
        keys = tuple(plan.runs[measure.subject, seed].step.key for seed, _, _ in values if seed is not None)
        yield fact(full, name, measurements, size=size, noun=noun, keys=keys, **known)


def _size(plan: Plan, measure: Measure, reduction: str) -> str:
    """Numbers of pixels and classes that a reduction depends on: sums over 784 and over 256 pixels are not on one scale."""
    run = plan.resolved.runs.get(measure.subject)
    layout = (run.data if run else plan.resolved.data[measure.subject]).layout
    if layout is None:
        return ""
    pixels = math.prod(layout.image_shape) if layout.image_shape and "pixels" in reduction else 0
    classes = len(layout.class_names) if layout.class_names and "class" in reduction else 0
    return ", ".join(f"{count} {noun}" for count, noun in ((pixels, "pixels"), (classes, "classes")) if count)


# --- figures ------------------------------------------------------------------------------------------------------------------


def figure_card(plan: Plan, id_: str, *, drawn: bool = True) -> FigureCard:
    """Return the card of a figure, with a placeholder if it is not drawn yet or `drawn` is False."""
    picture = plan.resolved.figures[id_]
    stored = plan.stored(plan.figures[id_]) if drawn else None
    group = next((group for group, entry in beside(plan).items() if id_ in entry.parts), "")
    some = "…"  # pandoc makes no figure of an image without a caption
    shown = picture.entry.caption or _default_caption(picture.kind, languages.load(plan.language))
    card = FigureCard(id_, shown, some, width=picture.entry.width, tabulated=picture.kind.module.table, group=group)
    return _with_drawing(card, stored) if stored else card


def _default_caption(choice: Kind[Figure[Parameters]], language: Language) -> str:
    """Caption of a figure that has none: the name of its kind."""
    key = f"shown.{choice.name}"
    return language.word(key) if language.has(key) else language.translated(choice.module.summary)


def beside(plan: Plan) -> dict[str, Subfigures]:
    """Return the groups of figures that stand side by side, by the id of the group."""
    return plan.resolved.loaded.experiment.subfigures


def _with_drawing(card: FigureCard, stored: Stored) -> FigureCard:
    """Add the files and texts of a drawn figure to its card."""
    drawn = stored.json("drawing.json")
    return replace(
        card,
        **{key: drawn[key] for key in ("details", "alt", "raster")},
        png=stored.path("figure.png"),
        svg=stored.path("figure.svg"),
        width=f"{drawn['width_cm']:g}cm",
        sentences=tuple(drawn["sentences"]),
        sprite=stored.path("sprite.png") if "live" in drawn else None,
        live=drawn.get("live", {}),
        table=Table.from_json(drawn["table"]) if "table" in drawn else None,
    )
