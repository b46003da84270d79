"""Generative adversarial network: Goodfellow et al., Generative Adversarial Nets, arXiv:1406.2661."""

from __future__ import annotations

from report_builder.kinds import Build, Equation, Layout, Model, Preset, deferred
from report_builder.models import _adversarial


class Parameters(_adversarial.Parameters):
    """The architecture and the loss of both networks."""


def refuses(parameters: Parameters, layout: Layout) -> str:
    """Why the model cannot be trained on such images; empty where it can."""
    return _adversarial.refuses(parameters, layout)


def equation(parameters: Parameters) -> Equation:
    """The losses of discriminator and generator, which `GAN.terms` averages over a batch."""
    return _adversarial.equation(parameters, conditional=False)


@deferred
def _build() -> Build[Parameters]:
    from report_builder.models.gan.network import build

    return build


KIND = Model(
    title="GAN",
    parameters=Parameters,
    build=_build,
    provides=frozenset({"sample", "discriminate"}),
    stages=_adversarial.STAGES,
    terms=_adversarial.TERMS,
    equation=equation,
    listings=_adversarial.listed("GAN"),
    presets={"half_width": Preset("GAN of half width", _adversarial.HALF_WIDTH)},
    refuses=refuses,
    seconds_per_image=_adversarial.seconds_per_image,
)
