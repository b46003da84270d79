"""Autoencoder: Hinton and Salakhutdinov, Reducing the Dimensionality of Data with Neural Networks, Science 313, 2006."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from report_builder import kinds
from report_builder.kinds import Equation, Layout
from report_builder.models import indivisible, outside

TITLE = {"en": "autoencoder", "pl": "autoenkoder", "ru": "автокодировщик", "zh-Hant": "自編碼器"}
SECONDS_PER_IMAGE = 3e-4  # of training, one core, 28 x 28: for a first guess of how long a run takes
PROVIDES = frozenset({"encode", "decode", "likelihood"})
LISTINGS = {
    "encoder": ("build_encoder",),
    "decoder": ("build_decoder",),
    "loss": ("binary_crossentropy", "mean_squared_error", "Autoencoder.compute_loss"),
    "model": ("Autoencoder",),
}


class Parameters(kinds.Parameters):
    """The architecture and the loss."""

    latent_dim: int = Field(2, ge=1, le=512, description="Dimensions of the code.")
    filters: tuple[Annotated[int, Field(ge=1, le=1024)], ...] = Field(
        (32, 64),
        min_length=1,
        max_length=6,
        description="Filters of the encoder's convolutions, each of stride 2; the decoder has them in reverse.",
    )
    loss: Literal["bce", "mse"] = Field(
        "bce",
        description="bce: binary cross-entropy summed over the pixels, in nats; mse: squared error, mean over the pixels.",
    )


def refuses(parameters: Parameters, layout: Layout) -> str:
    """Why the model cannot be trained on such images; empty where it can."""
    halvings = indivisible(layout, 2 ** len(parameters.filters), "one halving for each entry of 'filters'")
    return halvings or outside(layout, 0, 1)


# --- the loss as it is compiled -----------------------------------------------------------------------------------------------

LOSSES = {
    "bce": r"-\sum_{i=1}^{D} \left[ x_i \log \hat{x}_i + (1 - x_i) \log (1 - \hat{x}_i) \right]",
    "mse": r"\frac{1}{D} \sum_{i=1}^{D} \left( x_i - \hat{x}_i \right)^2",
}
SYMBOLS = (
    (
        r"x_i",
        {
            "en": "pixel of the image",
            "pl": "piksel obrazu",
            "ru": "пиксель изображения",
            "zh-Hant": "影像的像素",
        },
    ),
    (
        r"\hat{x}_i",
        {
            "en": "the same pixel as the decoder draws it, between 0 and 1",
            "pl": "ten sam piksel odtworzony przez dekoder, od 0 do 1",
            "ru": "тот же пиксель, восстановленный декодером, от 0 до 1",
            "zh-Hant": "解碼器重建的同一像素，介於 0 與 1 之間",
        },
    ),
    (r"D", {"en": "number of pixels", "pl": "liczba pikseli", "ru": "число пикселей", "zh-Hant": "像素數"}),
    (
        r"e_\phi, d_\theta",
        {
            "en": "encoder and decoder",
            "pl": "enkoder i dekoder",
            "ru": "кодировщик и декодировщик",
            "zh-Hant": "編碼器與解碼器",
        },
    ),
)


def equation(parameters: Parameters) -> Equation:
    """The loss of one image that `compute_loss` averages over a batch."""
    return Equation(rf"\mathcal{{L}}(x) = {LOSSES[parameters.loss]}, \qquad \hat{{x}} = d_\theta(e_\phi(x))", SYMBOLS)
