"""Encoders and decoders that autoencoders share: their parameters, what images they take, and the functions that build them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from report_builder import kinds
from report_builder.kinds import Layout
from report_builder.models import indivisible
from report_builder.models._layers import Layers

Width = Annotated[int, Field(ge=1, le=4096)]

DOCUMENTED = (
    "convolutional: convolutions of stride 2 and their mirror image; textbook: the same with a linear dense layer and a last "
    "convolution in the decoder; batch_norm: with batch normalisation and LeakyReLU; size_derived: as deep as the size of the "
    "images allows, for images of any size; dense: dense layers alone."
)
HALVING = ("convolutional", "textbook", "batch_norm")
BUILDERS: Mapping[str, tuple[str, ...]] = {"size_derived": ("fitting",)}

SECONDS = {  # of training an image at the preset's size, one core: for a first guess of how long a run takes
    "convolutional": 3e-4,
    "textbook": 6e-4,
    "batch_norm": 5e-3,
    "size_derived": 9e-4,
    "dense": 5e-5,
    "dense_relu": 1.5e-5,
}

TEXTBOOK_32 = {"architecture": "textbook", "filters": [32, 64, 128], "latent_dim": 2}
BATCH_NORM_64 = {"architecture": "batch_norm", "filters": [64] * 5, "latent_dim": 200}
SIZE_DERIVED = {"architecture": "size_derived", "filters": [32, 64, 128, 256], "hidden": [512], "latent_dim": 16}


class Parameters(kinds.Parameters):
    """Widths of the layers."""

    latent_dim: int = Field(2, ge=1, le=4096, description="Dimensions of the latent space.")
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


def refuses(architecture: str, parameters: Parameters, layout: Layout) -> str:
    """Why the decoder cannot restore the size of such images; empty where it can."""
    if parameters.decoder or architecture not in HALVING:
        return ""
    return indivisible(layout, 2 ** len(parameters.filters), "one halving for each entry of 'filters'")


def listed(architecture: str) -> dict[str, tuple[str, ...]]:
    """The functions that build encoder and decoder."""
    file = f"_networks/{architecture}.py"
    before = tuple(f"{file}:{name}" for name in BUILDERS.get(architecture, ()))
    after = (f"{file}:cropped",) if architecture == "size_derived" else ()
    return {"encoder": (*before, f"{file}:build_encoder"), "decoder": (f"{file}:build_decoder", *after)}
