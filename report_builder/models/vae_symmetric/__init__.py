"""Variational autoencoder of pixels between -1 and 1, with a tanh output and a normal distribution of the pixels."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from report_builder.kinds import Build, Equation, Layout, Model, deferred
from report_builder.models import _architectures, _objective, unlike, vae
from report_builder.models import _symbols as s

VAE = "vae/network.py:VariationalAutoencoder"
SIGNED = (s.DRAWN[0], "the same pixel as the decoder draws it for the drawn z, between -1 and 1")


class Parameters(vae.Parameters):
    """Parameters of `vae`, with the only reconstruction term that fits such pixels."""

    reconstruction: Literal["mse"] = Field("mse", description="mse: squared error of the pixels between -1 and 1.")
    reconstruction_weight: float = Field(
        1.0,
        gt=0,
        le=1e9,
        description="Weight of the reconstruction term. It says which normal distribution the pixels between -1 and 1 have: "
        "its variance is 1 / (2 weight) for the sum, pixels / (2 weight) for the mean. A quarter of the weight of 'vae' is "
        "the same distribution, since the squares are four times as large.",
    )

    @model_validator(mode="after")
    def _without_similarity(self) -> Self:
        if self.ssim_weight:
            raise ValueError("ssim_weight compares images between 0 and 1; here they lie between -1 and 1")
        return self


def listings(parameters: Parameters) -> dict[str, tuple[str, ...]]:
    """Return the names of the functions that run: those of `vae` except for the reconstruction term, by part of the model."""
    term = "mean_squared_error" if parameters.reduction == "mean_over_pixels" else "squared_error"
    of_vae = _objective.listing_names(parameters, f"{VAE}.compute_loss")
    loss = tuple(term if name == f"{_objective.FILE}:{term}" else name for name in of_vae)
    networks = _architectures.listing_names(parameters.architecture)
    return networks | {"loss": loss, "sampling": (f"{VAE}.draw",), "model": ("SymmetricPixels", "build")}


def refuses(parameters: Parameters, layout: Layout) -> str:
    """Return why the model cannot be trained on such images; empty if it can."""
    return _architectures.refuses(parameters.architecture, parameters, layout) or unlike(layout, -1, 1)


def equation(parameters: Parameters) -> Equation:
    """Return the loss of one image, which `compute_loss` averages over a batch."""
    of_vae = _objective.equation(parameters)
    return Equation(of_vae.latex, tuple(SIGNED if symbol == s.DRAWN else symbol for symbol in of_vae.symbols))


@deferred
def _build() -> Build[Parameters]:
    from report_builder.models.vae_symmetric.network import build

    return build


KIND = Model(
    title="variational autoencoder of pixels between -1 and 1",
    parameters=Parameters,
    build=_build,
    provides=vae.KIND.provides,
    terms=_objective.terms,
    pixels=_objective.pixels,
    equation=equation,
    listings=listings,
    refuses=refuses,
    files=vae.files,
    seconds_per_image=vae.seconds_per_image,
)
