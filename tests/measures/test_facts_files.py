"""A metric's values as files."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from report_builder.errors import Problem, ReportError, RunError
from report_builder.kinds import Value
from report_builder.measures import measure


def metric(*values, error=None):
    """A metric that gives these values, or fails."""

    def measured(arrays, parameters):
        if error:
            raise error
        return list(values)

    return SimpleNamespace(measure=measured)


def test_no_fact_is_nan(tmp_path):
    """A value that is no finite number stops the build and names the metric and the value."""
    with pytest.raises(RunError, match=r"metrics\.quality.*\n.*broken = nan"):
        measure(metric(Value("broken", float("nan"))), None, {}, tmp_path, metric="quality")
    assert not list(tmp_path.iterdir())


def test_a_mistake_names_the_metric(tmp_path):
    """A problem without a place is told with the metric's id."""
    with pytest.raises(ReportError, match=r"^metrics\.quality: it does not fit"):
        measure(metric(error=ReportError(Problem("", "it does not fit"))), None, {}, tmp_path, metric="quality")


def test_the_same_values_give_the_same_bytes(tmp_path):
    """Facts and samples are equal byte for byte."""
    written = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        measure(metric(Value("x", 1.5, samples=np.arange(3)), Value("word", "zero")), None, {}, folder)
        written.append([(folder / name).read_bytes() for name in ("facts.json", "samples.npz")])
    assert written[0] == written[1]
