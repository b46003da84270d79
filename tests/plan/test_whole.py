"""The plan of one experiment that uses every feature: each step with its inputs, and the subjects of figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from report_builder.build import Workspace, plan_report

HERE = Path(__file__).parent
TABLE = json.loads((HERE / "whole.json").read_text(encoding="utf-8"))
LEFT = {"figure", "style", "language", "fingerprint", "reads", "subjects", "data", "values", "optimizer"}  # tested elsewhere


def bare(value: Any) -> Any:
    """Return the parts of a spec that the plan itself determines."""
    if isinstance(value, dict):
        return {key: bare(each) for key, each in value.items() if key not in LEFT}
    return [bare(each) for each in value] if isinstance(value, list | tuple) else value


@pytest.fixture(scope="module")
def plan(tmp_path_factory) -> Any:
    """The plan, with nothing stored."""
    roots = {"experiments": str(HERE), "store": str(tmp_path_factory.mktemp("store"))}
    return plan_report("whole", Workspace.find(roots))


def whole(plan: Any) -> dict[str, Any]:
    """Return each step by its label: its spec, and its inputs by name and part."""
    found = {}
    for planned in (step for target in plan.everything() for step in target.closure()):
        needs = {name: f"{need.label} / {need.part}" for name, need in planned.needs.items()}
        of = next((id_ for id_, data in plan.data.items() if data == planned.step.spec.get("data")), "")
        found[planned.label] = {"spec": bare(planned.step.spec), "data": of, "needs": needs, "place": planned.place}
    return found


def data(plan: Any) -> dict[str, Any]:
    """Return each data set with its steps."""
    return {id_: bare(spec) for id_, spec in plan.data.items()}


def subjects(plan: Any) -> dict[str, Any]:
    """Return the subjects of each figure, without settings and terms."""
    told = {}
    for id_, picture in plan.resolved.figures.items():
        for name, one in plan.subjects(picture).items():
            told[f"{id_}: {name}"] = [one.name, one.model, one.data, one.seed, one.latent_dim, one.swept]
    return told


def facts(plan: Any) -> dict[str, list[str]]:
    """Return the facts of each metric: id, subject, unit and noise."""
    return {name: [m.id, m.subject, m.facts[name].unit, m.facts[name].noise] for name, m in plan.resolved.measured.items()}


@pytest.mark.parametrize("part", ["whole", "data", "subjects", "facts"])
def test_the_plan(plan, part: str) -> None:
    """Every step, data set, subject and fact of the experiment is that of the table."""
    found = json.loads(json.dumps(globals()[part](plan)))
    assert [*found] == [*TABLE[part]]
    assert found == TABLE[part]
