"""Symbols in the losses of autoencoders, with their meanings."""

from __future__ import annotations

from typing import TypeAlias

Symbol: TypeAlias = tuple[str, str]

PIXEL = (r"x_i", "pixel of the image")
PROBABILITY = (r"\hat{x}_i", "probability that this pixel is 1, given by the decoder for the drawn z")
SHAPE = (
    r"\hat{x}_i",
    "parameter of the continuous Bernoulli distribution of this pixel, given by the decoder for the drawn z",
)
NORMALISER = (r"C", "factor by which the density of a pixel integrates to 1")
DRAWN = (r"\hat{x}_i", "the same pixel as the decoder draws it for the drawn z, between 0 and 1")
DECODED = (r"\hat{x}_i", "the same pixel as the decoder draws it, between 0 and 1")
PIXELS = (r"D", "number of pixels")
AXES = (r"d", "dimension of the latent space")
MOMENTS = (r"\mu, \sigma", "mean and standard deviation that the encoder gives for the image x")
PRIOR = (r"p(z)", "prior, the standard normal distribution")
SIMILARITY = (
    r"\mathrm{SSIM}(x, \hat{x})",
    "structural similarity of the image and the drawn image (Gaussian window, standard deviation of 1.5 pixels)",
)
GROWING_BETA = (
    r"\beta_t",
    "weight of the KL term in this step of the training; held-out images are judged with its final value",
)
TRAINING_DONE = (r"t", "training done so far, in epochs (a step counts as a fraction)")
OF_BATCH = (r"K_j", "KL divergence of the j-th latent dimension, mean over the images of the batch (bar)")
ENCODER_DECODER = (r"e_\phi, d_\theta", "encoder and decoder")

# --- meanings of weights, which are printed with their values -----------------------------------------------------------------

BETA = "weight of the KL term"
FULL_BETA = "final weight of the KL term"
RECONSTRUCTION_WEIGHT = "weight of the reconstruction term"
SSIM_WEIGHT = "weight of the SSIM term"
FREE_BITS = "nats that each latent dimension costs at least (free bits)"
WARM_UP = "number of epochs in which the weight grows"


def valued(letter: str, value: float, meaning: str) -> Symbol:
    r"""Return the symbol of a weight together with its value, e.g. `\beta = 4`."""
    return f"{letter} = {value:g}", meaning


def posterior(given: str) -> Symbol:
    """Return the symbol of the posterior given the encoder's inputs."""
    return rf"q_\phi(z \mid {given})", "normal distribution with this mean and standard deviation"
