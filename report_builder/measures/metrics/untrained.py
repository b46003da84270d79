"""Output of the untrained discriminator on samples of the untrained generator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Measured, Metric, Parameters, ProbeRequest, Quantity

if TYPE_CHECKING:
    from report_builder.kinds import Arrays


def reads(_: Parameters) -> Mapping[str, ProbeRequest]:
    """Request the samples and logits that the run recorded."""
    return {"progress": ProbeRequest("progress", needs=frozenset({"discriminate"}))}


def values(_: Parameters, __: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare the mean logit and probability of the samples, and the share judged as real."""
    return (
        Quantity("untrained_logit", noise="draws", reduction="mean over samples"),
        Quantity("untrained_probability", noise="draws", reduction="sigmoid, mean over samples"),
        Quantity("untrained_real", noise="draws", reduction="share of samples with sigmoid over 0.5"),
    )


def measure(arrays: Mapping[str, Arrays], _: Parameters) -> Mapping[str, Measured]:
    """Measure the untrained discriminator on samples of the untrained generator.

    `untrained_logit` is its mean output, `untrained_probability` the mean of sigmoid(output), the probability of "real", and
    `untrained_real` the share of samples judged as real: sigmoid(output) > 0.5.

    Raises:
        ReportError: if the run recorded no logits.
    """
    import numpy as np

    progress = arrays["progress"]
    if "logits" not in progress:
        raise ReportError(Problem("", "the run kept no logits: its model has no discriminator"))
    logits = np.asarray(progress["logits"][0], dtype=np.float64)
    return {
        "untrained_logit": Measured.mean(logits),
        "untrained_probability": Measured.mean(1 / (1 + np.exp(-logits))),
        "untrained_real": Measured.mean((logits > 0).astype(np.float64)),
    }


KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure)
