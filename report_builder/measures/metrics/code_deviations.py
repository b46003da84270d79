"""Standard deviations of the posterior of each image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.kinds import Measured, Metric, ProbeRequest, Quantity, Subject
from report_builder.measures._parameters import OfSplit, Size
from report_builder.measures.metrics._axes import check_axes, check_run

if TYPE_CHECKING:
    from report_builder.kinds import Arrays


class Parameters(OfSplit):
    """The images to encode."""

    n: Size = Field(default=2000, ge=1, description="How many images, drawn at random; null: all.")
    axes: int = Field(default=2, ge=1, description="How many coordinates are described, from the first on.")


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Request the codes of a model with a posterior."""
    needs = frozenset({"posterior"})
    return {"codes": ProbeRequest("codes", {"split": parameters.split, "n": parameters.n}, needs=needs)}


def values(parameters: Parameters, _: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare one value for each axis."""
    axes = range(1, parameters.axes + 1)
    return [Quantity(f"code_sigma_{axis}", reduction="median over images", noun=f"code_sigma {axis}") for axis in axes]


def check(parameters: Parameters, subject: Subject) -> None:
    """Raise ReportError if the model's code has fewer coordinates than `axes`."""
    check_run(parameters.axes, subject)


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> Mapping[str, Measured]:
    """Measure `code_sigma_<axis>`: median over images of the posterior's standard deviation, in units of the code.

    Raises:
        ReportError: if the code has fewer coordinates than `axes`.
    """
    import numpy as np

    sigma = np.exp(0.5 * arrays["codes"]["z_log_var"].astype(np.float64))
    check_axes(parameters.axes, sigma.shape[1])
    medians = np.median(sigma, axis=0)
    return {f"code_sigma_{axis + 1}": Measured(float(medians[axis]), len(sigma)) for axis in range(parameters.axes)}


KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure, check=check)
