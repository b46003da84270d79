"""Set training images aside for validation (to choose models) or for test (to report on)."""

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
    """How many training images to set aside. They replace a split of that name that the data set already has."""

    validation: Amount = Field(0.1, description="Images for validation, as a number or as a share of train; null: none.")
    test: Amount = Field(None, description="Images for test, as a number or as a share of train; null: as it was.")
    seed: int = Field(0, ge=0, description="Seed of the choice.")

    @model_validator(mode="after")
    def _something(self) -> Parameters:
        if self.validation is None and self.test is None:
            raise ValueError("a split puts images aside for 'validation', for 'test', or for both")
        return self


def layout(before: Layout, parameters: Parameters) -> Layout:
    """Return the layout with the new splits, whose sizes are approximate if several images share an original.

    Raises:
        ReportError: if no training image would be left.
    """
    whole = before.images.get("train")
    parts: dict[str, int | None] = dict.fromkeys(_amounts(parameters))
    if whole is not None:
        parts |= _sizes(whole, parameters)
    train = None if whole is None else whole - sum(n or 0 for n in parts.values())
    return replace(before, images={**before.images, "train": train, **parts})


def apply(data: ImageData, parameters: Parameters) -> ImageData:
    """Split the training images with the classes in proportion; images of one original stay together, in their old order.

    Raises:
        ReportError: if no training image would be left.
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
    """Return the sizes of `train` and `test` when a share of `whole` images is set aside. Raises ReportError as `layout`."""
    return layout(Layout(None, images={"train": whole}), Parameters(validation=None, test=test, seed=0)).images


def proportional(y: np.ndarray, seed: int) -> np.ndarray:
    """Return a random order of images in which every contiguous run has the classes in proportion.

    Args:
        y: class of each image, shape `(n,)`.
        seed: of the order.

    Returns:
        Indices of the images, shape `(n,)`.
    """
    place, random = np.empty(len(y)), np.random.default_rng(seed)
    for name in np.unique(y):
        members = np.flatnonzero(y == name)
        place[random.permutation(members)] = (np.arange(len(members)) + random.random()) / len(members)
    return np.argsort(place, kind="stable")


def _originals(split: Split) -> tuple[np.ndarray, np.ndarray]:
    """Return the index of one image of each original, and for each image the number of its original."""
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
    """Return the size of each new split, taken out of `whole` images."""
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
