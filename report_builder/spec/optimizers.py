"""Keras' optimisers with their argument names and defaults, so that a key holds all of them without importing Keras.

Two arguments are left out: `name`, which is not a setting, and `loss_scale_factor`, which is for 16-bit numbers.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from report_builder.plain import Plain
from report_builder.spec.closed import Closed

Share = Annotated[float, Field(ge=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]

EPSILON = "Small constant for numerical stability."
FIRST = "Decay rate of the first-moment estimate."
SECOND = "Decay rate of the second-moment estimate."
KEPT = "Momentum."
DECAY = "Decoupled weight decay."


class Optimizer(Closed):
    """Arguments that all optimisers share."""

    weight_decay: NotNegative | None = Field(default=None, description=DECAY)
    clipnorm: Positive | None = Field(default=None, description="Each gradient is cut to this norm.")
    clipvalue: Positive | None = Field(default=None, description="Each gradient is cut to this absolute value.")
    global_clipnorm: Positive | None = Field(default=None, description="All gradients together are cut to this norm.")
    use_ema: bool = Field(
        default=False, description="Keep a moving average of the weights, which replaces them after the last epoch."
    )
    ema_momentum: float = Field(default=0.99, ge=0, le=1, description="Momentum of the moving average.")
    ema_overwrite_frequency: int | None = Field(
        default=None, ge=1, description="Replace the weights also every this many steps."
    )
    gradient_accumulation_steps: int | None = Field(default=None, ge=2, description="Batches accumulated for one step.")


class Adadelta(Optimizer):
    """Zeiler 2012."""

    kind: Literal["adadelta"] = "adadelta"
    rho: Share = Field(default=0.95, description="Decay of the mean of the squared gradients.")
    epsilon: Positive = Field(default=1e-7, description=EPSILON)


class Adafactor(Optimizer):
    """Shazeer and Stern 2018."""

    kind: Literal["adafactor"] = "adafactor"
    beta_2_decay: float = Field(default=-0.8, lt=0, description="Exponent of the decay of the second moment.")
    epsilon_1: Positive = Field(default=1e-30, description=EPSILON)
    epsilon_2: Positive = Field(default=1e-3, description="Smallest scale of a weight.")
    clip_threshold: Positive = Field(default=1.0, description="Largest root mean square of a step.")
    relative_step: bool = Field(default=True, description="The step size falls with the number of steps.")


class Adagrad(Optimizer):
    """Duchi, Hazan and Singer 2011."""

    kind: Literal["adagrad"] = "adagrad"
    initial_accumulator_value: NotNegative = Field(default=0.1, description="Initial accumulated squared gradients.")
    epsilon: Positive = Field(default=1e-7, description=EPSILON)


class _Moments(Optimizer):
    beta_1: Share = Field(default=0.9, description=FIRST)
    beta_2: Share = Field(default=0.999, description=SECOND)
    epsilon: Positive = Field(default=1e-7, description=EPSILON)


class Adam(_Moments):
    """Kingma and Ba 2015."""

    kind: Literal["adam"] = "adam"
    amsgrad: bool = Field(default=False, description="AMSGrad variant.")


class AdamW(_Moments):
    """Loshchilov and Hutter 2019."""

    kind: Literal["adamw"] = "adamw"
    weight_decay: NotNegative | None = Field(default=0.004, description=DECAY)
    amsgrad: bool = Field(default=False, description="AMSGrad variant.")


class Adamax(_Moments):
    """Kingma and Ba 2015, section 7."""

    kind: Literal["adamax"] = "adamax"


class Ftrl(Optimizer):
    """McMahan et al. 2013."""

    kind: Literal["ftrl"] = "ftrl"
    learning_rate_power: float = Field(default=-0.5, le=0, description="How the step size falls with the gradients seen.")
    initial_accumulator_value: NotNegative = Field(default=0.1, description="Initial accumulated squared gradients.")
    l1_regularization_strength: NotNegative = Field(default=0.0, description="Weight of the L1 penalty.")
    l2_regularization_strength: NotNegative = Field(default=0.0, description="Weight of the L2 penalty.")
    l2_shrinkage_regularization_strength: NotNegative = Field(
        default=0.0, description="Weight of the L2 penalty on the gradient."
    )
    beta: float = Field(default=0.0, description="The paper's beta.")


class Lamb(_Moments):
    """You et al. 2020."""

    kind: Literal["lamb"] = "lamb"


class Lion(Optimizer):
    """Chen et al. 2023."""

    kind: Literal["lion"] = "lion"
    beta_1: float = Field(default=0.9, gt=0, le=1, description="Share of the mean of the gradients in a step.")
    beta_2: Share = Field(default=0.99, description="Decay of that mean.")


class Muon(Optimizer):
    """Jordan et al. 2024; weights that are not matrices are trained by Adam."""

    kind: Literal["muon"] = "muon"
    weight_decay: NotNegative | None = Field(default=0.004, description=DECAY)
    adam_beta_1: Share = Field(default=0.9, description=FIRST)
    adam_beta_2: Share = Field(default=0.999, description=SECOND)
    adam_weight_decay: NotNegative | None = Field(default=0.004, description="Decoupled weight decay of Adam's part.")
    adam_lr_ratio: Positive = Field(default=1.0, description="Adam's step size, as a multiple.")
    epsilon: Positive = Field(default=1e-7, description=EPSILON)
    exclude_layers: list[str] | None = Field(default=None, description="Names of layers (patterns) that Adam trains.")
    exclude_embeddings: bool = Field(default=True, description="Adam trains embeddings.")
    momentum: Share = Field(default=0.95, description=KEPT)
    nesterov: bool = Field(default=True, description="Nesterov's momentum.")
    ns_steps: int = Field(default=5, ge=1, description="Steps of the Newton-Schulz iteration.")
    muon_a: float = Field(default=3.4445, description="First coefficient of that iteration.")
    muon_b: float = Field(default=-4.775, description="Second coefficient.")
    muon_c: float = Field(default=2.0315, description="Third coefficient.")
    rms_rate: float | None = Field(default=0.2, description="Root mean square that a step is scaled to.")


class Nadam(_Moments):
    """Dozat 2016."""

    kind: Literal["nadam"] = "nadam"


class RmsProp(Optimizer):
    """Hinton's lecture 6e."""

    kind: Literal["rmsprop"] = "rmsprop"
    rho: Share = Field(default=0.9, description="Decay of the mean of the squared gradients.")
    momentum: Share = Field(default=0.0, description=KEPT)
    epsilon: Positive = Field(default=1e-7, description=EPSILON)
    centered: bool = Field(default=False, description="Normalize by the estimated variance of the gradient.")


class ScheduleFreeAdamW(_Moments):
    """Defazio et al. 2024."""

    kind: Literal["schedulefreeadamw"] = "schedulefreeadamw"
    beta_1: float = Field(default=0.9, gt=0, lt=1, description="Share of the averaged weights where gradients are taken.")
    epsilon: Positive = Field(default=1e-8, description=EPSILON)
    warmup_steps: int = Field(default=0, ge=0, description="Warm-up steps until the full learning rate.")


class Sgd(Optimizer):
    """Gradient descent, optionally with momentum."""

    kind: Literal["sgd"] = "sgd"
    momentum: Share = Field(default=0.0, description=KEPT)
    nesterov: bool = Field(default=False, description="Nesterov's momentum.")


def _normalize(value: Plain) -> Plain:
    """Read `Adam`, `adam` and `{kind: adam}` as the same optimiser."""
    entry = {"kind": value} if isinstance(value, str) else value
    return entry | {"kind": str(entry.get("kind", "adam")).lower()} if isinstance(entry, dict) else entry


AnyOptimizer = Annotated[
    Adadelta
    | Adafactor
    | Adagrad
    | Adam
    | AdamW
    | Adamax
    | Ftrl
    | Lamb
    | Lion
    | Muon
    | Nadam
    | RmsProp
    | ScheduleFreeAdamW
    | Sgd,
    Field(discriminator="kind"),
    BeforeValidator(_normalize),
]
