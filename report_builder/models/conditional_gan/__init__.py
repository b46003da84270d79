"""Conditional generative adversarial network: Mirza and Osindero, Conditional Generative Adversarial Nets, arXiv:1411.1784."""

from __future__ import annotations

from report_builder.kinds import Equation, Layout, Preset
from report_builder.models import _adversarial, unconditioned

TITLE = {
    "en": "conditional GAN",
    "pl": "warunkowa sieć GAN",
    "ru": "условная сеть GAN",
    "zh-Hant": "條件式 GAN",
}
seconds_per_image = _adversarial.seconds_per_image
PROVIDES = frozenset({"sample_condition", "discriminate"})
LISTINGS = {
    "generator": ("build_generator",),
    "discriminator": ("build_discriminator",),
    "loss": ("cross_entropy", "ConditionalGAN.discriminator_loss", "ConditionalGAN.generator_loss"),
    "training": ("ConditionalGAN.terms", "ConditionalGAN.train_step"),
    "model": ("ConditionalGAN",),
}
PRESETS = {
    "half_width": Preset(
        {
            "en": "conditional GAN of half width",
            "pl": "warunkowa sieć GAN o połowie szerokości",
            "ru": "условная сеть GAN половинной ширины",
            "zh-Hant": "半寬度的條件式 GAN",
        },
        _adversarial.HALF_WIDTH,
    )
}


class Parameters(_adversarial.Parameters):
    """The architecture and the loss of both networks, which are told the condition."""


def refuses(parameters: Parameters, layout: Layout) -> str:
    """Why the model cannot be trained on such data; empty where it can."""
    return unconditioned(layout) or _adversarial.refuses(parameters, layout)


def equation(parameters: Parameters) -> Equation:
    """The losses of discriminator and generator, which `ConditionalGAN.terms` averages over a batch."""
    return _adversarial.equation(parameters, conditional=True)
