"""Keras' learning-rate schedules, in epochs instead of steps."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, ValidationInfo, field_validator, model_validator

from report_builder.plain import Plain
from report_builder.spec.closed import Closed

Rate = Annotated[float, Field(gt=0)]
Epochs = Annotated[float, Field(gt=0)]
FIRST = "Learning rate at the start."


class ExponentialDecay(Closed):
    """A learning rate that is multiplied by `decay_rate` every `decay_epochs`."""

    kind: Literal["exponential_decay"] = "exponential_decay"
    initial_learning_rate: Rate = Field(default=1e-3, description=FIRST)
    decay_epochs: Epochs = Field(default=1.0, description="Epochs over which the rate decays by the factor `decay_rate`.")
    decay_rate: Rate = Field(description="Decay factor.")
    staircase: bool = Field(default=False, description="Decay once per period instead of at every step.")


class InverseTimeDecay(Closed):
    """A learning rate that is divided by 1 + `decay_rate` * epochs / `decay_epochs`."""

    kind: Literal["inverse_time_decay"] = "inverse_time_decay"
    initial_learning_rate: Rate = Field(default=1e-3, description=FIRST)
    decay_epochs: Epochs = Field(default=1.0, description="Unit of time, in epochs.")
    decay_rate: Rate = Field(description="Decay rate.")
    staircase: bool = Field(default=False, description="Decay once per period instead of at every step.")


class _Ending(Closed):
    """A schedule that comes to an end, by default with the training."""

    decay_epochs: Epochs | None = Field(
        default=None, description="Epochs of decay after the warm-up; default: all that remain."
    )

    @model_validator(mode="after")
    def _has_time(self) -> Self:
        if self.decay_epochs is None:
            raise ValueError("the warm-up leaves no epoch of the training to decay in")
        return self


class PolynomialDecay(_Ending):
    """Decay to `end_learning_rate` along a power."""

    kind: Literal["polynomial_decay"] = "polynomial_decay"
    initial_learning_rate: Rate = Field(default=1e-3, description=FIRST)
    end_learning_rate: float = Field(default=1e-4, ge=0, description="Learning rate at the end and after it.")
    power: Rate = Field(default=1.0, description="Exponent of the decay; 1 is linear.")
    cycle: bool = Field(default=False, description="Restart after the end.")


class CosineDecay(_Ending):
    """Half a cosine (Loshchilov and Hutter 2017), optionally after a linear warm-up."""

    kind: Literal["cosine_decay"] = "cosine_decay"
    initial_learning_rate: Rate = Field(default=1e-3, description=FIRST)
    alpha: float = Field(default=0.0, ge=0, le=1, description="Learning rate at the end, as a share of the highest.")
    warmup_target: Rate | None = Field(default=None, description="Learning rate at the end of the warm-up.")
    warmup_epochs: float = Field(default=0.0, ge=0, description="Epochs of the warm-up.")


class CosineDecayRestarts(Closed):
    """Half cosines in succession (Loshchilov and Hutter 2017)."""

    kind: Literal["cosine_decay_restarts"] = "cosine_decay_restarts"
    initial_learning_rate: Rate = Field(default=1e-3, description=FIRST)
    first_decay_epochs: Epochs = Field(description="Length of the first period, in epochs.")
    t_mul: Rate = Field(default=2.0, description="Length of each period as a multiple of the previous one.")
    m_mul: Rate = Field(default=1.0, description="Initial rate of each period as a multiple of the previous one.")
    alpha: float = Field(default=0.0, ge=0, le=1, description="Lowest learning rate, as a share of the start.")


class PiecewiseConstantDecay(Closed):
    """Constant learning rates in succession."""

    kind: Literal["piecewise_constant_decay"] = "piecewise_constant_decay"
    boundaries: list[Epochs] = Field(min_length=1, description="Epochs after which the next rate applies.")
    values: list[Rate] = Field(description="Learning rates, one more than boundaries.")

    @field_validator("boundaries")
    @classmethod
    def _check_rising(cls, boundaries: list[float]) -> list[float]:
        if any(later <= earlier for earlier, later in pairwise(boundaries)):
            raise ValueError("boundaries must increase")
        return boundaries

    @field_validator("values")
    @classmethod
    def _one_more(cls, values: list[float], info: ValidationInfo) -> list[float]:
        boundaries = info.data.get("boundaries", values[1:])
        if len(values) != len(boundaries) + 1:
            raise ValueError(f"{len(boundaries)} boundaries need {len(boundaries) + 1} values")
        return values


KINDS = (ExponentialDecay, InverseTimeDecay, PolynomialDecay, CosineDecay, CosineDecayRestarts, PiecewiseConstantDecay)


def _which(value: Plain | Closed) -> str | None:
    """Tag of a learning rate: the `kind` of a schedule; anything else should be a number."""
    if isinstance(value, KINDS):
        return value.kind
    return str(value.get("kind")) if isinstance(value, dict) else "number"


LearningRate = Annotated[
    Annotated[Rate, Tag("number")]
    | Annotated[ExponentialDecay, Tag("exponential_decay")]
    | Annotated[InverseTimeDecay, Tag("inverse_time_decay")]
    | Annotated[PolynomialDecay, Tag("polynomial_decay")]
    | Annotated[CosineDecay, Tag("cosine_decay")]
    | Annotated[CosineDecayRestarts, Tag("cosine_decay_restarts")]
    | Annotated[PiecewiseConstantDecay, Tag("piecewise_constant_decay")],
    Discriminator(_which),
]


def until_the_end(rate: Plain, epochs: float) -> Plain:
    """Let a schedule without an end of its own end at the last epoch."""
    if isinstance(rate, dict) and rate.get("kind") in ("cosine_decay", "polynomial_decay") and rate.get("decay_epochs") is None:
        warm_up = rate.get("warmup_epochs", 0)
        if isinstance(warm_up, int | float) and warm_up < epochs:
            return rate | {"decay_epochs": float(epochs - warm_up)}
    return rate
