"""Conditional Wasserstein GAN: both networks of model `wgan` are told the condition, as in arXiv:1411.1784.

The critic sees the condition at each pixel, not behind its convolutions as the discriminator of `conditional_gan`: there it did
not learn to ask for the class.
"""

from __future__ import annotations

from report_builder.kinds import Equation, Layout, Preset
from report_builder.models import _wasserstein, unconditioned

TITLE = {
    "en": "conditional WGAN",
    "pl": "warunkowa sieć WGAN",
    "ru": "условная сеть WGAN",
    "zh-Hant": "條件式 WGAN",
}
seconds_per_image = _wasserstein.seconds_per_image
PROVIDES = frozenset({"sample_condition"})
LISTINGS = {
    "generator": ("build_generator",),
    "critic": ("told", "build_critic"),
    "loss": ("ConditionalWGAN.critic_loss", "ConditionalWGAN.generator_loss", "ConditionalWGAN.gradient_penalty"),
    "training": (
        "ConditionalWGAN.terms",
        "ConditionalWGAN.critic_step",
        "ConditionalWGAN.generator_step",
        "ConditionalWGAN.train_step",
    ),
    "model": ("ConditionalWGAN",),
}
PRESETS = {
    "half_width": Preset(
        {
            "en": "conditional WGAN of half width",
            "pl": "warunkowa sieć WGAN o połowie szerokości",
            "ru": "условная сеть WGAN половинной ширины",
            "zh-Hant": "半寬度的條件式 WGAN",
        },
        _wasserstein.HALF_WIDTH,
    )
}


class Parameters(_wasserstein.Parameters):
    """The architecture of both networks, which are told the condition, and how the critic is kept smooth."""


def refuses(parameters: Parameters, layout: Layout) -> str:
    """Why the model cannot be trained on such data; empty where it can."""
    return unconditioned(layout) or _wasserstein.refuses(parameters, layout)


def equation(parameters: Parameters) -> Equation:
    """The losses of critic and generator, which `ConditionalWGAN.terms` averages over a batch."""
    return _wasserstein.equation(parameters, conditional=True)
