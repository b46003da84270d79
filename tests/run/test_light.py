"""Metrics and figures as jobs: in the front process for a single worker, else in processes without TensorFlow."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from report_builder.build import Options
from report_builder.build.execute import execute, jobs_of, site_of
from report_builder.jobs import Done
from report_builder.jobs.lines import JOB, written
from report_builder.kinds import FIGURES, METRICS, opened
from report_builder.plan import Plan, resolve
from report_builder.run import local, relay
from report_builder.spec import load

ROOT = Path(__file__).parents[2]
LIGHT = ("facts", "figure")
MINE = '''"""Mine."""
from report_builder.kinds import Drawing, Figure, Parameters as Base, ProbeRequest
class Parameters(Base):
    runs: tuple[str, ...]
def reads(parameters):
    return {run: ProbeRequest("codes", {"split": "test"}, run=run) for run in parameters.runs}
def draw(arrays, parameters, subjects, language):
    from matplotlib.figure import Figure as Page
    return Drawing(Page(), "", "A figure.")
KIND = Figure(parameters=Parameters, reads=reads, draw=draw)
'''
SHAPES = (("x", (28, 28, 1)), ("y", ()))


def again(lab, kinds=LIGHT) -> Plan:
    """Return the plan of a built report after removal of these kinds of steps from the store."""
    for kind in kinds:
        shutil.rmtree(lab.folder / "runs" / kind)
    return lab.plan()


def made(lab) -> dict[str, bytes]:
    """Return every file of metrics and figures, except for metadata with times."""
    files = [path for kind in LIGHT for path in (lab.folder / "runs" / kind).rglob("*") if path.is_file()]
    return {str(path.relative_to(lab.folder)): path.read_bytes() for path in files if path.name != "step.json"}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The engine of each started process."""
    engines = list[str]()

    class Counted(local._Process):
        def __init__(self, job, *others) -> None:
            engines.append(job.engine)
            super().__init__(job, *others)

    monkeypatch.setattr(local, "_Process", Counted)
    return engines


@pytest.mark.parametrize("workers", [1, 2])
def test_a_figure_is_the_same_wherever_it_is_drawn(built, started: list[str], workers: int) -> None:
    """Drawn one after another in the front process or in two parallel ones, figures have the same bytes."""
    before = made(built)
    plan = again(built)
    jobs = jobs_of(plan, plan.missing(plan.everything()))
    assert {job.engine for job in jobs} == {"light"}
    assert execute(plan, jobs, Options(workers=workers), lambda *_: None) == []
    assert made(built) == before
    assert started == ["light"] * (0 if workers == 1 else 2)


def test_another_machine_measures_and_draws_the_same(built) -> None:
    """A cluster's machine gives the same results as this one: words in the code of a figure are not looked up as files."""
    before, plan = made(built), again(built)
    jobs = sorted(jobs_of(plan, plan.missing(plan.everything())), key=lambda job: LIGHT.index(job.step.kind))
    assert any(name.startswith("languages/") for job in jobs for name in job.step.code)
    told = [relay.do(job, site_of(plan), "topic", lambda event: None) for job in jobs]
    asyncio.run(relay.end("topic"))
    assert [type(event) for event in told] == [Done] * len(jobs)
    assert made(built) == before
    assert list((built.folder / "runs" / "sessions").iterdir()) == []


def test_a_single_figure_starts_no_process(built, started: list[str]) -> None:
    """A single figure is drawn in the front process, since another one would not be worth its start."""
    shutil.rmtree(next((built.folder / "runs" / "figure").iterdir()))
    plan = built.plan()
    assert execute(plan, jobs_of(plan, plan.missing(plan.everything())), Options(workers=2), lambda *_: None) == []
    assert plan.missing(plan.everything()) == []
    assert started == []


@pytest.mark.parametrize("workers", [1, 2])
def test_what_nobody_foresaw_costs_its_own_step(built, workers: int, capsys: pytest.CaptureFixture[str]) -> None:
    """A failing figure is reported with the place in the code and a log, and the other figure is drawn."""
    plan = again(built, ["figure"])
    plan.figures["codes"].step.spec["subjects"]["ae"]["unheard of"] = 3  # nothing checks what a plan itself says
    plan.figures["codes"].step.__dict__.pop("key", None)
    (error,) = execute(plan, jobs_of(plan, plan.missing(plan.everything())), Options(workers=workers), lambda *_: None)
    (problem,) = error.problems
    assert problem.where == "figures.codes"
    assert problem.rule.startswith("TypeError at ")
    assert "unheard of" in problem.received
    assert "The whole output: " in problem.next_step
    assert "Traceback" in Path(problem.next_step.rpartition("The whole output: ")[2]).read_text(encoding="utf-8")
    assert capsys.readouterr().err == ""
    assert plan.stored(plan.figures["grid"])


def test_a_figure_of_ones_own_that_changed_is_not_drawn(built) -> None:
    """A figure whose file has changed since the plan is refused, since its result would get the old key."""
    mine = built.folder / "experiments" / "mine.py"
    mine.write_text(MINE, encoding="utf-8")
    built.edit("kind: latent_scatter", "kind: ./mine.py")
    plan = built.plan()
    jobs = jobs_of(plan, plan.missing(plan.everything()))
    assert [*jobs[0].files] == ["mine.py"]
    built.edit('"""', '"""Another text. ', mine)
    (error,) = execute(plan, jobs, Options(workers=1), lambda *_: None)
    assert error.problems[0].rule == "mine.py changed while the report was built"
    assert plan.missing(plan.everything())


def test_a_spec_says_all_of_a_kind() -> None:
    """Parameters of every figure and metric of the gallery survive the JSON of their step."""
    gallery = resolve(load(ROOT / "experiments" / "gallery.yaml"))
    for picture in gallery.figures.values():
        assert opened(FIGURES, json.loads(json.dumps(picture.kind.as_spec())))[1] == picture.kind.parameters
    for measure in gallery.measures:
        read = opened(METRICS, json.loads(json.dumps(measure.as_spec())))[1]
        assert read.model_dump(exclude={"judge"}) == measure.kind.parameters.model_dump(exclude={"judge"})


def test_a_job_names_no_path_of_this_machine(lab) -> None:
    """A job for another machine contains no folder of this one, even if a user's files and data are read."""
    arrays = {f"{part}_{split}": np.zeros((20, *shape), np.uint8) for split in ("train", "test") for part, shape in SHAPES}
    np.savez(lab.folder / "mine.npz", **arrays)
    (lab.folder / "experiments" / "mine.py").write_text(MINE, encoding="utf-8")
    lab.edit("kind: latent_scatter", "kind: ./mine.py")
    lab.edit("{kind: digits, copies: 0}", f"{{kind: npz, path: {lab.folder / 'mine.npz'}}}")
    lab.edit("train: 200, test: 60", "train: 15, test: 15")
    plan = lab.plan()
    jobs = jobs_of(plan, plan.missing(plan.everything()))
    assert {job.step.kind for job in jobs} == {"run", "arrays", "facts", "figure"}
    assert str(lab.folder).encode() not in b"".join(written(JOB, job) for job in jobs)
    assert site_of(plan).located(jobs[0].step.spec["data"])["dataset"]["path"] == str(lab.folder / "mine.npz")
