"""Facts, and what may be said about them.

A `Fact` is a measured number that knows what it measures and what chance may have contributed. `scale` guards comparisons:
facts that are not on one scale cannot be compared. `comparing` decides whether two facts differ measurably, and `ranking`
orders the arms of a sweep; these two compute, and are imported only where something is computed.
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
