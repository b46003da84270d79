"""What a reference classifier says of generated images as a whole: how sure it is, and whether every class appears."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Parameters as Base
from report_builder.kinds import ProbeRequest, Value

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays

NAMES = (
    *("confidence", "confident", "classes_covered", "class_coverage"),
    *("class_entropy", "class_entropy_relative", "inception_score"),
)


class Parameters(Base):
    """Which images are judged, by whom, and what counts."""

    judge: str = Field(description="Id of the run of a classifier that judges; of canvases it sees the cell asked.")
    of: str | None = Field(default=None, description="Id of the figure whose images are judged.")
    probe: dict[str, Any] = Field(
        default={"kind": "samples", "n": 1000, "conditions": "drawn"},
        description="Instead: a probe that gives images, {kind: ..., parameters}; default: samples of any model.",
    )
    threshold: float = Field(default=0.9, gt=0, lt=1, description="An image is confidently recognised above this probability.")
    least_share: float = Field(default=0.01, gt=0, lt=1, description="A class appears from this share of the images on.")


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The images of the metric's own probe, judged."""
    from report_builder.measures.metrics._judged import images_asked, judged

    return {"images": judged(images_asked(parameters.probe), parameters.judge)}


def of_figure(parameters: Parameters, request: ProbeRequest) -> ProbeRequest:
    """The request for a figure's images, judged."""
    from report_builder.measures.metrics._judged import judged

    return judged(request, parameters.judge)


def names(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> list[str]:
    """Seven values, whatever the parameters."""
    return list(NAMES)


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> list[Value]:
    """Quality of each image and diversity of all; O(n k) for n images and k classes of the judge.

    `confidence`: mean probability of the class recognised, in [1/k, 1]. `confident`: share of images in which it is above
    `threshold`. `classes_covered`: how many classes of the data (c, of those that the judge knows) at least `least_share` of
    the images are recognised as; `class_coverage`: that over c. `class_entropy`: of the histogram of recognised classes of the
    data, in nats, in [0, log c]; `class_entropy_relative`: that over log c, 1 for c = 1.

    `inception_score`: exp(mean KL(p(y|x) || p(y))), in [1, k] (Salimans et al. 2016, section 4), here with the judge's classes
    in place of ImageNet's: comparable between models that one judge has seen, not with published values.
    """
    import numpy as np

    from report_builder.measures._arrays import same_images

    images = arrays["images"]
    paired, probability = same_images(images), images["probability"].astype(np.float64)
    n, k = probability.shape
    surest = probability.max(axis=1)
    confident = (surest > parameters.threshold).astype(np.float64)
    of_data = _classes(images, k)
    share = (np.bincount(probability.argmax(axis=1), minlength=k) / n)[of_data]
    covered, classes = int((share >= parameters.least_share).sum()), len(share)
    entropy = entropy_of(share / max(share.sum(), 1e-12))
    gained = information(probability)
    appear = f"classes with at least {parameters.least_share:g} of the images"
    return [
        Value(NAMES[0], float(surest.mean()), "", "higher", "probability of the class recognised, mean", n, surest, paired),
        Value(NAMES[1], float(confident.mean()), "", "higher", f"share over {parameters.threshold:g}", n, confident, paired),
        Value(NAMES[2], covered, "", "higher", f"count of {appear}", n),
        Value(NAMES[3], covered / classes, "", "higher", f"share of {appear}", n),
        Value(NAMES[4], entropy, "nats", "higher", "entropy of the classes recognised", n),
        Value(
            NAMES[5],
            entropy / float(np.log(classes)) if classes > 1 else 1.0,
            "",
            "higher",
            "entropy of the classes recognised over that of equal shares",
            n,
        ),
        Value(NAMES[6], float(np.exp(gained.mean())), "", "higher", "exp of the mean KL divergence over images", n),
    ]


def _classes(images: Arrays, k: int) -> np.ndarray:
    """Which of the judge's k classes the data of the images has, `(k,)` bool; all where the probe tells no classes.

    Raises:
        ReportError: the judge knows none of them.
    """
    import numpy as np

    if "class_names" not in images or "judge_names" not in images:
        return np.ones(k, dtype=bool)
    known: np.ndarray = np.isin(images["judge_names"], images["class_names"])
    if not known.any():
        received = f"{', '.join(images['class_names'])}; judge: {', '.join(images['judge_names'])}"
        raise ReportError(Problem("", "the judge knows no class of the data that these images are made after", received))
    return known


def entropy_of(share: np.ndarray) -> float:
    """Entropy in nats of shares `(k,)` that sum to 1; what never happens adds nothing."""
    import numpy as np

    seen = share[share > 0]
    return float(-(seen * np.log(seen)).sum()) + 0.0


def information(probability: np.ndarray) -> np.ndarray:
    """KL divergence in nats of each row `(n, k)` from the mean row, `(n,)`."""
    import numpy as np

    mean = np.broadcast_to(probability.mean(axis=0), probability.shape)
    ratio = np.divide(probability, mean, out=np.ones_like(probability), where=probability > 0)
    return np.asarray((probability * np.log(ratio)).sum(axis=1))
