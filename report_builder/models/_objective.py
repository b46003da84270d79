"""The loss of variational autoencoders: its parameters, its equation, and the functions that implement it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from report_builder import kinds
from report_builder.kinds import Equation, Term
from report_builder.models import _symbols as s

FILE = "_networks/losses.py"
SSIM_FUNCTIONS = ("gaussian_window", "local_mean", "ssim_loss")

Weight = Annotated[float, Field(ge=0, le=1e9)]


class Parameters(kinds.Parameters):
    """Terms of the loss, and their weights."""

    reconstruction: Literal["bce", "continuous_bernoulli", "mse"] = Field(
        "bce",
        description="bce: binary cross-entropy, in nats, a likelihood of pixels that are 0 or 1; continuous_bernoulli: that of "
        "grey pixels, with the normaliser that the cross-entropy lacks; mse: squared error of the pixels between 0 and 1.",
    )
    reduction: Literal["sum_over_pixels", "mean_over_pixels"] = Field(
        "sum_over_pixels",
        description="How the reconstruction term is reduced for an image; the sum is that of the lower bound.",
    )
    reconstruction_weight: float = Field(
        1.0,
        gt=0,
        le=1e9,
        description="Weight of the reconstruction term. With mse it says which normal distribution the pixels have: its "
        "variance is 1 / (2 weight) for the sum, pixels / (2 weight) for the mean.",
    )
    kl: Literal["closed_form", "monte_carlo"] = Field(
        "closed_form",
        description="closed_form: the KL divergence of two normal distributions; monte_carlo: its estimate from one draw of z.",
    )
    beta: Weight = Field(1.0, description="Weight of the KL term; 1 is the evidence lower bound.")
    beta_warm_up: float = Field(
        0.0,
        ge=0,
        le=1e6,
        description="Epochs in which the weight of the KL term grows linearly from 0 to 'beta'; held-out images are judged "
        "with the whole of it.",
    )
    free_bits: float = Field(
        0.0,
        ge=0,
        le=1e3,
        description="Nats that each latent dimension costs at least, by its mean over the batch; needs kl: closed_form.",
    )
    ssim_weight: Weight = Field(
        0.0, description="Weight of a term 1 - SSIM, the structural similarity of image and reconstruction; 0: no such term."
    )

    @model_validator(mode="after")
    def _similarity_of_drawn_images(self) -> Self:
        if self.ssim_weight and self.reconstruction == "continuous_bernoulli":
            raise ValueError("ssim_weight compares images with sigmoid(logits), which is not the image of continuous_bernoulli")
        return self

    @model_validator(mode="after")
    def _closed_form_has_dimensions(self) -> Self:
        if self.free_bits and self.kl != "closed_form":
            raise ValueError("free_bits raises the KL divergence of each dimension, which only 'kl: closed_form' gives")
        return self


def terms(parameters: Parameters) -> tuple[Term, ...]:
    """Return the logged terms: log-likelihoods and KL divergences in nats, weighted or mixed sums without a unit."""
    likelihood = parameters.reconstruction != "mse" and parameters.reduction == "sum_over_pixels"
    plain = not parameters.ssim_weight and parameters.reconstruction_weight == 1
    nats = "nats/image"
    return (
        Term("loss", nats if likelihood and plain else "", better="lower"),
        Term("reconstruction_loss", nats if likelihood else "", better="lower"),
        *(Term(name, nats, better="lower") for name in ("kl_loss", "free_bits_loss", "weighted_kl_loss")),
        Term("ssim_loss", better="lower"),
    )


def pixels(parameters: Parameters) -> str:
    """Return the name of the pixels' distribution that the reconstruction term implies."""
    return {"bce": "Bernoulli", "continuous_bernoulli": "continuous Bernoulli", "mse": "normal"}[parameters.reconstruction]


def listing_names(parameters: Parameters, compute_loss: str) -> tuple[str, ...]:
    """Return the names of the functions that make up the loss, in print order."""
    mean = "mean_" if parameters.reduction == "mean_over_pixels" else ""
    term = {"bce": "binary_crossentropy", "mse": "squared_error"}.get(parameters.reconstruction, parameters.reconstruction)
    around = ("log_normaliser", "ContinuousBernoulliPixels.mean")
    names = [f"{mean}{term}"]
    names = [around[0], *names, around[1]] if parameters.reconstruction == "continuous_bernoulli" else names
    names += [*SSIM_FUNCTIONS] if parameters.ssim_weight else []
    names += ["kl_closed_form"] if parameters.kl == "closed_form" else ["log_normal", "kl_monte_carlo"]
    names += ["FreeBits"] if parameters.free_bits else []
    names += ["WeightedLoss.weighted_sum", *(["WarmUp.weighted_sum", "WarmUp.share"] if parameters.beta_warm_up else [])]
    return (*(f"{FILE}:{name}" for name in names), compute_loss)


# --- the equation -------------------------------------------------------------------------------------------------------------

CROSS_ENTROPY = r"\sum_{i=1}^{D} \left[ x_i \log \hat{x}_i + (1 - x_i) \log (1 - \hat{x}_i) \right]"
NORMALISED = CROSS_ENTROPY.replace(r" \right]", r" + \log C(\hat{x}_i) \right]")
NORMALISER = r"C(\hat{x}) &= \frac{2 \operatorname{artanh}(1 - 2\hat{x})}{1 - 2\hat{x}},\quad C\left( \tfrac{1}{2} \right) = 2"
SQUARES = r"\sum_{i=1}^{D} \left( x_i - \hat{x}_i \right)^2"
OF_AXIS = r"\mu_j^2 + \sigma_j^2 - \log \sigma_j^2 - 1"
DRAW = r"z &= \mu + \sigma \odot \varepsilon,\quad \varepsilon \sim \mathcal{N}(0, I)"


def equation(parameters: Parameters, given: str = "x") -> Equation:
    """Return the loss of one image, which `compute_loss` averages over a batch.

    Args:
        parameters: terms and weights.
        given: inputs of the encoder: x, or x and c.
    """
    p = parameters
    terms = [_reconstruction(p), _weighted_kl(p, given), ssim_term(p.ssim_weight)]
    counts = [True, p.beta > 0, p.ssim_weight > 0]
    shown = [term for term, counted in zip(terms, counts, strict=True) if counted]
    long = len(shown) > 2 or p.reconstruction == "continuous_bernoulli" or bool(p.free_bits or p.beta_warm_up)
    first = rf"\mathcal{{L}}({given}) &= " + (r" \\ &\quad " if long else " ").join(shown)
    lines = [first, *_further(p), DRAW]
    return Equation(r"\begin{aligned} " + r", \\ ".join(lines) + r" \end{aligned}", tuple(_symbols(p, given)))


def ssim_term(weight: float) -> str:
    """Return the weighted SSIM term, with its sign."""
    return rf"+ {_times(weight, 'gamma')}\left( 1 - {s.SIMILARITY[0]} \right)"


def ssim_symbols(weight: float) -> list[s.Symbol]:
    """Return the symbols that explain the SSIM term."""
    return [s.SIMILARITY, *([s.valued(r"\gamma", weight, s.SSIM_WEIGHT)] if weight != 1 else [])]


def _times(weight: float, letter: str) -> str:
    return "" if weight == 1 else rf"\{letter}\, "


def _reconstruction(p: Parameters) -> str:
    sign, total = {"bce": ("-", CROSS_ENTROPY), "continuous_bernoulli": ("-", NORMALISED), "mse": ("", SQUARES)}[
        p.reconstruction
    ]
    w = "" if p.reconstruction_weight == 1 else "w"
    factor = rf"\frac{{{w or 1}}}{{D}} " if p.reduction == "mean_over_pixels" else rf"{w}\, " if w else ""
    return f"{sign}{factor}{total}"


def _weighted_kl(p: Parameters, given: str) -> str:
    if p.free_bits:
        kl = r"\sum_{j=1}^{d} \max \left( \lambda, K_j \right)"
    elif p.kl == "closed_form":
        kl = rf"\frac{{1}}{{2}} \sum_{{j=1}}^{{d}} \left( {OF_AXIS} \right)"
    else:
        kl = rf"\left[ \log q_\phi(z \mid {given}) - \log p(z) \right]"
    return rf"+ \beta_t\, {kl}" if p.beta_warm_up else f"+ {_times(p.beta, 'beta')}{kl}"


def _further(p: Parameters) -> list[str]:
    """Return the lines below the loss that define its terms."""
    lines = [NORMALISER] if p.reconstruction == "continuous_bernoulli" else []
    if p.beta_warm_up and p.beta:
        lines.append(rf"\beta_t &= {_times(p.beta, 'beta')}\min \left( 1, \frac{{t}}{{T}} \right)")
    if p.free_bits and p.beta:
        lines.append(rf"K_j &= \frac{{1}}{{2}}\, \overline{{{OF_AXIS}}}")
    return lines


def _symbols(p: Parameters, given: str) -> list[s.Symbol]:
    drawn = {"bce": s.PROBABILITY, "continuous_bernoulli": s.SHAPE, "mse": s.DRAWN}[p.reconstruction]
    found = [s.PIXEL, drawn, *([s.NORMALISER] if drawn is s.SHAPE else []), s.PIXELS]
    if p.reconstruction_weight != 1:
        found.append(s.valued("w", p.reconstruction_weight, s.RECONSTRUCTION_WEIGHT))
    found.append(s.MOMENTS)
    if p.beta:
        found += _symbols_of_kl(p, given)
    if p.ssim_weight:
        found += ssim_symbols(p.ssim_weight)
    return found


def _symbols_of_kl(p: Parameters, given: str) -> list[s.Symbol]:
    found = [s.AXES] if p.kl == "closed_form" else [s.posterior(given), s.PRIOR]
    if p.beta != 1:
        found.append(s.valued(r"\beta", p.beta, s.FULL_BETA if p.beta_warm_up else s.BETA))
    if p.beta_warm_up:
        found += [s.GROWING_BETA, s.TRAINING_DONE, s.valued("T", p.beta_warm_up, s.WARM_UP)]
    if p.free_bits:
        found += [s.OF_BATCH, s.valued(r"\lambda", p.free_bits, s.FREE_BITS)]
    return found
