"""Latent codes mapped to a plane by PCA or t-SNE, coloured by class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Draw, Figure, Subject, deferred
from report_builder.plots._codes import ClassOptions


class Parameters(ClassOptions):
    """Options of `code_map`."""

    n: int | None = Field(default=1000, ge=5, description="How many images, drawn at random; null: all.")
    methods: tuple[Literal["pca", "tsne"], ...] = Field(
        default=("pca", "tsne"), min_length=1, max_length=2, description="Which maps, side by side."
    )
    perplexity: float = Field(default=30.0, gt=1, description="Perplexity of t-SNE; at most a third of the codes but one.")
    seed: int = Field(default=0, ge=0, description="Seed of t-SNE, and of the draw where codes are drawn.")

    def _idle(self) -> dict[str, str]:
        if "tsne" in self.methods:
            return {}
        return super()._idle() | {"perplexity": "without t-SNE"}


def check(parameters: Parameters, subjects: Mapping[str, Subject]) -> None:
    """Check that codes have at least two dimensions.

    Raises:
        ReportError: the `latent_dim` of a run is 1.
    """
    short = [run for run in parameters.runs if subjects[run].latent_dim == 1]
    if short:
        rule, step = "a map needs a code of two dimensions or more", "Show latent_histograms of it."
        raise ReportError(*(Problem("runs", rule, f"{run}: latent_dim 1", next_step=step) for run in short))


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.code_map.drawing import draw

    return draw


KIND = Figure(
    summary="PCA and t-SNE of the codes by class, runs (latent sizes) as panels; codes of two dimensions are shown themselves",
    parameters=Parameters,
    serves=frozenset({"encode"}),
    reads=lambda parameters: parameters.encoded("code_map", "methods", "perplexity", "seed"),
    check=check,
    draw=_draw,
)
