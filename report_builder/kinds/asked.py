"""Parameters that a probe shares with the figure that shows its arrays."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field, model_validator

from report_builder.kinds._registry import Parameters

PathKind: TypeAlias = Literal["linear", "spherical"]
ConditionKind: TypeAlias = Literal["blended", "first"]


class FourCorners(Parameters):
    """Which four images are at the corners of a square, and how many are between them."""

    corners: tuple[int | str, int | str, int | str, int | str] = Field(
        default=(0, 1, 2, 3),
        description="Classes (numbers or names) of top left, top right, bottom left, bottom right: the first image of each, "
        "of a class that is named again the next one.",
    )
    indices: tuple[int, int, int, int] | None = Field(
        default=None, description="Instead: places in the split of the four images, in the same order, counted from 0."
    )
    n: int = Field(default=8, ge=2, le=50, description="Images along each side, both corners included.")
    path: PathKind = Field(
        default="linear", description="linear: straight ways between the codes; spherical: arcs around the origin."
    )
    condition: ConditionKind = Field(
        default="blended",
        description="Of a conditional model: blended moves the condition with the code, first keeps that of the top left.",
    )


class Conditioned(Parameters):
    """How the condition changes between two images."""

    condition: ConditionKind = Field(
        default="blended",
        description="Of a conditional model: blended moves the condition with the code, first keeps that of the first image.",
    )


class Way(Conditioned):
    """Which path leads from one image to another."""

    path: PathKind = Field(default="linear", description="linear: the straight way; spherical: an arc around the origin.")


class Extremes(Parameters):
    """How many of the best and of the worst images are shown, by which error, and out of how many."""

    n: int | None = Field(default=None, ge=1, description="Among how many images, drawn at random; null: all.")
    count: int = Field(default=5, ge=1, description="How many of the best, and how many of the worst.")
    error: Literal["bce", "mse"] = Field(
        default="bce", description="bce: binary cross-entropy in nats; mse: squared error; both summed over pixels."
    )

    @model_validator(mode="after")
    def _no_image_is_both(self) -> Extremes:
        if self.n is not None and self.n < 2 * self.count:
            raise ValueError(f"no image can be both best and worst: use n >= {2 * self.count}, or a smaller count")
        return self


class VectorSearch(Parameters):
    """How the vector of an attribute is found, and how many times it is added."""

    multiples: tuple[float, ...] = Field(
        default=(-3, -2, -1, 0, 1, 2, 3), min_length=1, description="How many times the vector is added to each code."
    )
    batch: int = Field(default=500, ge=1, description="Images encoded before the means are looked at again.")
    tolerance: float | None = Field(
        default=0.08,
        gt=0,
        description="The vector is found when both means together move by less in a batch; null: all images.",
    )
