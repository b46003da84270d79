"""Which codes a figure shows, means or draws, and what its caption says of them."""

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
    """Which codes of which runs are shown."""

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
        """The same request of each run, of a probe that encodes images."""
        drawn = self.seed if self.codes == "drawn" else None
        return self.each(probe, "split", "n", *names, needs=needs, more={"drawn": drawn, **more})


class AxesOptions(CodeOptions):
    """Which two coordinates of which codes are shown."""

    axes: tuple[int, int] = Field(default=(1, 2), description="Coordinates shown to the right and upwards, counted from 1.")


def shown_codes(arrays: Arrays) -> np.ndarray:
    """The codes to show, `(n, latent_dim)` float64: drawn ones where there are any."""
    codes: np.ndarray = arrays["z" if "z" in arrays else "z_mean"].astype(float)
    return codes


def stated_codes(of_runs: Mapping[str, Arrays], parameters: CodeOptions, language: Language) -> str:
    """A sentence that says which codes are shown; none where no run has a posterior. `of_runs` by printed name."""
    if not any("z_log_var" in arrays for arrays in of_runs.values()):
        return ""
    kinds = {name: parameters.codes if "z_log_var" in arrays else "output" for name, arrays in of_runs.items()}
    texts = {name: language.word(f"codes.{kind}", seed=parameters.seed) for name, kind in kinds.items()}
    return language.word("details.codes", codes=values_text(language, texts))


def lacking_axes(of_runs: Mapping[str, Arrays], axes: tuple[int, ...]) -> list[Problem]:
    """A problem for each run whose code lacks one of the coordinates, counted from 1."""
    problems = []
    for run, arrays in of_runs.items():
        dimension = arrays["z_mean"].shape[1]
        if not all(1 <= axis <= dimension for axis in axes):
            allowed = f"The code of '{run}' has {dimension} coordinate(s), counted from 1."
            problems.append(Problem("", "the code has no such coordinate", f"axes: {list(axes)}", allowed))
    return problems


def check_axes(parameters: AxesOptions, subjects: Mapping[str, Subject]) -> None:
    """Refuses coordinates that a run's code will not have, as far as its `latent_dim` tells.

    Raises:
        ReportError: a latent_dim is smaller than one of the coordinates.
    """
    known = {run: subjects[run].latent_dim for run in parameters.runs if run in subjects}
    short = {run: size for run, size in known.items() if size and size < max(parameters.axes)}
    rule = "the code has no such coordinate"
    refuse(
        [Problem("axes", rule, f"{list(parameters.axes)}", f"latent_dim of '{run}' is {size}.") for run, size in short.items()]
    )


def refuse(problems: list[Problem]) -> None:
    """Raises them as one error.

    Raises:
        ReportError: there is at least one.
    """
    if problems:
        raise ReportError(*problems)
