"""Resolves an experiment into steps, and explains why each of them would run."""

from report_builder.plan.explain import Ran, reason
from report_builder.plan.resolve import resolve
from report_builder.plan.resolved import DataSet, Measure, Picture, Resolved, Training
from report_builder.plan.steps import Plan, Planned

__all__ = ["DataSet", "Measure", "Picture", "Plan", "Planned", "Ran", "Resolved", "Training", "reason", "resolve"]
