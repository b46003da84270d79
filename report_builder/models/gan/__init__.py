"""Generative adversarial network: Goodfellow et al., Generative Adversarial Nets, arXiv:1406.2661."""

from __future__ import annotations

from functools import partial

from report_builder.kinds import Build, Model, Preset, deferred
from report_builder.models import _adversarial


class Parameters(_adversarial.Parameters):
    """Architecture of both networks, and the loss."""


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
    equation=partial(_adversarial.equation, conditional=False),
    listings=_adversarial.listing_names(_adversarial.GENERATOR),
    presets={"half_width": Preset("GAN of half width", _adversarial.HALF_WIDTH)},
    refuses=_adversarial.refuses,
    seconds_per_image=_adversarial.seconds_per_image,
)
