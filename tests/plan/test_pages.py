"""The page style of a report determines the width for which figures are drawn."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from report_builder.errors import ReportError
from report_builder.plan import resolve
from report_builder.plan.resolved import Resolved
from report_builder.spec import load

LAB = """\
report: {{title: T, page: {page}}}
data:
  digits: {{dataset: digits}}
figures:
  usual: {{kind: dataset_sheet, data: digits}}
  half: {{kind: dataset_sheet, data: digits, width: 50%}}
"""


def planned(folder: Path, page: str) -> Resolved:
    """Return the plan of a report in a page style."""
    file = folder / "lab.yaml"
    file.write_text(LAB.format(page=page), encoding="utf-8")
    return resolve(load(file))


@pytest.mark.parametrize(
    ("page", "usual", "half"), [("lab", 16.0, 8.2), ("article", 14.4, 7.2), ("lecture", 14.0, 7.0), ("./mine.typ", 10.0, 5.0)]
)
def test_figures_are_as_wide_as_the_text(tmp_path: Path, page: str, usual: float, half: float) -> None:
    """A figure is drawn at most as wide as the text, and a share of it refers to the text width of the style."""
    (tmp_path / "mine.typ").write_text('#let text-width = 10cm\n#import "common.typ": *\n', encoding="utf-8")
    found = planned(tmp_path, page)
    widths = {id_: picture.kind.parameters.model_dump()["width_cm"] for id_, picture in found.figures.items()}
    assert widths == {"usual": usual, "half": half}
    assert found.page.own is page.startswith("./")


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("articel", r"lab.yaml:1: report.page: unknown page style: 'articel'.*article"),
        ("./mine.typ", r"lab.yaml:1: report.page: no such file"),
        ("../mine.typ", r"lab.yaml:1: report.page: "),
        ("./bad.typ", r"bad.typ:1: 'size' of a page style"),
    ],
)
def test_no_such_style(tmp_path: Path, page: str, told: str) -> None:
    """A page style that is missing, outside the project or invalid is reported at its line."""
    (tmp_path / "bad.typ").write_text('#let size = big\n#import "common.typ": *\n', encoding="utf-8")
    with pytest.raises(ReportError) as caught:
        planned(tmp_path, page)
    (problem,) = caught.value.problems
    said = f"{problem.where}: {problem.rule}: {problem.received} {problem.allowed} {problem.next_step}"
    assert re.search(told, said)
