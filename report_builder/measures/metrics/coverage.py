"""Precision, recall, density and coverage of generated images in the feature space of a reference classifier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.kinds import Measured, Metric, ProbeRequest, Quantity
from report_builder.measures.metrics import _features
from report_builder.measures.metrics._features import Compared, of_figure, seen

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays

NAMES = ("precision", "recall", "density", "coverage")
SETS = {"images": "generated", "real": "real", "blank": "blank"}  # the sets of images
GROUPS = 10  # of generated images, for the jackknife


class Parameters(Compared):
    """The images to compare, the judge, and the size of the neighbourhoods."""

    k: int = Field(default=5, ge=1, description="A neighbourhood reaches to the k-th nearest image of the same set.")


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Request the judge's features of the images, of real ones, and of two controls: another split, and blank images."""
    blank = seen(ProbeRequest("blank", {"n": max(100, parameters.k + 1)}), parameters.judge)
    return {**_features.reads(parameters, "control"), "blank": blank}


def values(parameters: Parameters, _: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare four values for the images and each control; only recall and coverage of the images have a better direction."""
    better = {"recall", "coverage"}  # not precision and density: blurred or blank images lie in many balls of real ones
    return [
        Quantity(
            _name(name, which),
            "",
            "higher" if name in better and which == "images" else "none",
            "draws",
            how,
            noun=name if which == "images" else f"of_{which} {name}",
        )
        for which, what in SETS.items()
        for name, how in zip(NAMES, _reductions(what, parameters.k), strict=True)
    ]


def _reductions(what: str, k: int) -> tuple[str, ...]:
    made, real = f"{what} images, k = {k}", f"real images reached by {what} ones, k = {k}"
    return f"share of {made}", f"share of {real}", f"neighbourhoods over k, mean over {made}", f"share of {real}"


def _name(name: str, which: str) -> str:
    return name if which == "images" else f"{name}_{which}"


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> Mapping[str, Measured]:
    """Measure fidelity and diversity separately, by the balls that reach to the k-th nearest neighbour within a set.

    `precision`: share of generated images in the ball of a real one; `recall`: share of real images in that of a generated one
    (Kynkäänniemi et al. 2019, eq. 1 and 2). `density`: number of balls of real images that contain a generated one, divided by
    k, which may exceed 1; `coverage`: share of real images whose ball contains a generated one (Naeem et al. 2020, eq. 3 and
    4). The other three are in [0, 1]. O((m + n)^2 d) for m and n images with d features, in blocks.

    `..._real` and `..._blank` are the same for real images of another split and for blank images. If the precision of blank
    images is near 1, a high precision says nothing; hence precision and density have no better direction.

    The samples of `recall` and `coverage` vary as the values do if both sets are drawn anew: the variance contributed by the
    generated set is estimated by a jackknife over ten groups of it.

    Raises:
        ReportError: if there are not more than k images, or they are among the real ones.
    """
    from report_builder.measures.metrics._features import features_of, strangers
    from report_builder.measures.metrics._manifold import radii

    k = parameters.k
    strangers(arrays["images"], arrays["real"])
    made, real, control, blank = (features_of(arrays[name], k + 1) for name in ("images", "real", "control", "blank"))
    reach, sets = radii(real, k), zip(SETS, (made, control, blank), strict=True)
    return {_name(name, which): value for which, points in sets for name, value in _values(points, real, reach, k)}


def _values(made: np.ndarray, real: np.ndarray, reach: np.ndarray, k: int) -> Iterator[tuple[str, Measured]]:
    """Yield the four values of one set of images; `reach` are the radii of the real ones."""
    import numpy as np

    each, variances = _each(made, real, reach, k), _variances(made, real, reach, k)
    others = (f"{len(real)} real images", f"{len(made)} generated images") * 2
    for name, one, variance, given in zip(NAMES, each, variances, others, strict=True):
        yield name, Measured(float(np.mean(one)), len(one), widened(one, variance), given=given)


def _each(made: np.ndarray, real: np.ndarray, reach: np.ndarray, k: int) -> list[np.ndarray]:
    """Return the values of individual images, generated or real, whose means are the four values."""
    import numpy as np

    from report_builder.measures.metrics._manifold import inside, radii

    balls, covered = inside(made, real, reach)
    recalled, _ = inside(real, made, radii(made, k))
    return [np.asarray(each, dtype=np.float64) for each in (balls > 0, recalled > 0, balls / k, covered)]


def _variances(made: np.ndarray, real: np.ndarray, reach: np.ndarray, k: int) -> list[float]:
    """Estimate the variance that drawing the generated set contributes to each value: a jackknife over its groups."""
    import numpy as np

    groups = min(GROUPS, len(made) // (k + 2))
    if groups < 2:
        return [0.0] * len(NAMES)
    group = np.arange(len(made)) % groups
    left = np.array([[each.mean() for each in _each(made[group != g], real, reach, k)] for g in range(groups)])
    spread = (groups - 1) / groups * ((left - left.mean(axis=0)) ** 2).sum(axis=0)
    return [0.0 if name in ("precision", "density") else float(each) for name, each in zip(NAMES, spread, strict=True)]


def widened(samples: np.ndarray, variance: float) -> np.ndarray:
    """Spread the samples around their mean, so that the variance of the mean grows by `variance`."""
    import numpy as np

    own = samples.var(ddof=1) / len(samples) if len(samples) > 1 else 0.0
    return samples if own == 0 else samples.mean() + (samples - samples.mean()) * float(np.sqrt(1 + variance / own))


KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure, of_figure=of_figure)
