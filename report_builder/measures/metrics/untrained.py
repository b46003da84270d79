"""What a discriminator says before the first step of its training, of samples made before it, too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Parameters as Base
from report_builder.kinds import ProbeRequest, Value

if TYPE_CHECKING:
    from report_builder.kinds import Arrays

NAMES = ("untrained_logit", "untrained_probability", "untrained_real")


class Parameters(Base):
    """The run keeps what is measured; there is nothing to choose."""


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The samples and logits that the run kept."""
    return {"progress": ProbeRequest("progress", needs=frozenset({"discriminate"}))}


def names(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> list[str]:
    """Three values."""
    return list(NAMES)


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> list[Value]:
    """The untrained discriminator on samples of the untrained generator.

    `untrained_logit` is its mean output, `untrained_probability` the mean of sigmoid(output), the probability that it gives to
    "real", `untrained_real` the share of samples that it takes for real: sigmoid(output) > 0.5.

    Raises:
        ReportError: the run kept no logits.
    """
    import numpy as np

    progress = arrays["progress"]
    if "logits" not in progress:
        raise ReportError(Problem("", "the run kept no logits: its model has no discriminator"))
    logits = np.asarray(progress["logits"][0], dtype=np.float64)
    samples = (logits, 1 / (1 + np.exp(-logits)), (logits > 0).astype(np.float64))
    reductions = ("mean over samples", "sigmoid, mean over samples", "share of samples with sigmoid over 0.5")
    return [
        Value(name, float(each.mean()), "", "none", how, len(each), each, paired=False)
        for name, each, how in zip(NAMES, samples, reductions, strict=True)
    ]
