"""Generative adversarial network: Goodfellow et al., Generative Adversarial Nets, arXiv:1406.2661."""

from __future__ import annotations

from report_builder.kinds import Equation, Layout, Preset
from report_builder.models import _adversarial

TITLE = "GAN"
seconds_per_image = _adversarial.seconds_per_image
terms = _adversarial.terms
PROVIDES = frozenset({"sample", "discriminate"})
LISTINGS = {
    "generator": ("build_generator",),
    "discriminator": ("build_discriminator",),
    "loss": ("cross_entropy", "GAN.discriminator_loss", "GAN.generator_loss"),
    "training": ("GAN.terms", "GAN.train_step"),
    "model": ("GAN",),
}
PRESETS = {"half_width": Preset("GAN of half width", _adversarial.HALF_WIDTH)}


class Parameters(_adversarial.Parameters):
    """The architecture and the loss of both networks."""


def refuses(parameters: Parameters, layout: Layout) -> str:
    """Why the model cannot be trained on such images; empty where it can."""
    return _adversarial.refuses(parameters, layout)


def equation(parameters: Parameters) -> Equation:
    """The losses of discriminator and generator, which `GAN.terms` averages over a batch."""
    return _adversarial.equation(parameters, conditional=False)
