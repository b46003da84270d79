"""Conditional generative adversarial network: Mirza and Osindero, Conditional Generative Adversarial Nets, arXiv:1411.1784."""

from __future__ import annotations

from report_builder.kinds import Build, Equation, Layout, Model, Preset, deferred
from report_builder.models import _adversarial, unconditioned


class Parameters(_adversarial.Parameters):
    """The architecture and the loss of both networks, which are told the condition."""


def refuses(parameters: Parameters, layout: Layout) -> str:
    """Why the model cannot be trained on such data; empty where it can."""
    return unconditioned(layout) or _adversarial.refuses(parameters, layout)


def equation(parameters: Parameters) -> Equation:
    """The losses of discriminator and generator, which `ConditionalGAN.terms` averages over a batch."""
    return _adversarial.equation(parameters, conditional=True)


@deferred
def _build() -> Build[Parameters]:
    from report_builder.models.conditional_gan.network import build

    return build


KIND = Model(
    title="conditional GAN",
    parameters=Parameters,
    build=_build,
    provides=frozenset({"sample", "discriminate"}),
    takes=("x", "condition"),
    stages=_adversarial.STAGES,
    terms=_adversarial.TERMS,
    equation=equation,
    listings=_adversarial.listed("ConditionalGAN"),
    presets={"half_width": Preset("conditional GAN of half width", _adversarial.HALF_WIDTH)},
    refuses=refuses,
    seconds_per_image=_adversarial.seconds_per_image,
)
