"""Facts, and what may be said of them.

A `Fact` is a measured number that knows what it measures and what chance may have drawn. `scale` is the guard: facts that are
not on one scale do not compare. `comparing` says whether two of them differ measurably, `ranking` orders the arms of a sweep;
both compute, and are imported where something is computed.
"""

from report_builder.facts.choosing import preferred
from report_builder.facts.fact import LEVEL, MODELS, RELATIONS, TRAININGS, Fact, Measurement, closest
from report_builder.facts.scale import PLANNED, differences, guard

__all__ = [
    "LEVEL",
    "MODELS",
    "PLANNED",
    "RELATIONS",
    "TRAININGS",
    "Fact",
    "Measurement",
    "closest",
    "differences",
    "guard",
    "preferred",
]
