"""Conditional generative adversarial network: Mirza and Osindero, Conditional Generative Adversarial Nets, arXiv:1411.1784."""

from __future__ import annotations

from report_builder.kinds import Equation, Layout, Preset
from report_builder.models import _adversarial, unconditioned

TITLE = "conditional GAN"
seconds_per_image = _adversarial.seconds_per_image
terms = _adversarial.terms
PROVIDES = frozenset({"sample_condition", "discriminate"})
LISTINGS = {
    "generator": ("build_generator",),
    "discriminator": ("build_discriminator",),
    "loss": ("cross_entropy", "ConditionalGAN.discriminator_loss", "ConditionalGAN.generator_loss"),
    "training": ("ConditionalGAN.terms", "ConditionalGAN.train_step"),
    "model": ("ConditionalGAN",),
}
PRESETS = {"half_width": Preset("conditional GAN of half width", _adversarial.HALF_WIDTH)}


class Parameters(_adversarial.Parameters):
    """The architecture and the loss of both networks, which are told the condition."""


def refuses(parameters: Parameters, layout: Layout) -> str:
    """Why the model cannot be trained on such data; empty where it can."""
    return unconditioned(layout) or _adversarial.refuses(parameters, layout)


def equation(parameters: Parameters) -> Equation:
    """The losses of discriminator and generator, which `ConditionalGAN.terms` averages over a batch."""
    return _adversarial.equation(parameters, conditional=True)
