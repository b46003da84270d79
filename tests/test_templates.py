"""The templates of the sheet are prose that a teacher can read."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import report_builder
from report_builder.build import Workspace, compose_plan, plan_report
from report_builder.cli import main
from report_builder.document.pdf import pdf
from report_builder.document.tree import Node, Nodes, caption_of, has_class, plain_text, walk

PROJECT = Path(report_builder.__file__).parents[1]
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|<#.*?#>", re.DOTALL)
MOST = 0.3
REPORTS = sorted(file.stem for file in (PROJECT / "experiments").glob("*.yaml"))
SLOW = ("gallery", "vae-lecture")


def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The options for our experiments with an empty store, where the data folder has only the lists of CelebA."""
    (tmp_path / "celeba" / "img_align_celeba").mkdir(parents=True)
    for name in ("list_attr_celeba.txt", "list_eval_partition.txt"):
        (tmp_path / "celeba" / name).touch()
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    folders = {"experiments": PROJECT, "templates": PROJECT} | dict.fromkeys(("store", "build", "figures", "data"), tmp_path)
    return [part for name, root in folders.items() for part in (f"--{name}", str(root / name if root == PROJECT else root))]


@pytest.mark.parametrize("sheet", ["generative-models", "generative-models-en"])
def test_the_sheet_is_prose(sheet: str) -> None:
    """At most three tenths of the characters of the sheet belong to Jinja expressions, statements and comments."""
    text = (PROJECT / "templates" / f"{sheet}.md").read_text(encoding="utf-8")
    assert sum(map(len, JINJA.findall(text))) <= MOST * len(text)


def every() -> Iterator[object]:
    """Each report with each of its profiles."""
    for name in REPORTS:
        profiles = yaml.safe_load((PROJECT / "experiments" / f"{name}.yaml").read_text(encoding="utf-8")).get("profiles", {})
        for profile in profiles or [""]:
            yield pytest.param(name, profile, marks=[pytest.mark.slow] * (name in SLOW), id=f"{name}-{profile}")


@pytest.mark.parametrize(("report", "profile"), [*every()])
def test_a_report_has_no_mistakes_before_it_is_trained(
    report: str, profile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The check of a fresh copy of a report ends with 0 in every profile: unmeasured facts are not mistakes."""
    if report == "deep-learning-homework":
        pytest.importorskip("justmytype_intl_cjk", reason="the extra 'cjk' has its letters")
    options = project(tmp_path, monkeypatch)
    chosen = ["--profile", profile] if profile else []
    assert main(["check", report, *chosen, *options]) == 0, capsys.readouterr().err


def test_what_the_whole_article_adds_has_no_mistakes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The full profile of the article has no mistakes with the other set of colour images."""
    options = project(tmp_path, monkeypatch)
    chosen = ["--profile", "full", "--set", "data.objects.dataset=cifar100"]
    assert main(["check", "vae-beyond-mnist", *chosen, *options]) == 0, capsys.readouterr().err


def shown(node: Node) -> bool:
    """Whether this is the title of a task, or figures side by side."""
    return has_class(node, "panels" if node["t"] == "Div" else "task-title")


def caption(node: Node) -> Nodes:
    """Return the caption of a figure, or the common one of figures side by side."""
    return caption_of(node) if node["t"] == "Figure" else node["c"][1][-1]["c"]


@pytest.mark.external("poppler")
def test_figures_of_the_sheet_stand_in_their_tasks(tmp_path: Path) -> None:
    """In the PDF, task headings and figure captions keep the order of the text, so that no figure moves to another task."""
    folders = {"experiments": PROJECT, "templates": PROJECT, "store": tmp_path, "build": tmp_path, "figures": tmp_path}
    workspace = Workspace.find({name: str(root / name) for name, root in folders.items()})
    document = compose_plan(plan_report("generative-models", workspace), workspace, draft=True)[2]
    nodes = [node for node in walk(document.blocks, "Header", "Figure", "Div") if node["t"] == "Figure" or shown(node)]
    heads = [plain_text(node["c"][2] if node["t"] == "Header" else caption(node)) for node in nodes]
    heads = [head for head in heads if not head.startswith("(")]  # of panels, the common caption counts
    expected = [" ".join(head.split()[:2]) for head in heads]
    (tmp_path / "sheet.pdf").write_bytes(pdf(document)[0])
    command = ["pdftotext", "-layout", str(tmp_path / "sheet.pdf"), "-"]
    pages = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout
    found = re.findall(r"^ *((?:Zadanie \d\.\d|Rysunek \d+)\.)", pages.replace("\u00a0", " "), re.MULTILINE)
    assert found[-len(expected) :] == expected, {*expected} ^ {*found}
    assert len(expected) == len([head for head in heads if head.startswith("Rysunek")]) + len(document.sections)


def test_the_sheet_in_english_trains_and_measures_nothing_of_its_own(tmp_path: Path) -> None:
    """Trainings and measurements of the English sheet have the keys of those of the Polish sheet."""
    folders = {"experiments": PROJECT, "templates": PROJECT, "store": tmp_path, "build": tmp_path, "figures": tmp_path}
    workspace = Workspace.find({name: str(root / name) for name, root in folders.items()})
    polish, english = (plan_report(name, workspace) for name in ("generative-models", "generative-models-en"))
    for one, other in ((polish.runs, english.runs), (polish.facts, english.facts)):
        assert [planned.step.key for planned in one.values()] == [planned.step.key for planned in other.values()]
