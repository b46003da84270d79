"""Nothing outside the project is read, whether named in YAML, by `--set`, a profile, the command line or a link."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from report_builder.build import plan_report
from report_builder.errors import ReportError
from report_builder.project import Project

SECRET = "Secret of the house"  # noqa: S105  what must not be printed
OUTSIDE = {  # key path -> file outside the project, relative to its folder
    "report.template": "secret.md",
    "report.logo": "secret.svg",
    "report.style": "secret.mplstyle",
    "report.bibliography": "secret.bib",
    "report.csl": "secret.csl",
    "extends": "secret.yaml",
    "runs.vae.model.kind": "secret.py",
    "data.digits.dataset.kind": "secret.py",
    "data.digits.steps": "secret.py",
    "figures.codes.kind": "secret.py",
    "metrics.elbo.kind": "secret.py",
    "runs.vae.model.encoder": "secret.py:Layer",
}
WAYS = ("up", "absolute", "a link", "a link to its folder")


@pytest.fixture
def house(lab):
    """A folder outside the laboratory with a secret of every kind."""
    outside = lab.folder.parent / f"{lab.folder.name}-house"
    outside.mkdir()
    for name in {name.partition(":")[0] for name in OUTSIDE.values()}:
        (outside / name).write_text(
            f"raise SystemExit('{SECRET}')" if name.endswith(".py") else f"report: {{title: {SECRET}}}\n"
        )
    return outside


def written(lab, house: Path, name: str, way: str) -> str:
    """Return the path of a secret in one of several notations."""
    file, colon, rest = name.partition(":")
    if way == "up":
        return f"../../{house.name}/{name}"
    if way == "absolute":
        return f"{house}/{name}"
    link = lab.experiment.parent / ("linked" if way.endswith("folder") else file)
    link.symlink_to(house if way.endswith("folder") else house / file)
    return f"./linked/{name}" if way.endswith("folder") else f"./{file}{colon}{rest}"


def planned(lab, key: str, value: str) -> None:
    """Plan the report with a key set, and find its template."""
    if key == "extends":
        lab.experiment.write_text(f"extends: {value}\n{lab.experiment.read_text()}")
        plan_report("tiny", lab.workspace)
    else:
        text = f"[{value}]" if key.endswith(("steps", "encoder")) else value
        plan = plan_report("tiny", lab.workspace, sets=[f"{key}={text}"])
        lab.workspace.template(plan.resolved.loaded)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("key", OUTSIDE)
def test_what_leads_out_of_the_project_is_refused(lab, house, key: str, way: str) -> None:
    """A path that leads out of the project is refused at its key, before the file is read or run."""
    if key == "data.digits.dataset.kind":
        lab.edit("{kind: digits, copies: 0}", "digits")
    with pytest.raises(ReportError, match="leads out of the project") as caught:
        planned(lab, key, written(lab, house, OUTSIDE[key], way))
    said = "\n".join(str(p) for p in caught.value.problems if "leads out" in p.rule)
    assert key.removesuffix(".kind") in said
    assert "--allow-root" in said
    assert SECRET not in str(caught.value)


def test_a_template_of_an_allowed_folder(lab, house) -> None:
    """A folder allowed by option or by environment variable is read."""
    lab.workspace = replace(lab.workspace, allowed=(house,))
    planned(lab, "report.template", str(house / "secret.md"))
    found = type(lab.workspace).find({"roots": ["a"]}, {"REPORT_BUILDER_ROOTS": os.pathsep.join(["b", "c"])})
    assert found.allowed == (Path("a"), Path("b"), Path("c"))


@pytest.mark.parametrize(
    "name", ["..", "../tiny", "a/b", "/etc/passwd", "tiny@full", ".tiny", "x" * 300, "nül", "1st", "a b", "a\x00b"]
)
def test_names_are_ids(lab, name: str) -> None:
    """Names of reports and profiles can neither lead anywhere nor collide with the folder of another report."""
    with pytest.raises(ReportError, match=r"no such report|no id"):
        plan_report(name, lab.workspace)
    lab.edit(
        "\nruns:\n", f"\nprofiles: {{{name!r}: {{}}}}\nruns:\n" if "\x00" not in name else "\nprofiles: {a\\0b: {}}\nruns:\n"
    )
    with pytest.raises(ReportError, match="the name of a profile is not an id"):
        plan_report("tiny", lab.workspace, profile=name)


def test_a_file_whose_name_is_no_id(lab) -> None:
    """The name of a report given by its path must be an id: `tiny@full` would share the folder of a profile of `tiny`."""
    other = lab.experiment.with_name("tiny@full.yaml")
    other.write_text(lab.experiment.read_text())
    with pytest.raises(ReportError, match="the name of a report"):
        plan_report(str(other), lab.workspace)
    assert lab.workspace.reports() == ["tiny"]


def test_what_a_project_is(tmp_path: Path) -> None:
    """A project is the folder with experiments/ and templates/, or else only these two folders."""
    experiments, templates = tmp_path / "experiments", tmp_path / "templates"
    whole = Project.of(experiments, templates, experiments / "lab.yaml")
    assert whole.holds(tmp_path / "pictures" / "logo.svg")
    assert not whole.holds(tmp_path.parent / "logo.svg")
    parts = Project.of(tmp_path / "inputs", templates, tmp_path / "inputs" / "lab.yaml")
    assert parts.holds(tmp_path / "inputs" / "logo.svg")
    assert not parts.holds(tmp_path / "logo.svg")
    top = Path("/experiments"), Path("/templates")
    assert not Project.of(*top, top[0] / "lab.yaml").holds(Path("/etc/passwd"))
