"""Checks that labelled elements do not depend on measurements, because the numbering would then depend on them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from report_builder.build import gather
from report_builder.document.rendering import Rendered, render
from report_builder.errors import Problem, ReportError
from report_builder.plan import Plan


def check_labels_fixed(plan: Plan, template: Path, rendered: Rendered) -> None:
    """Check that the template has the same labels as before anything was measured.

    Raises:
        ReportError: a condition on a fact, or the best arm of a sweep, chose a labelled element.
    """
    _check_alike(template, render(template, gather.material(plan, measured=False)), rendered)


def check_labels_of_arms(plan: Plan, template: Path, rendered: Rendered, *, draft: bool) -> None:
    """Check that the labels are the same whichever arm of the sweeps in `rendered.choices` turns out best.

    Raises:
        ReportError: they are not.
    """
    material = gather.material(plan)
    for arm in range(1, max(len(material.sweeps[id_].runs) for id_ in rendered.choices)):
        _check_alike(template, rendered, render(template, replace(material, stand_in=arm), draft=draft))


def _check_alike(template: Path, planned: Rendered, rendered: Rendered) -> None:
    changed = planned.labels ^ rendered.labels
    if changed:
        rule = "a condition on a fact, or best(), chooses labelled elements"
        advice = "They may choose words; name figures, tables, listings and equations that do not depend on them."
        raise ReportError(Problem(str(template), rule, ", ".join(sorted(changed)), next_step=advice))
