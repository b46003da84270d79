"""Conditional GAN whose networks learn a vector for each class: the label embedding of many public implementations."""

from __future__ import annotations

from functools import partial

from pydantic import Field

from report_builder.kinds import Build, Layout, Model, Preset, deferred
from report_builder.models import _adversarial


class Parameters(_adversarial.Parameters):
    """Architecture of both networks, which are conditioned on the class, and the loss."""

    embedding_dim: int = Field(10, ge=1, le=1024, description="Length of the vector that each network learns for a class.")


def refuses(parameters: Parameters, layout: Layout) -> str:
    """Return why the model cannot be trained on such data; empty if it can."""
    parts = [condition.kind for condition in layout.conditions]
    if parts and parts != ["class"]:
        rule = "the condition must be the class alone, as the data step 'one_hot' makes it"
        return f"{rule}; it has {' and '.join(parts)}. Model 'conditional_gan' takes any condition"
    return _adversarial.refuses_conditional(parameters, layout)


@deferred
def _build() -> Build[Parameters]:
    from report_builder.models.conditional_gan_embedding.network import build

    return build


KIND = Model(
    title="conditional GAN with a label embedding",
    parameters=Parameters,
    build=_build,
    provides=frozenset({"sample", "discriminate"}),
    takes=("x", "condition"),
    stages=_adversarial.STAGES,
    terms=_adversarial.TERMS,
    equation=partial(_adversarial.equation, conditional=True),
    listings=_adversarial.listing_names(("embed", f"{_adversarial.FILE}:image_layers", "build_generator")),
    presets={"half_width": Preset("conditional GAN of half width with a label embedding", _adversarial.HALF_WIDTH)},
    refuses=refuses,
    seconds_per_image=_adversarial.seconds_per_image,
)
