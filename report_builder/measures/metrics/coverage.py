"""Whether generated images lie where real ones lie, and reach all of them, as a reference classifier sees both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from report_builder.kinds import Parameters as Base
from report_builder.kinds import ProbeRequest, Value

if TYPE_CHECKING:
    from report_builder.kinds import Arrays

NAMES = ("precision", "recall", "density", "coverage")


class Parameters(Base):
    """Which images are compared, through whose eyes, and how large the neighbourhoods are."""

    judge: str = Field(description="Id of the run of a classifier that provides features; of canvases it sees the cell asked.")
    of: str | None = Field(default=None, description="Id of the figure whose images are compared with real ones.")
    probe: dict[str, Any] = Field(
        default={"kind": "samples", "n": 1000, "conditions": "drawn"},
        description="Instead: a probe that gives images, {kind: ..., parameters}; default: samples of any model.",
    )
    split: str = Field(default="test", description="Part of the data set that the real images are of.")
    n: int | None = Field(default=1000, ge=2, description="How many real images, from the first on; null: all.")
    k: int = Field(default=5, ge=1, description="A neighbourhood reaches to the k-th nearest image of the same set.")


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The judge's features of the images and of the real ones."""
    from report_builder.measures.metrics._features import own_seen, real_seen

    real = real_seen(parameters.judge, parameters.split, parameters.n)
    return {"images": own_seen(parameters.probe, parameters.judge), "real": real}


def of_figure(parameters: Parameters, request: ProbeRequest) -> ProbeRequest:
    """The request for a figure's images, seen by the judge."""
    from report_builder.measures.metrics._features import seen

    return seen(request, parameters.judge)


def names(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> list[str]:
    """Four values, whatever the parameters."""
    return list(NAMES)


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> list[Value]:
    """Fidelity and diversity, told apart; the neighbourhood of an image is the ball to its k-th nearest neighbour of its set.

    `precision`: share of generated images in the neighbourhood of a real one; `recall`: share of real images in that of a
    generated one (Kynkäänniemi et al. 2019, eq. 1 and 2). `density`: neighbourhoods of real images that a generated one lies
    in, over k, which may exceed 1; `coverage`: share of real images whose neighbourhood a generated one lies in (Naeem et al.
    2020, eq. 3 and 4). The other three are in [0, 1]. O((m + n)^2 d) for m and n images with d features, in blocks.

    Raises:
        ReportError: there are not more than k images.
    """
    import numpy as np

    from report_builder.measures.metrics._features import features_of
    from report_builder.measures.metrics._manifold import inside, radii

    k = parameters.k
    made, real = (features_of(arrays[name], k + 1) for name in ("images", "real"))
    balls, covered = inside(made, real, radii(real, k))
    recalled, _ = inside(real, made, radii(made, k))
    samples = [np.asarray(each, dtype=np.float64) for each in (balls > 0, recalled > 0, balls / k, covered)]
    of = {False: f"generated images, {len(real)} real ones, k = {k}", True: f"real images, {len(made)} generated ones, k = {k}"}
    counted = ("share of", "share of", "neighbourhoods over k, mean over", "share of")
    return [
        Value(name, float(each.mean()), "", "higher", f"{how} {of[paired]}", len(each), each, paired)
        for name, each, how, paired in zip(NAMES, samples, counted, (False, True, False, True), strict=True)
    ]
