"""Classifier: LeCun et al., Gradient-Based Learning Applied to Document Recognition, Proceedings of the IEEE 86, 1998."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from report_builder import kinds
from report_builder.kinds import Build, Equation, Layout, Model, Term, deferred
from report_builder.models import outside
from report_builder.models._layers import Layers


class Parameters(kinds.Parameters):
    """Architecture."""

    filters: tuple[Annotated[int, Field(ge=1, le=1024)], ...] = Field(
        (32, 64),
        min_length=1,
        max_length=6,
        description="Filters of the convolutions, each followed by a pooling that halves height and width.",
    )
    hidden: int = Field(128, ge=1, le=4096, description="Units of the dense layer before the logits.")
    dropout: float = Field(0.5, ge=0, lt=1, description="Share of these units that is dropped in training.")
    network: Layers = Field(
        None,
        description="Layers of your own for the image; flattening and a dense layer with the logits follow. null: those that "
        "'filters', 'hidden' and 'dropout' describe.",
    )


def refuses(parameters: Parameters, layout: Layout) -> str:
    """Return why the model cannot be trained on such data; empty if it can."""
    smallest = 1 if parameters.network else 2 ** len(parameters.filters)
    if layout.image_shape and min(layout.image_shape[:2]) < smallest:
        height, width, _ = layout.image_shape
        rule = f"height and width must be at least {smallest}, one halving for each entry of 'filters'"
        return f"{rule}; the images are {height} x {width}"
    if layout.class_names is not None and len(layout.class_names) < 2:
        return f"there must be at least 2 classes; the data has {len(layout.class_names)}"
    return outside(layout, -1, 1)


# --- the loss as an equation --------------------------------------------------------------------------------------------------

SYMBOLS = (
    (r"x, y", "image and its class"),
    (r"f_k(x)", "logit that the network gives to class k"),
    (r"K", "number of classes"),
)
TERMS = (Term("loss", "nats/image", better="lower"), Term("accuracy", better="higher"))


def equation(parameters: Parameters) -> Equation:
    """Return the cross-entropy of one image, in nats, which `compute_loss` averages over a batch."""
    probability = r"p(y \mid x) = \frac{\exp f_y(x)}{\sum_{k=1}^{K} \exp f_k(x)}"
    return Equation(rf"\mathcal{{L}}(x, y) = -\log p(y \mid x), \qquad {probability}", SYMBOLS)


@deferred
def _build() -> Build[Parameters]:
    from report_builder.models.classifier.network import build

    return build


KIND = Model(
    title="classifier",
    parameters=Parameters,
    build=_build,
    provides=frozenset({"classify", "features"}),
    takes=("x", "y"),
    terms=TERMS,
    equation=equation,
    listings={"network": ("build_network",), "loss": ("Classifier.compute_loss",), "model": ("Classifier",)},
    refuses=refuses,
    seconds_per_image=lambda _: 2e-4,
)
