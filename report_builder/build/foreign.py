"""A report that was written without this program: what in it contradicts itself, or the measurements of a report here."""

from __future__ import annotations

from pathlib import Path

from report_builder.build import gather
from report_builder.document.foreign import Reading, Text, models_named
from report_builder.document.material import Header, Material, RunCard
from report_builder.errors import Problem
from report_builder.kinds import MODELS
from report_builder.plan import Plan


def check_file(file: Path, plan: Plan | None = None) -> list[Problem]:
    """What is wrong in a text; with a plan, also against what was measured for it.

    Raises:
        ReportError: the file cannot be read.
    """
    text = Text.read(file)
    return Reading(text, gather.material(plan) if plan else _material(text)).problems()


def _material(text: Text) -> Material:
    """The models that a text names, as runs of which nothing else is known."""
    short = {name for kind in MODELS.names() for name in gather.names(kind)[1:]} | {"CNN"}
    runs = {name: RunCard(name, name, "", "", (), {}) for name in models_named(text, sorted(short, key=len, reverse=True))}
    return Material("", Header("", text.language), {}, runs, {}, {}, {})
