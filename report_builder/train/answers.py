"""Answers of a worker about a user's own models and layers: what a file declares, and whether what a run builds of it fits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from report_builder.errors import Problem, ReportError
from report_builder.jobs import Emit, Site
from report_builder.jobs.blame import first_line
from report_builder.kinds import MODELS, Condition, Equation, Layout, by_language, opened
from report_builder.models._complaints import own_line
from report_builder.plain import Fields
from report_builder.store import Work, write_atomically
from report_builder.train import trial
from report_builder.train.descriptions import describe, lacking


def carry_out(work: Work, site: Site, _: Emit) -> None:
    """Answer what the step asks; no data is read."""
    answer(work, site.beside)


def answer(work: Work, beside: Path | None) -> None:
    """Answer what the step asks, and commit it as `answer.json`.

    A refusal is not stored, so that it is asked again: a package that was missing may be installed by then, which no key shows.

    Raises:
        ReportError: says what is wrong with the file or the architecture; `where` is a path below the model's entry.
    """
    spec = work.step.spec
    if spec["asks"] == "verdict":
        found = _verdict(spec["model"], spec["layout"], beside)
    else:
        found = {"description": describe, "lacks": lacking}[spec["asks"]](spec["kind"], beside)
    write_atomically(work.folder / "answer.json", json.dumps(found, ensure_ascii=False))
    work.commit(files=["answer.json"])


def _verdict(entry: Mapping[str, Any], layout: Mapping[str, Any], beside: Path | None) -> Fields:
    """Loss that an architecture compiles, after a trial; raises ReportError with what is wrong with it."""
    try:
        kind, parameters = opened(MODELS, entry, beside=beside)
        own = entry["kind"].endswith(".py")
        equation = _equation_fields(kind.equation(parameters)) if own and kind.equation else None
        if layout:
            trial.run(entry, _read(layout), beside)
    except ReportError:
        raise
    except ValidationError as error:
        raise ReportError(*map(_refusal, error.errors(include_url=False))) from None
    except Exception as error:
        place = own_line(error, beside)
        if not place or isinstance(error, MemoryError):
            raise
        raise ReportError(Problem("kind", f"{type(error).__name__} at {place}", first_line(error))) from error
    return {"equation": equation}


def _refusal(detail: ErrorDetails) -> Problem:
    """Problem with a parameter that a check in the user's own file refuses."""
    where = ".".join(map(str, detail["loc"]))
    return Problem(where, detail["msg"].removeprefix("Value error, "), repr(detail["input"]))


def _equation_fields(equation: Equation) -> Fields:
    return {"latex": equation.latex, "symbols": [[symbol, by_language(meaning)] for symbol, meaning in equation.symbols]}


def _read(layout: Mapping[str, Any]) -> Layout:
    """Rebuild a layout as the plan stored it."""
    shape, names = layout["image_shape"], layout["class_names"]
    conditions = tuple(Condition(part["kind"], tuple(part["names"])) for part in layout["conditions"])
    low, high = layout["value_range"]
    return Layout(
        tuple(shape) if shape else None, (low, high), tuple(names) if names is not None else None, conditions=conditions
    )
