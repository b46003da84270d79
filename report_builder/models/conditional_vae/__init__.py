"""Conditional variational autoencoder: Sohn, Lee and Yan, Learning Structured Output Representation, NeurIPS 2015."""

from __future__ import annotations

import itertools
import math
from typing import Annotated

from pydantic import Field

from report_builder.kinds import Build, Equation, Layout, Model, Preset, Role, deferred
from report_builder.models import _objective, indivisible, outside, unconditioned
from report_builder.models._layers import Layers

PRESETS = {"half_width": Preset("conditional variational autoencoder of half width", {"filters": [16, 32]})}


class Parameters(_objective.Parameters):
    """Architecture and loss."""

    latent_dim: Annotated[int, Role.LATENT] = Field(2, ge=1, le=4096, description="Dimensions of the latent space.")
    filters: tuple[Annotated[int, Field(ge=1, le=1024)], ...] = Field(
        (32, 64),
        min_length=1,
        max_length=6,
        description="Filters of the encoder's convolutions, each of stride 2; the decoder has them in reverse.",
    )
    strides: tuple[Annotated[int, Field(ge=1, le=8)], ...] = Field(
        (2, 3),
        min_length=1,
        max_length=6,
        description="Strides of the decoder's transposed convolutions, one for each of 'filters'; "
        "2 and 3 bring a canvas of 7 x 7 to 42 x 42. The encoder's are all 2.",
    )
    encoder: Layers = Field(
        None,
        description="Layers of your own for the image; flattening, the condition and a dense layer with both moments follow. "
        "null: those that 'filters' describes.",
    )
    decoder: Layers = Field(
        None,
        description="Layers of your own from z and the condition to the logits of the pixels, the last one without activation; "
        "null: those that 'filters' and 'strides' describe.",
    )


def listings(parameters: Parameters) -> dict[str, tuple[str, ...]]:
    """Return the names of the functions that run with these parameters, by part of the model."""
    model = "ConditionalVariationalAutoencoder"
    return {
        "encoder": ("build_encoder",),
        "decoder": ("build_decoder",),
        "loss": _objective.listing_names(parameters, f"{model}.compute_loss"),
        "sampling": (f"{model}.draw",),
        "model": (model, "WarmingConditionalVAE") if parameters.beta_warm_up else (model,),
    }


def refuses(parameters: Parameters, layout: Layout) -> str:
    """Return why the model cannot be trained on such data; empty if it can."""
    if parameters.decoder:
        return unconditioned(layout) or outside(layout, 0, 1)
    number, strides = len(parameters.filters), parameters.strides
    if len(strides) != number:
        return f"'strides' must have one entry for each of 'filters'; it has {len(strides)} for {number}"
    wrong_size = indivisible(layout, math.prod(strides), "the product of 'strides'")
    fitting = next((f". With 'strides: {list(fit)}' they fit" for fit in _fitting(layout, number)), "") if wrong_size else ""
    return wrong_size + fitting or unconditioned(layout) or outside(layout, 0, 1)


def _fitting(layout: Layout, number: int) -> list[tuple[int, ...]]:
    """Return strides of 1 to 3 whose product divides height and width, the largest product first."""
    height, width, _ = layout.image_shape or (0, 0, 0)
    every = itertools.combinations_with_replacement((1, 2, 3), number)
    fitting = [strides for strides in every if math.gcd(height, width) % math.prod(strides) == 0]
    return sorted(fitting, key=math.prod, reverse=True)


# --- the loss as an equation --------------------------------------------------------------------------------------------------

CONDITION = (r"c", "condition of the image, given to encoder and decoder")
NETWORKS = (r"e_\phi, d_\theta", "encoder, and decoder with the logistic function behind it")
TOLD = r"(\mu, \log \sigma^2) &= e_\phi(x, c),\quad \hat{x} = d_\theta(z, c)"


def equation(parameters: Parameters) -> Equation:
    """Return the loss of one image, which `compute_loss` averages over a batch."""
    plain = _objective.equation(parameters, "x, c")
    latex = plain.latex.replace(_objective.DRAW, rf"{_objective.DRAW}, \\ {TOLD}")
    return Equation(latex, (*plain.symbols, CONDITION, NETWORKS))


@deferred
def _build() -> Build[Parameters]:
    from report_builder.models.conditional_vae.network import build

    return build


KIND = Model(
    title="conditional variational autoencoder",
    parameters=Parameters,
    build=_build,
    provides=frozenset({"encode", "posterior", "decode", "likelihood", "sample"}),
    takes=("x", "condition"),
    terms=_objective.terms,
    pixels=_objective.pixels,
    equation=equation,
    listings=listings,
    presets=PRESETS,
    refuses=refuses,
    seconds_per_image=lambda _: 6.5e-4,  # for images of 42 x 42
)
