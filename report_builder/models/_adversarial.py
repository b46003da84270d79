"""What the adversarial models share: parameters, the loss as an equation, and requirements on the data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from report_builder import kinds
from report_builder.kinds import Equation, Layout, Role, Term
from report_builder.models import indivisible, unconditioned, unlike
from report_builder.models._layers import Layers

Filters = Annotated[int, Field(ge=1, le=2048)]

FILE = "_networks/adversarial.py"
GENERATOR = (f"{FILE}:image_layers", f"{FILE}:build_generator")
CONDITIONAL_GENERATOR = (f"{FILE}:image_layers", f"{FILE}:build_conditional_generator")
HALF_WIDTH = {"generator_filters": [128, 64, 32], "discriminator_filters": [32, 64]}


class Generator(kinds.Parameters):
    """Architecture of the generator."""

    latent_dim: Annotated[int, Role.LATENT] = Field(100, ge=1, le=4096, description="Dimensions of the generator's noise z.")
    generator_filters: tuple[Filters, ...] = Field(
        (256, 128, 64),
        min_length=2,
        max_length=7,
        description="Maps behind the generator's dense layer, then filters of its transposed convolutions; the size doubles "
        "once for each entry but the first.",
    )
    slope: float = Field(0.3, ge=0, le=1, description="Slope of LeakyReLU for negative values; 0.3 is Keras' default.")
    generator: Layers = Field(
        None,
        description="Layers of your own from the noise (with the condition) to the image in [-1, 1]; null: those that "
        "'generator_filters' and 'slope' describe.",
    )


class Parameters(Generator):
    """Architecture of both networks, and the loss."""

    discriminator_filters: tuple[Filters, ...] = Field(
        (64, 128), min_length=1, max_length=7, description="Filters of the discriminator's convolutions, each of stride 2."
    )
    hidden: tuple[Filters, ...] = Field(
        (256, 128), max_length=4, description="Units of the discriminator's dense layers before the logit."
    )
    dropout: float = Field(0.3, ge=0, lt=1, description="Share of values dropped behind each of the discriminator's layers.")
    loss: Literal["sum", "half_sum"] = Field(
        "sum",
        description="sum: the discriminator pays its cross-entropy on real images plus that on fakes; half_sum: half of that.",
    )
    label_smoothing: float = Field(
        0.0, ge=0, le=0.5, description="By how much the discriminator's target for real images lies below 1."
    )
    discriminator_learning_rate: float | None = Field(
        None, gt=0, description="Learning rate of the discriminator; null: that of the training, as for the generator."
    )
    discriminator: Layers = Field(
        None,
        description="Layers of your own for the image; flattening, the condition, the dense layers of 'hidden' and the logit "
        "follow. null: those that 'discriminator_filters', 'slope' and 'dropout' describe.",
    )


STAGES = ("generator", "discriminator")  # each has its own optimiser
TERMS = (  # two cross-entropies and two probabilities
    Term("generator_loss", "nats/image"),
    Term("discriminator_loss", "nats/image"),
    Term("discriminator_real"),
    Term("discriminator_fake"),
)


def listing_names(generator: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the names of the functions that make up a GAN with this generator, by part of the model."""
    shared = {
        "discriminator": ("feature_layers", "logit_layers"),
        "loss": ("cross_entropy", "GAN.discriminator_loss", "GAN.generator_loss"),
        "training": ("joined", "GAN.terms", "GAN.train_step"),
        "model": ("Adversarial", "GAN"),
    }
    found = {part: tuple(f"{FILE}:{name}" for name in names) for part, names in shared.items()}
    return {"generator": generator} | found | {"discriminator": (*found["discriminator"], "build_discriminator")}


def seconds_per_image(parameters: Parameters) -> float:
    """Estimate the training time per 28 x 28 image on one core, from measurements at full and half width."""
    return float(2.5e-3 * (parameters.generator_filters[0] / 256) ** 1.5)


def refuses(parameters: Generator, layout: Layout) -> str:
    """Return why the networks cannot be trained on such images; empty if they can."""
    step = 1 if parameters.generator else 2 ** (len(parameters.generator_filters) - 1)
    doublings = indivisible(layout, step, "one doubling for each entry of 'generator_filters' but the first")
    return doublings or unlike(layout, -1, 1)


def refuses_conditional(parameters: Generator, layout: Layout) -> str:
    """Return why conditional networks cannot be trained on such data; empty if they can."""
    return unconditioned(layout) or refuses(parameters, layout)


# --- the loss as an equation --------------------------------------------------------------------------------------------------

IMAGE = (r"x", "real image")
CONDITION = (r"c", "condition of the real image, given to both networks")
NOISE = (r"z", "noise drawn for the fake image")
NETWORKS = (r"G, D", "generator, and discriminator, which gives a logit")
LOGISTIC = (r"\sigma", "logistic function: the probability that belongs to a logit")
SMOOTHING = "label smoothing of real images"


def equation(parameters: Parameters, *, conditional: bool) -> Equation:
    """Return the losses of discriminator and generator, in nats, for one real and one fake image; a batch takes their mean."""
    condition = ", c" if conditional else ""
    real, fake = rf"\sigma(D(x{condition}))", rf"\sigma(D(G(z{condition}){condition}))"
    taken = rf"-\log {real}"
    if parameters.label_smoothing:
        taken = rf"-(1 - s) \log {real} - s \log (1 - {real})"
    both = rf"{taken} - \log (1 - {fake})"
    if parameters.loss == "half_sum":
        both = rf"\frac{{1}}{{2}} \left[ {both} \right]"
    losses = rf"\mathcal{{L}}_D &= {both}, \\ \mathcal{{L}}_G &= -\log {fake}, \\ z &\sim \mathcal{{N}}(0, I)"
    symbols = [IMAGE, *([CONDITION] if conditional else []), NOISE, NETWORKS, LOGISTIC]
    if parameters.label_smoothing:
        symbols.append((rf"s = {parameters.label_smoothing:g}", SMOOTHING))
    return Equation(rf"\begin{{aligned}} {losses} \end{{aligned}}", tuple(symbols))
