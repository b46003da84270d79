"""Conditional generative adversarial network: Mirza and Osindero, Conditional Generative Adversarial Nets, arXiv:1411.1784."""

from __future__ import annotations

from functools import partial

from report_builder.kinds import Build, Model, Preset, deferred
from report_builder.models import _adversarial


class Parameters(_adversarial.Parameters):
    """Architecture of both networks, which are conditioned, and the loss."""


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
    equation=partial(_adversarial.equation, conditional=True),
    listings=_adversarial.listing_names(_adversarial.CONDITIONAL_GENERATOR),
    presets={"half_width": Preset("conditional GAN of half width", _adversarial.HALF_WIDTH)},
    refuses=_adversarial.refuses_conditional,
    seconds_per_image=_adversarial.seconds_per_image,
)
