"""Fingerprints of documents: a known one is recalled without rendering, and anything that could change a word changes it."""

from __future__ import annotations

import importlib.metadata
import json
import shutil
from collections.abc import Callable

import pytest

from report_builder.build import check, settle
from report_builder.build.fingerprint import fingerprint
from report_builder.document import rendering

MACROS = "{% set threshold = 3 %}\n"
INCLUDES = """{% from "values.md" import threshold %}
{% include "more.md" ignore missing %}

Threshold {{ threshold }}.

![Mine](mine.png){alt="x"}
"""


@pytest.fixture
def written(lab):
    """Project with includes and a picture that passed `check`; nothing is built."""
    folder = lab.template.parent
    (folder / "values.md").write_text(MACROS)
    lab.template.write_text(lab.template.read_text() + "\n" + INCLUDES)
    shutil.copyfile(rendering.__file__.replace("document/rendering.py", "../docs/report.png"), folder / "mine.png")
    assert checked_again(lab)
    return lab


def checked_again(lab) -> bool:
    """Run `check`, keep its result in the memo, and return whether it rendered the template."""
    plan, rendered = lab.plan(), []
    whole, rendering.render = rendering.render, lambda *a, **k: rendered.append(a) or whole(*a, **k)
    try:
        settle(plan)
        assert not check(plan, lab.workspace).findings
    finally:
        rendering.render = whole
    plan.store.memo.save()
    return bool(rendered)


def test_the_same_ground_is_recalled(written) -> None:
    """If nothing changed, nothing is rendered and the report of `check` is the same."""
    plan = written.plan()
    first = check(plan, written.workspace)
    assert not checked_again(written)
    assert check(written.plan(), written.workspace) == first


EDITS: dict[str, Callable] = {
    "the template": lambda lab: lab.edit("Threshold {{", "The threshold {{", lab.template),
    "a file that is imported and prints nothing": lambda lab: lab.edit("3", "4", lab.template.parent / "values.md"),
    "a file that was missing": lambda lab: (lab.template.parent / "more.md").write_text("More.\n"),
    "a picture": lambda lab: shutil.copyfile(lab.template.parents[1] / "other.png", lab.template.parent / "mine.png"),
    "the title": lambda lab: lab.edit("title: ", "title: New "),
    "a line of the experiment": lambda lab: lab.experiment.write_text("\n" + lab.experiment.read_text()),
}


@pytest.mark.parametrize("edit", EDITS)
def test_other_ground_is_looked_at(written, edit: str) -> None:
    """A change to a file that was read, to a file that was looked for, or to the experiment triggers a new check."""
    shutil.copyfile(rendering.__file__.replace("document/rendering.py", "../docs/figures.png"), written.folder / "other.png")
    EDITS[edit](written)
    assert checked_again(written)
    assert not checked_again(written)


def test_another_tool_is_other_ground(written, monkeypatch: pytest.MonkeyPatch) -> None:
    """An upgraded program changes the fingerprint, because it may set the same text differently."""
    first = fingerprint(written.plan(), written.workspace, "check").digest
    known = importlib.metadata.version
    monkeypatch.setattr("importlib.metadata.version", lambda name: "99" if name == "typst" else known(name))
    assert fingerprint(written.plan(), written.workspace, "check").digest != first


def test_a_stored_step_is_ground(built) -> None:
    """A step that was measured again under the same key changes the fingerprint, and so does a removed one."""
    digests = []
    folder = next(iter(built.plan().facts.values())).step
    place = built.workspace.store / "facts" / folder.key
    for change in (None, "anew", "gone"):
        if change == "anew":
            meta = json.loads((place / "step.json").read_text())
            (place / "step.json").write_text(json.dumps(meta | {"note": {"finished": "later"}}))
        elif change == "gone":
            shutil.rmtree(place)
        digests.append(fingerprint(built.plan(), built.workspace, "check").digest)
    assert len(set(digests)) == 3
