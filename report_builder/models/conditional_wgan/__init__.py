"""Conditional Wasserstein GAN: both networks of model `wgan` are told the condition, as in arXiv:1411.1784.

The critic sees the condition at each pixel, not behind its convolutions as the discriminator of `conditional_gan`: there it did
not learn to ask for the class.
"""

from __future__ import annotations

from report_builder.kinds import Build, Equation, Layout, Model, Preset, deferred
from report_builder.models import _wasserstein, unconditioned


class Parameters(_wasserstein.Parameters):
    """The architecture of both networks, which are told the condition, and how the critic is kept smooth."""


def listings(parameters: Parameters) -> dict[str, tuple[str, ...]]:
    """The functions that run with these parameters, by part of the model."""
    networks = {"generator": ("build_generator",), "critic": ("told", "build_critic")}
    return networks | _wasserstein.listed(parameters, "ConditionalWGAN")


def refuses(parameters: Parameters, layout: Layout) -> str:
    """Why the model cannot be trained on such data; empty where it can."""
    return unconditioned(layout) or _wasserstein.refuses(parameters, layout)


def equation(parameters: Parameters) -> Equation:
    """The losses of critic and generator, which `terms` averages over a batch."""
    return _wasserstein.equation(parameters, conditional=True)


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
    equation=equation,
    listings=listings,
    presets={"half_width": Preset("conditional WGAN of half width", _wasserstein.HALF_WIDTH)},
    refuses=refuses,
    seconds_per_image=_wasserstein.seconds_per_image,
)
