"""Checks that runs whose images or classes a figure shows once, for all of them, share them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Arrays, Subject
from report_builder.plots._options import RunOptions

STEP = "Show the runs of each data set in a figure of their own."


def check_data(parameters: RunOptions, subjects: Mapping[str, Subject]) -> None:
    """Check that all runs have the same data set, by its name.

    Raises:
        ReportError: they have several.
    """
    names = {run: subjects[run].data for run in parameters.runs if run in subjects}
    if len({*names.values()}) > 1:
        received = "; ".join(f"{run}: {name}" for run, name in names.items())
        raise ReportError(Problem("runs", "this figure compares runs on the same data", received, next_step=STEP))


def check_arrays(of_runs: Mapping[str, Arrays], names: Sequence[str]) -> None:
    """Check that the named arrays are equal in all runs, so that those of the first stand for all.

    Raises:
        ReportError: they differ.
    """
    import numpy as np

    first, *others = of_runs
    for other in others:
        one, another = of_runs[first], of_runs[other]
        if differs := [name for name in names if not np.array_equal(one[name], another[name])]:
            rule = f"'{first}' and '{other}' were not measured on the same data"
            raise ReportError(Problem("runs", rule, f"they differ in: {', '.join(differs)}", next_step=STEP))
