"""Variational autoencoder: Kingma and Welling, Auto-Encoding Variational Bayes, arXiv:1312.6114."""

from __future__ import annotations

from pydantic import Field

from report_builder.kinds import Build, Equation, Layout, Model, Preset, deferred
from report_builder.models import _architectures, _objective, outside

PRESETS = {
    "textbook_32": Preset("variational autoencoder of three convolutions", _architectures.TEXTBOOK_32),
    "batch_norm_64": Preset("variational autoencoder with batch normalisation", _architectures.BATCH_NORM_64),
    "size_derived": Preset("variational autoencoder with a depth derived from the image size", _architectures.SIZE_DERIVED),
    "dense": Preset(
        "variational autoencoder of dense layers", {"architecture": "dense", "hidden": [512, 256], "latent_dim": 2}
    ),
}


class Parameters(_objective.Parameters, _architectures.Parameters):
    """Architecture and loss."""

    architecture: _architectures.Signed = Field("convolutional", description=_architectures.documented(signed=True))


def seconds_per_image(parameters: Parameters) -> float:
    """Estimate the training time per image on one core."""
    return _architectures.seconds(parameters.architecture)


def listings(parameters: Parameters) -> dict[str, tuple[str, ...]]:
    """Return the names of the functions that run with these parameters, by part of the model."""
    model = "VariationalAutoencoder"
    return _architectures.listing_names(parameters.architecture) | {
        "loss": _objective.listing_names(parameters, f"{model}.compute_loss"),
        "sampling": (f"{model}.draw",),
        "model": (model, "WarmingVAE") if parameters.beta_warm_up else (model,),
    }


def files(parameters: Parameters) -> tuple[str, ...]:
    """Return the files in `models/` that `network.py` imports for these parameters."""
    return _architectures.files(parameters.architecture, parameters)


def refuses(parameters: Parameters, layout: Layout) -> str:
    """Return why the model cannot be trained on such images; empty if it can."""
    return _architectures.refuses(parameters.architecture, parameters, layout) or outside(layout, 0, 1)


def equation(parameters: Parameters) -> Equation:
    """Return the loss of one image, which `compute_loss` averages over a batch."""
    return _objective.equation(parameters)


@deferred
def _build() -> Build[Parameters]:
    from report_builder.models.vae.network import build

    return build


KIND = Model(
    title="variational autoencoder",
    parameters=Parameters,
    build=_build,
    provides=frozenset({"encode", "posterior", "decode", "likelihood", "sample"}),
    terms=_objective.terms,
    pixels=_objective.pixels,
    equation=equation,
    listings=listings,
    presets=PRESETS,
    refuses=refuses,
    files=files,
    seconds_per_image=seconds_per_image,
)
