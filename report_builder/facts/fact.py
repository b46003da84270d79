"""A measured number that knows what it measures."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path

from report_builder.plain import Fields
from report_builder.records import frozen

RELATIONS = ("better", "worse", "greater", "smaller", "same")
LEVEL = 0.05  # how often a difference is found where there is none
MODELS, TRAININGS = "models", "these trainings"  # what a comparison speaks of


@frozen
class Measurement:
    """A fact's value for one seed (None: data has none); `samples` is a stored `.npz` with the values that it rests on."""

    seed: int | None
    value: float | str
    samples: Path | None = None


@frozen
class Fact:
    """A measured value that a sentence may cite.

    Attributes:
        name: `<run>.<scope>.<metric>`, e.g. `vae.test.elbo`; the scope is a split or the id of a figure.
        metric: what was measured; facts of different metrics never compare.
        measurements: one for each seed, in the order of the seeds.
        unit: printed unit, or "".
        better: `higher`, `lower` or `none`.
        noise: what chance drew beside the trainings: `images` (of the data, the same for all runs), `draws` (new ones for each
            training), nothing (`fixed`), or nothing at all, not even the trainings (`exact`).
        split: split or figure that was measured.
        reduction: how the number was reduced.
        size: of what the reduction names, how much there is: "784 pixels", "10 classes"; "": it names neither.
        n: images measured, for each seed.
        method: the metric's own parameters: ten drawn codes and fifty are not one scale.
        run: id of the run, or of the data set.
        settings: the resolved run: what the guard compares.
        data: digest of the data that was measured.
        splits: parts of the data whose images were looked at; what is chosen by a fact is chosen by these.
        placeholder: stands in for a fact that is not measured yet.
        caution: what a reader of the number must know; empty: nothing.
        noun: what a sentence calls it: key of a noun, or forms by language; empty: its metric says.
        keys: of the stored step of each measurement, by which a reader finds the training.
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
        """Mean over the seeds of a number, of which `spread` is the deviation; the word itself of a word."""
        values = [m.value for m in self.measurements]
        same = len(set(values)) == 1  # their mean may differ from them by a rounding
        return values[0] if same or isinstance(values[0], str) else sum(map(float, values)) / len(values)

    @property
    def spread(self) -> float | None:
        """Sample standard deviation over the seeds; None for one seed or for a word."""
        values = [m.value for m in self.measurements]
        if len(values) < 2 or isinstance(values[0], str):
            return None
        if len(set(values)) == 1:  # their mean may differ from them by a rounding
            return 0.0
        mean = sum(map(float, values)) / len(values)
        return math.sqrt(sum((float(v) - mean) ** 2 for v in values) / (len(values) - 1))

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds that were measured."""
        return tuple(m.seed for m in self.measurements if m.seed is not None)


def closest(name: str, known: Iterable[str], limit: int = 12) -> list[str]:
    """The names that someone who wrote `name` may have meant, few enough for a message: of its run before others."""
    names = list(known)
    own = [other for other in names if other.partition(".")[0] == name.partition(".")[0]] if len(names) > limit else names
    return difflib.get_close_matches(name, own or names, n=limit, cutoff=0.0) if len(own or names) > limit else own or names
