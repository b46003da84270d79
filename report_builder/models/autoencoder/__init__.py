"""Autoencoder: Hinton and Salakhutdinov, Reducing the Dimensionality of Data with Neural Networks, Science 313, 2006."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from report_builder.kinds import Build, Equation, Layout, Model, Preset, Term, deferred
from report_builder.models import _architectures, _objective, outside
from report_builder.models import _symbols as s

PRESETS = {
    "dense": Preset(
        "autoencoder of dense layers", {"architecture": "dense_relu", "hidden": [64, 32], "latent_dim": 16, "loss": "mse"}
    )
}


class Parameters(_architectures.Parameters):
    """Architecture and loss."""

    architecture: _architectures.Every = Field("convolutional", description=_architectures.documented(signed=False))
    loss: Literal["bce", "mse"] = Field(
        "bce",
        description="bce: binary cross-entropy summed over the pixels, in nats; mse: squared error, mean over the pixels.",
    )
    ssim_weight: _objective.Weight = Field(
        0.0, description="Weight of a term 1 - SSIM, the structural similarity of image and reconstruction; 0: no such term."
    )


def seconds_per_image(parameters: Parameters) -> float:
    """Estimate the training time per image on one core."""
    return _architectures.seconds(parameters.architecture)


def listings(parameters: Parameters) -> dict[str, tuple[str, ...]]:
    """Return the names of the functions that run with these parameters, by part of the model."""
    names = {"bce": ["binary_crossentropy"], "mse": ["mean_squared_error"]}[parameters.loss]
    names += [*_objective.SSIM_FUNCTIONS] if parameters.ssim_weight else []
    names.append("WeightedLoss.weighted_sum")
    return _architectures.listing_names(parameters.architecture) | {
        "loss": (*(f"{_objective.FILE}:{name}" for name in names), "Autoencoder.compute_loss"),
        "model": ("Autoencoder",),
    }


def files(parameters: Parameters) -> tuple[str, ...]:
    """Return the files in `models/` that `network.py` imports for these parameters."""
    return _architectures.files(parameters.architecture, parameters)


def refuses(parameters: Parameters, layout: Layout) -> str:
    """Return why the model cannot be trained on such images; empty if it can."""
    return _architectures.refuses(parameters.architecture, parameters, layout) or outside(layout, 0, 1)


# --- the loss as an equation --------------------------------------------------------------------------------------------------

LOSSES = {"bce": f"-{_objective.CROSS_ENTROPY}", "mse": rf"\frac{{1}}{{D}} {_objective.SQUARES}"}


def terms(parameters: Parameters) -> tuple[Term, ...]:
    """Return the logged terms: a cross-entropy is in nats, its sum with other terms has no unit."""
    reconstruction = "nats/image" if parameters.loss == "bce" else ""
    whole = Term("loss", "" if parameters.ssim_weight else reconstruction, better="lower")
    return whole, Term("reconstruction_loss", reconstruction, better="lower")


def equation(parameters: Parameters) -> Equation:
    """Return the loss of one image, which `compute_loss` averages over a batch."""
    weight, symbols = parameters.ssim_weight, [s.PIXEL, s.DECODED, s.PIXELS, s.ENCODER_DECODER]
    loss = LOSSES[parameters.loss] + (f" {_objective.ssim_term(weight)}" if weight else "")
    if weight:
        symbols += _objective.ssim_symbols(weight)
    return Equation(rf"\mathcal{{L}}(x) = {loss}, \qquad \hat{{x}} = d_\theta(e_\phi(x))", tuple(symbols))


@deferred
def _build() -> Build[Parameters]:
    from report_builder.models.autoencoder.network import build

    return build


KIND = Model(
    title="autoencoder",
    parameters=Parameters,
    build=_build,
    provides=frozenset({"encode", "decode"}),
    terms=terms,
    equation=equation,
    listings=listings,
    presets=PRESETS,
    refuses=refuses,
    files=files,
    seconds_per_image=seconds_per_image,
)
