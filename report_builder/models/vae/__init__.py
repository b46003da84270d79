"""Variational autoencoder: Kingma and Welling, Auto-Encoding Variational Bayes, arXiv:1312.6114."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from report_builder import kinds
from report_builder.kinds import Equation, Layout
from report_builder.models import indivisible, outside

TITLE = {
    "en": "variational autoencoder",
    "pl": "autoenkoder wariacyjny",
    "ru": "вариационный автокодировщик",
    "zh-Hant": "變分自編碼器",
}
SECONDS_PER_IMAGE = 3e-4  # of training, one core, 28 x 28: for a first guess of how long a run takes
PROVIDES = frozenset({"encode", "posterior", "decode", "likelihood", "sample"})
LISTINGS = {
    "encoder": ("build_encoder",),
    "decoder": ("build_decoder",),
    "loss": ("reconstruction_loss", "kl_closed_form", "log_normal", "kl_monte_carlo", "VariationalAutoencoder.compute_loss"),
    "sampling": ("VariationalAutoencoder.draw",),
    "model": ("VariationalAutoencoder",),
}


class Parameters(kinds.Parameters):
    """The architecture and the loss."""

    latent_dim: int = Field(2, ge=1, le=512, description="Dimensions of the latent space.")
    filters: tuple[Annotated[int, Field(ge=1, le=1024)], ...] = Field(
        (32, 64),
        min_length=1,
        max_length=6,
        description="Filters of the encoder's convolutions, each of stride 2; the decoder has them in reverse.",
    )
    kl: Literal["closed_form", "monte_carlo"] = Field(
        "closed_form",
        description="closed_form: the KL divergence of two normal distributions; monte_carlo: its estimate from one draw of z.",
    )
    beta: float = Field(1.0, ge=0, description="Weight of the KL term; 1 is the evidence lower bound.")


def refuses(parameters: Parameters, layout: Layout) -> str:
    """Why the model cannot be trained on such images; empty where it can."""
    halvings = indivisible(layout, 2 ** len(parameters.filters), "one halving for each entry of 'filters'")
    return halvings or outside(layout, 0, 1)


# --- the loss as it is compiled -----------------------------------------------------------------------------------------------

RECONSTRUCTION = r"-\sum_{i=1}^{D} \left[ x_i \log \hat{x}_i + (1 - x_i) \log (1 - \hat{x}_i) \right]"
KL = {
    "closed_form": r"\frac{1}{2} \sum_{j=1}^{d} \left( \mu_j^2 + \sigma_j^2 - \log \sigma_j^2 - 1 \right)",
    "monte_carlo": r"\left[ \log q_\phi(z \mid x) - \log p(z) \right]",
}
DRAW = r"z &= \mu + \sigma \odot \varepsilon,\quad \varepsilon \sim \mathcal{N}(0, I)"

PIXEL = (
    r"x_i",
    {
        "en": "pixel of the image",
        "pl": "piksel obrazu",
        "ru": "пиксель изображения",
        "zh-Hant": "影像的像素",
    },
)
PROBABILITY = (
    r"\hat{x}_i",
    {
        "en": "probability that this pixel is 1, given by the decoder for the drawn z",
        "pl": "prawdopodobieństwo, że ten piksel ma wartość 1, podane przez dekoder dla wylosowanego z",
        "ru": "вероятность того, что этот пиксель равен 1, которую даёт декодер для выбранного z",
        "zh-Hant": "解碼器由抽取的 z 給出的該像素為 1 的機率",
    },
)
PIXELS = (r"D", {"en": "number of pixels", "pl": "liczba pikseli", "ru": "число пикселей", "zh-Hant": "像素數"})
AXES = (
    r"d",
    {
        "en": "dimension of the latent space",
        "pl": "wymiar przestrzeni ukrytej",
        "ru": "размерность латентного пространства",
        "zh-Hant": "潛在空間的維度",
    },
)
MOMENTS = (
    r"\mu, \sigma",
    {
        "en": "mean and standard deviation that the encoder gives for the image x",
        "pl": "średnia i odchylenie standardowe podane przez enkoder dla obrazu x",
        "ru": "среднее и стандартное отклонение, которые даёт кодировщик для изображения x",
        "zh-Hant": "編碼器對影像 x 給出的平均值與標準差",
    },
)
POSTERIOR = (
    r"q_\phi(z \mid x)",
    {
        "en": "normal distribution with this mean and standard deviation",
        "pl": "rozkład normalny o tej średniej i tym odchyleniu standardowym",
        "ru": "нормальное распределение с этими средним и стандартным отклонением",
        "zh-Hant": "具有上述平均值與標準差的常態分布",
    },
)
PRIOR = (
    r"p(z)",
    {
        "en": "prior, the standard normal distribution",
        "pl": "rozkład a priori, standardowy rozkład normalny",
        "ru": "априорное распределение, стандартное нормальное",
        "zh-Hant": "先驗分布，即標準常態分布",
    },
)
BETA = (r"\beta", {"en": "weight of the KL term", "pl": "waga członu KL", "ru": "вес члена KL", "zh-Hant": "KL 項的權重"})


def equation(parameters: Parameters) -> Equation:
    """The loss of one image, in nats, that `compute_loss` averages over a batch."""
    kl = KL[parameters.kl]
    weighted = "" if parameters.beta == 0 else f" + {kl}" if parameters.beta == 1 else rf" + \beta\, {kl}"
    latex = rf"\begin{{aligned}} \mathcal{{L}}(x) &= {RECONSTRUCTION}{weighted}, \\ {DRAW} \end{{aligned}}"
    symbols = [PIXEL, PROBABILITY, PIXELS, MOMENTS]
    if parameters.beta != 0:
        symbols += [AXES] if parameters.kl == "closed_form" else [POSTERIOR, PRIOR]
    if parameters.beta not in (0, 1):
        symbols.append((rf"\beta = {parameters.beta:g}", BETA[1]))
    return Equation(latex, tuple(symbols))
