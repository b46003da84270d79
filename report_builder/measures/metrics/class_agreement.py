"""Whether an image looks like a class: do its nearest training images agree?"""

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

PAIRED = ("interpolation", "pair_means")


class Parameters(Base):
    """Which images are judged, and by which training images."""

    of: str | None = Field(default=None, description="Id of the figure whose images are judged.")
    probe: dict[str, Any] | None = Field(
        default=None, description="Instead: a probe that gives images, {kind: ..., parameters}; default: reconstructions."
    )
    split: str = Field(default="test", description="Part of the data set whose images are reconstructed by default.")
    n: int = Field(default=1000, ge=1, description="How many images are reconstructed by default.")
    judges: int | None = Field(default=10_000, ge=5, description="How many training images judge, drawn at random; null: all.")
    k: int = Field(default=5, ge=1, description="Nearest training images that must agree.")
    ends: bool = Field(
        default=False, description="Of pairs: the reconstructions of both ends (their mean for each pair), not what is between."
    )


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The training images, and unless a figure's images are judged those of the metric's own probe."""
    from report_builder.measures.metrics._own_probe import own_probe

    real = {"real": ProbeRequest("images", {"split": "train", "n": parameters.judges})}
    own = own_probe(parameters.of, parameters.probe, parameters.split, parameters.n)
    return real | ({"images": ProbeRequest(*own)} if own else {})


def names(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> list[str]:
    """The share; where pairs are shown also class and share of each (`pair_0_6_class`; by index where indices were given)."""
    from report_builder.measures._pair_names import pair_names

    asked = requests["images"]
    paired = asked.kind in PAIRED and not parameters.ends
    pairs = pair_names(asked.parameters["pairs"], asked.parameters.get("indices")) if paired else []
    return ["class_agreement"] + [f"pair_{pair}_{what}" for pair in pairs for what in ("class", "share")]


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> list[Value]:
    """How many images look like one class, and like which the images between two ends look.

    `class_agreement` is the share of images whose `k` nearest training images (squared Euclidean distance of pixels) all
    have one class.

    For pairs, over the images between the two ends: `pair_<a>_<b>_class` is the class that most of their neighbours have,
    `pair_<a>_<b>_share` the share of those neighbours.

    Raises:
        ReportError: images and training images differ in shape, or are the same.
    """
    import numpy as np

    from report_builder.measures._arrays import by_pair as of_ends
    from report_builder.measures._arrays import ends_of, images_of, same_images
    from report_builder.measures.metrics._features import strangers

    shown, real = arrays["images"], arrays["real"]
    strangers(shown, real)
    images = ends_of(shown) if parameters.ends else images_of(shown)
    votes = real["y"][_judges(images, images_of(real), parameters.k)]
    agree = of_ends((votes == votes[:, :1]).all(axis=1).astype(np.float64), ends=parameters.ends)
    how = f"share of images whose {parameters.k} nearest training images have one class"
    values = [Value("class_agreement", float(agree.mean()), "", "higher", how, len(agree), agree, same_images(shown))]
    if "pair_names" in shown and not parameters.ends:
        by_pair = votes.reshape(*shown["images"].shape[:2], parameters.k)
        for name, of_pair in zip(shown["pair_names"], _between(shown, by_pair), strict=True):
            values += _pair(str(name), of_pair, real["class_names"])
    return values


def _judges(images: np.ndarray, real: np.ndarray, k: int) -> np.ndarray:
    from report_builder.measures._arrays import flat
    from report_builder.measures._mathematics.neighbours import nearest

    if images.shape[1:] != real.shape[1:]:
        raise ReportError(
            Problem("", "the images have another shape than the training images", f"{images.shape[1:]} and {real.shape[1:]}")
        )
    return nearest(flat(images), flat(real), k)[0]


def _between(shown: Arrays, votes: np.ndarray) -> np.ndarray:
    """Votes for the images between the ends, `(pairs, images, k)`; of an interpolation the two ends are left out."""
    return votes[:, 1:-1] if "z" in shown and votes.shape[1] > 2 else votes


def _pair(name: str, votes: np.ndarray, class_names: np.ndarray) -> list[Value]:
    import numpy as np

    winner = np.bincount(votes.ravel(), minlength=len(class_names)).argmax()
    share = (votes == winner).mean(axis=1)
    how, n = "most frequent class of the nearest training images", len(votes)
    chosen = Value(f"pair_{name}_class", str(class_names[winner]), reduction=how, n=n)
    return [chosen, Value(f"pair_{name}_share", float(share.mean()), reduction=f"share of the {how}", n=n, samples=share)]
