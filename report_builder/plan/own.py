"""Models of the user's own, one file each: known by what a worker said of the file, never by running it here.

A worker is asked two things: the description of a file (its parameters, what it provides), and the verdict on a run (whether
its layers fit together on such images, and the loss that it compiles). What is good is stored; what is refused is asked again.
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

ANSWER = "answer"  # kind of the steps in which answers are stored
PACKAGE = Path(__file__).parents[1]
ANSWERING = tuple(PACKAGE / file for file in ("train/__main__.py", "train/answers.py"))  # where the code of an answer begins
CHECKED = ("image_shape", "value_range", "class_names", "conditions")  # what a verdict depends on


def is_own(kind: str) -> bool:
    """Whether a model is a file of the user's own."""
    return kind.endswith(".py")


def files_of(loaded: Loaded) -> dict[str, Path]:
    """The files of the project that the runs name as their models, by the name that they have there."""
    kinds = {run.model.kind for run in loaded.experiment.runs.values() if is_own(run.model.kind)}
    named = {kind: loaded.beside(kind) for kind in sorted(kinds)}
    return {kind: file for kind, (file, refused) in named.items() if refused is None}


def description(kind: str, file: Path, memo: Memo, asks: str = "description") -> Step:
    """The step that stores what a file says of itself, or what it lacks."""
    spec = {"asks": asks, "kind": kind, "content": memo.sha256(file)}
    return Step(ANSWER, (), spec, code_digests(ANSWERING, memo))


def described(file: Path, answer: Mapping[str, Any]) -> Model[Parameters]:
    """A description as the plan sees any model; it is built in workers only, which also say its loss."""
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
    """Whether a worker must look at the architecture of a run before it trains."""
    return is_own(run.model.name) or bool(lists(run.model.parameters))


def verdict(run: Training, code: Iterable[Path], memo: Memo) -> Step:
    """The step that stores the verdict on a run; of an own file every byte counts: its equation is no code of a training."""
    spec: dict[str, Plain] = {"asks": "verdict", "model": run.model.as_spec(), "layout": _layout(run.data.layout)}
    if is_own(run.model.name):
        spec["content"] = memo.sha256(run.model.file)
    return Step(ANSWER, (), spec, code_digests([*code, *ANSWERING], memo))


def _layout(layout: Layout | None) -> dict[str, Plain] | None:
    return {name: value for name, value in asdict(layout).items() if name in CHECKED} if layout else None


def problems(run: Training, refusal: ReportError, loaded: Loaded) -> list[Problem]:
    """What a verdict found wrong, at the place in the experiment file."""
    return [replace(p, where=loaded.where("runs", run.id, "model", *_path(p.where))) for p in refusal.problems]


def _path(where: str) -> list[str | int]:
    return [int(part) if part.isdigit() else part for part in where.split(".") if part]


def equation(stored: Stored) -> Equation | None:
    """The loss that the run compiles; None where the file does not print one."""
    found = stored.json("answer.json")["equation"]
    return Equation(found["latex"], tuple((symbol, meaning) for symbol, meaning in found["symbols"])) if found else None
