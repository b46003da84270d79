"""Encoders and decoders shared by the autoencoders: their parameters, requirements on images, and builder functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from pydantic import Field

from report_builder import kinds
from report_builder.kinds import Layout, Role
from report_builder.models import indivisible
from report_builder.models._layers import Layers
from report_builder.records import frozen

Width = Annotated[int, Field(ge=1, le=4096)]

Signed = Literal["convolutional", "textbook", "batch_norm", "size_derived", "dense"]  # codes are any real numbers
Every = Literal[Signed, "dense_relu"]


@frozen
class Architecture:
    """An encoder and decoder built by a module of `_networks/`, which only workers import.

    Attributes:
        documented: short description.
        seconds: estimated training time per image on one core, at the preset's size.
        halving: whether each of 'filters' halves the image, so that the decoder can only double sizes.
        before: helper functions of the encoder.
        after: helper functions of the decoder.
    """

    documented: str
    seconds: float
    halving: bool = False
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


BY_NAME: Mapping[str, Architecture] = {  # by the name of the module
    "convolutional": Architecture("convolutions of stride 2 and their mirror image", 3e-4, halving=True),
    "textbook": Architecture("the same with a linear dense layer and a last convolution in the decoder", 6e-4, halving=True),
    "batch_norm": Architecture("with batch normalisation and LeakyReLU", 5e-3, halving=True),
    "size_derived": Architecture(
        "as deep as the size of the images allows, for images of any size", 9e-4, before=("fitting",), after=("cropped",)
    ),
    "dense": Architecture("dense layers alone", 5e-5),
    "dense_relu": Architecture("with a code that is not negative", 1.5e-5),
}

TEXTBOOK_32 = {"architecture": "textbook", "filters": [32, 64, 128], "latent_dim": 2}
BATCH_NORM_64 = {"architecture": "batch_norm", "filters": [64] * 5, "latent_dim": 200}
SIZE_DERIVED = {"architecture": "size_derived", "filters": [32, 64, 128, 256], "hidden": [512], "latent_dim": 16}


class Parameters(kinds.Parameters):
    """Layers of encoder and decoder."""

    latent_dim: Annotated[int, Role.LATENT] = Field(2, ge=1, le=4096, description="Dimensions of the latent space.")
    filters: tuple[Width, ...] = Field(
        (32, 64),
        min_length=1,
        max_length=8,
        description="Filters of the encoder's convolutions, each of stride 2; the decoder has them in reverse. Of "
        "'size_derived' as many of the first as the size of the images allows.",
    )
    hidden: tuple[Width, ...] = Field(
        (512,),
        max_length=8,
        description="Units of the encoder's dense layers before the code, where 'size_derived' and 'dense' have them; the "
        "decoder has them in reverse.",
    )
    encoder: Layers = Field(
        None,
        description="Layers of your own for the image; flattening and a dense layer for the code (for both moments) "
        "follow. null: those of 'architecture'.",
    )
    decoder: Layers = Field(
        None,
        description="Layers of your own from the code to the logits of the pixels, the last one without activation. null: "
        "those of 'architecture'.",
    )


def documented(*, signed: bool) -> str:
    """Describe the available architectures: those with codes of any sign, or all."""
    return "; ".join(f"{name}: {BY_NAME[name].documented}" for name in get_args(Signed if signed else Every)) + "."


def seconds(architecture: str) -> float:
    """Estimate the training time per image on one core."""
    return BY_NAME[architecture].seconds


def refuses(architecture: str, parameters: Parameters, layout: Layout) -> str:
    """Return why the decoder cannot restore the size of such images; empty if it can."""
    if parameters.decoder or not BY_NAME[architecture].halving:
        return ""
    return indivisible(layout, 2 ** len(parameters.filters), "one halving for each entry of 'filters'")


def files(architecture: str, parameters: Parameters) -> tuple[str, ...]:
    """Return the file that builds encoder and decoder; empty if the user defines the layers of both."""
    return () if parameters.encoder and parameters.decoder else (_file(architecture),)


def listing_names(architecture: str) -> dict[str, tuple[str, ...]]:
    """Return the names of the functions that build encoder and decoder, by part of the model."""
    its = BY_NAME[architecture]
    parts = {"encoder": (*its.before, "build_encoder"), "decoder": ("build_decoder", *its.after)}
    return {part: tuple(f"{_file(architecture)}:{name}" for name in names) for part, names in parts.items()}


def _file(architecture: str) -> str:
    return f"_networks/{architecture}.py"
