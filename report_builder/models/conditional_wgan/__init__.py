"""Conditional Wasserstein GAN: model `wgan` with the condition as input of both networks, as in arXiv:1411.1784.

The critic sees the condition at each pixel, not after its convolutions like the discriminator of `conditional_gan`: there, it
did not learn to use the class.
"""

from __future__ import annotations

from functools import partial

from report_builder.kinds import Build, Model, Preset, deferred
from report_builder.models import _adversarial, _wasserstein


class Parameters(_wasserstein.Parameters):
    """Architecture of both networks, which are conditioned, and the Lipschitz constraint of the critic."""


@deferred
def _build() -> Build[Parameters]:
    from report_builder.models.conditional_wgan.network import build

    return build


KIND = Model(
    title="conditional WGAN",
    parameters=Parameters,
    build=_build,
    provides=frozenset({"sample"}),
    takes=("x", "condition"),
    stages=_wasserstein.STAGES,
    terms=_wasserstein.TERMS,
    equation=partial(_wasserstein.equation, conditional=True),
    listings=partial(_wasserstein.listing_names, conditional=True),
    presets={"half_width": Preset("conditional WGAN of half width", _wasserstein.HALF_WIDTH)},
    refuses=_adversarial.refuses_conditional,
    seconds_per_image=_wasserstein.seconds_per_image,
)
