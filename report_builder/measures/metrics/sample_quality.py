"""Confidence of a reference classifier on generated images, and how many classes appear among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Measured, Metric, ProbeRequest, Quantity
from report_builder.measures._arrays import units_of
from report_builder.measures.metrics._judged import Judged, of_figure, reads

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays


class Parameters(Judged):
    """The images to judge, the judge, and the thresholds."""

    threshold: float = Field(default=0.9, gt=0, lt=1, description="An image is confidently recognised above this probability.")
    least_share: float = Field(default=0.01, gt=0, lt=1, description="A class appears from this share of the images on.")


def values(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare the judge's confidence, the number and evenness of the classes, and the inception score."""
    noise, entropy = requests["images"].noise, "entropy of the classes recognised"
    appear = f"classes with at least {parameters.least_share:g} of the images"
    return (
        Quantity("confidence", "", "higher", noise, "probability of the class recognised, mean"),
        Quantity("confident", "", "higher", noise, f"share over {parameters.threshold:g}"),
        Quantity("classes_covered", "", "higher", noise, f"count of {appear}"),
        Quantity("class_coverage", "", "higher", noise, f"share of {appear}"),
        Quantity("class_entropy", "nats", "higher", noise, entropy),
        Quantity("class_entropy_relative", "", "higher", noise, f"{entropy} over that of equal shares"),
        Quantity("inception_score", "", "higher", noise, "exp of the mean KL divergence over images"),
    )


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> Mapping[str, Measured]:
    """Measure the quality of each image and the diversity of all; O(n k) for n images and k classes of the judge.

    `confidence`: mean probability of the recognised class, in [1/k, 1]. `confident`: share of images with a probability above
    `threshold`. `classes_covered`: number of the data's c classes known to the judge that at least `least_share` of the images
    are recognised as; `class_coverage`: the same divided by c. `class_entropy`: entropy of the histogram of these classes, in
    nats, in [0, log c]; `class_entropy_relative`: the same divided by log c, 1 for c = 1.

    `inception_score`: exp(mean KL(p(y|x) || p(y))), in [1, k] (Salimans et al. 2016, section 4), here with the judge's classes
    in place of ImageNet's: comparable between models with the same judge, not with published values.
    """
    import numpy as np

    images = arrays["images"]
    probability = images["probability"].astype(np.float64)
    n, k = probability.shape
    surest, units = probability.max(axis=1), units_of(images, n)
    of_data = _classes(images, k)
    share = (np.bincount(probability.argmax(axis=1), minlength=k) / n)[of_data]
    covered, classes = int((share >= parameters.least_share).sum()), len(share)
    entropy = entropy_of(share / max(share.sum(), 1e-12))
    return {
        "confidence": Measured.mean(surest, units),
        "confident": Measured.mean((surest > parameters.threshold).astype(np.float64), units),
        "classes_covered": Measured(covered, n),
        "class_coverage": Measured(covered / classes, n),
        "class_entropy": Measured(entropy, n),
        "class_entropy_relative": Measured(entropy / float(np.log(classes)) if classes > 1 else 1.0, n),
        "inception_score": Measured(float(np.exp(information(probability).mean())), n),
    }


def _classes(images: Arrays, k: int) -> np.ndarray:
    """Return which of the judge's k classes occur in the data, `(k,)` bool; all if the probe names no classes.

    Raises:
        ReportError: if the judge knows none of them.
    """
    import numpy as np

    if "class_names" not in images or "judge_names" not in images:
        return np.ones(k, dtype=bool)
    known: np.ndarray = np.isin(images["judge_names"], images["class_names"])
    if not known.any():
        received = f"{', '.join(images['class_names'])}; judge: {', '.join(images['judge_names'])}"
        raise ReportError(Problem("", "the judge knows no class of the data that the model was trained on", received))
    return known


def entropy_of(share: np.ndarray) -> float:
    """Return the entropy in nats of shares `(k,)` that sum to 1; shares of 0 add nothing."""
    import numpy as np

    seen = share[share > 0]
    return float(-(seen * np.log(seen)).sum()) + 0.0


def information(probability: np.ndarray) -> np.ndarray:
    """Return the KL divergence in nats of each row `(n, k)` from the mean row, `(n,)`."""
    import numpy as np

    mean = np.broadcast_to(probability.mean(axis=0), probability.shape)
    ratio = np.divide(probability, mean, out=np.ones_like(probability), where=probability > 0)
    return np.asarray((probability * np.log(ratio)).sum(axis=1))


KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure, of_figure=of_figure)
