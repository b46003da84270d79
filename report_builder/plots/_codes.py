"""Options of figures of latent codes, and the sentences about codes in their captions."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Arrays, ProbeRequest, Subject
from report_builder.languages import Language
from report_builder.plain import Fields
from report_builder.plots._details import values_text
from report_builder.plots._options import RunOptions

if TYPE_CHECKING:
    import numpy as np


class CodeOptions(RunOptions):
    """Options that choose latent codes and their runs."""

    split: str = Field(default="test", description="Part of the data set.")
    n: int | None = Field(default=None, ge=1, description="How many images, drawn at random; null: all.")
    codes: Literal["mean", "drawn"] = Field(
        default="mean",
        description="mean: what the encoder gives, of a VAE the means; drawn: one draw from the posterior of each image.",
    )
    seed: int = Field(default=0, ge=0, description="Seed of the draw, where codes are drawn.")

    def _idle(self) -> dict[str, str]:
        return {} if self.codes == "drawn" else {"seed": "where codes are means"}

    def encoded(
        self, probe: str, *names: str, needs: frozenset[str] = frozenset(), more: Fields = MappingProxyType({})
    ) -> dict[str, ProbeRequest]:
        """Return the same request for each run, to a probe that encodes images."""
        drawn = self.seed if self.codes == "drawn" else None
        return self.each(probe, "split", "n", *names, needs=needs, more={"drawn": drawn, **more})


class ClassOptions(CodeOptions):
    """Options of figures that colour codes by class."""

    labels: bool | None = Field(
        default=None, description="Print the name of each class at the median of its points; null: where they have room."
    )
    colour_bar: bool = Field(default=False, description="A colour bar with the class names instead of the legend.")


class AxesOptions(CodeOptions):
    """Options that choose two coordinates of latent codes."""

    axes: tuple[int, int] = Field(default=(1, 2), description="Coordinates shown to the right and upwards, counted from 1.")


def shown_codes(arrays: Arrays) -> np.ndarray:
    """Return the codes to show, `(n, latent_dim)` float64: draws from the posterior if there are any, else its means."""
    codes: np.ndarray = arrays["z" if "z" in arrays else "z_mean"].astype(float)
    return codes


def stated_codes(of_runs: Mapping[str, Arrays], parameters: CodeOptions, language: Language) -> str:
    """Return a sentence about which codes the runs show, by their printed names, or "" if no run has a posterior."""
    if not any("z_log_var" in arrays for arrays in of_runs.values()):
        return ""
    kinds = {name: parameters.codes if "z_log_var" in arrays else "output" for name, arrays in of_runs.items()}
    texts = {name: language.word(f"codes.{kind}", seed=parameters.seed) for name, kind in kinds.items()}
    return language.word("details.codes", codes=values_text(language, texts))


def lacking_axes(of_runs: Mapping[str, Arrays], axes: tuple[int, ...]) -> list[Problem]:
    """Return a problem for each run whose code does not have all these coordinates (1-based)."""
    problems = []
    for run, arrays in of_runs.items():
        dimension = arrays["z_mean"].shape[1]
        if not all(1 <= axis <= dimension for axis in axes):
            allowed = f"The code of '{run}' has {dimension} coordinate(s), counted from 1."
            problems.append(Problem("", "the code has no such coordinate", f"axes: {list(axes)}", allowed))
    return problems


def check_axes(parameters: AxesOptions, subjects: Mapping[str, Subject]) -> None:
    """Check the chosen coordinates against the `latent_dim` of each run, where it is known.

    Raises:
        ReportError: the `latent_dim` of a run is smaller than one of the coordinates.
    """
    known = {run: subjects[run].latent_dim for run in parameters.runs if run in subjects}
    short = {run: size for run, size in known.items() if size and size < max(parameters.axes)}
    rule = "the code has no such coordinate"
    refuse(
        [Problem("axes", rule, f"{list(parameters.axes)}", f"latent_dim of '{run}' is {size}.") for run, size in short.items()]
    )


def refuse(problems: list[Problem]) -> None:
    """Raise problems as one error, if there are any.

    Raises:
        ReportError: the list is not empty.
    """
    if problems:
        raise ReportError(*problems)
