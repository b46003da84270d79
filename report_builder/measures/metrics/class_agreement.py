"""Whether images resemble a single class: do their nearest training images agree?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Measured, Metric, ProbeRequest, Quantity
from report_builder.measures._arrays import by_pair, ends_of, flat, images_of, units_of
from report_builder.measures._pair_names import pair_names
from report_builder.measures.metrics._features import strangers
from report_builder.measures.metrics._own_images import OwnImages, noise_of, own_images

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays

PAIRED = ("interpolation", "pair_means")
MOST = "most frequent class of the nearest training images"


class Parameters(OwnImages):
    """The images to judge, and the training images that judge them."""

    judges: int | None = Field(default=10_000, ge=5, description="How many training images judge, drawn at random; null: all.")
    k: int = Field(default=5, ge=1, description="Nearest training images that must agree.")


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Request the training images and, unless a figure's images are judged, those of the metric's own probe."""
    real = {"real": ProbeRequest("images", {"split": "train", "n": parameters.judges})}
    return {**real, **own_images(parameters)}


def values(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare the share, and for each pair class and share, named by its classes or indices (`pair_0_6_class`)."""
    asked = requests["images"]
    noise, how = noise_of(parameters, asked), f"share of images whose {parameters.k} nearest training images have one class"
    shown = asked.kind in PAIRED and not parameters.ends
    pairs = pair_names(asked.parameters["pairs"], asked.parameters.get("indices")) if shown else []
    return [Quantity("class_agreement", "", "higher", noise, how)] + [
        Quantity(f"pair_{pair}_{what}", noise=noise, reduction=reduction, noun=f"pair_share {pair.replace('_', '–')}")
        for pair in pairs
        for what, reduction in (("class", MOST), ("share", f"share of the {MOST}"))
    ]


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> Mapping[str, Measured]:
    """Measure how many images resemble a single class, and which class the images between two ends resemble.

    `class_agreement` is the share of images whose `k` nearest training images (squared Euclidean distance of pixels) are all of
    one class.

    For pairs, over the images between the two ends, `pair_<a>_<b>_class` is the most frequent class of their neighbours, and
    `pair_<a>_<b>_share` the share of neighbours of that class.

    Raises:
        ReportError: if images and training images differ in shape, or images are training images themselves.
    """
    import numpy as np

    shown, real = arrays["images"], arrays["real"]
    strangers(shown, real)
    images = ends_of(shown) if parameters.ends else images_of(shown)
    votes = real["y"][_neighbours(images, images_of(real), parameters.k)]
    agree = by_pair((votes == votes[:, :1]).all(axis=1).astype(np.float64), ends=parameters.ends)
    units = units_of(shown, len(agree))
    found = {"class_agreement": Measured.mean(agree, units)}
    if "pair_names" in shown and not parameters.ends:
        found |= dict(_pairs(shown, votes, real["class_names"]))
    return found


def _neighbours(images: np.ndarray, real: np.ndarray, k: int) -> np.ndarray:
    from report_builder.measures._mathematics.neighbours import nearest

    if images.shape[1:] != real.shape[1:]:
        raise ReportError(
            Problem("", "the images have another shape than the training images", f"{images.shape[1:]} and {real.shape[1:]}")
        )
    return nearest(flat(images), flat(real), k)[0]


def _pairs(shown: Arrays, votes: np.ndarray, class_names: np.ndarray) -> Iterator[tuple[str, Measured]]:
    """Yield class and share of each pair over the images between its ends; the ends of an interpolation are excluded."""
    import numpy as np

    pairs, each = shown["images"].shape[:2]
    between = slice(1, -1) if "z" in shown and each > 2 else slice(None)
    votes = votes.reshape(pairs, each, -1)[:, between]
    units = np.asarray(units_of(shown, pairs * each)).reshape(pairs, each, -1)[:, between]
    for name, of_pair, of in zip(shown["pair_names"], votes, units, strict=True):
        winner = np.bincount(of_pair.ravel(), minlength=len(class_names)).argmax()
        yield f"pair_{name}_class", Measured(str(class_names[winner]), len(of_pair))
        yield f"pair_{name}_share", Measured.mean((of_pair == winner).mean(axis=1), of)


KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure)
