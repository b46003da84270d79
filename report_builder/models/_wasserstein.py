"""What the Wasserstein GANs share: parameters, the losses as an equation, and the functions to list."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from report_builder.kinds import Equation, Term
from report_builder.models._adversarial import CONDITION, CONDITIONAL_GENERATOR, GENERATOR, IMAGE, NOISE, Filters, Generator
from report_builder.models._adversarial import FILE as ADVERSARIAL
from report_builder.models._layers import Layers

FILE = "_networks/wasserstein.py"
HALF_WIDTH = {"generator_filters": [128, 64, 32], "critic_filters": [32, 64]}
READ_BY = {"clip_value": "clip", "penalty_weight": "gradient_penalty"}
CLIP_VALUE, PENALTY_WEIGHT = 0.01, 10.0  # as in the two papers


class Parameters(Generator):
    """Architecture of both networks, and the Lipschitz constraint of the critic."""

    critic_filters: tuple[Filters, ...] = Field(
        (64, 128), min_length=1, max_length=7, description="Filters of the critic's convolutions, each of stride 2."
    )
    hidden: tuple[Filters, ...] = Field(
        (256, 128), max_length=4, description="Units of the critic's dense layers before the score."
    )
    lipschitz: Literal["gradient_penalty", "clip"] = Field(
        "gradient_penalty",
        description="What keeps the critic's slope bounded: a penalty for gradients whose norm is not 1, or clipped weights.",
    )
    clip_value: float | None = Field(
        default_factory=lambda data: CLIP_VALUE if data.get("lipschitz") == "clip" else None,
        gt=0,
        description="Largest absolute value of a critic's weight; with 'lipschitz: clip' only, there 0.01.",
    )
    penalty_weight: float | None = Field(
        default_factory=lambda data: PENALTY_WEIGHT if data.get("lipschitz") == "gradient_penalty" else None,
        gt=0,
        description="Weight lambda of the gradient penalty; with 'lipschitz: gradient_penalty' only, there 10.",
    )
    critic_steps: int = Field(
        5, ge=1, le=100, description="Steps of the critic, each on a batch of its own, for one step of the generator."
    )
    critic_learning_rate: float | None = Field(
        None, gt=0, description="Learning rate of the critic; null: that of the training, as for the generator."
    )
    critic: Layers = Field(
        None,
        description="Layers of your own for the image (with the condition as further channels); flattening, the dense layers "
        "of 'hidden' and the score follow. null: those that 'critic_filters' and 'slope' describe.",
    )

    @model_validator(mode="after")
    def _of_the_constraint(self) -> Parameters:
        """Require the value that the chosen constraint reads, and refuse that of the other."""
        for name, reader in READ_BY.items():
            if (dict(self)[name] is None) == (reader == self.lipschitz):
                rule = "needs a value" if reader == self.lipschitz else f"is read with 'lipschitz: {reader}' only"
                raise ValueError(f"'{name}' {rule}; here it is '{self.lipschitz}'")
        return self

    @model_validator(mode="after")
    def _each_image_by_itself(self) -> Parameters:
        """Refuse layers that mix the images of a batch: the penalty needs a gradient per image."""
        mixing = [layer.name for layer in self.critic or () if layer.name == "BatchNormalization"]
        if mixing and self.lipschitz == "gradient_penalty":
            raise ValueError("the gradient penalty allows no BatchNormalization in 'critic': LayerNormalization does")
        return self


STAGES = ("generator", "critic")  # each has its own optimiser
TERMS = tuple(map(Term, ("generator_loss", "critic_loss", "score_difference", "gradient_penalty")))  # scores have no unit


def listing_names(parameters: Parameters, *, conditional: bool) -> dict[str, tuple[str, ...]]:
    """Return the names of the functions that run with these parameters, by part of the model."""
    critic = ("with_planes", "build_critic") if conditional else ("build_critic",)
    networks = {"generator": CONDITIONAL_GENERATOR if conditional else GENERATOR, "critic": (f"{FILE}:score_layers", *critic)}
    clipped = parameters.lipschitz == "clip"
    loss = ("critic_loss", "generator_loss", *(() if clipped else ("gradient_penalty",)))
    training = ("terms", "critic_step", *(("clip",) if clipped else ()), "generator_step", "train_step")
    methods = {"loss": loss, "training": training, "model": ("__init__", "compile")}
    shared = {part: tuple(f"{FILE}:Wasserstein.{name}" for name in names) for part, names in methods.items()}
    shared["training"] = (f"{ADVERSARIAL}:joined", *shared["training"])
    return networks | shared | {"model": (f"{FILE}:Slowed", f"{ADVERSARIAL}:Adversarial", *shared["model"])}


def seconds_per_image(parameters: Parameters) -> float:
    """Estimate the training time per 28 x 28 image on one core, from measurements at full and half width."""
    critic = 2.8e-3 if parameters.lipschitz == "clip" else 4.2e-3
    generator = 2.8e-3 / parameters.critic_steps
    return float((critic + generator) * (parameters.generator_filters[0] / 256) ** 1.5)


# --- the losses as an equation ------------------------------------------------------------------------------------------------

NETWORKS = (r"G, f", "generator, and critic, which gives a score: any real number")
BETWEEN = (r"\hat{x}", "random point between the real and the generated image")
SHARE = (r"\varepsilon", "share of the real image, drawn anew for each pair")
WEIGHT = "weight of the gradient penalty"
WEIGHTS = (r"w", "each weight of the critic, clipped after each of its steps")
LIMIT = "clip value: largest absolute value of a weight"


def equation(parameters: Parameters, *, conditional: bool) -> Equation:
    """Return the losses of critic and generator, without a unit, for one real and one fake image; a batch takes their mean."""
    condition = ", c" if conditional else ""
    generated = rf"G(z{condition})"
    real, fake = rf"f(x{condition})", rf"f({generated}{condition})"
    both, below = f"{fake} - {real}", [rf"\mathcal{{L}}_G &= -{fake}", r"z &\sim \mathcal{N}(0, I)"]
    symbols = [IMAGE, *([CONDITION] if conditional else []), NOISE, NETWORKS]
    if parameters.lipschitz == "clip":
        below.append(r"w &\in [-a, a]")
        symbols += [WEIGHTS, (rf"a = {parameters.clip_value:g}", LIMIT)]
    else:
        slope = rf"\nabla_{{\hat{{x}}}} f(\hat{{x}}{condition})"
        both += rf" + \lambda \left( \left\| {slope} \right\|_2 - 1 \right)^2"
        between = rf"\hat{{x}} &= \varepsilon x + (1 - \varepsilon) {generated}"
        below += [between, r"\varepsilon &\sim \mathcal{U}(0, 1)"]
        symbols += [(rf"\lambda = {parameters.penalty_weight:g}", WEIGHT), BETWEEN, SHARE]
    lines = r", \\ ".join([rf"\mathcal{{L}}_f &= {both}", *below])
    return Equation(rf"\begin{{aligned}} {lines} \end{{aligned}}", tuple(symbols))
