"""Facts: measured numbers that know what they measure."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path

from report_builder.plain import Fields
from report_builder.records import frozen

RELATIONS = ("better", "worse", "greater", "smaller", "same")
LEVEL = 0.05  # significance level: how often a difference is found where there is none
MODELS, TRAININGS = "models", "these trainings"  # scopes of a comparison


@frozen
class Measurement:
    """Value of a fact for one seed (None for data alone); `samples` is a stored `.npz` with the values behind it."""

    seed: int | None
    value: float | str
    samples: Path | None = None


@frozen
class Fact:
    """A measured value that a sentence may cite.

    Attributes:
        name: `<run>.<scope>.<metric>`, e.g. `vae.test.elbo`; the scope is a split, or the id of a figure or a metric.
        metric: what was measured; facts of different metrics are never compared.
        measurements: one for each seed, in the order of the seeds.
        unit: printed unit, or "".
        better: `higher`, `lower` or `none`.
        noise: what is random in addition to the trainings: `images` (of the data, the same for all runs), `draws` (new ones for
            each training), nothing (`fixed`), or nothing at all, not even the trainings (`exact`).
        split: split or figure that was measured.
        reduction: how the number was reduced.
        size: size of what the reduction names: "784 pixels", "10 classes"; "": it names neither.
        n: number of images measured for each seed.
        method: the metric's own parameters: values from ten latent codes and from fifty are not on one scale.
        run: id of the run, or of the data set.
        settings: the resolved run, which the guard compares.
        data: digest of the data that was measured.
        splits: parts of the data whose images were read; a choice by this fact is a choice by their images.
        placeholder: whether it stands in for a fact that is not measured yet.
        caution: what a reader of the number must know; empty: nothing.
        noun: how a sentence refers to it: key of a noun, or forms by language; empty: as its metric is called.
        keys: keys of the stored step of each measurement, by which a reader can find the training.
    """

    name: str
    metric: str
    measurements: tuple[Measurement, ...]
    unit: str = ""
    better: str = "none"
    noise: str = "images"
    split: str = ""
    reduction: str = ""
    size: str = ""
    n: int = 0
    method: str = ""
    run: str = ""
    settings: Fields = field(default_factory=dict)
    data: str = ""
    splits: tuple[str, ...] = ()
    placeholder: bool = False
    caution: str = ""
    noun: str | Mapping[str, str] = ""
    keys: tuple[str, ...] = ()

    @property
    def value(self) -> float | str:
        """Mean of a number over the seeds, with `spread` as its deviation; a word as it is."""
        values = [m.value for m in self.measurements]
        same = len(set(values)) == 1  # their mean may differ from them by a rounding error
        return values[0] if same or isinstance(values[0], str) else sum(map(float, values)) / len(values)

    @property
    def spread(self) -> float | None:
        """Sample standard deviation over the seeds; None for one seed or for a word."""
        values = [m.value for m in self.measurements]
        if len(values) < 2 or isinstance(values[0], str):
            return None
        if len(set(values)) == 1:  # their mean may differ from them by a rounding error
            return 0.0
        mean = sum(map(float, values)) / len(values)
        return math.sqrt(sum((float(v) - mean) ** 2 for v in values) / (len(values) - 1))

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds that were measured."""
        return tuple(m.seed for m in self.measurements if m.seed is not None)


def closest(name: str, known: Iterable[str], limit: int = 12) -> list[str]:
    """Names that someone who wrote `name` may have meant, few enough for a message: those of its run, if there are many."""
    names = list(known)
    own = [other for other in names if other.partition(".")[0] == name.partition(".")[0]] if len(names) > limit else names
    return difflib.get_close_matches(name, own or names, n=limit, cutoff=0.0) if len(own or names) > limit else own or names
