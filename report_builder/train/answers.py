"""What a worker says of models and layers of the user's own: what a file is, and whether what a run builds of it fits."""

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
    """Answers, without any data."""
    answer(work, site.beside)


def answer(work: Work, beside: Path | None) -> None:
    """Answers what the step asks, and commits it as `answer.json`. A refusal is not stored: it is asked again.

    A missing package may be there by then, which no key would show.

    Raises:
        ReportError: with what is wrong with the file, or with the architecture; `where` is a path below the model's entry.
    """
    spec = work.step.spec
    if spec["asks"] == "verdict":
        found = _verdict(spec["model"], spec["layout"], beside)
    else:
        found = {"description": describe, "lacks": lacking}[spec["asks"]](spec["kind"], beside)
    write_atomically(work.folder / "answer.json", json.dumps(found, ensure_ascii=False))
    work.commit(files=["answer.json"])


def _verdict(entry: Mapping[str, Any], layout: Mapping[str, Any], beside: Path | None) -> Fields:
    """The loss that an architecture compiles, once it was tried. Raises ReportError with what is wrong with it."""
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
    """A parameter that a check in the user's own file refuses."""
    where = ".".join(map(str, detail["loc"]))
    return Problem(where, detail["msg"].removeprefix("Value error, "), repr(detail["input"]))


def _equation_fields(equation: Equation) -> Fields:
    return {"latex": equation.latex, "symbols": [[symbol, by_language(meaning)] for symbol, meaning in equation.symbols]}


def _read(layout: Mapping[str, Any]) -> Layout:
    """A layout as the plan wrote it."""
    shape, names = layout["image_shape"], layout["class_names"]
    conditions = tuple(Condition(part["kind"], tuple(part["names"])) for part in layout["conditions"])
    low, high = layout["value_range"]
    return Layout(
        tuple(shape) if shape else None, (low, high), tuple(names) if names is not None else None, conditions=conditions
    )
