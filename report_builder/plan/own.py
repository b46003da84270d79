"""Models in a user's own files, which are known from a worker's answers and never run in this process.

A worker answers two questions: the description of a file (its parameters, what it provides), and the verdict on a run (whether
its layers fit together for such images, and the loss that it compiles). Only good answers are stored; a refused file is asked
about again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NoReturn

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Equation, Layout, Model, Parameters, Preset, Sizes, Term
from report_builder.models._layers import lists
from report_builder.plain import Plain
from report_builder.plan.own_parameters import parameters_of
from report_builder.plan.resolved import Training
from report_builder.spec import Loaded
from report_builder.store import Memo, Step, Stored, code_digests

ANSWER = "answer"  # kind of the steps that store answers
PACKAGE = Path(__file__).parents[1]
ANSWERING = tuple(PACKAGE / file for file in ("train/__main__.py", "train/answers.py"))  # entry points of the code that answers
CHECKED = ("image_shape", "value_range", "class_names", "conditions")  # fields of a layout that a verdict depends on


def is_own(kind: str) -> bool:
    """Whether a model is a user's own file."""
    return kind.endswith(".py")


def files_of(loaded: Loaded) -> dict[str, Path]:
    """Files of the project that runs use as their models, by the names that the runs give them."""
    kinds = {run.model.kind for run in loaded.experiment.runs.values() if is_own(run.model.kind)}
    named = {kind: loaded.beside(kind) for kind in sorted(kinds)}
    return {kind: file for kind, (file, refused) in named.items() if refused is None}


def description(kind: str, file: Path, memo: Memo, asks: str = "description") -> Step:
    """Step that stores the description of a file, or what the file lacks."""
    spec = {"asks": asks, "kind": kind, "content": memo.sha256(file)}
    return Step(ANSWER, (), spec, code_digests(ANSWERING, memo))


def described(file: Path, answer: Mapping[str, Any]) -> Model[Parameters]:
    """Build a model for the plan from the description of its file; only workers build its network and state its loss."""
    return Model(
        name=file.name,
        file=file,
        summary=answer["summary"],
        title=answer["title"],
        parameters=parameters_of(answer["schema"], answer["defaults"], answer["following"], answer["latent"]),
        build=_build,
        provides=frozenset(answer["provides"]),
        takes=tuple(answer["takes"]),
        code=answer["code"],
        terms=tuple(Term(**term) for term in answer["terms"]),
        listings={part: tuple(names) for part, names in answer["listings"].items()},
        presets={name: Preset(p["title"], p["parameters"]) for name, p in answer["presets"].items()},
    )


def _build(parameters: Parameters, sizes: Sizes) -> NoReturn:
    raise RuntimeError("a file of the user's own is run in workers only")


# --- verdicts -----------------------------------------------------------------------------------------------------------------


def is_judged(run: Training) -> bool:
    """Whether a worker must check the architecture of a run before it is trained."""
    return is_own(run.model.name) or bool(lists(run.model.parameters))


def verdict(run: Training, code: Iterable[Path], memo: Memo) -> Step:
    """Step that stores the verdict on a run; every byte of an own file counts, as its equation is not code of a training."""
    spec: dict[str, Plain] = {"asks": "verdict", "model": run.model.as_spec(), "layout": _layout(run.data.layout)}
    if is_own(run.model.name):
        spec["content"] = memo.sha256(run.model.file)
    return Step(ANSWER, (), spec, code_digests([*code, *ANSWERING], memo))


def _layout(layout: Layout | None) -> dict[str, Plain] | None:
    return {name: value for name, value in asdict(layout).items() if name in CHECKED} if layout else None


def problems(run: Training, refusal: ReportError, loaded: Loaded) -> list[Problem]:
    """Problems found by a verdict, at their places in the experiment file."""
    return [replace(p, where=loaded.where("runs", run.id, "model", *_path(p.where))) for p in refusal.problems]


def _path(where: str) -> list[str | int]:
    return [int(part) if part.isdigit() else part for part in where.split(".") if part]


def equation(stored: Stored) -> Equation | None:
    """Loss that the run compiles; None if the file does not print one."""
    found = stored.json("answer.json")["equation"]
    return Equation(found["latex"], tuple((symbol, meaning) for symbol, meaning in found["symbols"])) if found else None
