"""Training images put aside: to choose models by (validation), or to report on (test)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from report_builder import kinds
from report_builder.datasets._stream import selected
from report_builder.errors import Problem, ReportError
from report_builder.kinds import DataStep, ImageData, Layout, Split


def _check(amount: float | None) -> float | None:
    if amount is None or (isinstance(amount, int) and not isinstance(amount, bool) and amount >= 1):
        return amount
    if not (isinstance(amount, float) and 0 < amount < 1):
        raise ValueError("a number of images, or a share between 0 and 1, is expected")
    return amount


Amount = Annotated[int | float | None, BeforeValidator(_check)]


class Parameters(kinds.Parameters):
    """How many training images are put aside. A split of that name that the data set brings is given up."""

    validation: Amount = Field(0.1, description="Images for validation, as a number or as a share of train; null: none.")
    test: Amount = Field(None, description="Images for test, as a number or as a share of train; null: as it was.")
    seed: int = Field(0, ge=0, description="Seed of the choice.")

    @model_validator(mode="after")
    def _something(self) -> Parameters:
        if self.validation is None and self.test is None:
            raise ValueError("a split puts images aside for 'validation', for 'test', or for both")
        return self


def layout(before: Layout, parameters: Parameters) -> Layout:
    """The new splits with about as many images as asked for.

    Raises:
        ReportError: no image is left in a split.
    """
    whole = before.images.get("train")
    parts: dict[str, int | None] = dict.fromkeys(_amounts(parameters))
    if whole is not None:
        parts |= _sizes(whole, parameters)
    train = None if whole is None else whole - sum(n or 0 for n in parts.values())
    return replace(before, images={**before.images, "train": train, **parts})


def apply(data: ImageData, parameters: Parameters) -> ImageData:
    """The new splits: classes in proportion, images in their old order, images of one original in one split.

    Raises:
        ReportError: no image is left in a split.
    """
    train = data.splits["train"]
    first, member = _originals(train)
    n = len(first)
    shares = {name: size / len(train.y) for name, size in _sizes(len(train.y), parameters).items()}
    counts = {name: max(1, round(share * n)) for name, share in shares.items()}
    _must_leave(n - sum(counts.values()), n, parameters)
    order, begin, splits = proportional(train.y[first], parameters.seed), 0, dict(data.splits)
    for name, count in counts.items():
        splits[name] = _members(train, member, order[begin : begin + count])
        begin += count
    return replace(data, splits=splits | {"train": _members(train, member, order[begin:])})


def announced(whole: int, test: float) -> Mapping[str, int | None]:
    """How many of `whole` training images are left, and how many are put aside for test. Raises ReportError as `layout`."""
    return layout(Layout(None, images={"train": whole}), Parameters(validation=None, test=test, seed=0)).images


def proportional(y: np.ndarray, seed: int) -> np.ndarray:
    """A random order of images `(n,)` of which every beginning and every middle has the classes in proportion."""
    place, random = np.empty(len(y)), np.random.default_rng(seed)
    for name in np.unique(y):
        members = np.flatnonzero(y == name)
        place[random.permutation(members)] = (np.arange(len(members)) + random.random()) / len(members)
    return np.argsort(place, kind="stable")


def _originals(split: Split) -> tuple[np.ndarray, np.ndarray]:
    """The place of one image of each original, and for each image the number of its original."""
    if split.original is None:
        return np.arange(len(split.y)), np.arange(len(split.y))
    _, first, member = np.unique(split.original, return_index=True, return_inverse=True)
    return first, member


def _members(split: Split, member: np.ndarray, originals: np.ndarray) -> Split:
    return selected(split, np.flatnonzero(np.isin(member, originals)))


def _amounts(parameters: Parameters) -> dict[str, int | float]:
    amounts = {"validation": parameters.validation, "test": parameters.test}
    return {name: amount for name, amount in amounts.items() if amount is not None}


def _sizes(whole: int, parameters: Parameters) -> dict[str, int]:
    """Images of each new split out of `whole`."""
    amounts = _amounts(parameters).items()
    sizes = {name: amount if isinstance(amount, int) else max(1, round(amount * whole)) for name, amount in amounts}
    _must_leave(whole - sum(sizes.values()), whole, parameters)
    return sizes


def _must_leave(left: int, whole: int, parameters: Parameters) -> None:
    if left < 1:
        received = ", ".join(f"{name}: {amount}" for name, amount in _amounts(parameters).items())
        rule = "no image is left to train on"
        raise ReportError(Problem("split", rule, f"{received} of {whole} images", next_step="Put fewer images aside."))


KIND = DataStep(parameters=Parameters, layout=layout, apply=apply)
