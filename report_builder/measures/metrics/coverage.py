"""Whether generated images lie where real ones lie, and reach all of them, as a reference classifier sees both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import Field

from report_builder.kinds import Parameters as Base
from report_builder.kinds import ProbeRequest, Value

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays

NAMES = ("precision", "recall", "density", "coverage")
BETTER = ("none", "higher", "none", "higher")  # blurred or blank images lie in many neighbourhoods of real ones
CONTROLS = ("real", "blank")
GROUPS = 10  # of generated images, each left out once


class Parameters(Base):
    """Which images are compared, through whose eyes, and how large the neighbourhoods are."""

    judge: str = Field(description="Id of the run of a classifier that provides features; of canvases it sees the cell asked.")
    of: str | None = Field(default=None, description="Id of the figure whose images are compared with real ones.")
    probe: dict[str, Any] = Field(
        default={"kind": "samples", "n": 1000, "conditions": "drawn"},
        description="Instead: a probe that gives images, {kind: ..., parameters}; default: samples of any model.",
    )
    split: str = Field(default="test", description="Part of the data set that the real images are of.")
    n: int | None = Field(default=1000, ge=2, description="How many real images of each split, drawn at random; null: all.")
    k: int = Field(default=5, ge=1, description="A neighbourhood reaches to the k-th nearest image of the same set.")


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The judge's features of the images, of the real ones, and of two controls: real images of another split, blank ones."""
    from report_builder.measures.metrics._features import own_seen, real_seen, seen

    other = "test" if parameters.split == "train" else "train"
    real = {
        name: real_seen(parameters.judge, of, parameters.n) for name, of in (("real", parameters.split), ("control", other))
    }
    blank = seen(ProbeRequest("blank", {"n": max(100, parameters.k + 1)}), parameters.judge)
    return {"images": own_seen(parameters.probe, parameters.judge), **real, "blank": blank}


def of_figure(parameters: Parameters, request: ProbeRequest) -> ProbeRequest:
    """The request for a figure's images, seen by the judge."""
    from report_builder.measures.metrics._features import seen

    return seen(request, parameters.judge)


def names(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> list[str]:
    """Four values, of the images and of each control."""
    return [*NAMES, *(f"{name}_{control}" for control in CONTROLS for name in NAMES)]


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> list[Value]:
    """Fidelity and diversity, told apart; the neighbourhood of an image is the ball to its k-th nearest neighbour of its set.

    `precision`: share of generated images in the neighbourhood of a real one; `recall`: share of real images in that of a
    generated one (Kynkäänniemi et al. 2019, eq. 1 and 2). `density`: neighbourhoods of real images that a generated one lies
    in, over k, which may exceed 1; `coverage`: share of real images whose neighbourhood a generated one lies in (Naeem et al.
    2020, eq. 3 and 4). The other three are in [0, 1]. O((m + n)^2 d) for m and n images with d features, in blocks.

    `..._real` and `..._blank` are the same of real images of another split and of images that show nothing: where blank images
    have a precision near 1, a high precision says nothing, so that precision and density have no better direction.

    The samples of `recall` and `coverage` spread as the values do when both sets are drawn anew: what the generated set adds to
    the variance is estimated by leaving out each of ten groups of it (jackknife).

    Raises:
        ReportError: there are not more than k images, or they are among the real ones.
    """
    from report_builder.measures.metrics._features import features_of, strangers
    from report_builder.measures.metrics._manifold import radii

    k = parameters.k
    strangers(arrays["images"], arrays["real"])
    made, real, control, blank = (features_of(arrays[name], k + 1) for name in ("images", "real", "control", "blank"))
    reach = radii(real, k)
    found = _values(made, real, reach, k)
    return found + [
        replace(value, name=f"{value.name}_{name}", better="none", reduction=value.reduction.replace("generated", what))
        for name, what, features in (("real", "real", control), ("blank", "blank", blank))
        for value in _values(features, real, reach, k)
    ]


def _values(made: np.ndarray, real: np.ndarray, reach: np.ndarray, k: int) -> list[Value]:
    """The four values of one set of images; `reach` are the radii of the real ones."""
    import numpy as np

    each, variances = _each(made, real, reach, k), _variances(made, real, reach, k)
    of = {False: f"generated images, {len(real)} real ones, k = {k}", True: f"real images, {len(made)} generated ones, k = {k}"}
    counted = ("share of", "share of", "neighbourhoods over k, mean over", "share of")
    of_real = (False, True, False, True)
    return [
        Value(name, float(np.mean(one)), "", better, f"{how} {of[which]}", len(one), widened(one, variance), paired=False)
        for name, better, one, variance, how, which in zip(NAMES, BETTER, each, variances, counted, of_real, strict=True)
    ]


def _each(made: np.ndarray, real: np.ndarray, reach: np.ndarray, k: int) -> list[np.ndarray]:
    """The value of each image, of generated or real ones, whose means are the four values."""
    import numpy as np

    from report_builder.measures.metrics._manifold import inside, radii

    balls, covered = inside(made, real, reach)
    recalled, _ = inside(real, made, radii(made, k))
    return [np.asarray(each, dtype=np.float64) for each in (balls > 0, recalled > 0, balls / k, covered)]


def _variances(made: np.ndarray, real: np.ndarray, reach: np.ndarray, k: int) -> list[float]:
    """What the draw of the generated set adds to the variance of each value: jackknife over groups of generated images."""
    import numpy as np

    groups = min(GROUPS, len(made) // (k + 2))
    if groups < 2:
        return [0.0] * len(NAMES)
    group = np.arange(len(made)) % groups
    left = np.array([[each.mean() for each in _each(made[group != g], real, reach, k)] for g in range(groups)])
    spread = (groups - 1) / groups * ((left - left.mean(axis=0)) ** 2).sum(axis=0)
    return [0.0 if name in ("precision", "density") else float(each) for name, each in zip(NAMES, spread, strict=True)]


def widened(samples: np.ndarray, variance: float) -> np.ndarray:
    """The samples with the same mean, spread so that the variance of that mean is larger by `variance`."""
    import numpy as np

    own = samples.var(ddof=1) / len(samples) if len(samples) > 1 else 0.0
    return samples if own == 0 else samples.mean() + (samples - samples.mean()) * float(np.sqrt(1 + variance / own))
