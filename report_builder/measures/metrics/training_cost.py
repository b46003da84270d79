"""Cost of training a run: parameters, time, CPU time, and memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Measured, Metric, Parameters, ProbeRequest, Quantity

if TYPE_CHECKING:
    from report_builder.kinds import Arrays

MEGABYTE = 1e6
COUNT = "count of numbers in the weights"


def reads(_: Parameters) -> Mapping[str, ProbeRequest]:
    """Request the costs that the run recorded."""
    return {"costs": ProbeRequest("costs")}


def values(_: Parameters, __: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare the size of the model, and time and memory of its training."""
    return (
        Quantity("trainable_parameters", "", "none", "exact", COUNT),
        Quantity("non_trainable_parameters", "", "none", "exact", COUNT),
        Quantity("training_time", "s", "lower", "fixed", "sum over epochs"),
        Quantity("cpu_time", "s", "lower", "fixed", "sum over epochs and cores"),
        Quantity("peak_memory", "MB", "lower", "fixed", "maximum over the training"),
    )


def measure(arrays: Mapping[str, Arrays], _: Parameters) -> Mapping[str, Measured]:
    """Measure the size of the model, and what its training took on the machine that trained it.

    `trainable_parameters`, `non_trainable_parameters`: counts. `training_time`: seconds of the epochs without the evaluation on
    held-out images; `cpu_time`: seconds over all cores, with this evaluation and graph tracing; both are sums over all epochs,
    even if the training was interrupted. `peak_memory`: peak resident memory of the worker in MB (10^6 bytes), including
    TensorFlow and the data; on systems other than Linux, at least that of the worker's earlier trainings.

    Raises:
        ReportError: if the run, or one of its epochs, was trained before costs were recorded.
    """
    costs = arrays["costs"]
    if missing := [name for name in ("non_trainable_parameters", "cpu_seconds", "peak_memory") if name not in costs]:
        step = "Remove the run (report-builder runs list shows its key) and train it again, or leave the metric out."
        raise ReportError(Problem("", "the run did not record all of its costs", ", ".join(missing), next_step=step))
    epochs = int(costs["epochs"])
    return {
        "trainable_parameters": Measured(int(costs["parameters"]), 1),
        "non_trainable_parameters": Measured(int(costs["non_trainable_parameters"]), 1),
        "training_time": Measured(float(costs["seconds"]), epochs),
        "cpu_time": Measured(float(costs["cpu_seconds"]), epochs),
        "peak_memory": Measured(float(costs["peak_memory"]) / MEGABYTE, epochs),
    }


KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure)
