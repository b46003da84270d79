"""The costs that a finished training reports."""

from __future__ import annotations

import pytest

from report_builder.errors import ReportError
from report_builder.kinds import ProbeRequest
from report_builder.measures.metrics import training_cost
from report_builder.store import reading


def test_a_run_answers_with_what_it_cost(finished) -> None:
    """Parameters, times and memory come from the training itself; nothing is measured for them."""
    plan = finished.plan()
    planned = plan.arrays(ProbeRequest("costs", run="ae"), None, "metric")
    assert (planned.part, planned.step.key) == ("costs", plan.runs["ae", 1].step.key)
    stored = plan.stored(planned)
    assert stored
    costs = reading.of_step(stored, planned.part)
    found = training_cost.measure({"costs": costs}, training_cost.KIND.parameters())
    assert found["trainable_parameters"].value == stored.meta["note"]["parameters"]
    assert found["non_trainable_parameters"].value == 0
    assert found["training_time"].value == sum(stored.json("history.json")["epoch_time"])
    assert 0 < found["cpu_time"].value < 600
    assert 100 < found["peak_memory"].value < 16_000
    del costs["cpu_seconds"]
    with pytest.raises(ReportError, match="did not record all of its costs"):
        training_cost.measure({"costs": costs}, training_cost.KIND.parameters())
