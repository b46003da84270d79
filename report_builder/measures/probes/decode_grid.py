"""The plane of a two-dimensional code, decoded on a lattice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, field_validator, model_validator

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Parameters as Base
from report_builder.kinds import Probe, Role

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays, ImageData, Trained


LATENT_DIM = 2

Limits = tuple[tuple[float, float], tuple[float, float]]


class Parameters(Base):
    """The part of the plane, and the resolution of the lattice."""

    n: int = Field(default=20, ge=2, le=100, description="Cells along each axis.")
    limits: Limits | None = Field(
        default=None, description="[[from, to], [from, to]] of both coordinates; null: the range of the measured codes."
    )
    quantile: float = Field(
        default=0.01,
        ge=0,
        lt=0.5,
        description="Share of the codes left out at either end of an axis where no limits are given.",
    )
    split: Annotated[str, Role.SPLIT] = Field(default="test", description="Part of the data set whose codes give the range.")
    lattice: Literal["even", "normal"] = Field(
        default="even",
        description="even: equal steps between the limits; normal: quantiles of N(0, 1) at (i + 1/2) / n for every run.",
    )

    @field_validator("limits")
    @classmethod
    def _ascending(cls, limits: Limits | None) -> Limits | None:
        if limits and not all(low < high for low, high in limits):
            raise ValueError("each pair of limits goes from the smaller to the larger number")
        return limits

    @model_validator(mode="after")
    def _quantiles_have_no_limits(self) -> Parameters:
        if self.lattice == "normal" and self.limits is not None:
            raise ValueError("a lattice of normal quantiles has no limits: leave out 'limits' or 'lattice'")
        return self


def measure(model: Trained, data: ImageData, parameters: Parameters) -> Arrays:
    """Decode the lattice, row by row from the top: the second coordinate falls downwards, the first rises to the right.

    Returns:
        `images` (n*n, height, width, channels) float32 with `value_range` (2,), `axis_0` (n,) ascending: first coordinate
        of the columns from left to right, `axis_1` (n,) ascending: second coordinate of the rows from bottom to top,
        `limits` (2, 2).
    """
    import numpy as np

    from report_builder.measures.probes._batches import decode

    if parameters.lattice == "normal":
        axis_0 = axis_1 = normal_quantiles(parameters.n)
        limits = np.array([[axis_0[0], axis_0[-1]]] * LATENT_DIM)
    else:
        limits = np.array(parameters.limits or _code_quantiles(model, data, parameters))
        axis_0, axis_1 = (np.linspace(low, high, parameters.n) for low, high in limits)
    columns, rows = np.meshgrid(axis_0, axis_1[::-1])
    images = decode(model, np.stack([columns.ravel(), rows.ravel()], axis=1))
    value_range = np.array(data.value_range, dtype=np.float32)
    return {"images": images, "axis_0": axis_0, "axis_1": axis_1, "limits": limits, "value_range": value_range}


def normal_quantiles(n: int) -> np.ndarray:
    """Return quantiles of N(0, 1) at (i + 1/2) / n, the medians of n equally probable intervals: `(n,)` ascending."""
    import numpy as np
    from scipy.special import ndtri

    return np.asarray(ndtri((np.arange(n) + 0.5) / n))


def _code_quantiles(model: Trained, data: ImageData, parameters: Parameters) -> np.ndarray:
    """Return quantiles of the codes, `(2, 2)`; a collapsed axis, on which all codes are equal, gets a width of two."""
    import numpy as np

    from report_builder.measures.probes._batches import encode, part_of

    codes = encode(model, part_of(data, parameters.split).x)
    if codes.shape[1] != LATENT_DIM:
        rule = "a decode grid shows the plane of a two-dimensional code"
        raise ReportError(
            Problem(
                "", rule, f"latent_dim = {codes.shape[1]}", next_step="Choose a run with latent_dim 2, or an interpolation."
            )
        )
    limits = np.quantile(codes.astype(np.float64), [parameters.quantile, 1 - parameters.quantile], axis=0).T
    collapsed = np.ptp(limits, axis=1) < 1e-6
    limits[collapsed] += [-1, 1]
    return limits


KIND = Probe(
    parameters=Parameters,
    measure=measure,
    noise=lambda _: "fixed",
    latent_dim=LATENT_DIM,
    needs=frozenset({"encode", "decode"}),
)
