"""How much of the latent space a model uses: KL divergence by dimension, and active units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.kinds import Measured, Metric, ProbeRequest, Quantity, Subject
from report_builder.measures._arrays import units_of
from report_builder.measures._parameters import OfSplit, Size
from report_builder.measures.metrics._axes import check_axes, check_run

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays


class Parameters(OfSplit):
    """The images to encode, and the threshold for active units."""

    n: Size = Field(default=2000, ge=2, description="How many images, drawn at random; null: all.")
    threshold: float = Field(
        default=0.01, gt=0, description="Variance of a mean over images above which its dimension is active."
    )
    axes: int = Field(
        default=0, ge=0, description="How many dimensions are described one by one, that of the largest KL first."
    )


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Request the codes of a model with a posterior."""
    needs = frozenset({"posterior"})
    return {"codes": ProbeRequest("codes", {"split": parameters.split, "n": parameters.n}, needs=needs)}


def values(parameters: Parameters, _: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare five values, and one for each dimension described."""
    each = "mean over images"
    varies = f"count of dimensions whose mean varies by more than {parameters.threshold:g} over images"
    return [
        Quantity("latent_kl", "nats/image", "none", "images", f"sum over latent dimensions, {each}"),
        Quantity("latent_kl_per_dimension", "nats", "none", "images", f"mean over latent dimensions, {each}"),
        Quantity("latent_kl_top_share", "", "none", "images", "largest dimension over the sum of all"),
        Quantity("active_units", "", "none", "images", varies),
        Quantity("active_units_total", "", "none", "exact", "count of dimensions"),
        *(
            Quantity(
                f"latent_kl_top_{place}",
                "nats",
                "none",
                "images",
                f"dimension no. {place} by KL, {each}",
                noun=f"latent_kl_top {place}",
            )
            for place in range(1, parameters.axes + 1)
        ),
    ]


def check(parameters: Parameters, subject: Subject) -> None:
    """Raise ReportError if the model's code has fewer dimensions than `axes`."""
    check_run(parameters.axes, subject)


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> Mapping[str, Measured]:
    """Measure KL(q(z_j | x) || N(0, 1)) for each dimension j and image x in closed form, and count the active units.

    `latent_kl` is the sum over dimensions (nats per image; Kingma and Welling 2014, appendix B), `latent_kl_per_dimension` the
    mean, `latent_kl_top_share` the share of the dimension with the largest mean over images, `latent_kl_top_<place>` the mean
    of each dimension in descending order (nats). `active_units` counts the dimensions with Var_x(E[z_j | x]) > `threshold`
    (Burda et al. 2016, section 5.2), `active_units_total` all dimensions.

    Raises:
        ReportError: if the code has fewer dimensions than `axes`.
    """
    codes = arrays["codes"]
    kl = kl_by_dimension(codes["z_mean"], codes["z_log_var"])
    n, dimensions = kl.shape
    check_axes(parameters.axes, dimensions)
    falling = sorted(kl.mean(axis=0).tolist(), reverse=True)
    total = max(sum(falling), 1e-12)  # 0 if the posterior equals the prior everywhere
    active = int((codes["z_mean"].astype("float64").var(axis=0, ddof=1) > parameters.threshold).sum())
    return {
        "latent_kl": Measured.mean(kl.sum(axis=1), units_of(codes, n)),
        "latent_kl_per_dimension": Measured(float(kl.mean()), n),
        "latent_kl_top_share": Measured(falling[0] / total, n),
        "active_units": Measured(active, n),
        "active_units_total": Measured(dimensions, n),
        **{f"latent_kl_top_{place + 1}": Measured(falling[place], n) for place in range(parameters.axes)},
    }


def kl_by_dimension(z_mean: np.ndarray, z_log_var: np.ndarray) -> np.ndarray:
    """Return KL(N(z_mean, exp(z_log_var)) || N(0, 1)) in nats: 0.5 (z_mean^2 + exp(z_log_var) - z_log_var - 1)."""
    import numpy as np

    mean, log_var = z_mean.astype(np.float64), z_log_var.astype(np.float64)
    return np.asarray(0.5 * (mean**2 + np.exp(log_var) - log_var - 1))


KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure, check=check)
