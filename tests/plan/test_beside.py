"""Planning of figures side by side."""

from __future__ import annotations

import pytest

from report_builder.errors import ReportError

GROUP = "subfigures:\n  both: {parts: [codes, grid], caption: Both}\ntasks:\n"


def test_parts_are_drawn_at_the_width_of_their_column(lab):
    """The column width is part of a figure's step, and a group changes only the steps of figures."""
    before = {planned.label: planned.step.key for planned in lab.plan().everything()}
    lab.edit("tasks:\n", GROUP)
    plan = lab.plan()
    widths = {id_: picture.kind.parameters.width_cm for id_, picture in plan.resolved.figures.items()}
    assert widths == {"codes": 8.02, "grid": 8.02}
    changed = {planned.label for planned in plan.everything() if before[planned.label] != planned.step.key}
    assert changed == {"figure codes", "figure grid"}


OWN = """
from typing import Annotated
from report_builder.kinds import Figure, Parameters as Base, ProbeRequest, Role
class Parameters(Base):
    runs: tuple[str, ...]
    breadth: Annotated[float, Role.WIDTH] = 5
def reads(parameters):
    return {run: ProbeRequest("codes", run=run) for run in parameters.runs}
KIND = Figure(parameters=Parameters, reads=reads, draw=lambda arrays, parameters, subjects, language: None)
"""


def test_the_width_goes_to_the_parameter_of_that_role(lab):
    """The width is passed to the parameter with that role, whatever its name, unless the file sets it."""
    (lab.experiment.parent / "own.py").write_text(OWN)
    lab.edit("codes: {kind: latent_scatter,", "codes: {kind: ./own.py, width: 50%,")
    assert lab.plan().resolved.figures["codes"].kind.parameters.breadth == pytest.approx(8.2)
    lab.edit("./own.py, width: 50%,", "./own.py, breadth: 7,")
    assert lab.plan().resolved.figures["codes"].kind.parameters.breadth == 7
    lab.edit("tasks:\n", GROUP)
    with pytest.raises(ReportError, match="figure 'codes' is part of 'both', whose columns set its width"):
        lab.plan()


@pytest.mark.parametrize(("columns", "width"), [(1, 16.4), (2, 8.02), (3, 8.02)])
def test_columns(lab, columns, width):
    """There are at most as many columns as parts."""
    lab.edit("tasks:\n", GROUP.replace("caption: Both", f"columns: {columns}"))
    assert lab.plan().resolved.figures["grid"].kind.parameters.width_cm == pytest.approx(width, abs=0.01)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("parts: [codes, grid]", "parts: [codes, grids]", r"subfigures\.both\.parts\.1: unknown figure(.|\n)*'grid'"),
        ("parts: [codes, grid]", "parts: [codes, codes]", "each part may occur only once"),
        ("parts: [codes, grid]", "parts: [codes]", r"subfigures\.both\.parts"),
        ("columns: 2", "columns: 4", r"subfigures\.both\.columns"),
        ("both:", "grid:", "have the same id"),
        ("n: 4", "n: 4, width: 50%", r"figures\.grid: figure 'grid' is part of 'both', whose columns set its width"),
        ("tasks:", "  more: {parts: [grid, codes]}\ntasks:", r"more\.parts\.0: a figure is part of one group only"),
    ],
)
def test_mistakes_are_told_before_any_training(lab, old, new, message):
    """An unknown part, a repeated part, a width of its own and a name already taken are each reported at their line."""
    lab.edit("tasks:\n", GROUP.replace("caption: Both", "columns: 2"))
    lab.edit(old, new)
    with pytest.raises(ReportError, match=message):
        lab.plan()
