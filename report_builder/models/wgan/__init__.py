"""Wasserstein GAN: Arjovsky et al., arXiv:1701.07875 (clipped weights); Gulrajani et al., arXiv:1704.00028 (gradient penalty).

A critic's score is not a logit and implies no probability of being real, so the model does not provide `discriminate`.
"""

from __future__ import annotations

from functools import partial

from report_builder.kinds import Build, Model, Preset, deferred
from report_builder.models import _adversarial, _wasserstein


class Parameters(_wasserstein.Parameters):
    """Architecture of both networks, and the Lipschitz constraint of the critic."""


@deferred
def _build() -> Build[Parameters]:
    from report_builder.models.wgan.network import build

    return build


KIND = Model(
    title="WGAN",
    parameters=Parameters,
    build=_build,
    provides=frozenset({"sample"}),
    stages=_wasserstein.STAGES,
    terms=_wasserstein.TERMS,
    equation=partial(_wasserstein.equation, conditional=False),
    listings=partial(_wasserstein.listing_names, conditional=False),
    presets={"half_width": Preset("WGAN of half width", _wasserstein.HALF_WIDTH)},
    refuses=_adversarial.refuses,
    seconds_per_image=_wasserstein.seconds_per_image,
)
