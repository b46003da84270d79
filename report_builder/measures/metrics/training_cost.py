"""What the training of a run cost: parameters, time, time of the processor, memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Parameters as Base
from report_builder.kinds import ProbeRequest, Value

if TYPE_CHECKING:
    from report_builder.kinds import Arrays

NAMES = ("trainable_parameters", "non_trainable_parameters", "training_time", "cpu_time", "peak_memory")
MEGABYTE = 1e6


class Parameters(Base):
    """The run keeps what is measured; there is nothing to choose."""


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """What the run noted of its costs."""
    return {"costs": ProbeRequest("costs")}


def names(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> list[str]:
    """Five values."""
    return list(NAMES)


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> list[Value]:
    """Size of the model, and what its training took on the machine that trained it.

    `trainable_parameters`, `non_trainable_parameters`: how many. `training_time`: seconds of the epochs without the measures on
    held-out images; `cpu_time`: seconds of all cores, with these measures and the tracing of the graphs; both are sums over all
    epochs, also of a training that was interrupted. `peak_memory`: most main memory the worker held, in MB (10^6 bytes), with
    TensorFlow and the data; on other systems than Linux not less than for the trainings that the worker did before.

    Raises:
        ReportError: the run was trained before costs were kept, or one of its epochs was.
    """
    costs = arrays["costs"]
    if missing := [name for name in ("non_trainable_parameters", "cpu_seconds", "peak_memory") if name not in costs]:
        step = "Remove the run (report-builder runs list shows its key) and train it again, or leave the metric out."
        raise ReportError(Problem("", "the run did not keep all of its costs", ", ".join(missing), next_step=step))
    epochs, once = int(costs["epochs"]), "count of numbers in the weights"
    return [
        Value(NAMES[0], int(costs["parameters"]), "", "none", once, 1),
        Value(NAMES[1], int(costs["non_trainable_parameters"]), "", "none", once, 1),
        Value(NAMES[2], float(costs["seconds"]), "s", "lower", "sum over epochs", epochs),
        Value(NAMES[3], float(costs["cpu_seconds"]), "s", "lower", "sum over epochs and cores", epochs),
        Value(NAMES[4], float(costs["peak_memory"]) / MEGABYTE, "MB", "lower", "maximum over the training", epochs),
    ]
