"""Checks a report that was not written with this program, for contradictions within it or with the measurements of a report."""

from __future__ import annotations

from pathlib import Path

from report_builder.build import gather
from report_builder.document.foreign import Reading, Text, models_named
from report_builder.document.material import Header, Material, RunCard
from report_builder.errors import Problem
from report_builder.kinds import MODELS
from report_builder.plan import Plan


def check_file(file: Path, plan: Plan | None = None) -> list[Problem]:
    """Return the problems found in a text; with a plan, also those found against its measurements.

    Raises:
        ReportError: the file cannot be read.
    """
    text = Text.read(file)
    return Reading(text, gather.material(plan) if plan else _material(text)).problems()


def _material(text: Text) -> Material:
    """Treat each model that a text names as a run about which nothing else is known."""
    short = {name for kind in MODELS.names() for name in gather.names(kind)[1:]} | {"CNN"}
    runs = {name: RunCard(name, name, "", "", (), {}) for name in models_named(text, sorted(short, key=len, reverse=True))}
    return Material("", Header("", text.language), {}, runs, {}, {}, {})
